"""Every row of the contract's table of tags, and what it says after the table."""

import json
from typing import Any

import pytest

from portkey_prompts.templates import Partial, PromptTemplate, Template, TemplateSyntaxError


def rendered(text: str, variables: Any = None, **options: Any) -> str:
    return Template(text).render(variables, **options).text


def test_a_variable_is_not_html_escaped() -> None:
    assert rendered("{{x}}", {"x": "<b> & \"quotes\" 'too'"}) == "<b> & \"quotes\" 'too'"


def test_a_name_may_contain_spaces() -> None:
    assert rendered("Dear {{ first name }}", {"first name": "Ada"}) == "Dear Ada"


def test_a_value_is_not_rendered_again() -> None:
    assert rendered("{{x}}{{y}}", {"x": "{{y}}", "y": "{{#x}}"}) == "{{y}}{{#x}}"


def test_a_dotted_name_walks_objects() -> None:
    assert rendered("{{a.b.c}}", {"a": {"b": {"c": "deep"}}}) == "deep"


@pytest.mark.parametrize(
    "name", ["text.upper", "text.__class__", "items.append", "items.1", "items.-1", "n.real", "o.keys"]
)
def test_a_dotted_name_never_reaches_attributes(name: str) -> None:
    rendering = Template(f"[{{{{{name}}}}}]").render({"text": "t", "items": [1], "n": 1, "o": {}})
    assert (rendering.text, rendering.missing) == ("[]", (name,))


def test_a_dotted_name_walks_lists_and_texts_by_position_and_knows_their_length() -> None:
    data = {"xs": [{"n": "a"}, ["b"]], "s": "x\N{GRINNING FACE}"}
    assert rendered("{{xs.0.n}} {{xs.1.0}} {{xs.length}} {{s.0}} {{s.length}}", data) == "a b 2 x 3"
    assert rendered("{{#xs}}{{0}}{{length}},{{/xs}}", {"xs": [["a", "b"], [], {"length": "own"}]}) == "a2,0,own,"


def test_a_dotted_name_that_breaks_off_is_looked_for_further_out_but_not_among_the_defaults() -> None:
    assert rendered("{{#inner}}{{a.b}}{{/inner}}", {"inner": {"a": {}}, "a": {"b": "outer"}}) == "outer"
    prompt = PromptTemplate("[{{a.b}}]", parameters={"a": {"b": "default"}})
    assert (prompt.render({"a": {}}).prompt, prompt.render({}).prompt) == ("[]", "[default]")


def test_a_name_with_a_dot_in_front_is_one_name() -> None:
    template = Template("{{.a}}{{.a.b}}")
    assert (template.render({".a": 1, ".a.b": 2}).text, template.variables) == ("12", (".a", ".a.b"))


def test_true_is_no_item() -> None:
    assert rendered(
        "{{#yes}}{{.}}{{/yes}}{{#xs}}{{.}}{{#yes}}{{.}}{{/yes}}{{/xs}}", {"yes": True, "xs": ["a", True]}
    ) == ('{"yes":true,"xs":["a",true]}aatruetrue')


@pytest.mark.parametrize("value", [None, False, 0, 0.0, -0.0, "", [], ()])
def test_a_section_on_a_false_value_is_left_out(value: Any) -> None:
    assert rendered("{{#x}}yes{{/x}}{{^x}}no{{/x}}", {"x": value}) == "no"


def test_a_section_on_a_missing_value_is_left_out() -> None:
    assert rendered("{{#x}}yes{{/x}}{{^x}}no{{/x}}") == "no"


@pytest.mark.parametrize("value", ["false", "0", " ", True, 1, -1, 0.5, {}, {"a": 1}, [0], [None], [[]]])
def test_a_section_on_a_true_value_is_there(value: Any) -> None:
    assert rendered("{{#x}}yes{{/x}}{{^x}}no{{/x}}", {"x": value}) == "yes"


def test_a_section_loops_over_a_list_and_the_dot_is_the_item() -> None:
    assert (
        rendered("{{#xs}}<{{.}}>{{/xs}}", {"xs": ["a", 1, True, None, {"k": 1}, [1, 2]]})
        == '<a><1><true><><{"k":1}><1,2>'
    )


def test_a_name_in_a_loop_is_looked_up_in_the_item_first_and_then_outside() -> None:
    data = {"who": "outer", "items": [{"who": "inner"}, {}]}
    assert rendered("{{#items}}{{who}} {{/items}}", data) == "inner outer "


def test_an_item_that_is_null_hides_nothing_outside() -> None:
    assert rendered("{{#items}}{{x}}{{/items}}", {"items": [None, 1, "s"], "x": "o"}) == "ooo"


def test_a_null_in_an_inner_object_hides_the_outer_value() -> None:
    assert rendered("{{#a}}[{{x}}]{{/a}}", {"a": {"x": None}, "x": "outer"}) == "[]"


@pytest.mark.parametrize(
    "comment",
    ["{{! note }}", "{{!}}", "{{!-- note --}}", "{{! two\nlines }}", "{{! {{name}} }}", "{{! {{{raw}}} {{#x}} }}"],
)
def test_a_comment_leaves_nothing(comment: str) -> None:
    assert rendered(f"a{comment}b") == "ab"


def test_a_comment_alone_on_its_line_takes_the_line_with_it() -> None:
    assert rendered("a\n  {{! note }}  \nb") == "a\nb"
    assert rendered("a\r\n{{! note }}\r\nb") == "a\r\nb"


@pytest.mark.parametrize("reference", ["pp-x", "pp-x@5", "pp-x@latest", "0b7e5a3e-12ab-4f7c-9f0e-aa55aa55aa55@2"])
def test_a_stored_partial_is_asked_for_by_the_text_of_its_tag(reference: str) -> None:
    asked: list[str] = []

    def load(name: str) -> Partial:
        asked.append(name)
        return Partial("pp-x", 5, Template("Hi {{who}}."))

    rendering = Template(f"{{{{> {reference} }}}}{{{{>{reference}}}}}").render({"who": "Ada"}, partials=load)
    assert (rendering.text, rendering.partials, asked) == ("Hi Ada.Hi Ada.", {"pp-x": 5}, [reference])


@pytest.mark.parametrize("tag", ["{{{x}}}", "{{&x}}", "{{{ x }}}", "{{& x }}", "{{ &x }}"])
def test_an_unescaped_tag_is_left_alone_by_the_escape(tag: str) -> None:
    assert Template("{{x}}" + tag, escape=str.upper).render({"x": "a"}).text == "Aa"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-7, "-7"),
        (10**30, "1" + "0" * 30),
        (1.5, "1.5"),
        (1.0, "1"),
        (-0.0, "0"),
        (1e16, "10000000000000000"),
        (2.0**69, "590295810358705700000"),
        (123456789012345680000.0, "123456789012345680000"),
        (1e21, "1e+21"),
        (-1.5e300, "-1.5e+300"),
        (1e-6, "0.000001"),
        (-1.25e-5, "-0.0000125"),
        (1e-7, "1e-7"),
        (5e-324, "5e-324"),
        (2**53 + 1, "9007199254740993"),
        ("", ""),
        ({}, "{}"),
        ({"a": [1, None, "é\n"], "b": {"c": True}}, '{"a":[1,null,"é\\n"],"b":{"c":true}}'),
        ([], ""),
        (["a", 1], '"a",1'),
        ([["a"], {"b": None}, "\N{GRINNING FACE}"], '["a"],{"b":null},"\N{GRINNING FACE}"'),
        ({"b": 1.0, "10": [-0.0], "9": 1e21, "09": 2, "-1": 3}, '{"9":1e+21,"10":[0],"b":1,"09":2,"-1":3}'),
        (["\ud800"], '"\\ud800"'),
    ],
)
def test_a_value_is_written_as_json_writes_it(value: Any, text: str) -> None:
    assert rendered("{{x}}|{{{x}}}", {"x": value}) == f"{text}|{text}"


def test_a_missing_variable_is_empty() -> None:
    assert rendered("[{{x}}|{{x.y}}]") == "[|]"


@pytest.mark.parametrize(
    "text",
    ['{"a":{"b":{}}}', "}} }}} {", json.dumps({"a": [{"b": {"c": {}}}]}), "function () { return {} }", "{ {x} }"],
)
def test_literal_braces_survive(text: str) -> None:
    assert rendered(text) == text


def test_literal_braces_survive_around_tags() -> None:
    assert rendered('{"a": {{x}}}', {"x": 1}) == '{"a": 1}'
    assert rendered('{"a":{"b":"{{x}}"}}', {"x": 1}) == '{"a":{"b":"1"}}'
    assert rendered("{ {{{x}}} }", {"x": 1}) == "{ 1 }"


def test_other_delimiters_can_be_set_and_end_with_the_partial() -> None:
    partials = {"pp-x": Partial("pp-x", 1, Template("{{=<% %>=}}<%x%>{{x}}"))}
    assert rendered("{{>pp-x}} {{x}}", {"x": 1}, partials=partials) == "1{{x}} 1"


@pytest.mark.parametrize("text", ["{{}}", "{{ }}", "{{{}}}", "{{#}}{{/}}", "{{>}}", "{{>> }}", "{{&}}"])
def test_a_tag_without_a_name_is_an_error(text: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="expected a name"):
        Template(text)


def test_unicode_goes_through_names_texts_and_values() -> None:
    text = "Grüß {{größe}} \u2028 {{名前}} {{#список}}{{.}}{{/список}} \N{FAMILY}"
    data = {"größe": "ß", "名前": "花子", "список": ["я", "\x00"]}
    assert rendered(text, data) == "Grüß ß \u2028 花子 я\x00 \N{FAMILY}"


def test_text_that_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match="text must be a str"):
        Template(None)  # type: ignore[arg-type]

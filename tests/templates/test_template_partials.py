"""Stored partials, partials chosen by a call, and the loader's protocol."""

from typing import Any

import pytest

from portkey_prompts.templates import (
    Partial,
    PartialsNeeded,
    Template,
    TemplateError,
    TemplateSyntaxError,
    UnknownPartialError,
)

UUID = "0b7e5a3e-12ab-4f7c-9f0e-aa55aa55aa55"


def stored(**texts: str) -> dict[str, Partial | None]:
    """Make a loader: `pp_a` stands for the slug `pp-a`."""
    slugs = {name.replace("_", "-"): text for name, text in texts.items()}
    return {slug: Partial(slug, 1, Template(text)) for slug, text in slugs.items()}


def rendered(text: str, variables: Any = None, partials: Any = None) -> str:
    return Template(text).render(variables, partials=partials).text


def test_partials_are_resolved_recursively() -> None:
    assert rendered("{{>pp-a}}", {"x": 1}, stored(pp_a="a{{>pp-b}}", pp_b="b{{x}}")) == "ab1"


def test_a_partial_sees_the_item_of_the_loop_around_it() -> None:
    assert rendered("{{#xs}}{{>pp-a}}{{/xs}}", {"xs": [{"n": 1}, {"n": 2}]}, stored(pp_a="<{{n}}>")) == "<1><2>"


def test_a_partial_that_includes_itself_ends_with_the_data() -> None:
    tree = {"n": 1, "kids": [{"n": 2, "kids": []}, {"n": 3, "kids": [{"n": 4, "kids": []}]}]}
    assert rendered("{{>pp-a}}", tree, stored(pp_a="{{n}}({{#kids}}{{>pp-a}}{{/kids}})")) == "1(2()3(4()))"


def test_a_partial_alone_on_its_line_indents_each_line_but_no_value_and_no_empty_line() -> None:
    partials = stored(pp_a="a\n\n{{x}}\r\n{{>pp-b}}\nz\n", pp_b="b\n  {{x}}\n")
    text = rendered("-\n  {{>pp-a}}\n-", {"x": "1\n2"}, partials)
    assert text == "-\n  a\n\n  1\n2\r\n  b\n    1\n2\n  z\n-"


def test_a_line_of_a_partial_that_holds_a_carriage_return_is_indented() -> None:
    assert rendered("  {{>pp-a}}\r\n", {}, stored(pp_a="a\r\n\r\nb\r\n")) == "  a\r\n  \r\n  b\r\n"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("  {{>pp-a}}\n", "  a\n  b\n\n  c"),
        ("- {{>pp-a}}\n", "- a\n  b\n\n  c\n"),
        ("é\t\N{GRINNING FACE}\xa0x{{>pp-a}}\n", "é\t\N{GRINNING FACE}\xa0xa\n \t   b\n\n \t   c\n"),
        ("- {{x}}{{>pp-a}}\n", "- 1a\nb\n\nc\n"),
        ("  {{>pp-a}} end\n", "    a\n  b\n\n  c end\n"),
        ("  {{x}}{{>pp-a}}\n", "  1a\nb\n\nc\n"),
        ("{{#x}}  {{>pp-a}}{{/x}}\n", "a\nb\n\nc"),
        ("  {{#x}}{{>pp-a}}{{/x}}\n", "a\nb\n\nc"),
        ("  {{>pp-a}} {{>pp-a}}\n", "  a\n  b\n\n  ca\nb\n\nc"),
    ],
)
def test_the_lines_of_a_partial_begin_below_the_first_tag_of_the_line(line: str, text: str) -> None:
    assert rendered(f"-\n{line}", {"x": 1}, stored(pp_a="a\nb\n\nc")) == f"-\n{text}"


def test_a_partial_after_text_is_indented_from_its_second_line_on_and_errors_name_its_own_columns() -> None:
    for text, line, column in (("- {{>pp-a}}", 1, 3), ("  {{>pp-a}}", 2, 3)):
        with pytest.raises(UnknownPartialError) as caught:
            rendered(text, {}, stored(pp_a="a {{>pp-b}}" if line == 1 else "a\nb {{>pp-b}}"))
        assert (caught.value.line, caught.value.column) == (line, column)


def test_a_partial_is_indented_alike_every_time() -> None:
    template, partials = Template("{{#xs}}\n  {{>pp-a}}\n{{/xs}}"), stored(pp_a="a\nb\n")
    for _ in range(2):
        assert template.render({"xs": [1, 2]}, partials=partials).text == "  a\n  b\n" * 2


def test_many_indentations_of_one_partial_are_all_right() -> None:
    text = "".join(f"{' ' * width}{{{{>pp-a}}}}\n" for width in range(40))
    assert rendered(text, {}, stored(pp_a="a\n")) == "".join(f"{' ' * width}a\n" for width in range(40))


def test_the_versions_that_went_in_are_reported() -> None:
    partials = {"pp-a": Partial("pp-a", 3, Template("{{>pp-b@2}}")), "pp-b@2": Partial("pp-b", 2, Template("b"))}
    assert Template("{{>pp-a}}{{#no}}{{>pp-c}}{{/no}}").render({}, partials=partials).partials == {"pp-a": 3, "pp-b": 2}


def test_two_versions_of_one_partial_are_both_reported() -> None:
    partials = {f"pp-a@{n}": Partial("pp-a", n, Template(str(n))) for n in (1, 2)}
    rendering = Template("{{>pp-a@1}}{{>pp-a@2}}{{>pp-a@1}}").render({}, partials=partials)
    assert (rendering.text, rendering.partials) == ("121", {"pp-a": 1, "pp-a@2": 2})


@pytest.mark.parametrize("partials", [None, {}, {"pp-x@5": None}, lambda reference: None])
def test_an_unknown_partial_is_an_error_that_names_it_and_its_location(partials: Any) -> None:
    with pytest.raises(UnknownPartialError) as caught:
        rendered("\n {{> pp-x@5 }}", {}, partials)
    error = caught.value
    assert (error.reference, error.line, error.column, error.path) == ("pp-x@5", 2, 2, ())
    assert "'pp-x@5'" in str(error)


def test_an_unknown_partial_inside_of_a_partial_names_the_way_to_it() -> None:
    with pytest.raises(UnknownPartialError) as caught:
        rendered("{{>pp-a}}", {}, stored(pp_a="\n{{>pp-b}}"))
    assert (caught.value.reference, caught.value.path, caught.value.line) == ("pp-b", ("pp-a@1",), 2)


def test_a_loader_that_answers_with_something_else_is_told_so() -> None:
    with pytest.raises(TypeError, match="answered 'pp-a' with a str"):
        rendered("{{>pp-a}}", {}, {"pp-a": "text"})


def test_what_a_loader_raises_comes_through() -> None:
    def load(reference: str) -> Partial:
        raise ConnectionError(reference)

    with pytest.raises(ConnectionError, match="pp-a"):
        rendered("{{>pp-a}}", {}, load)


# {{>>name}}


@pytest.mark.parametrize("reference", ["pp-x", "pp-x@5", "pp-x@latest", UUID, f"{UUID}@3"])
def test_a_chosen_partial_is_the_stored_one_that_the_value_refers_to(reference: str) -> None:
    partial = Partial("pp-x", 5, Template("stored {{x}}{{>pp-y}}"))
    partials = {reference: partial} | stored(pp_y="!")
    rendering = Template("{{>>which}}").render({"which": reference, "x": 1}, partials=partials)
    assert (rendering.text, rendering.partials) == ("stored 1!", {"pp-x": 5, "pp-y": 1})
    assert rendering.used == ("which", "x")


def test_a_chosen_partial_is_otherwise_the_text_itself_rendered_with_the_variables() -> None:
    text = "Hi {{who}}{{#xs}}, {{.}}{{/xs}}"
    assert rendered("{{>>which}}", {"which": text, "who": "Ada", "xs": [1, 2]}) == "Hi Ada, 1, 2"


def test_a_value_in_a_chosen_text_is_not_rendered_again() -> None:
    assert rendered("{{>>which}}", {"which": "{{x}}", "x": "{{>pp-a}}{{y}}"}) == "{{>pp-a}}{{y}}"


def test_a_chosen_text_sees_the_item_of_the_loop_around_it() -> None:
    assert rendered("{{#xs}}{{>>row}}{{/xs}}", {"row": "<{{n}}>", "xs": [{"n": 1}, {"n": 2}]}) == "<1><2>"


def test_a_chosen_partial_alone_on_its_line_leaves_no_line_and_is_not_indented() -> None:
    assert rendered("-\n  {{>>t}}\n-", {"t": "a\nb\n"}) == "-\na\nb\n-"
    assert rendered("-\n  {{>>t}}\n-", {"t": "pp-a"}, stored(pp_a="a\nb\n")) == "-\na\nb\n-"


@pytest.mark.parametrize("text", ["{{>pp-a}}", "{{#no}}{{>pp-a}}{{/no}}", "{{>>other}}", "x\n  {{>pp-a}}"])
def test_a_chosen_text_may_not_include_partials(text: str) -> None:
    with pytest.raises(TemplateError, match="'which' includes the partial") as caught:
        rendered("{{>>which}}", {"which": text, "other": "t"}, stored(pp_a="secret"))
    assert caught.value.path == ("the text of 'which'",)


def test_a_malformed_chosen_text_is_an_error_in_that_text() -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        rendered("ab {{>>which}}", {"which": "\n{{#x}}"})
    assert (caught.value.line, caught.value.column, caught.value.path) == (2, 1, ("the text of 'which'",))


@pytest.mark.parametrize("value", [None, ""])
def test_null_and_the_empty_string_choose_nothing(value: Any) -> None:
    assert Template("[{{>>which}}]").render({"which": value}, missing="error").text == "[]"


@pytest.mark.parametrize("value", [1, True, ["pp-a"], {"a": 1}])
def test_only_text_can_choose_a_partial(value: Any) -> None:
    with pytest.raises(TemplateError, match="'which' chooses a partial"):
        rendered("{{>>which}}", {"which": value}, stored(pp_a="a"))


def test_a_choice_that_was_not_made_is_a_missing_variable() -> None:
    rendering = Template("[{{>>which}}{{>>a.b}}]").render({})
    assert (rendering.text, rendering.missing) == ("[]", ("which", "a.b"))


def test_a_dotted_name_and_an_item_can_choose() -> None:
    assert rendered("{{>>a.b}}{{#xs}}{{>>.}}{{/xs}}", {"a": {"b": "t"}, "xs": ["u", "v"]}) == "tuv"


@pytest.mark.parametrize("partials", [None, {"pp-x": None}, lambda reference: None])
def test_what_looks_like_a_reference_and_is_known_not_to_be_one_is_text(partials: Any) -> None:
    assert rendered("{{>>which}}", {"which": "pp-x"}, partials) == "pp-x"


def test_what_looks_like_a_reference_and_was_not_looked_for_yet_is_unknown() -> None:
    with pytest.raises(UnknownPartialError) as caught:
        rendered("{{>>which}}", {"which": "pp-x@7"}, {})
    assert caught.value.reference == "pp-x@7"


@pytest.mark.parametrize(
    "text", ["hello", "pp-", "pp-a b", "pp-a\n", " pp-a", "pp-a@", "pp-{{x}}", "xpp-a", "pp-" + "a" * 300]
)
def test_what_does_not_look_like_a_reference_is_never_looked_for(text: str) -> None:
    def load(reference: str) -> Partial:
        raise AssertionError(reference)

    assert rendered("{{>>which}}", {"which": text, "x": ""}, load) == text.replace("{{x}}", "")


@pytest.mark.parametrize("chosen", ["pp-c", "pp-not-stored", "just a text"])
async def test_a_caller_that_can_only_fetch_between_renders_gets_there(chosen: str) -> None:
    store = stored(pp_a="a{{>pp-b}}", pp_b="b", pp_c="c{{>pp-b}}")
    template, known, fetched = Template("{{>pp-a}}, {{>>which}}"), dict[str, Partial | None](), list[str]()
    needed = PartialsNeeded(lambda: template.render({"which": chosen}, partials=known).text, known.__contains__)
    for reference in needed:
        fetched.append(reference)
        known[reference] = store.get(reference)
    assert needed.result == {"pp-c": "ab, cb"}.get(chosen, f"ab, {chosen}")
    assert fetched == ["pp-a", "pp-b"] + ([chosen] if chosen.startswith("pp-") else [])


def test_such_a_caller_learns_that_a_partial_does_not_exist() -> None:
    known: dict[str, Partial | None] = {"pp-a": None}
    with pytest.raises(UnknownPartialError) as caught:
        list(PartialsNeeded(lambda: rendered("{{>pp-a}}", {}, known), known.__contains__))
    assert caught.value.reference in known


# escaping


def test_the_escape_of_the_template_holds_in_its_partials() -> None:
    template = Template("{{x}}{{>pp-a}}", escape=str.upper)
    assert template.render({"x": "x"}, partials=stored(pp_a="a{{x}}{{{x}}}")).text == "XaXx"


def test_a_chosen_text_is_escaped_as_a_whole_and_its_values_once() -> None:
    template = Template("<{{>>t}}>{{x}}", escape=lambda text: text.replace("&", "&amp;"))
    assert template.render({"t": "a&{{x}}{{{x}}}{{#x}}&{{/x}}", "x": "&"}).text == "<a&amp;&amp;&amp;&amp;>&amp;"

"""Two versions of a prompt: verdicts, the readable diff, what goes on the wire."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from portkey_ai.types import PromptDetail
from portkey_prompts.diff import PromptDiff, Verdict, compare
from portkey_prompts.templates import Partial, Template, TemplateLimitError


def chat(*messages: tuple[str, Any]) -> str:
    return json.dumps([{"role": role, "content": content} for role, content in messages])


def prompt(string: str, **fields: Any) -> dict[str, Any]:
    return {"slug": "pp-x", "prompt_version": fields.pop("version", 1), "string": string, **fields}


def kinds(diff: PromptDiff) -> list[tuple[str, str]]:
    return [(change.kind, change.where) for change in diff.changes]


GREETING = chat(("system", "Be kind.\nBe brief."), ("user", "Hi {{name}}"))


def test_the_same_version_has_no_change() -> None:
    diff = compare(prompt(GREETING, parameters={"n": 1}), prompt(GREETING, parameters={"n": 1}))
    assert (diff.verdict, diff.changes, diff.unified()) == (Verdict.NONE, (), "")
    assert str(diff) == "pp-x@1 → pp-x@1: none"


def test_ids_labels_and_dates_are_no_content() -> None:
    one = prompt(GREETING, id="a", prompt_version_id="b", created_at="2026-01-01", prompt_version_labels=[])
    other = prompt(GREETING, id="c", prompt_version_id="d", created_at="2027-01-01", prompt_version_description="new")
    assert compare(one, other).verdict == "none"


def test_another_spelling_of_the_same_json_is_no_change() -> None:
    assert compare(prompt(GREETING), prompt(json.dumps(json.loads(GREETING), indent=4))).verdict == "none"


def test_absent_null_and_empty_fields_are_the_same() -> None:
    empty = {"parameters": {}, "tools": [], "template_metadata": {}, "is_raw_template": 0, "model": None}
    assert compare(prompt("x"), prompt("x", **empty)).verdict == "none"
    assert compare(prompt("x"), prompt("x", parameters=None, tools=None, functions=None)).verdict == "none"


def test_other_words_are_text_only() -> None:
    new = chat(("system", "Be very kind.\nBe brief."), ("user", "Hello {{name}}"))
    diff = compare(prompt(GREETING), prompt(new, version=2))
    assert diff.verdict is Verdict.TEXT_ONLY
    assert kinds(diff) == [("text", "messages[0]"), ("text", "messages[1]")]
    assert diff.unified() == (
        "--- pp-x@1\n+++ pp-x@2\n"
        "@@ messages[0] system @@\n-Be kind.\n+Be very kind.\n Be brief.\n"
        "@@ messages[1] user @@\n-Hi {{name}}\n+Hello {{name}}\n"
    )


def test_other_words_in_a_content_part_are_text_only() -> None:
    one, other = (chat(("user", [{"type": "text", "text": text}])) for text in ("Look: {{x}}", "See: {{x}}"))
    assert compare(prompt(one), prompt(other)).verdict == "text only"


def test_another_picture_is_more_than_text() -> None:
    one, other = (chat(("user", [{"type": "image_url", "image_url": {"url": url}}])) for url in ("a", "b"))
    assert kinds(compare(prompt(one), prompt(other))) == [("message_changed", "messages[0]")]


def test_a_new_message_in_between_leaves_the_others_as_they_are() -> None:
    new = chat(("system", "Be kind.\nBe brief."), ("assistant", "Yes?"), ("user", "Hi {{name}}"))
    diff = compare(prompt(GREETING), prompt(new))
    assert (diff.verdict, kinds(diff)) == ("compatible", [("message_added", "messages[1]")])
    back = compare(prompt(new), prompt(GREETING))
    assert (back.verdict, kinds(back)) == ("compatible", [("message_removed", "messages[1]")])


def test_another_role_is_a_message_gone_and_a_message_new() -> None:
    diff = compare(prompt(chat(("system", "x"))), prompt(chat(("user", "x"))))
    assert {kind for kind, _ in kinds(diff)} == {"message_added", "message_removed"}


def test_a_chat_that_becomes_a_text_is_breaking_both_ways() -> None:
    for old, new in ((GREETING, "Hi {{name}}"), ("Hi {{name}}", GREETING)):
        diff = compare(prompt(old), prompt(new))
        assert diff.verdict is Verdict.BREAKING
        assert ("template_type", "template_type") in kinds(diff)


def test_a_text_that_becomes_a_text_to_complete_is_compatible() -> None:
    diff = compare(prompt("x"), prompt("x", template_metadata={"template_type": "completion"}))
    assert (diff.verdict, kinds(diff)) == ("compatible", [("template_type", "template_type")])


def test_saying_the_type_that_it_has_anyway_is_no_change() -> None:
    assert compare(prompt(GREETING), prompt(GREETING, template_metadata={"template_type": "chat"})).verdict == "none"


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("model", "gpt-4", "gpt-4o"),
        ("virtual_key", "a", "b"),
        ("tool_choice", "auto", {"type": "function", "function": {"name": "f"}}),
        ("is_raw_template", 0, 1),
        ("template_metadata", {"note": 1}, {"note": 2}),
    ],
)
def test_how_a_prompt_is_run_may_change(field: str, old: Any, new: Any) -> None:
    diff = compare(prompt(GREETING, **{field: old}), prompt(GREETING, **{field: new}))
    assert (diff.verdict, kinds(diff)) == ("compatible", [("setting", field)])
    assert (diff.changes[0].old, diff.changes[0].new) == (old, new)
    assert "@@ settings @@" in diff.unified()


def test_parameters_are_compared_one_by_one_as_json() -> None:
    diff = compare(
        prompt("x", parameters={"temperature": 1, "top_p": 1, "n": 2}),
        prompt("x", parameters={"temperature": True, "n": 2, "seed": 7}),
    )
    assert kinds(diff) == [
        ("parameter_changed", "parameters.temperature"),
        ("parameter_removed", "parameters.top_p"),
        ("parameter_added", "parameters.seed"),
    ]
    assert diff.verdict == "compatible"
    assert {"-temperature: 1", "+temperature: true", "-top_p: 1", "+seed: 7", " n: 2"} <= set(
        diff.unified().split("\n")
    )


def schema_format(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, **more}
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}}


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ({}, {"response_format": {"type": "json_object"}}, "breaking"),
        ({"response_format": {"type": "json_object"}}, {}, "breaking"),
        ({"response_format": {"type": "text"}}, {"response_format": None}, "compatible"),
        (schema_format({"a": {"type": "string"}}), schema_format({}), "breaking"),
        (schema_format({"a": {"type": "string"}}), schema_format({"a": {"type": "integer"}}), "breaking"),
        (schema_format({}), schema_format({"a": {"type": "string"}}), "compatible"),
    ],
)
def test_the_form_of_answers_is_what_apps_read(old: Any, new: Any, verdict: str) -> None:
    assert compare(prompt("x", parameters=old), prompt("x", parameters=new)).verdict == verdict


def test_a_partial_at_another_version_is_named_and_said_to_be_unknown() -> None:
    diff = compare(prompt("{{>pp-a@1}}"), prompt("{{>pp-a@2}}"))
    assert ("partial_changed", "partials.pp-a@2") in kinds(diff)
    assert diff.verdict == "compatible"
    assert diff.unknown_partials == ("pp-a@1", "pp-a@2")
    assert "not looked into: the partials pp-a@1, pp-a@2" in str(diff)


def test_partials_come_and_go() -> None:
    diff = compare(prompt("{{>pp-a}}{{>pp-b@1}}{{>pp-b@2}}"), prompt("{{>pp-c}}"))
    assert [each for each in kinds(diff) if each[0] != "text"] == [
        ("partial_added", "partials.pp-c"),
        ("partial_removed", "partials.pp-a"),
        ("partial_removed", "partials.pp-b@1"),
        ("partial_removed", "partials.pp-b@2"),
    ]


def test_variables_inside_of_given_partials_count() -> None:
    diff = compare(
        prompt("{{>pp-a@1}}"),
        prompt("{{>pp-a@2}}"),
        old_partials={"pp-a@1": "{{name}}"},
        new_partials={"pp-a@2": "{{name}} {{>pp-b}}", "pp-b": "{{city}}"},
    )
    assert diff.verdict is Verdict.BREAKING
    assert ("variable_needed", "variables.city") in kinds(diff)
    assert diff.unknown_partials == ()


def test_the_same_reference_with_another_text_is_text_only_and_shown() -> None:
    one, other = Partial("pp-a", 1, Template("Be kind.")), "Be kind!"
    diff = compare(prompt("{{>pp-a}}"), prompt("{{>pp-a}}"), old_partials={"pp-a": one}, new_partials={"pp-a": other})
    assert (diff.verdict, kinds(diff)) == ("text only", [("text", "partials.pp-a")])
    assert "@@ partial pp-a @@\n-Be kind.\n+Be kind!" in diff.unified()


def test_a_partial_that_includes_itself_ends() -> None:
    texts = {"pp-a": "{{title}}{{#children}}{{>pp-a}}{{/children}}"}
    assert compare(prompt("{{>pp-a}}"), prompt("{{>pp-a}}"), old_partials=texts, new_partials=texts).verdict == "none"


def test_partials_that_multiply_are_refused() -> None:
    texts = {
        f"pp-{n}": f"{{{{#a}}}}{{{{>pp-{n + 1}}}}}{{{{/a}}}}{{{{#b}}}}{{{{>pp-{n + 1}}}}}{{{{/b}}}}" for n in range(30)
    }
    with pytest.raises(TemplateLimitError, match="partials include each other"):
        compare(prompt("x"), prompt("{{>pp-0}}"), new_partials=texts)


def test_a_template_that_becomes_malformed_is_breaking() -> None:
    diff = compare(prompt("Hi {{name}}"), prompt("Hi {{name"))
    assert diff.verdict is Verdict.BREAKING
    assert diff.changes[0].kind == "template_malformed"
    assert "line 1, column 4" in diff.changes[0].message


def test_a_malformed_template_that_is_mended_asks_for_all_of_its_variables() -> None:
    diff = compare(prompt("Hi {{name"), prompt("Hi {{name}}"))
    assert {"template_mended", "variable_needed"} <= {change.kind for change in diff.changes}
    assert compare(prompt("Hi {{name"), prompt("Hi {{name")).verdict == "none"


def test_a_malformed_partial_is_breaking_and_named() -> None:
    diff = compare(prompt("{{>pp-a}}"), prompt("{{>pp-a}}"), old_partials={"pp-a": "x"}, new_partials={"pp-a": "{{#x"})
    assert "new_partials['pp-a']" in diff.changes[0].message
    assert diff.verdict is Verdict.BREAKING


def test_a_raw_chat_is_compared_as_the_text_that_it_is() -> None:
    old = '[{{#vip}}{"role": "system", "content": "Be kind."},{{/vip}}{"role": "user", "content": "{{q}}"}]'
    diff = compare(prompt(old, is_raw_template=1), prompt(old.replace("kind", "brief"), is_raw_template=1))
    assert (diff.verdict, kinds(diff)) == ("text only", [("text", "template")])


def test_a_value_that_goes_unescaped_into_a_raw_chat_is_of_another_kind() -> None:
    old = '[{"role": "user", "content": "{{q}}"}]'
    diff = compare(prompt(old, is_raw_template=1), prompt(old.replace('"{{q}}"', "{{{q}}}"), is_raw_template=1))
    assert ("variable_kind", "variables.q") in kinds(diff)
    plain = compare(prompt("{{q}}"), prompt("{{{q}}}"))
    assert plain.verdict == "text only"


def test_what_a_client_answers_can_be_compared() -> None:
    one = PromptDetail.from_dict(prompt(GREETING, parameters={"temperature": 0}))
    other = PromptDetail.from_dict(prompt(GREETING, parameters={"temperature": 1}, version=2))
    assert str(compare(one, other)) == ("pp-x@1 → pp-x@2: compatible\n  compatible  parameters.temperature: 0 → 1")


def test_as_dict_is_json_and_holds_what_was_before_and_after() -> None:
    diff = compare(prompt("Hi"), prompt("Hi {{name}}", version=2))
    told = json.loads(json.dumps(diff.as_dict()))
    assert (told["verdict"], told["old"], told["new"], told["unknown_partials"]) == ("breaking", "pp-x@1", "pp-x@2", [])
    assert told["changes"][0]["where"] == "variables.name"
    assert set(told["changes"][0]) == {"kind", "where", "old", "new", "breaking", "message"}


def test_the_summary_lists_what_breaks_first() -> None:
    old, new = prompt("Hi", model="a"), prompt("Hi {{name}}", model="b", template_metadata={"template_type": "chat"})
    words = [line.split()[0] for line in str(compare(old, new)).splitlines()[1:]]
    assert words == sorted(words, key=lambda word: word != "breaking")
    assert words[0] == "breaking"


def test_two_hunks_of_a_long_message_bear_its_title_twice_and_context_can_be_chosen() -> None:
    lines = [f"line {n}" for n in range(40)]
    changed = ["first", *lines[1:-1], "last"]
    diff = compare(prompt("\n".join(lines)), prompt("\n".join(changed)))
    assert diff.unified().count("@@ template @@") == 2
    assert diff.unified(context=0).splitlines()[2:] == [
        "@@ template @@", "-line 0", "+first", "@@ template @@", "-line 39", "+last",
    ]  # fmt: skip


def test_a_line_separator_inside_of_a_text_is_no_line_break() -> None:
    assert "+a\u2028b" in compare(prompt("x"), prompt("a\u2028b")).unified()


def test_a_prompt_of_many_messages_is_compared_in_reasonable_time() -> None:
    one = chat(*(("user", f"say {n}") for n in range(2_000)))
    other = chat(*(("user", f"tell {n}") for n in range(2_000)))
    assert compare(prompt(one), prompt(other)).verdict == "text only"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (chat(*[("user", "a")] * 3_000), chat(*[("user", "a"), ("assistant", "b")] * 1_500)),
        (chat(*[("user", "a"), ("assistant", "b")] * 1_500), chat(*[("user", "b")] * 2_000)),
        ("a\nb\n" * 20_000, "b\na\na\n" * 20_000),
        ("\n".join(str(n % 150) for n in range(20_000)), "\n".join(str(n % 150 * n % 149) for n in range(20_000))),
    ],
    ids=["the same message", "two roles", "two lines", "many lines"],
)
def test_what_repeats_itself_is_compared_in_reasonable_time(old: str, new: str) -> None:
    before = time.process_time()
    assert compare(prompt(old), prompt(new)).unified().count("\n") > 1_000
    assert time.process_time() - before < 60  # the best alignment of the first two would take most of an hour


def test_thousands_of_tools_of_one_name_and_of_partials_are_compared_in_reasonable_time() -> None:
    tools = [{"type": "function", "function": {"name": "a"}}] * 30_000
    old, new = ("".join(f"{{{{>p{n}@{version}}}}}" for n in range(20_000)) for version in (1, 2))
    before = time.process_time()
    diff = compare(prompt(old, tools=tools), prompt(new, tools=tools[1:]))
    assert ("tool_removed", "tools.a#30000") in kinds(diff)
    assert len(diff.changes) == 20_002  # the text itself too
    assert time.process_time() - before < 60  # by the square of their number it was minutes


def test_of_very_many_lines_the_same_ones_at_both_ends_are_left_out() -> None:
    ends = "\n".join(str(n) for n in range(5_000))
    old, new = (f"{ends}\n{middle}{ends}" for middle in ("a\nb\n" * 9_000, "b\na\na\n" * 9_000))
    lines = compare(prompt(old), prompt(new)).unified().splitlines()
    assert lines[2:7] == ["@@ template @@", " 4997", " 4998", " 4999", "-a"]
    assert lines[-3:] == [" 0", " 1", " 2"]
    assert (lines.count("-a"), lines.count("+a")) == (9_000, 18_000)


def test_an_empty_prompt_can_be_compared() -> None:
    assert compare(prompt(""), prompt("")).verdict == "none"
    assert kinds(compare(prompt(""), prompt("x"))) == [("message_added", "template")]
    assert compare(prompt("[]", template_metadata={"template_type": "chat"}), prompt(GREETING)).verdict == "breaking"


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ([], TypeError, "new: expected the fields of a prompt version, not list"),
        ({}, ValueError, "new: no `string` in it"),
        ({"string": 5}, TypeError, "new.string must be text, not int"),
        ({"string": "", "parameters": []}, TypeError, "new.parameters must be an object, not list"),
        ({"string": "", "tools": {}}, TypeError, "new.tools must be an array, not dict"),
        ({"string": "", "functions": "f"}, TypeError, "new.functions must be an array, not str"),
        ({"string": "", "template_metadata": "chat"}, TypeError, "new.template_metadata must be an object, not str"),
    ],
)
def test_what_is_no_prompt_version_is_an_error_that_names_the_field(fields: Any, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        compare(prompt("x"), fields)


def test_a_partial_that_is_no_text_is_an_error_that_names_it() -> None:
    with pytest.raises(TypeError, match="the partial 'pp-a' must be its text, not int"):
        compare(prompt("x"), prompt("x"), new_partials={"pp-a": 5})  # type: ignore[dict-item]


def test_comparing_changes_neither_version() -> None:
    old, new = prompt(GREETING, parameters={"a": {"b": 1}}), prompt(GREETING, tools=[{"type": "x"}])
    before = json.dumps([old, new])
    compare(old, new).unified()
    assert json.dumps([old, new]) == before

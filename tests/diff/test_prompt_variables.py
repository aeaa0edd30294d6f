"""Variables of two versions: which became needed, which changed their kind, and that the engine agrees."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest
from example_counts import examples
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from portkey_prompts.diff import compare
from portkey_prompts.templates import MissingVariablesError, PromptTemplate

Parameters = dict[str, Any]


def variable_changes(old: str, new: str, before: Parameters | None = None, after: Parameters | None = None) -> Any:
    diff = compare({"string": old, "parameters": before}, {"string": new, "parameters": after})
    return [(change.kind.removeprefix("variable_"), change.where.removeprefix("variables.")) for change in diff.changes
            if change.kind.startswith("variable_")]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("Hi", "Hi {{name}}", [("needed", "name")]),
        ("Hi {{name}}", "Hi", [("unused", "name")]),
        ("{{a}} {{b}}", "{{b}} {{a}}", []),
        ("{{first}}", "{{last}}", [("needed", "last"), ("unused", "first")]),
        ("{{user.name}}", "{{user.name}} {{user.email}}", [("needed", "user.email")]),
        ("{{user.name}} {{user.email}}", "{{user.name}}", [("unused", "user.email")]),
        ("x", "{{user.name}} {{user.email}}", [("needed", "user")]),
        ("{{user.name}}", "x", [("unused", "user")]),
        ("{{user}}", "{{user.name}}", [("kind", "user")]),
        ("{{user.name}}", "{{user}}", [("kind", "user")]),
        ("{{user.name}}", "{{user.name}} {{user}}", [("kind", "user")]),
        ("{{user.name}} {{user}}", "{{user.name}}", []),
        ("{{x}}", "{{#x}}yes{{/x}}", [("kind", "x")]),
        ("{{#x}}yes{{/x}}", "{{x}}", [("kind", "x")]),
        ("{{x}}", "{{^x}}no{{/x}}", [("kind", "x")]),
        ("{{x}}", "{{>>x}}", [("kind", "x")]),
        ("{{>>x}}", "{{x}}", [("kind", "x")]),
        ("{{#user}}{{name}}{{/user}}", "{{user.name}}", [("kind", "user")]),
        ("Hi {{name}}", "Hi{{#name}} {{name}}{{/name}}", [("optional", "name")]),
        ("Hi{{#name}} {{name}}{{/name}}", "Hi {{name}}", [("needed", "name")]),
        ("{{#user}}{{user.name}}{{/user}}", "{{user.name}}", [("needed", "user")]),
        ("x", "x{{#vip}} yes{{/vip}}", [("added", "vip")]),
        ("x", "x{{^vip}} no{{/vip}}", [("added", "vip")]),
        ("x{{#vip}} yes{{/vip}}", "x", [("unused", "vip")]),
        ("{{name}}", "{{#vip}}Dear {{/vip}}{{name}}", [("added", "vip")]),
        ("{{name}}", "{{#vip}}Dear {{name}}{{/vip}}", [("added", "vip"), ("optional", "name")]),
        ("x", "{{#items}}{{title}}{{/items}}", [("needed", "items")]),
        ("x", "{{#items}}{{.}}{{/items}}", [("needed", "items")]),
        ("x", "{{#items}}{{title}}{{/items}}{{^items}}none{{/items}}", [("added", "items")]),
        ("{{#items}}{{title}}{{/items}}", "{{#items}}{{title}}{{price}}{{/items}}", [("needed", "items[].price")]),
        ("{{#items}}{{title}}{{/items}}", "{{#items}}{{/items}}", [("unused", "items[].title")]),
        ("{{#items}}yes{{/items}}", "{{#items}}{{.}}{{/items}}", [("needed", "items[]")]),
        ("{{#a}}{{#b}}{{x}}{{/b}}{{/a}}", "{{#a}}{{#b}}{{x}}{{y}}{{/b}}{{/a}}", [("needed", "a[].b[].y")]),
        ("{{#items}}{{title}}{{/items}}{{lang}}", "{{#items}}{{title}}{{lang}}{{/items}}{{lang}}", []),
        ("{{#items}}{{title}}{{/items}}", "{{#items}}{{/items}}{{title}}", [("needed", "title")]),
        ("{{#items}}{{author.name}}{{/items}}", "{{#items}}{{author}}{{/items}}", [("kind", "items[].author")]),
        ("{{first name}}", "{{last name}}", [("needed", "last name"), ("unused", "first name")]),
        ("{{größe}}", "{{größe}} {{名前}}", [("needed", "名前")]),
        ("{{.}}", "", []),
    ],
)  # fmt: skip
def test_each_change_of_a_variable_is_told(old: str, new: str, changes: list[tuple[str, str]]) -> None:
    assert variable_changes(old, new) == changes


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"topic": "AI"}, {"topic": "AI"}, []),
        ({"topic": "AI"}, {}, [("needed", "topic")]),
        ({}, {"topic": "AI"}, [("optional", "topic")]),
        ({"topic": ""}, {}, []),
        ({"topic": "AI"}, {"topic": ""}, [("needed", "topic")]),
        ({"topic": "AI"}, {"topic": None}, [("needed", "topic")]),
        ({"topic": 0}, {"topic": False}, []),
    ],
)
def test_a_default_makes_a_variable_optional(before: Parameters, after: Parameters, changes: Any) -> None:
    assert variable_changes("{{topic}}", "{{topic}}", before, after) == changes


def test_a_new_variable_with_a_default_is_not_needed() -> None:
    assert variable_changes("x", "{{topic}}", {}, {"topic": "AI"}) == [("added", "topic")]


def test_a_section_that_loses_its_default_becomes_needed() -> None:
    text = "{{#items}}{{title}}{{/items}}"
    assert variable_changes(text, text, {"items": [{"title": "a"}]}, {}) == [("needed", "items")]


def test_a_default_has_to_reach_as_far_as_the_name_does() -> None:
    added = [("needed", "person.name"), ("added", "person")]
    assert variable_changes("x", "{{person.name}}", {}, {"person": {"name": "Ada"}}) == [("added", "person")]
    assert variable_changes("x", "{{person.name}}", {}, {"person": {"age": 3}}) == added


def test_a_model_setting_is_no_default_of_a_variable_of_its_name() -> None:
    assert variable_changes("x", "{{temperature}}", {"temperature": 1}, {"temperature": 1}) == [
        ("needed", "temperature")
    ]


def test_a_message_says_what_to_do() -> None:
    (change, _) = compare({"string": "Hi"}, {"string": "Hi {{name}}"}).changes
    assert change.breaking
    assert change.message == (
        "`name` became needed (a plain variable; it is new): give it in every call, or a default in parameters"
    )


tops = st.sampled_from("abc")
fields = st.sampled_from("xy")
names = st.one_of(tops, fields)
paths = st.one_of(names, st.sampled_from(["a.x", "b.y", "c.x", "x.y"]))


def tag(name: str) -> str:
    return f"{{{{{name}}}}}"


def section(name: str, body: str, sigil: str = "#") -> str:
    return f"{{{{{sigil}{name}}}}}{body}{{{{/{name}}}}}"


tags = st.one_of(paths, st.just(".")).map(tag)
bodies = st.lists(st.one_of(tags, st.builds(section, names, tags)), max_size=3).map("".join)
templates = st.lists(
    st.one_of(
        st.just("hello"),
        paths.map(tag),
        st.builds(section, tops, bodies),
        st.builds(section, tops, st.one_of(st.just("none"), tags), st.just("^")),
    ),
    max_size=4,
).map("".join)
plain = st.sampled_from(["text", "", 1, True, False, [], None])
objects = st.dictionaries(fields, st.one_of(plain, st.dictionaries(fields, plain)))
calls = st.dictionaries(names, st.one_of(plain, objects, st.lists(objects, max_size=2)))
defaults = st.dictionaries(names, st.one_of(plain, objects), max_size=1)


def only(variables: Parameters, top: Collection[str], inside: Collection[str]) -> Parameters:
    """What a call gives that gives nothing but what the template mentions, at the top and in objects and lists."""

    def pruned(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: pruned(each) for name, each in value.items() if name in inside}
        return [pruned(each) for each in value] if isinstance(value, list) else value

    return {name: pruned(value) for name, value in variables.items() if name in top}


def complete(string: str, parameters: Parameters, variables: Parameters) -> bool:
    try:
        PromptTemplate(string, parameters=parameters).render(variables, missing="error")
    except MissingVariablesError:
        return False
    return True


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(templates, defaults, templates, defaults, calls)
def test_a_call_that_was_complete_stays_complete_unless_the_change_is_breaking(
    old: str, before: Parameters, new: str, after: Parameters, variables: Parameters
) -> None:
    """The engine is asked, not the comparison: what it renders without a complaint it goes on rendering."""
    known = only(variables, PromptTemplate(old).variables, set("xy") & set(old))
    assume(complete(old, before, known))
    turned = {name for name in before | after if after.get(name) != before.get(name)}
    assume(not turned & set(PromptTemplate(new).components["sections"]))
    diff = compare({"string": old, "parameters": before}, {"string": new, "parameters": after})
    assert diff.verdict == "breaking" or complete(new, after, known), str(diff)

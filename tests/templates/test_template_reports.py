"""Used, missing and unused variables; the policy for missing ones."""

import pickle
from collections import UserDict, defaultdict
from typing import Any

import pytest

from portkey_prompts.templates import (
    MissingVariablesError,
    Partial,
    Template,
    TemplateError,
    TemplateLimitError,
    TemplateSyntaxError,
    UnknownPartialError,
)


def test_used_and_unused_split_what_was_given_in_its_order() -> None:
    rendering = Template("{{c}}{{a.x}}").render({"a": {"x": 1}, "b": 2, "c": 3})
    assert (rendering.used, rendering.unused, rendering.missing) == (("a", "c"), ("b",), ())


def test_what_only_a_section_tests_is_used() -> None:
    rendering = Template("{{#a}}{{/a}}{{^b}}{{/b}}").render({"a": False, "b": True})
    assert (rendering.used, rendering.unused) == (("a", "b"), ())


def test_what_stands_in_a_section_that_is_left_out_is_unused() -> None:
    assert Template("{{#a}}{{b}}{{/a}}").render({"a": 0, "b": 1}).unused == ("b",)


def test_a_field_of_an_item_is_no_use_of_the_variable_of_the_same_name() -> None:
    rendering = Template("{{#items}}{{name}}{{/items}}").render({"items": [{"name": 1}], "name": 2})
    assert (rendering.used, rendering.unused) == (("items",), ("name",))


def test_the_dot_at_the_top_uses_all() -> None:
    assert Template("{{.}}").render({"a": 1, "b": 2}).used == ("a", "b")


def test_a_partial_uses_variables_too() -> None:
    partials = {"pp-a": Partial("pp-a", 1, Template("{{x}}{{y}}"))}
    rendering = Template("{{>pp-a}}").render({"x": 1}, partials=partials)
    assert (rendering.used, rendering.missing) == (("x",), ("y",))


def test_missing_names_are_told_once_in_the_order_of_look_up_dotted_ones_in_full() -> None:
    rendering = Template("{{b}}{{a}}{{b}}{{o.x.y}}{{o.z}}").render({"o": {"z": 1}})
    assert rendering.missing == ("b", "a", "o.x.y")


def test_a_name_missing_on_an_item_is_missing() -> None:
    template = Template("{{#items}}{{title}} {{/items}}")
    rendering = template.render({"items": [{"title": "a"}, {}, {"title": "b"}]})
    assert (rendering.text, rendering.missing) == ("a  b ", ("title",))


def test_null_given_is_given() -> None:
    assert Template("[{{x}}]").render({"x": None}, missing="error").text == "[]"


def test_a_name_below_null_is_missing() -> None:
    assert Template("{{x.y}}").render({"x": None}).missing == ("x.y",)


def test_the_empty_string_given_is_given() -> None:
    assert Template("[{{x}}]").render({"x": ""}, missing="error").text == "[]"


def test_the_error_policy_names_every_missing_variable_at_once() -> None:
    partials = {"pp-a": Partial("pp-a", 1, Template("{{inner}}"))}
    template = Template("{{a}}{{b.c}}{{given}}{{>pp-a}}{{a}}{{>>chosen}}")
    with pytest.raises(MissingVariablesError) as caught:
        template.render({"given": 1}, partials=partials, missing="error")
    assert caught.value.names == ("a", "b.c", "inner", "chosen")
    assert "a, b.c, inner, chosen" in str(caught.value)


@pytest.mark.parametrize("text", ["{{#x}}{{x}}{{/x}}", "{{^x}}none{{/x}}", "{{#x.y}}{{/x.y}}", "{{^x.y}}{{/x.y}}"])
def test_a_section_on_a_missing_name_asks_for_absence_and_is_no_error(text: str) -> None:
    assert Template(text).render({}, missing="error").missing == ()


def test_a_word_that_is_no_policy_is_refused() -> None:
    with pytest.raises(ValueError, match='"empty" or "error"'):
        Template("").render({}, missing="ignore")  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [dict, UserDict, lambda given: defaultdict(list, given)])
def test_variables_may_be_any_mapping(kind: Any) -> None:
    rendering = Template("{{x}}{{o.y}}{{z}}").render(kind({"x": 1, "o": kind({"y": 2})}))
    assert (rendering.text, rendering.used, rendering.missing) == ("12", ("x", "o"), ("z",))


@pytest.mark.parametrize("variables", [object(), b"bytes", {1, 2}])
def test_variables_that_are_not_json_are_refused(variables: Any) -> None:
    with pytest.raises(TemplateError, match="variables: expected a mapping"):
        Template("").render(variables)


def test_a_variable_whose_name_is_no_text_is_refused() -> None:
    with pytest.raises(TemplateError, match="names must be text"):
        Template("").render({1: "one"})


@pytest.mark.parametrize(
    "error",
    [
        TemplateError("wrong", line=1, column=2),
        TemplateSyntaxError("wrong", line=1, column=2),
        MissingVariablesError(("a", "b")),
        UnknownPartialError("pp-x@5", line=3, column=4),
        TemplateLimitError("depth", "too deep", line=5, column=6),
    ],
)
def test_errors_survive_pickling(error: TemplateError) -> None:
    error.path = ("pp-a@1",)
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))

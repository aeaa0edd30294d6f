"""JSON data only: what else is refused, by the name of the variable."""

import datetime
import decimal
import enum
import math
from collections import OrderedDict, UserDict, deque
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest

from portkey_prompts.templates import Limits, Template, TemplateError, TemplateLimitError


class Shouting(str):
    def __str__(self) -> str:
        raise AssertionError("a value's methods are not called")

    __repr__ = __format__ = upper = __str__  # type: ignore[assignment]


class Level(enum.IntEnum):
    LOW = 1


class Colour(enum.StrEnum):
    RED = "red"


class Numeral(float):
    def __repr__(self) -> str:
        raise AssertionError("a value's methods are not called")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Shouting("quiet"), "quiet"),
        ([Shouting("quiet")], '"quiet"'),
        (Level.LOW, "1"),
        (Colour.RED, "red"),
        (Numeral(1.5), "1.5"),
        ((1, "a"), '1,"a"'),
        (deque([1, 2]), "1,2"),
        (OrderedDict(b=1, a=2), '{"b":1,"a":2}'),
        (UserDict(a=(1,)), '{"a":[1]}'),
        (MappingProxyType({"a": None}), '{"a":null}'),
    ],
    ids=lambda value: type(value).__name__,
)
def test_subclasses_and_other_mappings_and_sequences_are_json(value: Any, text: str) -> None:
    assert Template("{{x}}").render({"x": value}).text == text


def test_a_subclass_of_text_can_choose_a_partial() -> None:
    assert Template("{{>>x}}").render({"x": Shouting("quiet {{y}}"), "y": 1}).text == "quiet 1"


@pytest.mark.parametrize(
    "value",
    [
        object(),
        datetime.date(2026, 1, 1),
        decimal.Decimal(1),
        b"bytes",
        bytearray(b"x"),
        {1, 2},
        SimpleNamespace(a=1),
        len,
        lambda: "called",
        1j,
        math.nan,
        math.inf,
        -math.inf,
    ],
    ids=lambda value: f"{type(value).__name__} {value}" if isinstance(value, float) else type(value).__name__,
)
@pytest.mark.parametrize(
    ("text", "wrap"),
    [
        ("{{name}}", lambda value: {"name": value}),
        ("{{{name}}}", lambda value: {"name": value}),
        ("{{#name}}{{/name}}", lambda value: {"name": value}),
        ("{{^name}}{{/name}}", lambda value: {"name": value}),
        ("{{#name}}{{.}}{{/name}}", lambda value: {"name": [value]}),
        ("{{name}}", lambda value: {"name": [value]}),
        ("{{name}}", lambda value: {"name": {"deep": [{"er": value}]}}),
        ("{{>>name}}", lambda value: {"name": value}),
        ("{{a.name}}", lambda value: {"a": {"name": value}}),
    ],
)
def test_what_is_not_json_is_refused_by_name(value: Any, text: str, wrap: Any) -> None:
    with pytest.raises(TemplateError, match="name"):
        Template(text).render(wrap(value))


def test_a_key_that_is_no_text_is_refused() -> None:
    with pytest.raises(TemplateError, match="has the key 1: keys must be text"):
        Template("{{x}}").render({"x": {1: 2}})


def test_a_number_with_more_digits_than_python_writes_is_refused() -> None:
    with pytest.raises(TemplateError, match="'x' can't be written"):
        Template("{{x}}").render({"x": 10**5000})


def test_data_that_holds_itself_is_refused_when_written_and_can_be_walked() -> None:
    data: dict[str, Any] = {"name": "me"}
    data["self"] = data
    assert Template("{{self.self.self.name}}").render(data).text == "me"
    with pytest.raises(TemplateLimitError, match="holds itself"):
        Template("{{self}}").render(data)


def test_data_that_holds_itself_many_times_over_is_refused_before_it_fills_the_memory() -> None:
    value: list[Any] = [0]
    for _ in range(60):
        value = [value, value]
    with pytest.raises(TemplateLimitError, match="'x' is longer than"):
        Template("{{x}}").render({"x": value}, limits=Limits(output=100_000))


def test_data_nested_as_deep_as_json_gets_is_an_error_and_no_crash() -> None:
    value: Any = 0
    for _ in range(5000):
        value = {"a": value}
    with pytest.raises(TemplateLimitError) as caught:
        Template("{{x}}").render({"x": value})
    assert caught.value.limit == "depth"


def test_a_value_is_read_and_never_changed() -> None:
    data = {"items": [{"a": [1, {"b": "c"}]}], "t": "x"}
    before = repr(data)
    Template("{{items}}{{#items}}{{a}}{{x}}{{/items}}{{t}}").render(data)
    assert repr(data) == before

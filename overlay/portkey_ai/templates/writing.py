"""The text of a value: what `{{x}}` leaves in the output."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from json import encoder
from typing import Any, Final

from .errors import TemplateError, TemplateLimitError
from .values import Spot, is_list, is_object, not_json, number

DATA_DEPTH: Final = 100
"""Levels of lists and objects in a value that is written as JSON."""

quoted: Callable[[str], str] = encoder.encode_basestring


def json_string_escape(text: str) -> str:
    """Escape a text to stand between the quotes of a JSON string."""
    return quoted(text)[1:-1]


def text_of(value: Any, spot: Spot, room: int) -> str:
    """Write a value as a template shows it.

    Text goes in as it is and null is empty; numbers, booleans and objects are JSON; a list is its items, each as JSON,
    with commas between.

    Args:
        value: a value of JSON.
        spot: the tag, for errors.
        room: characters that the text may have.

    Raises:
        TemplateError: the value is not JSON, is nested too deep or is too long.
    """
    if isinstance(value, str):
        return str.__str__(value)
    if value is None:
        return ""
    writer = _Writer(spot, room)
    if is_list(value):
        writer.items(value, 1)
    else:
        writer.write(value, 0)
    return writer.text()


class _Writer:
    """Collect the JSON of one value; stricter than `json.dumps`: no keys but text, nothing without bounds."""

    __slots__ = ("pieces", "room", "spot")

    def __init__(self, spot: Spot, room: int) -> None:
        self.pieces: list[str] = []
        self.spot = spot
        self.room = room

    def text(self) -> str:
        if sum(map(len, self.pieces)) > self.room:
            raise self._too_long()
        return "".join(self.pieces)

    def write(self, value: Any, depth: int) -> None:
        if isinstance(value, str):
            self.pieces.append(quoted(value))
        elif value is None or value is True or value is False:
            self.pieces.append("null" if value is None else "true" if value else "false")
        elif isinstance(value, (int, float)):
            self.pieces.append(number(value, self.spot))
        else:
            self._write_nested(value, depth + 1)

    def items(self, value: Sequence[Any], depth: int) -> None:
        for index, item in enumerate(value):
            if index:
                self.pieces.append(",")
            self.write(item, depth)
        self._check_room()

    def _members(self, value: Mapping[str, Any], depth: int) -> None:
        separator = ""
        for key, member in value.items():
            if not isinstance(key, str):
                problem = f"the value of {self.spot.text!r} has the key {key!r}: keys must be text"
                raise TemplateError(problem, line=self.spot.line, column=self.spot.column)
            self.pieces.append(f"{separator}{quoted(key)}:")
            self.write(member, depth)
            separator = ","
        self._check_room()

    def _write_nested(self, value: Any, depth: int) -> None:
        if depth > DATA_DEPTH:
            raise self._too_deep()
        if is_object(value):
            self.pieces.append("{")
            self._members(value, depth)
            self.pieces.append("}")
        elif is_list(value):
            self.pieces.append("[")
            self.items(value, depth)
            self.pieces.append("]")
        else:
            raise not_json(value, self.spot)

    def _check_room(self) -> None:
        # Every piece is a character at least: this ends the writing of data that holds itself many times over.
        if len(self.pieces) > self.room:
            raise self._too_long()

    def _too_deep(self) -> TemplateLimitError:
        problem = f"the value of {self.spot.text!r} is nested deeper than {DATA_DEPTH} levels, or holds itself"
        return TemplateLimitError("depth", problem, line=self.spot.line, column=self.spot.column)

    def _too_long(self) -> TemplateLimitError:
        problem = f"the value of {self.spot.text!r} is longer than the {self.room} characters left for the output"
        return TemplateLimitError("output", problem, line=self.spot.line, column=self.spot.column)

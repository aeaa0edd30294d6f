"""What a JSON value means in a template: its kind, its truth, its text; and the text of messages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, Final, Protocol

from .errors import TemplateError, TemplateLimitError

_NOT_LISTS = (str, dict, bytes, bytearray, memoryview)


class TagPosition(Protocol):
    """The tag that a value is looked up for: its name and its position, for errors."""

    @property
    def text(self) -> str:
        """Give the name."""
        ...

    @property
    def line(self) -> int:
        """Give the line, from 1."""
        ...

    @property
    def column(self) -> int:
        """Give the column, from 1."""
        ...


def is_object(value: object) -> bool:
    """Tell whether a value is a JSON object: a dict or another mapping."""
    return isinstance(value, (dict, Mapping))


def is_list(value: object) -> bool:
    """Tell whether a value is a JSON array: a list, a tuple or another sequence, but no text and no bytes."""
    if isinstance(value, list):
        return True
    return isinstance(value, Sequence) and not isinstance(value, _NOT_LISTS)


def check_variables(variables: Any) -> None:
    """Check what a render is given: an object whose names are text, or another JSON value.

    Raises:
        TemplateError: it is something else.
    """
    if type(variables) is dict or is_object(variables):
        for name in variables:
            if not isinstance(name, str):
                raise TemplateError(f"variables: the name {name!r} is a {type(name).__name__}: names must be text")
    elif not (variables is None or isinstance(variables, (str, int, float)) or is_list(variables)):
        raise TemplateError(f"variables: expected a mapping of names to values, not a {type(variables).__name__}")


def is_false(value: Any, tag: TagPosition) -> bool:
    """Tell whether a section on this value is left out: null, false, 0, "" and [] are false, {} is not.

    Raises:
        TemplateError: the value is not JSON.
    """
    if value is None or value is False:
        return True
    if isinstance(value, (int, float)):
        check_finite(value, tag)
        return bool(value == 0)
    if isinstance(value, str) or is_list(value):
        return len(value) == 0
    if is_object(value):
        return False
    raise not_json(value, tag)


def check_json(value: object, tag: TagPosition) -> None:
    """Raise a `TemplateError` where a value is of no kind that JSON has; its insides are not looked at."""
    if isinstance(value, float):
        check_finite(value, tag)
    elif not (value is None or isinstance(value, (str, int)) or is_object(value) or is_list(value)):
        raise not_json(value, tag)


def chosen_text(value: Any, tag: TagPosition) -> str:
    """Answer what a variable says about the partial that it chooses; null chooses none.

    Raises:
        TemplateError: the value is neither text nor null.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return str.__str__(value)
    remedy = "give the reference of a stored partial, or the text itself"
    raise _error(f"the value of {tag.text!r} chooses a partial and is a {type(value).__name__}: {remedy}", tag)


def check_finite(value: float, tag: TagPosition) -> None:
    """Raise a `TemplateError` for NaN and the infinities."""
    if isinstance(value, float) and not isfinite(value):
        raise _error(f"the value of {tag.text!r} is {value!r}, which is not JSON: give a number or null", tag)


def number(value: float, tag: TagPosition) -> str:
    """Write a float as ECMAScript does and an int exactly, whatever the `repr` of its class says.

    Raises:
        TemplateError: the number is not finite, or has more digits than Python writes.
    """
    check_finite(value, tag)
    if isinstance(value, float):
        return _ecmascript(float.__repr__(value))
    try:
        return int.__repr__(value)
    except ValueError as error:
        raise _error(f"the value of {tag.text!r} can't be written: {error}", tag) from None


def _ecmascript(text: str) -> str:
    """Turn Python's way of writing a float into ECMAScript's: the digits are the same."""
    digits, _, exponent = text.partition("e")
    if not exponent:
        return {"-0.0": "0"}.get(text, text.removesuffix(".0"))
    power = int(exponent)
    if not -7 < power < 21:
        return f"{digits}e{power:+d}"
    sign = "-" if digits.startswith("-") else ""
    digits = digits.removeprefix("-").replace(".", "")
    return f"{sign}0.{digits:0>{len(digits) - power - 1}}" if power < 0 else f"{sign}{digits:0<{power + 1}}"


def utf16_length(text: str) -> int:
    """Count a text as ECMAScript does: a character beyond U+FFFF twice."""
    return len(text) if text.isascii() else len(_utf16(text)) // 2


def utf16_unit(text: str, index: int) -> str:
    """Answer one unit of a text as ECMAScript counts it, half of a character beyond U+FFFF; nothing beyond the end."""
    if text.isascii():
        return str.__getitem__(text, slice(index, index + 1))
    return _utf16(text)[2 * index : 2 * index + 2].decode("utf-16-le", "surrogatepass")


def _utf16(text: str) -> bytes:
    return str.encode(text, "utf-16-le", "surrogatepass")


def not_json(value: object, tag: TagPosition) -> TemplateError:
    """Make the error for a value that JSON does not have."""
    kind = type(value).__name__
    remedy = "give text, a number, a boolean, null, a list or a mapping"
    return _error(f"the value of {tag.text!r} is or holds a {kind}, which is not JSON: {remedy}", tag)


def _error(problem: str, tag: TagPosition) -> TemplateError:
    return TemplateError(problem, line=tag.line, column=tag.column)


DATA_DEPTH: Final = 100
"""Levels of lists and objects in a value that is written as JSON."""

_encode: Callable[[str], str] = json.encoder.encode_basestring
_HALVES = re.compile("[\ud800-\udfff]")
ARRAY_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,9}")
_LAST_INDEX: Final = 2**32 - 2


def json_string(text: str) -> str:
    """Write a text as a JSON string, as ECMAScript does it: half of a pair of UTF-16 by its number."""
    written = _encode(text)
    return written if written.isascii() else _HALVES.sub(_escaped_half, written)


def _escaped_half(half: re.Match[str]) -> str:
    return f"\\u{ord(half[0]):04x}"


def json_string_escape(text: str) -> str:
    """Escape a text to stand between the quotes of a JSON string."""
    return json_string(text)[1:-1]


def text_of(value: Any, tag: TagPosition, longest: int) -> str:
    """Write a value as a template shows it.

    Text goes in as it is and null is empty; numbers, booleans and objects are JSON; a list is its items, each as JSON,
    with commas between.

    Args:
        value: a value of JSON.
        tag: the tag, for errors.
        longest: characters that the text may have at most.

    Raises:
        TemplateError: the value is not JSON, is nested too deep or is too long.
    """
    if isinstance(value, str):
        return str.__str__(value)
    if value is None:
        return ""
    writer = _Writer(tag, longest)
    if is_list(value):
        writer.items(value, 1)
    else:
        writer.write(value, 0)
    return writer.text()


class _Writer:
    """Collect the JSON of one value; stricter than `json.dumps`: keys are text, depth and length are limited."""

    __slots__ = ("longest", "pieces", "tag")

    def __init__(self, tag: TagPosition, longest: int) -> None:
        self.pieces: list[str] = []
        self.tag = tag
        self.longest = longest

    def text(self) -> str:
        if sum(map(len, self.pieces)) > self.longest:
            raise self._too_long()
        return "".join(self.pieces)

    def write(self, value: Any, depth: int) -> None:
        if isinstance(value, str):
            self.pieces.append(json_string(value))
        elif value is None or value is True or value is False:
            self.pieces.append("null" if value is None else "true" if value else "false")
        elif isinstance(value, (int, float)):
            self.pieces.append(number(value, self.tag))
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
        for key, member in _ordered(value):
            if not isinstance(key, str):
                problem = f"the value of {self.tag.text!r} has the key {key!r}: keys must be text"
                raise TemplateError(problem, line=self.tag.line, column=self.tag.column)
            self.pieces.append(f"{separator}{json_string(key)}:")
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
            raise not_json(value, self.tag)

    def _check_room(self) -> None:
        # Each piece has one character or more, so this stops data that refers to the same list again and again.
        if len(self.pieces) > self.longest:
            raise self._too_long()

    def _too_deep(self) -> TemplateLimitError:
        problem = f"the value of {self.tag.text!r} is nested deeper than {DATA_DEPTH} levels, or holds itself"
        return TemplateLimitError("depth", problem, line=self.tag.line, column=self.tag.column)

    def _too_long(self) -> TemplateLimitError:
        problem = f"the value of {self.tag.text!r} is longer than the {self.longest} characters left for the output"
        return TemplateLimitError("output", problem, line=self.tag.line, column=self.tag.column)


def _ordered(value: Mapping[Any, Any]) -> Iterable[tuple[Any, Any]]:
    """Give members in ECMAScript's order: whole numbers first, by size, then the others as they came."""
    if not any(map(_is_index, value)):
        return value.items()
    return sorted(value.items(), key=lambda member: int(member[0]) if _is_index(member[0]) else _LAST_INDEX + 1)


def _is_index(key: object) -> bool:
    return isinstance(key, str) and ARRAY_INDEX.fullmatch(key) is not None and int(key) <= _LAST_INDEX


def messages_text(messages: Iterable[Any]) -> str:
    """Join the texts of messages, with a blank line between; of several parts, with a line break between.

    Args:
        messages: messages with `content` that is text, a list of parts, null or not there. Parts without `text`,
            messages without any text, and what is no message are left out.
    """
    return "\n\n".join(filter(None, map(_message_text, messages)))


def template_text(string: Any, template_type: str | None = None) -> str:
    """Show a stored template as text: of a chat its messages' texts, anything else as it is.

    Args:
        string: the template as it is stored.
        template_type: `completion` where it is known to be no chat.
    """
    if not isinstance(string, str):
        return messages_text(string) if isinstance(string, list) else ""
    if template_type == "completion" or not string.lstrip().startswith("["):
        return string
    try:
        messages = json.loads(string)
    except (ValueError, RecursionError):
        return string
    is_chat = isinstance(messages, list) and messages and all(isinstance(m, dict) and "role" in m for m in messages)
    return messages_text(messages) if is_chat else string


def _message_text(message: Any) -> str:
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    texts = (part.get("text") if isinstance(part, dict) else part for part in content)
    return "\n".join(text for text in texts if isinstance(text, str) and text)

"""JSON: reading it strictly, so that what two readers could understand differently is refused, and writing it.

Large texts are read and written in steps, on a thread: during one call of a decoder in C no other thread runs.
"""

from __future__ import annotations

import json
import json.scanner
import math
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, cast

import msgspec

from portkey_local.errors import BadRequestError, TooLargeError
from portkey_prompts import strict_json

DEEPEST = 100
"""How many arrays and objects may lie inside each other in a body."""
LARGE = 32 * 1024
"""Bytes from which on a body is to be read on a thread, by a reader that lets other threads run in between."""
_LONG_NUMBER = 40
LARGE_ANSWER = 256 * 1024
"""Bytes, or characters, from which on an answer is read or written step by step."""
_SHORT_STRING = 1024
_ESCAPE = len(r"\ud83d")
_HALF_PAIR = re.compile(r"\\u[dD][89abAB]..")
_PART = 8
"""Characters that `size_of` adds for each value."""
_NAMES_AT_ONCE = 10_000
_TOGETHER = 100
"""Items of a list that are written together."""
_STEPPED_INTO = 12
"""Levels of arrays and objects that are written one by one."""
_STRUCTURE = re.compile(rb'["\[{\]},:]')
_INSIDE = re.compile(rb'[^"\\]{0,100000}(?:\\.[^"\\]{0,9}){0,10000}', re.DOTALL)
"""The inside of a string; of a long one only a piece, since no other thread runs during a match."""
_INSIDE_TEXT = re.compile(_INSIDE.pattern.decode(), re.DOTALL)


def read_json(raw: bytes, *, values: int, names: int) -> Any:
    """Read a JSON text.

    Args:
        raw: The body, UTF-8.
        values: How many values it may hold, those inside of others counted too.
        names: How many names its objects may have in all: a name takes several times what a value takes.

    Raises:
        BadRequestError: It is no JSON, not UTF-8, names a key twice, holds NaN or Infinity, half a surrogate pair or a
            number that is too long, or is nested more than 100 levels deep.
        TooLargeError: It holds too many values or names, or long numbers of too many digits in all.
    """
    is_flat = _is_flat(raw, values, names)
    if is_flat and len(raw) < LARGE and (read := _plainly(raw)) is not _NOTHING:
        return read
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")  # PowerShell and .NET put it in front of files
    except UnicodeDecodeError as error:
        raise BadRequestError(f"The body is not UTF-8: {error.reason} at byte {error.start}.") from error
    if not is_flat:
        _check_shape(raw, values, names)
    try:
        # No other thread runs during the standard library's quick scanner, which is short enough for a small text.
        return strict_json.read_json(text, decoder=None if len(raw) < LARGE else _Patient(), encode=_as_is.encode)
    except strict_json.JSONError as error:
        raise BadRequestError(f"The body {error}.") from error


def _plainly(raw: bytes) -> Any:
    """Read a small JSON text by the quick decoder; return `_NOTHING` where the strict reader might refuse it.

    It takes a third of the strict reader's time. Its value counts where writing it gives the same text again, but for
    white space: then no name stood twice, no number was too long, and no escape was half a pair.
    """
    try:
        value = msgspec.json.decode(raw)
        written = _as_is.encode(value)
    except (ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        return _NOTHING
    same = written == raw or written.translate(None, _SPACE) == raw.translate(None, _SPACE)
    return value if same else _NOTHING


class _Patient(json.JSONDecoder):
    """Read one large text, value by value."""

    def __init__(self) -> None:
        super().__init__(**strict_json.HOOKS, parse_int=self._integer)
        self._digits = 0
        self.scan_once = json.scanner.py_make_scanner(self)  # type: ignore[attr-defined]

    def _integer(self, text: str) -> int:
        number = int(text)  # itself, it refuses more than 4,300 digits
        if len(text) > _LONG_NUMBER:
            # To write a number takes time by the square of its length.
            self._digits += len(text)
            if self._digits > strict_json.MOST_DIGITS:
                raise TooLargeError(
                    f"The long numbers of the body have more than {strict_json.MOST_DIGITS:,} digits in all. "
                    "Send them as strings."
                )
        return number


def _is_flat(raw: bytes, values: int, names: int) -> bool:
    # Counting is quick and is enough for nearly every body; only what could be too much is walked through.
    opened = raw.count(b"[") + raw.count(b"{")
    return opened <= DEEPEST and opened + raw.count(b",") < values and raw.count(b":") <= names


def _check_shape(raw: bytes, values: int, names: int) -> None:
    depth, count, named, position = 0, 1, 0, 0
    while found := _STRUCTURE.search(raw, position):
        position = found.end()
        match found[0]:
            case b'"':
                position = _end_of_string(raw, position)
            case b"]" | b"}":
                depth -= 1
            case b":":
                named += 1
                if named > names:
                    raise TooLargeError(
                        f"The body holds more than {names:,} names in its objects (limits.names). Send fewer at once."
                    )
            case mark:
                count += 1
                depth += mark != b","
                if count > values:
                    raise TooLargeError(
                        f"The body holds more than {values:,} values (limits.values). Send fewer at once."
                    )
                if depth > DEEPEST:
                    raise BadRequestError(f"The body is nested more than {DEEPEST} levels deep. Make it flatter.")


def _end_of_string(raw: bytes, position: int) -> int:
    """Return where a string ends, from after its first quote."""
    before = -1
    while position != before and raw[position : position + 1] != b'"':
        before, found = position, _INSIDE.match(raw, position)
        position = before if found is None else found.end()
    return position + 1


_NOTHING: Any = object()
_SPACE = b" \t\r\n"
_as_is = msgspec.json.Encoder()  # takes an eighth of the time that the standard library's takes
_escaped = json.JSONEncoder(allow_nan=False, separators=(",", ":"))


def read_stepwise(text: str) -> Any:
    """Read a JSON text in steps of a few milliseconds each, without the checks of `read_json`.

    Raises:
        ValueError: It is no JSON.
        RecursionError: It is nested too deep.
    """
    return _stepwise.decode(text)


class _Stepwise(json.JSONDecoder):
    """Reads a text value by value, as `_Patient` does, a long string with fewer steps than it has escapes."""

    def __init__(self) -> None:
        super().__init__(object_pairs_hook=_gathered)
        self.parse_string = _string
        self.scan_once = json.scanner.py_make_scanner(self)  # type: ignore[attr-defined]


def _string(text: str, begin: int, strict: bool) -> tuple[str, int]:
    """Read a string from after its first quote; return it, and where its last quote ends."""
    end = text.find('"', begin, begin + _SHORT_STRING)
    if end >= 0 and text.find("\\", begin, end) < 0:
        return cast("tuple[str, int]", scanstring(text, begin, strict))
    pieces, start, end = [], begin, begin
    while text[end : end + 1] != '"':
        found = _INSIDE_TEXT.match(text, end)
        if found is None or found.end() == end:
            raise json.JSONDecodeError("Unterminated string", text, begin - 1)
        end = found.end()
        if not _HALF_PAIR.fullmatch(text, end - _ESCAPE, end):
            pieces.append(msgspec.json.decode(f'"{text[start:end]}"'))
            start = end
    pieces.append(msgspec.json.decode(f'"{text[start:end]}"'))
    return "".join(pieces), end + 1


def _gathered(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for start in range(0, len(pairs), _NAMES_AT_ONCE):
        found.update(pairs[start : start + _NAMES_AT_ONCE])
    return found


_stepwise = _Stepwise()


def is_large(value: dict[str, Any]) -> bool:
    """Tell whether a JSON object is to be written in steps; it is searched only as far as that takes."""
    return size_of(value, LARGE_ANSWER) >= LARGE_ANSWER


def size_of(value: Mapping[str, Any], enough: float = math.inf) -> int:
    """Count the characters of a JSON object's texts, and some for each value.

    Args:
        value: The object.
        enough: The size from which on it is not looked through any further.
    """
    containers: list[Any] = [value]
    size = 0
    for each in containers:  # which grow meanwhile
        size += len(each) * _PART
        if size >= enough:
            return size
        for item in each if type(each) is list else each.values():
            kind = type(item)  # compared by identity: each render waits for this
            if kind is str:
                size += len(item)
            elif kind is dict or kind is list:
                containers.append(item)
    return size


def to_json_stepwise(value: Any) -> bytes:
    """Write a JSON value as `to_json` does, in steps of a few milliseconds each."""
    return b"".join(_steps(value, _STEPPED_INTO))


def _steps(value: Any, levels: int) -> Iterator[bytes]:
    if isinstance(value, str) and len(value) > LARGE_ANSWER:
        yield b'"'
        yield from (to_json(value[start : start + LARGE_ANSWER])[1:-1] for start in range(0, len(value), LARGE_ANSWER))
        yield b'"'
    elif isinstance(value, dict | list | tuple) and levels:
        is_dict = isinstance(value, dict)
        yield b"{" if is_dict else b"["
        between = b""
        for group in _groups(value):
            if len(value) > _TOGETHER:
                yield between + to_json(group)[1:-1]
            elif isinstance(group, dict):
                ((name, item),) = group.items()
                # Columns are named by a class of SQLAlchemy's own, which msgspec takes as a name and not as a text.
                yield between + to_json(str(name)) + b":"
                yield from _steps(item, levels - 1)
            else:
                yield between
                yield from _steps(group[0], levels - 1)
            between = b","
        yield b"}" if is_dict else b"]"
    else:
        yield to_json(value)


def _groups(value: Any) -> Iterator[Any]:
    """Divide an object or an array into parts of a hundred items; where it has no more, of one item."""
    size = _TOGETHER if len(value) > _TOGETHER else 1
    if isinstance(value, dict):
        items = iter(value.items())
        while group := dict(islice(items, size)):
            yield group
    else:
        yield from (value[start : start + size] for start in range(0, len(value), size))


def to_json(content: Any) -> bytes:
    """Write a JSON value compactly, as UTF-8; half a surrogate pair, which an upstream may send, is escaped."""
    try:
        return _as_is.encode(content)
    except UnicodeEncodeError:
        return _escaped.encode(_without_constants(content)).encode()


def _without_constants(value: Any) -> Any:
    """Copy a value with null for NaN and Infinity, which JSON has not."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _without_constants(item) for name, item in value.items()}
    return list(map(_without_constants, value)) if isinstance(value, list | tuple) else value

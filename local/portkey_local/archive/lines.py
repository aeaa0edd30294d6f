"""The lines of an archive: how they are written, and read as strictly as they are written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from attrs import frozen

from portkey_prompts.strict_json import JSONError, read_json

FORMAT = "portkey-prompts"
VERSION = 1
_LONGEST = 256 * 1024 * 1024


class ArchiveError(ValueError):
    """An archive can't be imported; the message says where and why. Nothing was changed."""


@frozen
class Line:
    """One line of an archive."""

    number: int
    """Its number, from 1."""
    value: dict[str, Any]

    def error(self, problem: str) -> ArchiveError:
        """Build the error that names this line."""
        return _error(self.number, problem)


def encoded(value: object) -> bytes:
    """Write a value as a line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def lines_of(source: BinaryIO) -> Iterator[Line]:
    """Read lines, one at a time.

    Raises:
        ArchiveError: A line is malformed, or there is none.
    """
    number = 0
    while raw := source.readline(_LONGEST):
        number += 1
        yield Line(number, _object(number, raw))
    if not number:
        raise ArchiveError("The archive is empty. An export has a header at least; export again.")


def is_json(text: str) -> bool:
    """Tell whether a text is JSON, read as strictly as a line."""
    try:
        read_json(text)
    except JSONError:
        return False
    return True


def _object(number: int, raw: bytes) -> dict[str, Any]:
    _check_bytes(number, raw)
    try:
        value = read_json(raw.decode())
    except UnicodeDecodeError as error:
        raise _error(number, f"is no UTF-8: {error.reason} at byte {error.start}") from error
    except JSONError as error:
        at = error.syntax
        # The line that JSON counts is the first one always.
        raise _error(number, f"is no JSON: {at.msg} at column {at.colno}" if at else str(error)) from error
    if not isinstance(value, dict):
        raise _error(number, "is no JSON object")
    return value


def _check_bytes(number: int, raw: bytes) -> None:
    if number == 1 and raw.startswith(b"\xef\xbb\xbf"):
        raise _error(1, "begins with a byte order mark. Save it without one")
    if not raw.endswith(b"\n"):
        problem = "is too long" if len(raw) == _LONGEST else "is cut off: its line break is missing. Export again"
        raise _error(number, problem)
    if raw.endswith(b"\r\n"):
        raise _error(number, "ends with a carriage return. Save it with plain line feeds")
    if not raw.strip():
        raise _error(number, "is empty. Take it out")


def _error(number: int, problem: str) -> ArchiveError:
    return ArchiveError(f"Line {number} {problem.rstrip('.')}. Nothing was changed.")

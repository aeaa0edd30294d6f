"""The lines of an archive: how they are written, and read as strictly as they are written."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

from attrs import frozen

from portkey_local.errors import quoted

FORMAT = "portkey-prompts"
VERSION = 1
_LONGEST = 256 * 1024 * 1024


class ArchiveError(ValueError):
    """An archive can't be imported; the message says where and why. Nothing was changed."""


@frozen
class Line:
    """One line of an archive."""

    number: int
    """Its place, from 1."""
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
        ArchiveError: A line is none, or there is none.
    """
    number = 0
    while raw := source.readline(_LONGEST):
        number += 1
        yield Line(number, _object(number, raw))
    if not number:
        raise ArchiveError("The archive is empty. An export has a header at least; export again.")


def _object(number: int, raw: bytes) -> dict[str, Any]:
    _check_bytes(number, raw)
    try:
        text = raw.decode()
        value = json.loads(text, object_pairs_hook=_pairs, parse_constant=_no_constant, parse_float=_finite)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        raise _error(number, f"is no UTF-8: {error.reason} at byte {error.start}") from error
    except UnicodeEncodeError as error:
        raise _error(number, "holds half a surrogate pair, which is no character") from error
    except json.JSONDecodeError as error:
        raise _error(number, f"is no JSON: {error.msg} at column {error.colno}") from error
    except RecursionError as error:
        raise _error(number, "is nested too deep") from error
    except ValueError as error:
        raise _error(number, f"is no JSON: {error}") from error
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


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{quoted(next(name for name in names if names.count(name) > 1))} stands twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{quoted(text)} is too large for a number")
    return number

"""Reading a JSON body strictly: what two readers could understand differently is refused."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from portkey_local.errors import BadRequestError, quoted

DEEPEST = 100
"""How many arrays and objects may lie inside each other in a body."""


def read_json(raw: bytes) -> Any:
    """Read a JSON text.

    Args:
        raw: The body, UTF-8.

    Raises:
        BadRequestError: It is no JSON, not UTF-8, names a key twice, holds NaN or Infinity, half a surrogate pair or a
            number that is too long, or is nested more than 100 levels deep.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequestError(f"The body is not UTF-8: {error.reason} at byte {error.start}.") from error
    _check_depth(text)
    try:
        value = _strict.decode(text)
    except json.JSONDecodeError as error:
        raise BadRequestError(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from error
    except (ValueError, RecursionError) as error:
        raise BadRequestError("The body is not usable JSON: a number in it is too long.") from error
    if "\\u" in text:
        _check_surrogates(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadRequestError(f"The body names {quoted(twice)} twice in one object. Leave one of them out.")
    return found


def _no_constant(name: str) -> NoReturn:
    raise BadRequestError(f"The body holds {name}, which is not JSON. Write null or a number.")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise BadRequestError(f"The body holds {quoted(text)}, which is too large for a number.")
    return number


_strict = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_finite)


def _check_depth(text: str) -> None:
    # Counting is quick and is enough for nearly every body; only what could be too deep is walked through.
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    depth = 0
    outside = text.replace("\\\\", "").replace('\\"', "").split('"')[::2]
    for piece in outside:
        for character in piece:
            if character in "[{":
                depth += 1
                if depth > DEEPEST:
                    raise BadRequestError(f"The body is nested more than {DEEPEST} levels deep. Make it flatter.")
            elif character in "]}":
                depth -= 1


def _check_surrogates(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadRequestError(
            "The body holds half a surrogate pair (such as \\ud800), which is no character."
        ) from error

"""JSON, read strictly: what two readers could understand differently is refused.

The standard library accepts a name that stands twice in an object, NaN, a number that is too large for a float, and
half a surrogate pair. Answers of services are read with it all the same: an app could not have them corrected.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, Final, NoReturn

from portkey_prompts.errors import quoted

MOST_DIGITS: Final = 20_000
"""Most digits of a float; of an int Python itself accepts 4,300."""


class JSONError(ValueError):
    """A text is no JSON, or can't be used. The message follows the text's name, such as `is no JSON: …`.

    Attributes:
        syntax: where parsing failed, and why; None where it is JSON that can't be used.
    """

    def __init__(self, problem: str, syntax: json.JSONDecodeError | None = None) -> None:
        super().__init__(problem)
        self.syntax = syntax


def read_json(
    text: str,
    *,
    as_javascript: bool = False,
    half_pairs: bool = False,
    decoder: json.JSONDecoder | None = None,
    encode: Callable[[Any], bytes] | None = None,
) -> Any:
    """Read a JSON text.

    Args:
        text: the JSON.
        as_javascript: read it as the hosted engine does: of a name that stands twice the last one counts, a number may
            be too large, and half a surrogate pair is kept. NaN and Infinity are refused there too.
        half_pairs: keep half a surrogate pair, which a text of somebody else may hold.
        decoder: another decoder, made with `HOOKS`.
        encode: encodes a value as JSON in UTF-8, which fails on half a surrogate pair; by default the standard library.

    Raises:
        JSONError: it is none, or can't be used.
    """
    try:
        value = (decoder or (AS_JAVASCRIPT if as_javascript else _STRICT)).decode(text)
        if not (as_javascript or half_pairs):
            text.encode()
            if "\\u" in text:  # only escapes can add half a pair, and encoding the value is slow
                (encode or _encode)(value)
    except json.JSONDecodeError as error:
        raise JSONError(f"is no JSON: {error.msg} at line {error.lineno}, column {error.colno}", error) from error
    except UnicodeEncodeError as error:
        raise JSONError("holds half a surrogate pair (such as \\ud800), which is no character") from error
    except RecursionError as error:
        raise JSONError("is nested too deep") from error
    except JSONError:
        raise
    except ValueError as error:
        raise JSONError("holds a number that is too long") from error
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise JSONError(f"names {quoted(name)} twice in one object: leave one of them out")
            seen.add(name)
    return found


def _constant(name: str) -> NoReturn:
    raise JSONError(f"is no JSON: it holds {name}; write null or a number")


def _finite(text: str) -> float:
    if len(text) > MOST_DIGITS:
        raise ValueError
    number = float(text)
    if math.isinf(number):
        raise JSONError(f"holds {quoted(text)}, which is too large for a number")
    return number


def _encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


HOOKS: Final[dict[str, Any]] = {
    "object_pairs_hook": _object,
    "parse_constant": _constant,
    "parse_float": _finite,
}
"""What makes a decoder of the standard library strict."""
_STRICT = json.JSONDecoder(**HOOKS)
AS_JAVASCRIPT: Final = json.JSONDecoder(parse_constant=_constant)
"""Reads what the hosted engine and promptfoo take for JSON."""

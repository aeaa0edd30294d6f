"""JSON, read strictly: what two readers could understand differently is no JSON here.

The standard library takes a name that stands twice in an object, NaN, a number that is too large for a float, and half
a surrogate pair. Answers of services are read by it, as they are: whoever sent them is not here to be told.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, Final, NoReturn

from portkey_prompts.errors import quoted

MOST_DIGITS: Final = 20_000
"""Digits of a number that is no whole one; of a whole one Python itself takes 4,300."""


class JSONError(ValueError):
    """A text is no JSON; as a text it says what is wrong, in words that follow the text's name.

    Attributes:
        syntax: where reading it came to its end, and why; None where each part is JSON and the whole can't be used.
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
        decoder: one made with `HOOKS`, where more is to be watched while it reads.
        encode: what writes a value as UTF-8, by which half a surrogate pair is found.

    Raises:
        JSONError: it is none, or can't be used.
    """
    try:
        value = (decoder or (AS_JAVASCRIPT if as_javascript else _STRICT)).decode(text)
        if not (as_javascript or half_pairs):
            text.encode()
            if "\\u" in text:  # without an escape what can be encoded stays so, and writing a value takes its time
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

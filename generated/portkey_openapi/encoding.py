# Compiled from openapi.yaml by `make generate`. Do not edit.
"""JSON on its way out."""

from __future__ import annotations

import json
from collections.abc import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def encode(body: Any, *, escaped: bool = False) -> bytes:
    """Encode a request body.

    Args:
        body: what JSON can say.
        escaped: whether to escape all but ASCII, so that half a surrogate pair can be sent too.

    Raises:
        TypeError: where something in it is not JSON, naming its path.
        ValueError: where a number is infinite or not a number, or a text is not Unicode, naming its path.
    """
    try:
        return json.dumps(body, ensure_ascii=escaped, allow_nan=False, separators=(",", ":"), default=_plain).encode()
    except (TypeError, ValueError, RecursionError) as error:
        fault = _fault(body, "")
        if fault is not None:
            raise fault from None
        raise TypeError(f"The request can't be written as JSON: {error}") from None


def _plain(value: Any) -> Any:
    """Let mappings that are no dicts through; everything else is for `_fault` to name."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__}")


def _fault(value: Any, path: str, depth: int = 0) -> TypeError | ValueError | None:
    """Find what is not JSON in a value, and say where it stands."""
    if depth > 200:
        return ValueError(f"`{path[:80]}…` is nested too deeply, or contains itself.")
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str | int | float | bool | None):
                return TypeError(f"`{path or 'the body'}` has the key {key!r}: JSON wants text there.")
            fault = _fault(item, f"{path}.{key}" if path else str(key), depth + 1)
            if fault:
                return fault
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            fault = _fault(item, f"{path}[{index}]", depth + 1)
            if fault:
                return fault
    elif isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return ValueError(f"`{path}` holds half a surrogate pair, which is not Unicode text.")
    elif isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return ValueError(f"`{path}` is {value}, which JSON can't say: pass a finite number or None.")
    elif not isinstance(value, int | float | bool | None):
        return TypeError(
            f"`{path}` is a {type(value).__name__}, which is not JSON: pass text, a number, a list, a dict or None."
        )
    return None

"""What a value of JSON means in a template: its kind, its truth, its text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, Protocol

from .errors import TemplateError

_NOT_LISTS = (str, dict, bytes, bytearray, memoryview)


class Spot(Protocol):
    """The tag that a value is looked up for: its name and its position, for errors."""

    text: str
    line: int
    column: int


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
    if is_object(variables):
        for name in variables:
            if not isinstance(name, str):
                raise TemplateError(f"variables: the name {name!r} is a {type(name).__name__}: names must be text")
    elif not (variables is None or isinstance(variables, (str, int, float)) or is_list(variables)):
        raise TemplateError(f"variables: expected a mapping of names to values, not a {type(variables).__name__}")


def is_false(value: Any, spot: Spot) -> bool:
    """Tell whether a section on this value is left out: null, false, 0, "" and [] are false, {} is not.

    Raises:
        TemplateError: the value is not JSON.
    """
    if value is None or value is False:
        return True
    if isinstance(value, (int, float)):
        check_finite(value, spot)
        return bool(value == 0)
    if isinstance(value, str) or is_list(value):
        return len(value) == 0
    if is_object(value):
        return False
    raise not_json(value, spot)


def check_json(value: object, spot: Spot) -> None:
    """Raise a `TemplateError` where a value is of no kind that JSON has; its insides are not looked at."""
    if isinstance(value, float):
        check_finite(value, spot)
    elif not (value is None or isinstance(value, (str, int)) or is_object(value) or is_list(value)):
        raise not_json(value, spot)


def chosen_text(value: Any, spot: Spot) -> str:
    """Answer what a variable says about the partial that it chooses; null chooses none.

    Raises:
        TemplateError: the value is neither text nor null.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return str.__str__(value)
    remedy = "give the reference of a stored partial, or the text itself"
    raise _error(f"the value of {spot.text!r} chooses a partial and is a {type(value).__name__}: {remedy}", spot)


def check_finite(value: float, spot: Spot) -> None:
    """Raise a `TemplateError` for NaN and the infinities."""
    if isinstance(value, float) and not isfinite(value):
        raise _error(f"the value of {spot.text!r} is {value!r}, which is not JSON: give a number or null", spot)


def number(value: float, spot: Spot) -> str:
    """Write a number as JSON does, whatever the `repr` of its class says.

    Raises:
        TemplateError: the number is not finite, or has more digits than Python writes.
    """
    check_finite(value, spot)
    if isinstance(value, float):
        return float.__repr__(value)
    try:
        return int.__repr__(value)
    except ValueError as error:
        raise _error(f"the value of {spot.text!r} can't be written: {error}", spot) from None


def not_json(value: object, spot: Spot) -> TemplateError:
    """Make the error for a value that JSON does not have."""
    kind = type(value).__name__
    remedy = "give text, a number, a boolean, null, a list or a mapping"
    return _error(f"the value of {spot.text!r} is or holds a {kind}, which is not JSON: {remedy}", spot)


def _error(problem: str, spot: Spot) -> TemplateError:
    return TemplateError(problem, line=spot.line, column=spot.column)

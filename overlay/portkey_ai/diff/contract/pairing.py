"""Which shape of the old schema is which of the new one, and what it means where there is no such one."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .levels import Effect
from .shapes import Shape


class Pairing(NamedTuple):
    """Shapes that belong together, and the differences of those that don't."""

    pairs: list[tuple[Shape, Shape]]
    differences: list[tuple[Effect, str]]


def pair_shapes(old: list[Shape], new: list[Shape]) -> Pairing:
    """Pair shapes by type and component, then by type, then `integer` with `number`."""
    left, right = list(old), list(new)
    pairs: list[tuple[Shape, Shape]] = []
    for same in (_identical, _same_component, _same_type):
        pairs += _take(left, right, same)
    numbers = _take(left, right, _both_numbers)
    differences = [_number_difference(one) for one, _ in numbers]
    return Pairing(pairs + numbers, differences + _unpaired(old, new, left, right))


def _take(left: list[Shape], right: list[Shape], same: Callable[[Shape, Shape], bool]) -> list[tuple[Shape, Shape]]:
    """Take pairs out of two lists, in order."""
    pairs = []
    for one in list(left):
        other = next((each for each in right if same(one, each)), None)
        if other is not None:
            pairs.append((one, other))
            left.remove(one)
            right.remove(other)
    return pairs


def _identical(one: Shape, other: Shape) -> bool:
    return _same_component(one, other) and one.rules == other.rules


def _same_component(one: Shape, other: Shape) -> bool:
    return one.type == other.type and one.label == other.label


def _same_type(one: Shape, other: Shape) -> bool:
    return one.type == other.type


def _both_numbers(one: Shape, other: Shape) -> bool:
    return {one.type, other.type} == {"integer", "number"}


def _number_difference(old: Shape) -> tuple[Effect, str]:
    if old.type == "integer":
        return Effect.WIDENED, "was a whole number and is any number now"
    return Effect.NARROWED, "was any number and is a whole number now"


def _unpaired(old: list[Shape], new: list[Shape], left: list[Shape], right: list[Shape]) -> list[tuple[Effect, str]]:
    """Say what the shapes mean that only one schema has."""
    if left and right:
        if any(shape.type == "any" for shape in left):
            return [(Effect.NARROWED, f"was anything and is {_titles(new)} now")]
        if any(shape.type == "any" for shape in right):
            return [(Effect.WIDENED, f"was {_titles(old)} and is anything now")]
        return [(Effect.CHANGED, f"was {_titles(old)} and is {_titles(new)} now")]
    differences = [(Effect.NARROWED, f"is {_title(shape)} no more") for shape in left if not _has_any(new)]
    return differences + [(Effect.WIDENED, f"may be {_title(shape)} now") for shape in right if not _has_any(old)]


def _has_any(shapes: list[Shape]) -> bool:
    return any(shape.type == "any" and not shape.rules for shape in shapes)


def _titles(shapes: list[Shape]) -> str:
    return " or ".join(dict.fromkeys(shape.title for shape in shapes)) or "nothing"


def _title(shape: Shape) -> str:
    return f"{shape.type} {shape.label}" if shape.label else shape.type

"""The keywords that limit values of one type: bounds, patterns, formats, lists of values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from .levels import ContractVerdict, Direction, Effect
from .references import Document
from .shapes import LOWER_BOUNDS, UPPER_BOUNDS

if TYPE_CHECKING:
    from .schemas import SchemaComparison

_ELSEWHERE: Final = frozenset(("items", "properties", "required", "additionalProperties"))
"""Keywords that `objects` and `schemas` compare."""

Rules = Mapping[str, Any]


def compare_rules(to: SchemaComparison, old: Rules, new: Rules, place: str, direction: Direction) -> None:
    """Compare all keywords that limit values, but those of fields and items.

    Args:
        to: where differences are noted.
        old: the keywords before.
        new: the keywords now.
        place: where they stand, for people.
        direction: which way the values go.
    """
    for word in dict.fromkeys((*old, *new)):
        if word in _ELSEWHERE:
            continue
        if word == "enum":
            _compare_values(to, old.get(word), new.get(word), place, direction)
        elif word == "format":
            _compare_formats(to, old.get(word), new.get(word), place, direction)
        elif not _same(to, word, old, new):
            effect = _effect(word, old.get(word), new.get(word))
            what = f"{word} {_shown(old.get(word))} → {_shown(new.get(word))}"
            to.differ(effect, direction, "bound", place, what)


def _same(to: SchemaComparison, word: str, old: Rules, new: Rules) -> bool:
    """Tell whether a keyword means the same; one that is false or empty means nothing."""
    return _meaning(to.old, old.get(word)) == _meaning(to.new, new.get(word))


def _meaning(document: Document, value: Any) -> str:
    nothing = value is None or value is False or value == [] or value == {}
    return "" if nothing else document.meaning(value)


def _effect(word: str, old: Any, new: Any) -> Effect:
    """Tell whether a keyword that changed leaves out more values, or fewer."""
    if old is None or old is False:
        return Effect.NARROWED
    if new is None or new is False:
        return Effect.WIDENED
    numbers = isinstance(old, (int, float)) and isinstance(new, (int, float))
    if numbers and word in LOWER_BOUNDS:
        return Effect.NARROWED if new > old else Effect.WIDENED
    if numbers and word in UPPER_BOUNDS:
        return Effect.NARROWED if new < old else Effect.WIDENED
    return Effect.CHANGED


def _compare_values(to: SchemaComparison, old: Any, new: Any, place: str, direction: Direction) -> None:
    """Compare lists of values; without one, all are allowed."""
    before, after = ([repr(value) for value in values] if isinstance(values, list) else None for values in (old, new))
    if before is None or after is None:
        if before != after:
            effect = Effect.NARROWED if before is None else Effect.WIDENED
            listed = ", ".join(after or before or ())
            what = f"takes only {listed} now" if before is None else f"is no longer one of {listed} alone"
            to.differ(effect, direction, "enum", place, what)
        return
    if gone := [value for value in before if value not in after]:
        to.differ(Effect.NARROWED, direction, "enum", place, f"is {', '.join(gone)} no more")
    if added := [value for value in after if value not in before]:
        to.differ(Effect.WIDENED, direction, "enum", place, f"may be {', '.join(added)} now")


def _compare_formats(to: SchemaComparison, old: Any, new: Any, place: str, direction: Direction) -> None:
    """Compare formats; in an answer any change of one is breaking, since compiled clients read types by it."""
    if old == new:
        return
    what = f"format {_shown(old)} → {_shown(new)}"
    if direction is Direction.RESPONSE:
        message = f"{what}: clients that are compiled read it as another type"
        to.log.add(ContractVerdict.BREAKING, "format", place, message)
    else:
        to.differ(_effect("format", old, new), direction, "format", place, what)


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."

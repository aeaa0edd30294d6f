"""The fields of an object, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .levels import ContractVerdict, Direction, Effect

if TYPE_CHECKING:
    from .schemas import SchemaComparison

Rules = Mapping[str, Any]

_BREAKING, _COMPATIBLE = ContractVerdict.BREAKING, ContractVerdict.COMPATIBLE


def compare_objects(to: SchemaComparison, old: Rules, new: Rules, place: str, direction: Direction) -> None:
    """Compare the fields of two objects: which there are, which are required, what each one holds.

    Answers are read as open (a field that nobody described is no error), so a new field is compatible both ways.

    Args:
        to: where differences are noted.
        old: the object's keywords before.
        new: the object's keywords now.
        place: where it stands, for people.
        direction: which way the values go.
    """
    before, after = old.get("properties") or {}, new.get("properties") or {}
    was_required, is_required = set(old.get("required") or ()), set(new.get("required") or ())
    for name in before:
        if name not in after:
            _removed(to, f"{place}.{name}", direction)
    for name, schema in after.items():
        if name in before:
            to.compare(before[name], schema, f"{place}.{name}", direction)
        else:
            _added(to, f"{place}.{name}", name in is_required, direction)
    for name in sorted((was_required | is_required) - (after.keys() - before.keys()) - (before.keys() - after.keys())):
        _compare_requirement(to, f"{place}.{name}", (name in was_required, name in is_required), direction)
    _compare_others(to, old.get("additionalProperties", True), new.get("additionalProperties", True), place, direction)


def _removed(to: SchemaComparison, place: str, direction: Direction) -> None:
    reason = "what callers send in it has no effect" if direction is Direction.REQUEST else "what reads it misses it"
    to.log.add(_BREAKING, "field_removed", place, f"the field was removed: {reason}")


def _added(to: SchemaComparison, place: str, required: bool, direction: Direction) -> None:
    if required and direction is Direction.REQUEST:
        to.log.add(_BREAKING, "field_added", place, "a new field that is required: nobody sends it yet")
    else:
        to.log.add(_COMPATIBLE, "field_added", place, "a new field")


def _compare_requirement(to: SchemaComparison, place: str, required: tuple[bool, bool], direction: Direction) -> None:
    if required == (False, True):
        to.differ(Effect.NARROWED, direction, "field_required", place, "became required")
    elif required == (True, False):
        to.differ(Effect.WIDENED, direction, "field_optional", place, "became optional")


def _compare_others(to: SchemaComparison, old: Any, new: Any, place: str, direction: Direction) -> None:
    """Compare what is said of the fields that have no name in the contract."""
    if old is False or new is False:
        if old is not new:
            closed = new is False
            effect = Effect.NARROWED if closed and direction is Direction.REQUEST else None
            what = "takes no other fields than the described ones now" if closed else "may have further fields now"
            level = effect.level(direction) if effect else _COMPATIBLE
            to.log.add(level, "further_fields", place, what)
    elif old is not True or new is not True:
        to.compare(old, new, f"{place}.{{}}", direction)

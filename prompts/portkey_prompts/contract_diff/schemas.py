"""Two schemas, compared as those of requests or of responses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from .document import ContractError, Document
from .findings import ContractVerdict, Direction, Effect, Log
from .shapes import LOWER_BOUNDS, UPPER_BOUNDS, Shape, pair_shapes, shapes_of

Rules: TypeAlias = Mapping[str, Any]
"""The keywords of a schema that limit its values."""

Reason: TypeAlias = Callable[[Effect, Direction], str]

_BREAKING, _COMPATIBLE = ContractVerdict.BREAKING, ContractVerdict.COMPATIBLE


class SchemaComparison:
    """Compare schemas of two documents; the same two are compared once for each direction, wherever they are met.

    Args:
        old: where references of the old schemas lead.
        new: where references of the new schemas lead.
        log: takes each change.
        reason: returns the words for what an effect means in a direction.
    """

    def __init__(self, old: Document, new: Document, log: Log, reason: Reason = Effect.reason) -> None:
        self.old = old
        self.new = new
        self.log = log
        self.reason = reason
        self._shapes: dict[tuple[str, int], tuple[Any, list[Shape]]] = {}

    def compare(self, old: Any, new: Any, location: str, direction: Direction) -> None:
        """Compare two schemas, to any depth.

        Args:
            old: a schema of the old document.
            new: the schema that replaces it.
            location: where they stand, for people.
            direction: which way the values go.

        Raises:
            ContractError: a reference can't be followed, or the schemas are nested too deep.
        """
        self._compare_annotations(old, new, location, direction)
        old, new = self.old.bare(old), self.new.bare(new)
        encounter = (id(old), id(new), direction.value)
        if self.log.met(encounter, location):
            return
        with self.log.within(encounter, location):
            try:
                self._compare_shapes(old, new, location, direction)
            except RecursionError:
                raise ContractError(f"{location}: schemas are nested too deep to be compared") from None

    def differ(self, effect: Effect, direction: Direction, kind: str, location: str, what: str) -> None:
        """Note a difference, whose level depends on the direction of the values."""
        self.log.add(effect.level(direction), kind, location, f"{what}: {self.reason(effect, direction)}")

    def _compare_shapes(self, old: Any, new: Any, location: str, direction: Direction) -> None:
        pairing = pair_shapes(self._spread(self.old, old), self._spread(self.new, new))
        for effect, what in pairing.differences:
            self.differ(effect, direction, "type", location, what)
        several = sum(one.type != "null" for one, _ in pairing.pairs) > 1
        for before, after in pairing.pairs:
            inside = f"{location} ({after.title}) " if several and after.type != "null" else location
            self._compare_pair(before, after, inside, direction)

    def _compare_pair(self, old: Shape, new: Shape, location: str, direction: Direction) -> None:
        compare_rules(self, old.rules, new.rules, location, direction)
        if "items" in old.rules or "items" in new.rules:
            self.compare(old.rules.get("items", True), new.rules.get("items", True), f"{location}[]", direction)
        if "object" in (old.type, new.type):
            compare_objects(self, old.rules, new.rules, location, direction)

    def _spread(self, document: Document, schema: Any) -> list[Shape]:
        """Return the shapes of a schema, computed once."""
        # The schema is kept beside them: were it freed, its id could become another one's.
        key = (document.name, id(schema))
        if key not in self._shapes:
            self._shapes[key] = (schema, shapes_of(document, schema))
        return self._shapes[key][1]

    def _compare_annotations(self, old: Any, new: Any, location: str, direction: Direction) -> None:
        """Compare the annotations that clients act on: deprecation, defaults, read-only, write-only."""
        before, after = self.old.resolve(old), self.new.resolve(new)
        flags = {word: (_flag(before, word), _flag(after, word)) for word in ("deprecated", "readOnly", "writeOnly")}
        if flags["deprecated"] == (False, True):
            self.log.add(_COMPATIBLE, "deprecated", location, "is deprecated now: it works as before")
        refused = "readOnly" if direction is Direction.REQUEST else "writeOnly"
        if flags[refused] == (False, True):
            self.log.add(_BREAKING, "access", location, f"became {refused}: it can't be used here any more")
        elif flags[refused] == (True, False):
            self.log.add(_COMPATIBLE, "access", location, f"is {refused} no more")
        if direction is Direction.REQUEST:
            self._compare_defaults(before, after, location)

    def _compare_defaults(self, old: Any, new: Any, location: str) -> None:
        before, after = _default(old), _default(new)
        if repr(before) == repr(after):
            return
        if before[0]:
            then = f"to {after[1]!r}" if after[0] else "to none"
            message = f"the default changed from {before[1]!r} {then}: calls that leave it out mean something else now"
            self.log.add(_BREAKING, "default", location, message)
        else:
            self.log.add(_COMPATIBLE, "default", location, f"has the default {after[1]!r} now")


def _flag(node: Any, word: str) -> bool:
    return isinstance(node, dict) and node.get(word) is True


def _default(node: Any) -> tuple[bool, Any]:
    """Tell whether there is a default, and which; null may be one."""
    return ("default" in node, node.get("default")) if isinstance(node, dict) else (False, None)


def compare_objects(to: SchemaComparison, old: Rules, new: Rules, location: str, direction: Direction) -> None:
    """Compare the fields of two objects: which there are, which are required, what each one holds.

    Args:
        to: where differences are noted.
        old: the object's keywords before.
        new: the object's keywords now.
        location: where it stands, for people.
        direction: which way the values go.
    """
    before, after = old.get("properties") or {}, new.get("properties") or {}
    was_required, is_required = set(old.get("required") or ()), set(new.get("required") or ())
    for name in before:
        if name not in after:
            _removed(to, f"{location}.{name}", direction)
    for name, schema in after.items():
        if name in before:
            to.compare(before[name], schema, f"{location}.{name}", direction)
        else:
            _added(to, f"{location}.{name}", name in is_required, direction)
    for name in sorted((was_required | is_required) - (after.keys() - before.keys()) - (before.keys() - after.keys())):
        _compare_requirement(to, f"{location}.{name}", (name in was_required, name in is_required), direction)
    _compare_others(
        to, old.get("additionalProperties", True), new.get("additionalProperties", True), location, direction
    )


def _removed(to: SchemaComparison, location: str, direction: Direction) -> None:
    reason = "what callers send in it has no effect" if direction is Direction.REQUEST else "what reads it misses it"
    to.log.add(_BREAKING, "field_removed", location, f"the field was removed: {reason}")


def _added(to: SchemaComparison, location: str, required: bool, direction: Direction) -> None:
    if required and direction is Direction.REQUEST:
        to.log.add(_BREAKING, "field_added", location, "a new field that is required: nobody sends it yet")
    else:  # also in an answer: clients take a field that nobody described as no error
        to.log.add(_COMPATIBLE, "field_added", location, "a new field")


def _compare_requirement(
    to: SchemaComparison, location: str, required: tuple[bool, bool], direction: Direction
) -> None:
    if required == (False, True):
        to.differ(Effect.NARROWED, direction, "field_required", location, "became required")
    elif required == (True, False):
        to.differ(Effect.WIDENED, direction, "field_optional", location, "became optional")


def _compare_others(to: SchemaComparison, old: Any, new: Any, location: str, direction: Direction) -> None:
    """Compare `additionalProperties`: what fields without a name in the contract may be."""
    if old is False or new is False:
        if old is not new:
            closed = new is False
            effect = Effect.NARROWED if closed and direction is Direction.REQUEST else None
            what = "takes no other fields than the described ones now" if closed else "may have further fields now"
            level = effect.level(direction) if effect else _COMPATIBLE
            to.log.add(level, "further_fields", location, what)
    elif old is not True or new is not True:
        to.compare(old, new, f"{location}.{{}}", direction)


_ELSEWHERE: Final = frozenset(("items", "properties", "required", "additionalProperties"))
"""Keywords that are compared as schemas."""


def compare_rules(to: SchemaComparison, old: Rules, new: Rules, location: str, direction: Direction) -> None:
    """Compare all keywords that limit values, but those of fields and items.

    Args:
        to: where differences are noted.
        old: the keywords before.
        new: the keywords now.
        location: where they stand, for people.
        direction: which way the values go.
    """
    for word in dict.fromkeys((*old, *new)):
        if word in _ELSEWHERE:
            continue
        if word == "enum":
            _compare_values(to, old.get(word), new.get(word), location, direction)
        elif word == "format":
            _compare_formats(to, old.get(word), new.get(word), location, direction)
        elif not _same(to, word, old, new):
            effect = _effect(word, old.get(word), new.get(word))
            what = f"{word} {_shown(old.get(word))} → {_shown(new.get(word))}"
            to.differ(effect, direction, "bound", location, what)


def _same(to: SchemaComparison, word: str, old: Rules, new: Rules) -> bool:
    """Tell whether a keyword means the same; one that is false or empty means nothing."""
    return _meaning(to.old, old.get(word)) == _meaning(to.new, new.get(word))


def _meaning(document: Document, value: Any) -> str:
    nothing = value is None or value is False or value == [] or value == {}
    return "" if nothing else document.meaning(value)


def _effect(word: str, old: Any, new: Any) -> Effect:
    """Tell whether a keyword that changed allows fewer values, or more."""
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


def _compare_values(to: SchemaComparison, old: Any, new: Any, location: str, direction: Direction) -> None:
    """Compare lists of values; without one, all are allowed."""
    before, after = ([repr(value) for value in values] if isinstance(values, list) else None for values in (old, new))
    if before is None or after is None:
        if before != after:
            effect = Effect.NARROWED if before is None else Effect.WIDENED
            listed = ", ".join(after or before or ())
            what = f"takes only {listed} now" if before is None else f"is no longer one of {listed} alone"
            to.differ(effect, direction, "enum", location, what)
        return
    if gone := [value for value in before if value not in after]:
        to.differ(Effect.NARROWED, direction, "enum", location, f"is {', '.join(gone)} no more")
    if added := [value for value in after if value not in before]:
        to.differ(Effect.WIDENED, direction, "enum", location, f"may be {', '.join(added)} now")


def _compare_formats(to: SchemaComparison, old: Any, new: Any, location: str, direction: Direction) -> None:
    """Compare formats; in an answer any change of one is breaking."""
    if old == new:
        return
    what = f"format {_shown(old)} → {_shown(new)}"
    if direction is Direction.RESPONSE:  # compiled clients choose a field's type by its format
        message = f"{what}: clients that are compiled read it as another type"
        to.log.add(ContractVerdict.BREAKING, "format", location, message)
    else:
        to.differ(_effect("format", old, new), direction, "format", location, what)


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."

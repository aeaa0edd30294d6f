"""Two schemas, compared in the direction that their values go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from .findings import Log
from .levels import ContractVerdict, Direction, Effect
from .objects import compare_objects
from .pairing import pair_shapes
from .references import ContractError, Document
from .rules import compare_rules
from .shapes import Shape, shapes_of

Reason: TypeAlias = Callable[[Effect, Direction], str]

_BREAKING, _COMPATIBLE = ContractVerdict.BREAKING, ContractVerdict.COMPATIBLE


class SchemaComparison:
    """Compare schemas of two documents; the same two are compared once for each direction, wherever they are met.

    Args:
        old: where references of the old schemas lead.
        new: where references of the new schemas lead.
        log: what is told of each change.
        reason: says what an effect means, for those who send and those who read.
    """

    def __init__(self, old: Document, new: Document, log: Log, reason: Reason = Effect.reason) -> None:
        self.old = old
        self.new = new
        self.log = log
        self.reason = reason
        self._shapes: dict[tuple[str, int], tuple[Any, list[Shape]]] = {}

    def compare(self, old: Any, new: Any, place: str, direction: Direction) -> None:
        """Compare two schemas, to any depth.

        Args:
            old: a schema of the old document.
            new: the schema in its place.
            place: where they stand, for people.
            direction: which way the values go.

        Raises:
            ContractError: a reference can't be followed, or the schemas are nested too deep.
        """
        self._compare_annotations(old, new, place, direction)
        old, new = self.old.bare(old), self.new.bare(new)
        encounter = (id(old), id(new), direction.value)
        if self.log.met(encounter, place):
            return
        with self.log.within(encounter, place):
            try:
                self._compare_shapes(old, new, place, direction)
            except RecursionError:
                raise ContractError(f"{place}: schemas are nested too deep to be compared") from None

    def differ(self, effect: Effect, direction: Direction, kind: str, place: str, what: str) -> None:
        """Note a difference, graver or not by the direction of the values."""
        self.log.add(effect.level(direction), kind, place, f"{what}: {self.reason(effect, direction)}")

    def _compare_shapes(self, old: Any, new: Any, place: str, direction: Direction) -> None:
        pairing = pair_shapes(self._spread(self.old, old), self._spread(self.new, new))
        for effect, what in pairing.differences:
            self.differ(effect, direction, "type", place, what)
        several = sum(one.type != "null" for one, _ in pairing.pairs) > 1
        for before, after in pairing.pairs:
            inside = f"{place} ({after.title}) " if several and after.type != "null" else place
            self._compare_pair(before, after, inside, direction)

    def _compare_pair(self, old: Shape, new: Shape, place: str, direction: Direction) -> None:
        compare_rules(self, old.rules, new.rules, place, direction)
        if "items" in old.rules or "items" in new.rules:
            self.compare(old.rules.get("items", True), new.rules.get("items", True), f"{place}[]", direction)
        if "object" in (old.type, new.type):
            compare_objects(self, old.rules, new.rules, place, direction)

    def _spread(self, document: Document, schema: Any) -> list[Shape]:
        """Spread a schema out once; what the cache refers to is kept, so that identities stay."""
        key = (document.name, id(schema))
        if key not in self._shapes:
            self._shapes[key] = (schema, shapes_of(document, schema))
        return self._shapes[key][1]

    def _compare_annotations(self, old: Any, new: Any, place: str, direction: Direction) -> None:
        """Compare the keywords beside the values that clients act on: deprecation, defaults, read-only, write-only."""
        before, after = self.old.resolve(old), self.new.resolve(new)
        flags = {word: (_flag(before, word), _flag(after, word)) for word in ("deprecated", "readOnly", "writeOnly")}
        if flags["deprecated"] == (False, True):
            self.log.add(_COMPATIBLE, "deprecated", place, "is deprecated now: it works as before")
        refused = "readOnly" if direction is Direction.REQUEST else "writeOnly"
        if flags[refused] == (False, True):
            self.log.add(_BREAKING, "access", place, f"became {refused}: it can't be used here any more")
        elif flags[refused] == (True, False):
            self.log.add(_COMPATIBLE, "access", place, f"is {refused} no more")
        if direction is Direction.REQUEST:
            self._compare_defaults(before, after, place)

    def _compare_defaults(self, old: Any, new: Any, place: str) -> None:
        before, after = _default(old), _default(new)
        if repr(before) == repr(after):
            return
        if before[0]:
            then = f"to {after[1]!r}" if after[0] else "to none"
            message = f"the default changed from {before[1]!r} {then}: calls that leave it out mean something else now"
            self.log.add(_BREAKING, "default", place, message)
        else:
            self.log.add(_COMPATIBLE, "default", place, f"has the default {after[1]!r} now")


def _flag(node: Any, word: str) -> bool:
    return isinstance(node, dict) and node.get(word) is True


def _default(node: Any) -> tuple[bool, Any]:
    """Tell whether there is a default, and which; null may be one."""
    return ("default" in node, node.get("default")) if isinstance(node, dict) else (False, None)

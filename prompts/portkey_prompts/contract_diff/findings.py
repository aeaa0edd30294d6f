"""The findings of a comparison: each change with its severity, once, however many operations reach it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, StrEnum
from typing import Final, Literal, TypeAlias

Bump: TypeAlias = Literal["none", "patch", "minor", "major"]
"""The part of a version that has to be raised."""


class ContractVerdict(StrEnum):
    """Say what a change of the contract means for the clients compiled from it.

    Attributes:
        NONE: nothing changed.
        DOCUMENTATION: only what people read: descriptions, examples, order.
        COMPATIBLE: what worked goes on working, and there is more.
        BREAKING: a call that worked may fail, or an answer may have what its readers do not expect.
    """

    NONE = "none"
    DOCUMENTATION = "documentation"
    COMPATIBLE = "compatible"
    BREAKING = "breaking"

    @property
    def gravity(self) -> int:
        """Its rank, from 0 for NONE to 3 for BREAKING."""
        return list(ContractVerdict).index(self)

    @property
    def bump(self) -> Bump:
        """Name the part of `info.version` that it asks to raise."""
        bumps: tuple[Bump, ...] = ("none", "patch", "minor", "major")
        return bumps[self.gravity]


class Direction(Enum):
    """Which way a value goes: a schema of requests may be widened, one of responses narrowed."""

    REQUEST = "request"
    RESPONSE = "response"


class Effect(Enum):
    """What a change does to the set of values that a schema allows."""

    NARROWED = "narrowed"
    WIDENED = "widened"
    CHANGED = "changed"

    def level(self, direction: Direction) -> ContractVerdict:
        """Say what it means: a request must not be narrowed, a response not be widened."""
        harmful = Effect.NARROWED if direction is Direction.REQUEST else Effect.WIDENED
        return ContractVerdict.BREAKING if self in (harmful, Effect.CHANGED) else ContractVerdict.COMPATIBLE

    def reason(self, direction: Direction) -> str:
        """Say in words why that is harmful, or why not."""
        breaking = self.level(direction) is ContractVerdict.BREAKING
        if direction is Direction.REQUEST:
            return "what callers send may be refused" if breaking else "what callers send is still taken"
        return "clients may be handed what they do not expect" if breaking else "clients can read it as before"


Encounter: TypeAlias = tuple[int, int, str]
"""Two schemas, by identity, and the direction in which they were compared."""

MAX_LOCATIONS: Final = 1_000
"""Locations that are noted for one change."""

_SHARED: Final = ("security", "alias", "every_call")
"""Prefixes of the kinds of findings that concern what operations share: keys, and parameters that they refer to."""


class Finding:
    """One change.

    Attributes:
        level: how grave it is.
        kind: what happened, a word for programs.
        locations: where it was met, in order.
        message: what changed, and why that matters.
    """

    __slots__ = ("kind", "level", "locations", "message")

    def __init__(self, level: ContractVerdict, kind: str, location: str, message: str) -> None:
        self.level = level
        self.kind = kind
        self.locations = [location]
        self.message = message

    def meet(self, start: str, location: str) -> None:
        """Add a location: the schema at `start`, which this change lies in, is used at `location` too."""
        inside = next((each for each in self.locations if each.startswith(start)), start)
        if len(self.locations) < MAX_LOCATIONS:
            self.locations.append(location + inside.removeprefix(start))

    @property
    def location(self) -> str:
        """The location with the fewest steps."""
        return tidy(min(self.locations, key=_steps))

    @property
    def also(self) -> tuple[str, ...]:
        """The other locations."""
        return tuple(each for each in dict.fromkeys(map(tidy, self.locations)) if each != self.location)


class Log:
    """Collect findings, and remember which of them lie inside of which schema."""

    def __init__(self) -> None:
        self._found: list[Finding] = []
        self._inside: dict[Encounter, dict[int, Finding]] = {}
        self._locations: dict[Encounter, str] = {}
        self._open: list[Encounter] = []

    def add(self, level: ContractVerdict, kind: str, location: str, message: str) -> None:
        """Note a change."""
        finding = Finding(level, kind, location, message)
        self._found.append(finding)
        self._share({id(finding): finding})

    def met(self, encounter: Encounter, location: str) -> bool:
        """Tell whether two schemas were compared before; then add this location to what was found inside of them."""
        findings = self._inside.get(encounter)
        if findings is None:
            return False
        if encounter not in self._open:
            for finding in findings.values():
                finding.meet(self._locations[encounter], location)
            self._share(findings)
        return True

    @contextmanager
    def within(self, encounter: Encounter, location: str) -> Iterator[None]:
        """Note what is found during the block as inside of these two schemas."""
        self._inside[encounter] = {}
        self._locations[encounter] = location
        self._open.append(encounter)
        yield
        self._open.pop()

    def findings(self) -> list[Finding]:
        """List what was found, each once; what operations share is one finding for all of them."""
        merged: dict[tuple[str, str], Finding] = {}
        for finding in self._found:
            shared = finding.kind.startswith(_SHARED)
            key = (finding.kind, finding.message if shared else f"{finding.location}\0{finding.message}")
            first = merged.setdefault(key, finding)
            if first is not finding:
                first.locations += finding.locations
        return list(merged.values())

    def _share(self, findings: dict[int, Finding]) -> None:
        for encounter in self._open:
            self._inside[encounter] |= findings


def tidy(location: str) -> str:
    """Write a location without the spaces that its pieces left."""
    return " ".join(location.split())


def _steps(location: str) -> int:
    return location.count(".") + location.count("[]")

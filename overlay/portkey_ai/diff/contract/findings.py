"""What a comparison of contracts finds, noted once for each schema however many operations reach it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias

from .levels import ContractVerdict

Encounter: TypeAlias = tuple[int, int, str]
"""Two schemas, by identity, and the direction in which they were compared."""

MAX_PLACES: Final = 1_000
"""Places that are noted for one change."""


class Finding:
    """One change.

    Attributes:
        level: how grave it is.
        kind: what happened, a word for programs.
        places: where it was met, in order.
        message: what changed, and why that matters.
    """

    __slots__ = ("kind", "level", "message", "places")

    def __init__(self, level: ContractVerdict, kind: str, place: str, message: str) -> None:
        self.level = level
        self.kind = kind
        self.places = [place]
        self.message = message

    def meet(self, start: str, place: str) -> None:
        """Note that what lies at `start`, with this inside of it, lies at another place too."""
        inside = next((each for each in self.places if each.startswith(start)), start)
        if len(self.places) < MAX_PLACES:
            self.places.append(place + inside.removeprefix(start))

    @property
    def place(self) -> str:
        """Give the place that is reached in the fewest steps."""
        return tidy(min(self.places, key=_steps))

    @property
    def also(self) -> tuple[str, ...]:
        """List the other places."""
        return tuple(each for each in dict.fromkeys(map(tidy, self.places)) if each != self.place)


class Log:
    """Collect findings, and remember which of them lie inside of which schema."""

    def __init__(self) -> None:
        self._found: list[Finding] = []
        self._inside: dict[Encounter, dict[int, Finding]] = {}
        self._places: dict[Encounter, str] = {}
        self._open: list[Encounter] = []

    def add(self, level: ContractVerdict, kind: str, place: str, message: str) -> None:
        """Note a change."""
        finding = Finding(level, kind, place, message)
        self._found.append(finding)
        self._share({id(finding): finding})

    def met(self, encounter: Encounter, place: str) -> bool:
        """Tell whether two schemas were compared before; what was found inside of them is true of this place too."""
        findings = self._inside.get(encounter)
        if findings is None:
            return False
        if encounter not in self._open:
            for finding in findings.values():
                finding.meet(self._places[encounter], place)
            self._share(findings)
        return True

    @contextmanager
    def within(self, encounter: Encounter, place: str) -> Iterator[None]:
        """Note what is found meanwhile as lying inside of these two schemas."""
        self._inside[encounter] = {}
        self._places[encounter] = place
        self._open.append(encounter)
        yield
        self._open.pop()

    def findings(self) -> list[Finding]:
        """List what was found; one thing said of many operations is one finding where it concerns keys."""
        merged: dict[tuple[str, str], Finding] = {}
        for finding in self._found:
            shared = finding.kind.startswith("security")
            key = (finding.kind, finding.message if shared else f"{finding.place}\0{finding.message}")
            first = merged.setdefault(key, finding)
            if first is not finding:
                first.places += finding.places
        return list(merged.values())

    def _share(self, findings: dict[int, Finding]) -> None:
        for encounter in self._open:
            self._inside[encounter] |= findings


def tidy(place: str) -> str:
    """Write a place without the spaces that its pieces left."""
    return " ".join(place.split())


def _steps(place: str) -> int:
    return place.count(".") + place.count("[]")

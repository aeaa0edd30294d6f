"""How grave a change of a contract is, and how the way that data goes decides on it."""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import Literal, TypeAlias

Bump: TypeAlias = Literal["none", "patch", "minor", "major"]
"""The part of a version that has to be raised."""


class ContractVerdict(StrEnum):
    """Say what a change of the contract means for the clients compiled from it.

    Attributes:
        NONE: nothing changed.
        DOCUMENTATION: only what people read: descriptions, examples, order.
        COMPATIBLE: what worked goes on working, and there is more.
        BREAKING: a call that worked may fail, or an answer may surprise who reads it.
    """

    NONE = "none"
    DOCUMENTATION = "documentation"
    COMPATIBLE = "compatible"
    BREAKING = "breaking"

    @property
    def gravity(self) -> int:
        """Rank it, from 0."""
        return list(ContractVerdict).index(self)

    @property
    def bump(self) -> Bump:
        """Name the part of `info.version` that it asks to raise."""
        bumps: tuple[Bump, ...] = ("none", "patch", "minor", "major")
        return bumps[self.gravity]


class Direction(Enum):
    """Which way a value goes: what is harmless for one is not for the other."""

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

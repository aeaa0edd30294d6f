"""What a comparison of two contracts found, for programs and for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .findings import Finding
from .levels import ContractVerdict


class ContractChange(NamedTuple):
    """Say what changed in a contract, where, and why that matters.

    Attributes:
        level: what it means for clients.
        kind: what happened, a word for programs, such as `field_removed`.
        place: where, such as `POST /prompts/{prompt_id}/render request body .variables`.
        message: what changed, and why that matters, for people.
        also: further places that reach the same schema.
    """

    level: ContractVerdict
    kind: str
    place: str
    message: str
    also: tuple[str, ...] = ()

    @property
    def breaking(self) -> bool:
        """Tell whether a call or the reading of an answer may fail."""
        return self.level is ContractVerdict.BREAKING

    def __str__(self) -> str:
        elsewhere = f" (and in {len(self.also)} more places)" if len(self.also) > 1 else ""
        elsewhere = f" (and in {self.also[0]})" if len(self.also) == 1 else elsewhere
        return f"{self.level}: {self.place}{elsewhere}: {self.message}"


class ContractDiff:
    """Hold what changed between two contracts; `str()` of it is a line for each change, the gravest first.

    Attributes:
        old_version: `info.version` before.
        new_version: `info.version` now.
        changes: what changed, the gravest first.
        verdict: what it all means, the gravest of the changes.
    """

    __slots__ = ("changes", "new_version", "old_version", "verdict")

    def __init__(self, old_version: str, new_version: str, findings: Sequence[Finding]) -> None:
        self.old_version = old_version
        self.new_version = new_version
        ordered = sorted(findings, key=lambda finding: -finding.level.gravity)
        self.changes = tuple(
            ContractChange(each.level, each.kind, each.place, each.message, each.also) for each in ordered
        )
        self.verdict = self.changes[0].level if self.changes else ContractVerdict.NONE

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON: `verdict`, `bump` (what to raise), `old` and `new` (versions), `changes`."""
        changes = [{**each._asdict(), "level": str(each.level), "also": list(each.also)} for each in self.changes]
        return {
            "verdict": str(self.verdict),
            "bump": self.verdict.bump,
            "old": self.old_version,
            "new": self.new_version,
            "changes": changes,
        }

    def __str__(self) -> str:
        headline = f"{self.old_version or 'old'} → {self.new_version or 'new'}: {self.verdict}"
        return "\n".join([headline, *(f"  {change}" for change in self.changes)])

    def __repr__(self) -> str:
        versions = f"{self.old_version!r}, {self.new_version!r}"
        return f"ContractDiff({versions}, {self.verdict!r}, {len(self.changes)} changes)"

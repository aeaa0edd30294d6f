"""The result of a comparison of two contracts, for programs and for people, and the version that it asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from .findings import Bump, ContractVerdict, Finding


class ContractChange(NamedTuple):
    """Say what changed in a contract, where, and why that matters.

    Attributes:
        level: what it means for clients.
        kind: what happened, a word for programs, such as `field_removed`.
        location: where, such as `POST /prompts/{prompt_id}/render request body .variables`.
        message: what changed, and why that matters, for people.
        also: further locations that reach the same schema.
    """

    level: ContractVerdict
    kind: str
    location: str
    message: str
    also: tuple[str, ...] = ()

    @property
    def breaking(self) -> bool:
        """Tell whether a call or the reading of an answer may fail."""
        return self.level is ContractVerdict.BREAKING

    def __str__(self) -> str:
        elsewhere = f" (and in {len(self.also)} more locations)" if len(self.also) > 1 else ""
        elsewhere = f" (and in {self.also[0]})" if len(self.also) == 1 else elsewhere
        return f"{self.level}: {self.location}{elsewhere}: {self.message}"


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
            ContractChange(each.level, each.kind, each.location, each.message, each.also) for each in ordered
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


Version: TypeAlias = tuple[int, int, int]

_VERSION: Final = re.compile(r"(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})")


def required_bump(diff: ContractDiff) -> Bump:
    """Name the part of `info.version` that a change asks to raise.

    Returns:
        `major` for a breaking change, `minor` for a compatible one, `patch` for documentation, else `none`.
    """
    return diff.verdict.bump


def bump_ok(old_version: str, new_version: str, diff: ContractDiff) -> bool:
    """Tell whether a version was raised as far as a change asks for, or further; a version never goes down.

    Args:
        old_version: the version before, three numbers: `1.0.0`.
        new_version: the version now.
        diff: what changed.

    Raises:
        ValueError: a version is not three numbers joined by dots.

    Example:
        >>> contract = {"openapi": "3.1.0", "paths": {}}
        >>> bump_ok("1.0.0", "1.0.0", compare_contracts(contract, contract))
        True
    """
    old, new = parse_version(old_version), parse_version(new_version)
    return new >= lowest_version(old, required_bump(diff))


def lowest_version(old: Version, bump: Bump) -> Version:
    """Return the lowest version that raises another one by a part."""
    major, minor, patch = old
    raised = {"patch": (major, minor, patch + 1), "minor": (major, minor + 1, 0), "major": (major + 1, 0, 0)}
    return raised.get(bump, old)


def parse_version(version: str) -> Version:
    """Read a version.

    Raises:
        ValueError: it is not three numbers joined by dots, without leading zeros.
    """
    match = _VERSION.fullmatch(version) if isinstance(version, str) else None
    if match is None:
        raise ValueError(f"{version!r} is no version: write three numbers joined by dots, such as '1.4.0'")
    major, minor, patch = map(int, match.groups())
    return major, minor, patch

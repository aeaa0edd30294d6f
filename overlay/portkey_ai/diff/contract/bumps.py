"""The version that a change of the contract asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from .levels import Bump
    from .report import ContractDiff

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
    """Answer the lowest version that raises another one by a part."""
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

"""What a caller has to prove: the ways in to an operation, each a set of schemes and scopes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from .findings import Log
from .levels import ContractVerdict
from .paths import Entry
from .references import Document, entries

Way: TypeAlias = frozenset[tuple[str, str]]
"""What one way in asks for: schemes, by what they mean and not by their names, each with a scope or without."""


def compare_security(old: Document, new: Document, before: Entry, after: Entry, log: Log) -> None:
    """Compare the ways in: each of the old ones has to go on opening the door.

    Args:
        old: the contract before.
        new: the contract now.
        before: the operation before.
        after: the operation now.
        log: what is told of a change.
    """
    was, is_now = _ways(old, before), _ways(new, after)
    closed = [name for name, way in was if not any(other <= way for _, other in is_now)]
    opened = [name for name, way in is_now if not any(other <= way for _, other in was)]
    if closed:
        named = " or ".join(name for name, _ in is_now)
        message = f"{' and '.join(closed)} opens it no more: it asks for {named} now"
        log.add(ContractVerdict.BREAKING, "security_tightened", after.title, message)
    elif opened or {way for _, way in was} != {way for _, way in is_now}:
        message = f"it may be called with {' or '.join(name for name, _ in is_now)} now"
        log.add(ContractVerdict.COMPATIBLE, "security_loosened", after.title, message)


def _ways(document: Document, entry: Entry) -> list[tuple[str, Way]]:
    """List the ways in to an operation, with names for people; none listed means that anyone may."""
    ways = entry.operation.get("security", document.root.get("security"))
    return [_way(document, way) for way in ways] if ways else [("no key", frozenset())]


def _way(document: Document, requirement: Any) -> tuple[str, Way]:
    asked: set[tuple[str, str]] = set()
    for name, scopes in entries(requirement):
        scheme = _scheme(document, name)
        asked.add((scheme, ""))
        asked |= {(scheme, str(scope)) for scope in _listed(scopes)}
    named = [" ".join((name, *map(str, _listed(scopes)))) for name, scopes in entries(requirement)]
    return " with ".join(named) or "no key", frozenset(asked)


def _scheme(document: Document, name: str) -> str:
    schemes = (document.root.get("components") or {}).get("securitySchemes") or {}
    return document.meaning(schemes[name]) if name in schemes else name


def _listed(scopes: Any) -> Iterable[Any]:
    return scopes if isinstance(scopes, list) else ()

"""The operations of a contract, each with its address, and which one of the old contract is which of the new."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from .references import Document, entries

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_SLOT = re.compile(r"\{[^{}]*\}")


class Entry(NamedTuple):
    """One operation.

    Attributes:
        method: in capitals.
        path: as the contract spells it.
        item: the path item that it lies in, for what its operations share.
        operation: the operation itself.
    """

    method: str
    path: str
    item: Mapping[str, Any]
    operation: Mapping[str, Any]

    @property
    def title(self) -> str:
        """Name it as people do: `POST /prompts`."""
        return f"{self.method} {self.path}"

    @property
    def address(self) -> tuple[str, str]:
        """Give what is on the wire: names of path parameters are not."""
        return self.method, _SLOT.sub("{}", self.path)

    @property
    def id(self) -> str:
        """Give its name in compiled clients."""
        return str(self.operation.get("operationId") or self.title)

    @property
    def tag(self) -> str:
        """Give the first tag, by which compiled clients group operations."""
        return str((self.operation.get("tags") or ["none"])[0])


Pair: TypeAlias = tuple[Entry | None, Entry | None]


def entries_of(document: Document) -> list[Entry]:
    """List the operations of a contract."""
    found = []
    for path, item in entries(document.root.get("paths")):
        item = document.object(item)
        for method, operation in entries(item):
            if method in METHODS and isinstance(operation, Mapping):
                found.append(Entry(method.upper(), path, item, operation))
    return found


def pair_entries(old: list[Entry], new: list[Entry]) -> Iterator[Pair]:
    """Pair operations by their address, those that are left by their name."""
    here = {entry.address: entry for entry in new}
    met = {entry.address for entry in old}
    moved = {entry.id: entry for entry in new if entry.address not in met}
    taken: set[tuple[str, str]] = set()
    for entry in old:
        other = here.get(entry.address) or moved.pop(entry.id, None)
        if other is not None:
            taken.add(other.address)
        yield entry, other
    yield from ((None, entry) for entry in new if entry.address not in taken)

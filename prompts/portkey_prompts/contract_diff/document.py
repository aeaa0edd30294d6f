"""A decoded OpenAPI document: its references followed, and its operations listed."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias
from urllib.parse import unquote

ANNOTATIONS: Final = frozenset(
    ("$comment", "description", "example", "examples", "externalDocs", "summary", "title", "xml")
)
"""Keys that only people read, wherever they stand as keywords."""


class ContractError(ValueError):
    """Report that a document can't be compared: what is wrong, and where."""


class Document:
    """Follow the references of one document.

    Args:
        root: the decoded document; for a schema that stands alone, the schema.
        name: `old` or `new`, for errors.
    """

    def __init__(self, root: Any, name: str) -> None:
        self.root = root
        self.name = name
        self._pairs: dict[tuple[int, int], dict[str, Any]] = {}

    def resolve(self, node: Any) -> Any:
        """Follow a reference, and one that it leads to; the siblings of a reference go on top of its target.

        Raises:
            ContractError: a reference leads nowhere, out of the document, or around in a circle.
        """
        seen: set[str] = set()
        while isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            if reference in seen:
                raise ContractError(f"{self.name}: the reference {reference} leads around in a circle")
            seen.add(reference)
            siblings = {key: value for key, value in node.items() if key != "$ref"}
            target = self.target(reference)
            node = {**target, **siblings} if siblings and isinstance(target, Mapping) else target
        return node

    def object(self, node: Any) -> Mapping[str, Any]:
        """Follow references to an object; nothing is an empty one.

        Raises:
            ContractError: it is something else, or a reference can't be followed.
        """
        found = self.resolve(node)
        if found is None:
            return {}
        if not isinstance(found, Mapping):
            raise ContractError(f"{self.name}: expected an object, not {found!r:.60}")
        return found

    def bare(self, node: Any) -> Any:
        """Follow a reference to a schema, unless a keyword that limits values stands beside it."""
        seen: set[str] = set()
        while isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
            if any(key not in ANNOTATIONS and key not in ("$ref", "deprecated", "default") for key in node):
                break
            if node["$ref"] in seen:
                raise ContractError(f"{self.name}: the reference {node['$ref']} leads around in a circle")
            seen.add(node["$ref"])
            node = self.target(node["$ref"])
        return node

    def target(self, reference: str) -> Any:
        """Return what a local reference points at.

        Raises:
            ContractError: it points out of the document, or at nothing.
        """
        if reference != "#" and not reference.startswith("#/"):
            raise ContractError(f"{self.name}: the reference {reference} leaves the document: bundle it into one file")
        node = self.root
        for step in reference.split("/")[1:]:
            step = unquote(step).replace("~1", "/").replace("~0", "~")
            try:
                node = node[int(step)] if isinstance(node, list) else node[step]
            except (KeyError, IndexError, ValueError, TypeError):
                raise ContractError(f"{self.name}: the reference {reference} leads nowhere") from None
        return node

    def both(self, one: Any, other: Any) -> Any:
        """Join two schemas that hold at once; the same two always give the same object."""
        if one is other:
            return one
        return self._pairs.setdefault((id(one), id(other)), {"allOf": [one, other]})

    def meaning(self, node: Any) -> str:
        """Write what a part of the document means: references followed, what only people read left out."""
        return json.dumps(self._expanded(node, ()), sort_keys=True, default=str)

    def _expanded(self, node: Any, around: tuple[str, ...]) -> Any:
        if isinstance(node, list):
            return [self._expanded(item, around) for item in node]
        if not isinstance(node, Mapping):
            return node
        reference = node.get("$ref")
        if isinstance(reference, str) and reference not in around:
            target = self._expanded(self.target(reference), (*around, reference))
            siblings = {key: value for key, value in node.items() if key != "$ref"}
            return {**self._expanded(siblings, around), "$ref": target} if siblings else target
        return {
            str(key): self._expanded(value, around)
            for key, value in node.items()
            if not (key in ANNOTATIONS or str(key).startswith("x-"))
        }


def name_of(node: Any) -> str | None:
    """Return the name of the component that a reference points at."""
    reference = node.get("$ref") if isinstance(node, Mapping) else None
    return reference.rpartition("/")[2] if isinstance(reference, str) else None


def entries(node: Any) -> Iterator[tuple[str, Any]]:
    """Iterate over a mapping whose keys may be numbers, as status codes are in YAML; over anything else not at all."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield str(key), value


def missing(names: Iterable[str], among: Container[str]) -> list[str]:
    """List the names that are not among others, in their order."""
    return [name for name in names if name not in among]


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
        """Method and path: `POST /prompts`."""
        return f"{self.method} {self.path}"

    @property
    def address(self) -> tuple[str, str]:
        """Method and path as requests have them, without the names of path parameters."""
        return self.method, _SLOT.sub("{}", self.path)

    @property
    def id(self) -> str:
        """Its operationId, which names it in compiled clients; else its title."""
        return str(self.operation.get("operationId") or self.title)

    @property
    def tag(self) -> str:
        """Its first tag, by which compiled clients group operations."""
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

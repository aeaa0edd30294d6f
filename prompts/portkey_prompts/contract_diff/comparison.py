"""Two contracts, compared as wholes: operations, parts, and what only people read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from .document import ANNOTATIONS, ContractError, Document, Entry, entries, entries_of, missing, pair_entries
from .findings import ContractVerdict, Log
from .methods import FIELDS, MethodComparison
from .operations import OperationComparison
from .report import ContractDiff

DEEPEST = 500
"""Levels that a document may have. Pythons differ in how deep they can go; contracts have some 20."""

_BREAKING, _COMPATIBLE = ContractVerdict.BREAKING, ContractVerdict.COMPATIBLE


def compare_contracts(old: Mapping[str, Any], new: Mapping[str, Any]) -> ContractDiff:
    """Compare two OpenAPI 3.1 documents, and say what the change means for clients.

    A request must go on being taken: narrowing it is breaking, widening it compatible. An answer must go on being read:
    there it is the other way round. A schema that is reached from both counts as both. `info.version` itself is left
    out. What changes only names of compiled modules (a component, a tag) is compatible; a method that lies elsewhere is
    breaking (see `methods`).

    Args:
        old: the decoded document before, such as the last released one.
        new: the decoded document now.

    Raises:
        ContractError: a document is none of OpenAPI, or holds a reference that can't be followed.
    """
    log = Log()
    before, after = _document(old, "old"), _document(new, "new")
    try:
        _compare_operations(before, after, log)
        _compare_parts(before, after, log)
        compare_notes(before, after, log)
    except RecursionError:
        raise ContractError("a document is nested too deep, or holds itself") from None
    return ContractDiff(_version(old), _version(new), log.findings())


def _document(root: Any, name: str) -> Document:
    if not isinstance(root, Mapping) or not isinstance(root.get("paths", {}), Mapping) or "openapi" not in root:
        raise ContractError(f"{name}: no OpenAPI document: it needs the key `openapi`, and an object `paths`")
    if _is_deeper(root, DEEPEST):
        raise ContractError(f"{name}: the document is nested too deep: more than {DEEPEST} levels")
    return Document(root, name)


def _is_deeper(root: Any, most: int) -> bool:
    """Tell whether values are nested deeper than so many levels; a value that holds itself is visited once."""
    level, seen = [root], set[int]()
    for _ in range(most):
        seen.update(map(id, level))
        members = (value for node in level for value in (node.values() if isinstance(node, Mapping) else node))
        inner = {id(value): value for value in members if isinstance(value, Mapping | list)}
        level = [value for name, value in inner.items() if name not in seen]  # each once: anchors may multiply
        if not level:
            return False
    return True


def _version(root: Mapping[str, Any]) -> str:
    info = root.get("info")
    return str(info.get("version", "")) if isinstance(info, Mapping) else ""


def _compare_operations(old: Document, new: Document, log: Log) -> None:
    compare, methods = OperationComparison(old, new, log), MethodComparison(old, new, log)
    for before, after in pair_entries(entries_of(old), entries_of(new)):
        if after is None and before is not None:
            log.add(_BREAKING, "operation_removed", before.title, f"the operation {before.id} was removed")
        elif before is None and after is not None:
            log.add(_COMPATIBLE, "operation_added", after.title, f"a new operation, {after.id}")
        elif before is not None and after is not None:
            _compare_names(before, after, log)
            methods.compare(before, after)
            compare.compare(before, after)


def _compare_names(old: Entry, new: Entry, log: Log) -> None:
    if old.address != new.address:
        message = f"{old.id} moved here from {old.title}: calls to the old address fail"
        log.add(_BREAKING, "operation_moved", new.title, message)
    if old.id != new.id:
        message = f"the operation was renamed from {old.id} to {new.id}: compiled clients call it by name"
        log.add(_BREAKING, "operation_renamed", new.title, message)
    if old.tag != new.tag:
        message = f"its tag changed from {old.tag} to {new.tag}: it lies in another module of the compiled client"
        log.add(_COMPATIBLE, "operation_tag", new.title, message)


def _compare_parts(old: Document, new: Document, log: Log) -> None:
    """Compare what is not an operation: servers, webhooks, the names of schemas."""
    compare_servers(old, new, log)
    hooks = (dict(entries(old.root.get("webhooks"))), dict(entries(new.root.get("webhooks"))))
    for name in hooks[0] | hooks[1]:
        if name not in hooks[0]:
            log.add(_COMPATIBLE, "webhook", f"webhook {name}", "a new webhook")
        elif name not in hooks[1] or old.meaning(hooks[0][name]) != new.meaning(hooks[1][name]):
            log.add(_BREAKING, "webhook", f"webhook {name}", "was removed, or is another one now")
    names = [dict(entries((each.root.get("components") or {}).get("schemas"))) for each in (old, new)]
    for name in missing(*names):
        message = "the schema goes by this name no more: nothing on the wire, but compiled models are named by it"
        log.add(_COMPATIBLE, "schema_name", f"schema {name}", message)


def compare_servers(old: Document, new: Document, log: Log) -> None:
    """Compare base URLs; the first one is what clients call unless told otherwise."""
    before, after = ([str(server.get("url")) for server in each.root.get("servers") or ()] for each in (old, new))
    if before[:1] != after[:1]:
        message = f"clients call {_first(after)} now and called {_first(before)}"
        log.add(_BREAKING, "server", "servers", message)
    for url in before[1:]:
        if url not in after:
            log.add(_BREAKING, "server", "servers", f"{url} was removed")
    for url in after[1:]:
        if url not in before:
            log.add(_COMPATIBLE, "server", "servers", f"{url} was added")


def _first(urls: list[str]) -> str:
    return urls[0] if urls else "the address that the contract came from"


_NAMED: Final = frozenset(
    (
        *("paths", "webhooks", "callbacks", "responses", "content", "headers", "links", "encoding", "variables"),
        *("schemas", "parameters", "requestBodies", "securitySchemes", "pathItems", "examples"),
        *("properties", "patternProperties", "dependentSchemas", "$defs", "scopes", "mapping"),
    )
)
"""Keys of objects whose keys are names, of which `description` may be one."""

_DATA: Final = frozenset(("default", "enum", "const", "example", "examples", "required", "security"))
"""Keys whose values are data, not parts of a document."""

_NOTED: Final = ANNOTATIONS | {"info", "contact", "license", "termsOfService"}


def compare_notes(old: Document, new: Document, log: Log) -> None:
    """Note changes of what only people read; where nothing else was found, also a change of order.

    Args:
        old: the contract before.
        new: the contract now.
        log: takes each change.
    """
    before, after = _versionless(old.root), _versionless(new.root)
    for location, word in _differences(before, after, ()):
        log.add(ContractVerdict.DOCUMENTATION, "documentation", location, f"{word} changed")
    if not log.findings() and _written(before) != _written(after):
        message = "it is organised otherwise, in order or in parts that no call reaches"
        log.add(ContractVerdict.DOCUMENTATION, "organisation", "contract", message)


def _versionless(root: Mapping[str, Any]) -> dict[str, Any]:
    info = root.get("info")
    return {**root, "info": {**info, "version": ""} if isinstance(info, Mapping) else info}


def _differences(old: Any, new: Any, path: tuple[str, ...], named: bool = False) -> Iterator[tuple[str, str]]:
    """Find changed notes in what both contracts have; what only one has was compared before."""
    if isinstance(old, list) and isinstance(new, list):
        for index, (one, other) in enumerate(zip(old, new, strict=False)):
            yield from _differences(one, other, (*path, str(index)))
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        return
    for key in dict.fromkeys((*old, *new)):
        word = str(key)
        if not named and word in FIELDS:
            continue  # what it means for methods was compared
        if not named and (word in _NOTED or word.startswith("x-") or (word == "tags" and not path)):
            if _written(_read(old.get(key))) != _written(_read(new.get(key))):
                yield ".".join(path) or "contract", word
        elif key in old and key in new and (named or word not in _DATA):
            yield from _differences(old[key], new[key], (*path, word), not named and word in _NAMED)


def _read(value: Any) -> Any:
    """Return what people read of a note: without the `x-` fields that name methods, which were compared before."""
    if isinstance(value, list):
        return [_read(each) for each in value]
    return {name: each for name, each in value.items() if name not in FIELDS} if isinstance(value, Mapping) else value


def _written(value: Any) -> str:
    """Write a value with its order, which people read."""
    return json.dumps(value, default=str)

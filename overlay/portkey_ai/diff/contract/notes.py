"""What only people read: descriptions, examples, order; and whatever else no call can see."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from .findings import Log
from .levels import ContractVerdict
from .references import ANNOTATIONS, Document

_NAMED: Final = frozenset(
    (
        *("paths", "webhooks", "callbacks", "responses", "content", "headers", "links", "encoding", "variables"),
        *("schemas", "parameters", "requestBodies", "securitySchemes", "pathItems", "examples"),
        *("properties", "patternProperties", "dependentSchemas", "$defs", "scopes", "mapping"),
    )
)
"""Keys under which keys are names, which `description` may be among."""

_DATA: Final = frozenset(("default", "enum", "const", "example", "examples", "required", "security"))
"""Keys under which there is data."""

_NOTED: Final = ANNOTATIONS | {"info", "contact", "license", "termsOfService"}


def compare_notes(old: Document, new: Document, log: Log) -> None:
    """Note what only people read, place by place; and, where nothing else was found, that something is different.

    Args:
        old: the contract before.
        new: the contract now.
        log: what is told of a change.
    """
    before, after = _versionless(old.root), _versionless(new.root)
    for place, word in _differences(before, after, ()):
        log.add(ContractVerdict.DOCUMENTATION, "documentation", place, f"{word} changed")
    if not log.findings() and _written(before) != _written(after):
        message = "it is organised otherwise, in order or in parts that no call reaches"
        log.add(ContractVerdict.DOCUMENTATION, "organisation", "contract", message)


def _versionless(root: Mapping[str, Any]) -> dict[str, Any]:
    info = root.get("info")
    return {**root, "info": {**info, "version": ""} if isinstance(info, Mapping) else info}


def _differences(old: Any, new: Any, path: tuple[str, ...], named: bool = False) -> Iterator[tuple[str, str]]:
    """Walk through what both contracts have; what only one has is no matter of notes."""
    if isinstance(old, list) and isinstance(new, list):
        for index, (one, other) in enumerate(zip(old, new, strict=False)):
            yield from _differences(one, other, (*path, str(index)))
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        return
    for key in dict.fromkeys((*old, *new)):
        word = str(key)
        if not named and (word in _NOTED or word.startswith("x-") or (word == "tags" and not path)):
            if _written(old.get(key)) != _written(new.get(key)):
                yield ".".join(path) or "contract", word
        elif key in old and key in new and (named or word not in _DATA):
            yield from _differences(old[key], new[key], (*path, word), not named and word in _NAMED)


def _written(value: Any) -> str:
    """Write a value with its order, which people read."""
    return json.dumps(value, default=str)

"""The parameters of one operation: in its path, its query, its headers and cookies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from .levels import ContractVerdict, Direction
from .paths import Entry
from .references import Document
from .schemas import SchemaComparison

_BREAKING, _COMPATIBLE = ContractVerdict.BREAKING, ContractVerdict.COMPATIBLE

_WIRE: Final = ("style", "explode", "allowReserved", "content")
"""How a value is written into the request."""

Key: TypeAlias = tuple[str, str]
"""Where a parameter stands, and its name; of headers, in lower case."""


def compare_parameters(schemas: SchemaComparison, old: Entry, new: Entry) -> None:
    """Compare the parameters of an operation, those of its path among them.

    Args:
        schemas: what compares schemas, and notes differences.
        old: the operation before.
        new: the operation now.
    """
    before, after = _parameters(schemas.old, old), _parameters(schemas.new, new)
    for key, new_key in _renamed_slots(old, new, before, after):
        place = f"{new.title} path parameter {new_key[1]}"
        message = f"was called {key[1]}: compiled clients take it by name"
        schemas.log.add(_BREAKING, "parameter_renamed", place, message)
        before[new_key] = before.pop(key)
    for key in before:
        if key not in after:
            message = "the parameter was removed: what callers send in it has no effect"
            schemas.log.add(_BREAKING, "parameter_removed", _place(new, key), message)
    for key, parameter in after.items():
        if key in before:
            _compare(schemas, before[key], parameter, _place(new, key))
        else:
            _added(schemas, parameter, _place(new, key))


def _parameters(document: Document, entry: Entry) -> dict[Key, Mapping[str, Any]]:
    """List parameters; those of the operation win over those of its path."""
    found = {}
    for parameter in [*(entry.item.get("parameters") or ()), *(entry.operation.get("parameters") or ())]:
        parameter = document.object(parameter)
        place, name = str(parameter.get("in")), str(parameter.get("name"))
        found[place, name.lower() if place == "header" else name] = parameter
    return found


def _renamed_slots(
    old: Entry, new: Entry, before: Mapping[Key, Any], after: Mapping[Key, Any]
) -> Iterator[tuple[Key, Key]]:
    """Pair path parameters that stand at the same place of the path under another name."""
    if old.address != new.address:
        return
    for one, other in zip(old.path.split("{")[1:], new.path.split("{")[1:], strict=True):
        key, new_key = ("path", one.partition("}")[0]), ("path", other.partition("}")[0])
        if key != new_key and key in before and new_key in after:
            yield key, new_key


def _added(schemas: SchemaComparison, parameter: Mapping[str, Any], place: str) -> None:
    if parameter.get("required") is True:
        message = "a new parameter that is required: callers do not send it yet"
        schemas.log.add(_BREAKING, "parameter_added", place, message)
    else:
        schemas.log.add(_COMPATIBLE, "parameter_added", place, "a new parameter")


def _compare(schemas: SchemaComparison, old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> None:
    required = old.get("required") is True, new.get("required") is True
    if required == (False, True):
        schemas.log.add(_BREAKING, "parameter_required", place, "became required: calls without it fail")
    elif required == (True, False):
        schemas.log.add(_COMPATIBLE, "parameter_optional", place, "became optional")
    if new.get("deprecated") is True and old.get("deprecated") is not True:
        schemas.log.add(_COMPATIBLE, "deprecated", place, "is deprecated now: it works as before")
    for word in _WIRE:
        if schemas.old.meaning(old.get(word)) != schemas.new.meaning(new.get(word)):
            message = f"{word} changed: the value is written in another way"
            schemas.log.add(_BREAKING, "parameter_style", place, message)
    schemas.compare(old.get("schema", True), new.get("schema", True), place, Direction.REQUEST)


def _place(entry: Entry, key: Key) -> str:
    return f"{entry.title} {key[0]} parameter {key[1]}"

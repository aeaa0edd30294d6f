"""One operation of two contracts: parameters, request body, responses, security."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from .document import Document, Entry, entries, missing
from .findings import ContractVerdict, Direction, Log
from .schemas import SchemaComparison

_BREAKING, _COMPATIBLE = ContractVerdict.BREAKING, ContractVerdict.COMPATIBLE

_KNOWN: Final = frozenset(
    (
        *("operationId", "tags", "parameters", "requestBody", "responses", "security", "deprecated"),
        *("description", "summary", "externalDocs"),
    )
)
_JSON: Final = "application/json"


class OperationComparison:
    """Compare operations of two contracts, one after another."""

    def __init__(self, old: Document, new: Document, log: Log) -> None:
        self.old = old
        self.new = new
        self.log = log
        self.schemas = SchemaComparison(old, new, log)

    def compare(self, old: Entry, new: Entry) -> None:
        """Compare all that an operation takes and answers."""
        if new.operation.get("deprecated") is True and old.operation.get("deprecated") is not True:
            self.log.add(_COMPATIBLE, "deprecated", new.title, "is deprecated now: it works as before")
        compare_parameters(self.schemas, old, new)
        compare_security(self.old, self.new, old, new, self.log)
        self._compare_body(old, new)
        self._compare_responses(old, new)
        for word in sorted({*old.operation, *new.operation} - _KNOWN):
            self.compare_unknown(word, old.operation, new.operation, new.title)

    def compare_unknown(self, word: str, old: Mapping[str, Any], new: Mapping[str, Any], location: str) -> None:
        """Compare a key that is not understood here: any change of it counts as breaking."""
        before, after = ({word: each[word]} if word in each else {} for each in (old, new))
        if self.old.meaning(before) != self.new.meaning(after):
            how = "changed" if before and after else "was added" if after else "was removed"
            self.log.add(_BREAKING, "unknown", location, f"`{word}` {how}, which this comparison does not look into")

    def _compare_body(self, old: Entry, new: Entry) -> None:
        before = self.old.object(old.operation.get("requestBody"))
        after = self.new.object(new.operation.get("requestBody"))
        location = f"{new.title} request body"
        if not before or not after:
            self._one_body(before, after, location)
            return
        required = before.get("required") is True, after.get("required") is True
        if required == (False, True):
            self.log.add(_BREAKING, "body_required", location, "became required: calls without it fail")
        elif required == (True, False):
            self.log.add(_COMPATIBLE, "body_optional", location, "became optional")
        self._compare_media(before, after, location, Direction.REQUEST)

    def _one_body(self, old: Any, new: Any, location: str) -> None:
        if not old and not new:
            return
        if not new:
            self.log.add(_BREAKING, "body_removed", location, "was removed: what callers send in it has no effect")
        elif new.get("required") is True:
            self.log.add(_BREAKING, "body_added", location, "is new and required: callers do not send it yet")
        else:
            self.log.add(_COMPATIBLE, "body_added", location, "is new and optional")

    def _compare_media(self, old: Any, new: Any, location: str, direction: Direction) -> None:
        """Compare the media types of a body, and what each of them holds."""
        before, after = dict(entries(old.get("content"))), dict(entries(new.get("content")))
        for media in missing(before, after):
            self.log.add(_BREAKING, "media_removed", location, f"the media type {media} was removed")
        for media in after:
            if media not in before:
                self.log.add(_COMPATIBLE, "media_added", location, f"the media type {media} was added")
                continue
            where = f"{location} " if media == _JSON else f"{location} ({media}) "
            one, other = self.old.object(before[media]), self.new.object(after[media])
            self.schemas.compare(one.get("schema", True), other.get("schema", True), where, direction)
            for word in sorted({*one, *other} - {"schema", "example", "examples"}):
                self.compare_unknown(word, one, other, where)

    def _compare_responses(self, old: Entry, new: Entry) -> None:
        before, after = dict(entries(old.operation.get("responses"))), dict(entries(new.operation.get("responses")))
        for status in missing(before, after):
            location = f"{new.title} response {status}"
            self.log.add(_BREAKING, "response_removed", location, "the response was removed: clients wait for it")
        for status, response in after.items():
            location = f"{new.title} response {status}"
            if status in before:
                self._compare_response(self.old.object(before[status]), self.new.object(response), location)
            else:
                self.log.add(_COMPATIBLE, "response_added", location, "a new response")

    def _compare_response(self, old: Any, new: Any, location: str) -> None:
        self._compare_media(old, new, location, Direction.RESPONSE)
        before = {name.lower(): header for name, header in entries(old.get("headers"))}
        after = {name.lower(): header for name, header in entries(new.get("headers"))}
        for name in missing(before, after):
            self.log.add(_BREAKING, "header_removed", f"{location} header {name}", "the header was removed")
        for name in after:
            if name not in before:
                self.log.add(_COMPATIBLE, "header_added", f"{location} header {name}", "a new header")
            else:
                self._compare_header(before[name], after[name], f"{location} header {name}")

    def _compare_header(self, old: Any, new: Any, location: str) -> None:
        one, other = self.old.object(old), self.new.object(new)
        if one.get("required") is True and other.get("required") is not True:
            self.log.add(_BREAKING, "header_optional", location, "became optional: it may be missing now")
        self.schemas.compare(one.get("schema", True), other.get("schema", True), location, Direction.RESPONSE)


_WIRE: Final = ("style", "explode", "allowReserved", "content")
"""How a value is written into the request."""

Key: TypeAlias = tuple[str, str]
"""A parameter's `in`, and its name; of headers, in lower case."""


def compare_parameters(schemas: SchemaComparison, old: Entry, new: Entry) -> None:
    """Compare the parameters of an operation, those of its path among them.

    Args:
        schemas: what compares schemas, and notes differences.
        old: the operation before.
        new: the operation now.
    """
    before, after = _parameters(schemas.old, old), _parameters(schemas.new, new)
    for key, new_key in _renamed_slots(old, new, before, after):
        location = f"{new.title} path parameter {new_key[1]}"
        message = f"was called {key[1]}: compiled clients take it by name"
        schemas.log.add(_BREAKING, "parameter_renamed", location, message)
        before[new_key] = before.pop(key)
    for key in before:
        if key not in after:
            message = "the parameter was removed: what callers send in it has no effect"
            schemas.log.add(_BREAKING, "parameter_removed", _location(new, key), message)
    for key, parameter in after.items():
        if key in before:
            _compare(schemas, before[key], parameter, _location(new, key))
        else:
            _added(schemas, parameter, _location(new, key))


def _parameters(document: Document, entry: Entry) -> dict[Key, Mapping[str, Any]]:
    """List parameters; those of the operation win over those of its path."""
    found = {}
    for parameter in [*(entry.item.get("parameters") or ()), *(entry.operation.get("parameters") or ())]:
        parameter = document.object(parameter)
        location, name = str(parameter.get("in")), str(parameter.get("name"))
        found[location, name.lower() if location == "header" else name] = parameter
    return found


def _renamed_slots(
    old: Entry, new: Entry, before: Mapping[Key, Any], after: Mapping[Key, Any]
) -> Iterator[tuple[Key, Key]]:
    """Pair path parameters that are at the same place of the path and have different names."""
    if old.address != new.address:
        return
    for one, other in zip(old.path.split("{")[1:], new.path.split("{")[1:], strict=True):
        key, new_key = ("path", one.partition("}")[0]), ("path", other.partition("}")[0])
        if key != new_key and key in before and new_key in after:
            yield key, new_key


def _added(schemas: SchemaComparison, parameter: Mapping[str, Any], location: str) -> None:
    if parameter.get("required") is True:
        message = "a new parameter that is required: callers do not send it yet"
        schemas.log.add(_BREAKING, "parameter_added", location, message)
    else:
        schemas.log.add(_COMPATIBLE, "parameter_added", location, "a new parameter")


def _compare(schemas: SchemaComparison, old: Mapping[str, Any], new: Mapping[str, Any], location: str) -> None:
    required = old.get("required") is True, new.get("required") is True
    if required == (False, True):
        schemas.log.add(_BREAKING, "parameter_required", location, "became required: calls without it fail")
    elif required == (True, False):
        schemas.log.add(_COMPATIBLE, "parameter_optional", location, "became optional")
    if new.get("deprecated") is True and old.get("deprecated") is not True:
        schemas.log.add(_COMPATIBLE, "deprecated", location, "is deprecated now: it works as before")
    for word in _WIRE:
        if schemas.old.meaning(old.get(word)) != schemas.new.meaning(new.get(word)):
            message = f"{word} changed: the value is written in another way"
            schemas.log.add(_BREAKING, "parameter_style", location, message)
    schemas.compare(old.get("schema", True), new.get("schema", True), location, Direction.REQUEST)


def _location(entry: Entry, key: Key) -> str:
    return f"{entry.title} {key[0]} parameter {key[1]}"


Requirement: TypeAlias = frozenset[tuple[str, str]]
"""A security requirement: schemes, by what they mean and not by their names, each with a scope or without."""


def compare_security(old: Document, new: Document, before: Entry, after: Entry, log: Log) -> None:
    """Compare security requirements: a key that met one of the old ones has to meet one of the new.

    Args:
        old: the contract before.
        new: the contract now.
        before: the operation before.
        after: the operation now.
        log: takes each change.
    """
    was, is_now = _requirements(old, before), _requirements(new, after)
    closed = [name for name, asks in was if not any(other <= asks for _, other in is_now)]
    opened = [name for name, asks in is_now if not any(other <= asks for _, other in was)]
    if closed:
        named = " or ".join(name for name, _ in is_now)
        message = f"{' and '.join(closed)} opens it no more: it asks for {named} now"
        log.add(ContractVerdict.BREAKING, "security_tightened", after.title, message)
    elif opened or {asks for _, asks in was} != {asks for _, asks in is_now}:
        message = f"it may be called with {' or '.join(name for name, _ in is_now)} now"
        log.add(ContractVerdict.COMPATIBLE, "security_loosened", after.title, message)


def _requirements(document: Document, entry: Entry) -> list[tuple[str, Requirement]]:
    """List an operation's security requirements, with names for people; none listed means that anyone may call it."""
    listed = entry.operation.get("security", document.root.get("security"))
    return [_requirement(document, each) for each in listed] if listed else [("no key", frozenset())]


def _requirement(document: Document, requirement: Any) -> tuple[str, Requirement]:
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

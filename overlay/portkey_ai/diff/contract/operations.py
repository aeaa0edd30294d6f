"""One operation of two contracts: parameters, request body, responses, security."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .findings import Log
from .levels import ContractVerdict, Direction
from .parameters import compare_parameters
from .paths import Entry
from .references import Document, entries, missing
from .schemas import SchemaComparison
from .security import compare_security

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

    def compare_unknown(self, word: str, old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> None:
        """Compare what is not looked into: another value of it may mean anything."""
        before, after = ({word: each[word]} if word in each else {} for each in (old, new))
        if self.old.meaning(before) != self.new.meaning(after):
            how = "changed" if before and after else "was added" if after else "was removed"
            self.log.add(_BREAKING, "unknown", place, f"`{word}` {how}, which this comparison does not look into")

    def _compare_body(self, old: Entry, new: Entry) -> None:
        before = self.old.object(old.operation.get("requestBody"))
        after = self.new.object(new.operation.get("requestBody"))
        place = f"{new.title} request body"
        if not before or not after:
            self._one_body(before, after, place)
            return
        required = before.get("required") is True, after.get("required") is True
        if required == (False, True):
            self.log.add(_BREAKING, "body_required", place, "became required: calls without it fail")
        elif required == (True, False):
            self.log.add(_COMPATIBLE, "body_optional", place, "became optional")
        self._compare_media(before, after, place, Direction.REQUEST)

    def _one_body(self, old: Any, new: Any, place: str) -> None:
        if not old and not new:
            return
        if not new:
            self.log.add(_BREAKING, "body_removed", place, "was removed: what callers send in it has no effect")
        elif new.get("required") is True:
            self.log.add(_BREAKING, "body_added", place, "is new and required: callers do not send it yet")
        else:
            self.log.add(_COMPATIBLE, "body_added", place, "is new and optional")

    def _compare_media(self, old: Any, new: Any, place: str, direction: Direction) -> None:
        """Compare the media types of a body, and what each of them holds."""
        before, after = dict(entries(old.get("content"))), dict(entries(new.get("content")))
        for media in missing(before, after):
            self.log.add(_BREAKING, "media_removed", place, f"the media type {media} was removed")
        for media in after:
            if media not in before:
                self.log.add(_COMPATIBLE, "media_added", place, f"the media type {media} was added")
                continue
            where = f"{place} " if media == _JSON else f"{place} ({media}) "
            one, other = self.old.object(before[media]), self.new.object(after[media])
            self.schemas.compare(one.get("schema", True), other.get("schema", True), where, direction)
            for word in sorted({*one, *other} - {"schema", "example", "examples"}):
                self.compare_unknown(word, one, other, where)

    def _compare_responses(self, old: Entry, new: Entry) -> None:
        before, after = dict(entries(old.operation.get("responses"))), dict(entries(new.operation.get("responses")))
        for status in missing(before, after):
            place = f"{new.title} response {status}"
            self.log.add(_BREAKING, "response_removed", place, "the response was removed: clients wait for it")
        for status, response in after.items():
            place = f"{new.title} response {status}"
            if status in before:
                self._compare_response(self.old.object(before[status]), self.new.object(response), place)
            else:
                self.log.add(_COMPATIBLE, "response_added", place, "a new response")

    def _compare_response(self, old: Any, new: Any, place: str) -> None:
        self._compare_media(old, new, place, Direction.RESPONSE)
        before = {name.lower(): header for name, header in entries(old.get("headers"))}
        after = {name.lower(): header for name, header in entries(new.get("headers"))}
        for name in missing(before, after):
            self.log.add(_BREAKING, "header_removed", f"{place} header {name}", "the header was removed")
        for name in after:
            if name not in before:
                self.log.add(_COMPATIBLE, "header_added", f"{place} header {name}", "a new header")
            else:
                self._compare_header(before[name], after[name], f"{place} header {name}")

    def _compare_header(self, old: Any, new: Any, place: str) -> None:
        one, other = self.old.object(old), self.new.object(new)
        if one.get("required") is True and other.get("required") is not True:
            self.log.add(_BREAKING, "header_optional", place, "became optional: it may be missing now")
        self.schemas.compare(one.get("schema", True), other.get("schema", True), place, Direction.RESPONSE)

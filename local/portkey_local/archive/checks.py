"""What must be true of an archive before a row of it is put into a database."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import define
from sqlalchemy import JSON, Boolean, Column, Float, Integer

from portkey_local import api_keys
from portkey_local.errors import BadRequestError
from portkey_local.http import contract
from portkey_local.ids import folded, is_slug
from portkey_local.references import LARGEST_NUMBER
from portkey_local.store import extra
from portkey_local.store.contents import OPERATION, PROMPTS, Kind
from portkey_local.store.text import AnyText
from portkey_local.store.universals import ORGANISATION_ID, UNIVERSAL_LABELS, WORKSPACE_ID
from portkey_prompts.errors import quoted
from portkey_prompts.rendering import parse
from portkey_prompts.templates import Template, TemplateError

from .lines import FORMAT, VERSION, ArchiveError, Line, is_json

__all__ = ["ArchiveError", "Checks"]

_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_STAMPS = ("created_at", "last_updated_at", "given_at", "started_at", "revoked_at", "expires_at")
_STATUSES = range(100, 600)
_BODIES = {
    "collection": "createCollection",
    "label": "createLabel",
    "partial": "createPromptPartial",
    "partial_version": "createPromptPartial",
    "prompt": "createPrompt",
    "prompt_version": "createPrompt",
}
"""The operation whose body says what the fields of a kind's rows may be."""
_ELSEWHERE = {"name": "x", "collection_id": "x", "string": "", "parameters": {}}
"""Valid values of fields that such a body must have and a row may not: another row has them."""
_LONG = 1024 * 1024
_VERSIONS_OF = {"partial_version": ("partial", "partial_id"), "prompt_version": ("prompt", "prompt_id")}
_UNIQUE = {
    "api_key": ("digest",),
    "collection": ("slug",),
    "label": ("name",),
    "partial": ("slug",),
    "prompt": ("slug",),
}


@define
class _Head:
    """A prompt or partial: its line, the number of its published version, and how many versions came so far."""

    line: Line
    published: int
    versions: int = 0


class Checks:
    """Take an archive line by line, and refuse the first one that can't be.

    Attributes:
        counts: how many of each kind were taken.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._kinds = PROMPTS + OPERATION
        self._index = 0
        self._promised: dict[str, int] = {}  # the header's counts, by kind
        # By kind and unique column the values that came; a prompt version's id with the id of its prompt.
        self._seen: dict[tuple[str, str], dict[str, str | None]] = {}
        self._heads: dict[str, dict[str, _Head]] = {"partial": {}, "prompt": {}}
        self._parents: dict[str, tuple[Line, str | None]] = {}
        self._labelled: set[tuple[str, str]] = set()  # ids of a prompt and a label on one of its versions
        self._universal: set[str] = set()  # of what always exists, what came
        self._named: dict[tuple[str, str], str] = {}  # ids, by kind and id, and by kind and slug
        self._bodies = {each.id: each.body for each in contract.load().operations if each.body is not None}
        self._last = 1

    @property
    def kind(self) -> Kind:
        """The kind of the line that was taken last."""
        return self._kinds[self._index]

    @property
    def has_operation(self) -> bool:
        """Whether the archive was made with API keys and recorded runs, were there any or not."""
        return len(self._promised) == len(self._kinds)

    def take(self, line: Line) -> None:
        """Check the next line.

        Raises:
            ArchiveError: It can't stand there.
        """
        self._last = line.number
        if line.number == 1:
            self._take_header(line)
            return
        name = line.value.pop("kind", None)
        self._go_to(line, name)
        for column in self.kind.columns:
            if column.name in self.kind.added:
                line.value.setdefault(column.name, None)
            _check_field(line, column)
        further = extra.names(self.kind.table.name)
        unknown = line.value.keys() - {column.name for column in self.kind.columns} - {*further}
        if unknown:
            raise line.error(f"has a field {quoted(min(unknown))}, which a {name} has not")
        self._check_unique(line)
        self._check_body(line)
        if self.kind.has_extra:
            line.value["extra"] = extra.taken(self.kind.table.name, line.value)
            for field in further:
                line.value.pop(field, None)
        check = _CHECKS.get(self.kind.name)
        if check is not None:
            check(self, line)
        self.counts[self.kind.name] += 1

    def finish(self) -> None:
        """Check, after the last line, what only the whole archive shows.

        Raises:
            ArchiveError: Something is missing, or refers to what is not there.
        """
        for name, count in self._promised.items():
            if count != self.counts[name]:
                raise ArchiveError(
                    f"Line 1 counts {count} of the kind {name}, and there are {self.counts[name]} up to line "
                    f"{self._last}. Nothing was changed; export again."
                )
        for kind, heads in self._heads.items():
            for head in heads.values():
                if not 1 <= head.published <= head.versions:
                    problem = f"`published_number` is {head.published}, and the {kind} has {head.versions} versions"
                    raise head.line.error(f"can't be: its {problem}")
        self._check_parents()
        missing = {"default", *UNIVERSAL_LABELS} - self._universal
        if missing:
            what = "default collection" if "default" in missing else f"label {quoted(min(missing))}"
            raise ArchiveError(f"The {what} is missing, which always exists. Nothing was changed; export again.")

    def completed(self, kind: Kind, row: dict[str, Any]) -> dict[str, Any]:
        """Return a checked row with what follows from the whole archive."""
        heads = self._heads.get(kind.name)
        return row if heads is None else {**row, "latest_number": heads[row["id"]].versions}

    def _take_header(self, line: Line) -> None:
        value = line.value
        if value.get("format") != FORMAT:
            raise line.error(f"is no header of an export: its `format` is not {quoted(FORMAT)}")
        if value.get("version") != VERSION or isinstance(value.get("version"), bool):
            found = quoted(str(value.get("version")))
            raise line.error(f"has the `version` {found}; this program reads {VERSION}. Use the one that wrote it")
        counts = value.get("counts")
        if set(value) != {"format", "version", "counts"} or not isinstance(counts, dict):
            raise line.error("is no header of an export: it has `format`, `version` and `counts`, and nothing else")
        if list(counts) not in (_names(PROMPTS), _names(self._kinds)):
            raise line.error(f"is no header of an export: its `counts` has {', '.join(_names(self._kinds))}")
        self._promised = counts

    def _go_to(self, line: Line, name: object) -> None:
        names = list(self._promised)
        if name not in names:
            shown = "no `kind`" if name is None else f"the unknown `kind` {quoted(str(name))}"
            raise line.error(f"has {shown}. Known: {', '.join(names)}")
        index = names.index(str(name))
        if index < self._index:
            raise line.error(f"is a {name} after a {self.kind.name}. The order is {', '.join(names)}")
        self._index = index

    def _check_unique(self, line: Line) -> None:
        columns = self.kind.table.columns
        for name in (*(("id",) if "id" in columns else ()), *_UNIQUE.get(self.kind.name, ())):
            seen = self._seen.setdefault((self.kind.name, name), {})
            value = line.value[name]
            if value in seen:
                raise line.error(f"has the `{name}` {quoted(value)} of another {self.kind.name}")
            seen[value] = None
        # One is found by either: a slug that is another's id would be answered in its place.
        if {"id", "slug"} <= set(columns.keys()):
            for name in ("id", "slug"):
                holder = self._named.setdefault((self.kind.name, line.value[name]), line.value["id"])
                if holder != line.value["id"]:
                    raise line.error(f"has a `{name}` that names another {self.kind.name} too: {line.value[name]}")

    def _check_body(self, line: Line) -> None:
        """Check what people wrote against the body that the contract describes for it."""
        operation = _BODIES.get(self.kind.name)
        if operation is None:
            return
        given = {name: value for name, value in line.value.items() if value is not None}
        if self.kind.name.endswith("_version"):
            given["version_description"] = given.pop("description", None)
        try:
            self._bodies[operation].check(_ELSEWHERE | given, size=_LONG)
        except BadRequestError as error:
            raise line.error(f"is refused: {error.message}") from error

    def _check_known(self, line: Line, field: str, kind: str) -> None:
        if line.value[field] not in self._seen.get((kind, "id"), ()):
            raise line.error(f"refers to no {kind}: there is none with its `{field}` {quoted(line.value[field])}")

    def _take_collection(self, line: Line) -> None:
        _check_same(line, "workspace_id", WORKSPACE_ID)
        self._parents[line.value["id"]] = (line, line.value["parent_collection_id"])
        if line.value["is_default"]:
            if "default" in self._universal:
                raise line.error("is a second default collection: its `is_default` is true")
            self._universal.add("default")
        line.value["folded_name"] = folded(line.value["name"])

    def _take_label(self, line: Line) -> None:
        name = line.value["name"]
        _check_same(line, "workspace_id", WORKSPACE_ID)
        _check_same(line, "organisation_id", ORGANISATION_ID)
        if line.value["is_universal"] is not (name in UNIVERSAL_LABELS):
            raise line.error(f"has a wrong `is_universal`: {', '.join(UNIVERSAL_LABELS)} always exist, and no others")
        if line.value["is_universal"]:
            self._universal.add(name)
        line.value["folded_name"] = folded(name)

    def _take_head(self, line: Line) -> None:
        self._check_known(line, "collection_id", "collection")
        # Without its value: a hundred thousand of them are kept to the end.
        self._heads[self.kind.name][line.value["id"]] = _Head(Line(line.number, {}), line.value["published_number"])
        if self.kind.name == "prompt":
            line.value["folded_name"] = folded(line.value["name"])

    def _take_version(self, line: Line) -> None:
        kind, field = _VERSIONS_OF[self.kind.name]
        self._check_known(line, field, kind)
        head = self._heads[kind][line.value[field]]
        head.versions += 1
        if line.value["number"] != head.versions:
            raise line.error(f"has the `number` {line.value['number']} where {head.versions} is the next")
        try:
            line.value["variable_components"] = _components(kind, line.value)
        except TemplateError as error:
            raise line.error(f"has a malformed `string`: {error}") from error
        if kind == "prompt":
            self._seen[self.kind.name, "id"][line.value["id"]] = line.value[field]

    def _take_version_label(self, line: Line) -> None:
        for field, kind in (("prompt_id", "prompt"), ("label_id", "label"), ("version_id", "prompt_version")):
            self._check_known(line, field, kind)
        owner = self._seen["prompt_version", "id"][line.value["version_id"]]
        if owner != line.value["prompt_id"]:
            raise line.error("labels a version of another prompt: `version_id` and `prompt_id` don't belong together")
        pair = (line.value["prompt_id"], line.value["label_id"])
        if pair in self._labelled:
            raise line.error("gives a `label_id` to a second version of its prompt")
        self._labelled.add(pair)

    def _take_api_key(self, line: Line) -> None:
        for name, is_one in (("id", api_keys.is_id), ("digest", api_keys.is_digest)):
            if not is_one(line.value[name]):
                raise line.error(f"has the `{name}` {quoted(line.value[name])}, which is none of an API key")
        successor = line.value["replaced_by"]
        if successor is not None and not api_keys.is_id(successor):
            raise line.error(f"has the `replaced_by` {quoted(successor)}, which is none of an API key")
        scopes = line.value["scopes"]
        try:
            is_sound = isinstance(scopes, list) and api_keys.read_scopes(scopes) == scopes
        except (AttributeError, ValueError):
            is_sound = False
        if not is_sound:
            known = ", ".join(api_keys.SCOPES)
            raise line.error(f"has `scopes` that are none. Some of {known} must stand there, once each, in this order")
        if line.value["name"] is not None:
            try:
                api_keys.check_name(line.value["name"])
            except ValueError as error:
                raise line.error(f"has a wrong `name`: {error}") from error

    def _take_run(self, line: Line) -> None:
        run = line.value
        if run["status"] not in _STATUSES:
            raise line.error(f"has the `status` {run['status']}; a status has three digits")
        for name in ("latency_ms", "first_token_ms"):
            if run[name] is not None and run[name] < 0:
                raise line.error(f"has a `{name}` below 0")
        for name in ("request", "answer"):
            if run[name] is not None and not is_json(run[name]):
                raise line.error(f"has a `{name}` that is no JSON")

    def _check_parents(self) -> None:
        for line, parent in self._parents.values():
            if parent is not None and parent not in self._parents:
                raise line.error(f"refers to no collection: there is none with its `parent_collection_id` {parent}")
        sound: set[str] = set()
        for start in self._parents:
            way: list[str] = []
            at: str | None = start
            while at is not None and at not in sound:
                if at in way:
                    raise self._parents[at][0].error("lies in itself: its `parent_collection_id` leads in a circle")
                way.append(at)
                at = self._parents[at][1]
            sound.update(way)


_CHECKS: dict[str, Callable[[Checks, Line], None]] = {
    "api_key": Checks._take_api_key,
    "collection": Checks._take_collection,
    "label": Checks._take_label,
    "partial": Checks._take_head,
    "partial_version": Checks._take_version,
    "prompt": Checks._take_head,
    "prompt_version": Checks._take_version,
    "run": Checks._take_run,
    "version_label": Checks._take_version_label,
}


def _names(kinds: Sequence[Kind]) -> list[str]:
    return [kind.name for kind in kinds]


def _check_field(line: Line, column: Column[Any]) -> None:
    name = column.name
    if name not in line.value:
        raise line.error(f"has no `{name}`")
    value = line.value[name]
    if value is None:
        if not column.nullable:
            raise line.error(f"has the `{name}` null, and must have one")
        return
    wanted = _wanted(column, value)
    if wanted:
        raise line.error(f"has a value of `{name}` that is not {wanted}")
    if isinstance(column.type, Float):
        line.value[name] = float(value)


def _wanted(column: Column[Any], value: object) -> str:
    """Say what a column's value must be; empty where it is that."""
    if isinstance(column.type, Boolean):
        return "" if isinstance(value, bool) else "true or false"
    if isinstance(column.type, Integer):
        whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_NUMBER
        return "" if whole else f"a whole number from 0 to {LARGEST_NUMBER}"
    if isinstance(column.type, Float):
        number = isinstance(value, float) or (type(value) is int and abs(value) <= LARGEST_NUMBER)
        return "" if number else "a number"
    if isinstance(column.type, JSON):
        return ""  # the contract says what it must be
    assert isinstance(column.type, AnyText)
    if not isinstance(value, str):
        return "a string"
    if column.primary_key and not value:
        return "longer than nothing"
    if column.name in _STAMPS and not _is_stamp(value):
        return "a time stamp such as 2026-05-29T01:11:58.000Z"
    if column.name == "slug" and not is_slug(value):
        return "a slug: no white space, none of @/?#%, and no dots alone"
    return ""


def _is_stamp(text: str) -> bool:
    try:
        return bool(_STAMP.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False


def _check_same(line: Line, field: str, value: str) -> None:
    if line.value[field] != value:
        raise line.error(f"has the `{field}` {quoted(line.value[field])}; there is {quoted(value)} only")


def _components(kind: str, version: Mapping[str, Any]) -> object:
    return Template(version["string"]).components if kind == "partial" else parse(version).components

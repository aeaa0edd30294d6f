"""The versions of prompts: added, never changed in what they render to, found by reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update

from portkey_local.clock import now
from portkey_local.errors import NotFoundError, some_of
from portkey_local.ids import new_id
from portkey_local.references import Reference
from portkey_prompts.errors import quoted

from . import extra, paging
from .numbered import PROMPTS
from .schema import labels, prompt_versions, prompts, version_labels

_OF_THE_STORE = ("id", "prompt_id", "number", "created_at", "created_by", "extra")
CONTENT = tuple(column.name for column in prompt_versions.columns if column.name not in _OF_THE_STORE)
"""A version's content that has a column of its own."""


@frozen
class Added:
    """A version that was just made."""

    id: str
    number: int


_PROMPT = or_(prompts.c.slug == bindparam("prompt"), prompts.c.id == bindparam("prompt"))
_OF_PROMPT = prompt_versions.c.prompt_id == prompts.c.id
_CHOICES = {
    "published": prompt_versions.c.number == prompts.c.published_number,
    "latest": prompt_versions.c.number == prompts.c.latest_number,
    "number": prompt_versions.c.number == bindparam("number"),
}


def _selecting(*columns: Any) -> dict[str, Any]:
    """Prepare one statement for each way in which a reference selects a version."""
    base = select(*columns).select_from(prompts).join(prompt_versions, _OF_PROMPT).where(_PROMPT)
    # Joined from the prompt: from the label, the versions of all prompts that bear it would be read.
    labelled = (
        select(*columns)
        .select_from(prompts)
        .join(version_labels, version_labels.c.prompt_id == prompts.c.id)
        .join(labels, labels.c.id == version_labels.c.label_id)
        .join(prompt_versions, prompt_versions.c.id == version_labels.c.version_id)
        .where(_PROMPT, labels.c.name == bindparam("label"))
    )
    return {**{name: base.where(choice) for name, choice in _CHOICES.items()}, "label": labelled}


_HEAD = (
    prompts.c.slug,
    prompts.c.name,
    prompts.c.collection_id,
    prompts.c.status,
    prompts.c.published_number,
    prompts.c.published_by,
    prompts.c.latest_number,
    prompts.c.created_at.label("prompt_created_at"),
    prompts.c.last_updated_at,
)
_KEYS = _selecting(prompt_versions.c.id, prompt_versions.c.virtual_key)
_ROWS = _selecting(prompt_versions, *_HEAD)
_BY_ID = (
    select(prompt_versions, *_HEAD)
    .select_from(prompts)
    .join(prompt_versions, _OF_PROMPT)
    .where(_PROMPT, prompt_versions.c.id == bindparam("version"))
)
_LIST = (
    select(prompt_versions, prompts.c.published_number)
    .join(prompts, _OF_PROMPT)
    .where(prompts.c.id == bindparam("prompt"))
    .order_by(prompt_versions.c.number.desc())
)
_HEADINGS = (
    select(prompt_versions.c.id, prompt_versions.c.number, prompt_versions.c.description, prompt_versions.c.created_at)
    .where(prompt_versions.c.prompt_id == bindparam("prompt"))
    .order_by(prompt_versions.c.number.desc())
)
_KNOWN_LABELS = (
    select(labels.c.name)
    .join(version_labels, version_labels.c.label_id == labels.c.id)
    .where(version_labels.c.prompt_id == bindparam("prompt"))
    .order_by(labels.c.name)
)


def add(connection: Connection, prompt_id: str, content: Mapping[str, Any], author: str | None = None) -> Added:
    """Add a version after the newest one.

    Args:
        connection: A writing transaction.
        prompt_id: The prompt's UUID.
        content: The fields of `CONTENT` and `extra`; others are ignored, except an `id` to give to the version.
        author: Who makes it.
    """
    made = now()
    number = PROMPTS.next_number(connection, prompt_id, made)
    row = {name: content.get(name) for name in CONTENT} | {"extra": extra.taken("prompt_versions", content)}
    row |= {"id": content.get("id") or new_id(), "prompt_id": prompt_id, "number": number, "created_at": made}
    row["created_by"] = author
    connection.execute(insert(prompt_versions), row)
    return Added(str(row["id"]), number)


def change(connection: Connection, version: Row[Any], values: Mapping[str, Any]) -> None:
    """Change a version in place: nothing of what it renders to.

    Args:
        connection: A writing transaction.
        version: The version with its prompt.
        values: `virtual_key`, `description`, both, or none, which changes nothing.
    """
    if not values:
        return
    connection.execute(update(prompt_versions).where(prompt_versions.c.id == version.id).values(**values))
    PROMPTS.touch(connection, version.prompt_id)


def key_of(connection: Connection, reference: Reference) -> str:
    """Return a cache key for the version that a reference means: its id, and what may change in it for a run.

    Raises:
        NotFoundError: There is no such prompt, or it has no such version.
    """
    found = connection.execute(_KEYS[reference.selector], _values(reference)).first()
    if found is None:
        raise _not_found(connection, reference)
    return f"{found.id} {found.virtual_key}"


def find(connection: Connection, reference: Reference) -> Row[Any]:
    """Return a version with its prompt, like `key_of`."""
    row = connection.execute(_ROWS[reference.selector], _values(reference)).first()
    if row is None:
        raise _not_found(connection, reference)
    return row


def find_by_id(connection: Connection, prompt: str, version_id: str) -> Row[Any]:
    """Return the version of a prompt that has this id.

    Raises:
        NotFoundError: There is no such prompt, or no version of it with this id.
    """
    row = connection.execute(_BY_ID, {"prompt": prompt, "version": version_id}).first()
    if row is None:
        PROMPTS.find(connection, prompt)
        raise NotFoundError(
            f"{quoted(prompt)} has no version with the id {quoted(version_id)}. Its list of versions gives the ids."
        )
    return row


def all_of(connection: Connection, prompt_id: str) -> Sequence[Row[Any]]:
    """Return all versions of a prompt, the newest first."""
    return paging.rows_of(connection, _LIST, {"prompt": prompt_id})


def headings(connection: Connection, prompt_id: str, most: int) -> Sequence[Any]:
    """Return the latest versions of a prompt without their content: `id`, `number`, `description`, `created_at`."""
    return connection.execute(_HEADINGS.limit(most), {"prompt": prompt_id}).all()


def _values(reference: Reference) -> dict[str, object]:
    values: dict[str, object] = {"prompt": reference.name}
    if reference.selector == "number":
        values["number"] = reference.number
    elif reference.selector == "label":
        values["label"] = reference.label
    return values


def _not_found(connection: Connection, reference: Reference) -> NotFoundError:
    prompt = PROMPTS.find(connection, reference.name)
    if reference.selector == "label":
        borne = [str(name) for name in connection.scalars(_KNOWN_LABELS, {"prompt": prompt.id})]
        return NotFoundError(
            f"No version of {quoted(prompt.slug)} bears the label {quoted(reference.label)}. "
            f"Labels that are borne: {some_of(map(quoted, borne)) or 'none'}."
        )
    return PROMPTS.no_version(prompt, reference.number)

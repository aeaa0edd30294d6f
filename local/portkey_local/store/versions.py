"""The versions of prompts: added, never changed, found by reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update

from portkey_local.clock import now
from portkey_local.errors import NotFoundError, quoted, unknown
from portkey_local.names import new_id
from portkey_local.references import Reference

from .schema import labels, prompt_versions, prompts, version_labels

CONTENT = (
    "string",
    "parameters",
    "functions",
    "tools",
    "tool_choice",
    "template_metadata",
    "variable_components",
    "model",
    "virtual_key",
    "is_raw_template",
    "description",
)
"""A version's content, as the store names it."""


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
    labelled = (
        base.join(version_labels, version_labels.c.version_id == prompt_versions.c.id)
        .join(labels, labels.c.id == version_labels.c.label_id)
        .where(labels.c.name == bindparam("label"))
    )
    return {**{name: base.where(choice) for name, choice in _CHOICES.items()}, "label": labelled}


_HEAD = (
    prompts.c.slug,
    prompts.c.name,
    prompts.c.collection_id,
    prompts.c.status,
    prompts.c.published_number,
    prompts.c.latest_number,
    prompts.c.created_at.label("prompt_created_at"),
    prompts.c.last_updated_at,
)
_IDS = _selecting(prompt_versions.c.id)
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
_KNOWN = select(prompts.c.slug, prompts.c.latest_number, prompts.c.id).where(_PROMPT)
_KNOWN_LABELS = (
    select(labels.c.name)
    .join(version_labels, version_labels.c.label_id == labels.c.id)
    .where(version_labels.c.prompt_id == bindparam("prompt"))
    .order_by(labels.c.name)
)
_SLUGS = select(prompts.c.slug).order_by(prompts.c.created_at.desc(), prompts.c.id.desc()).limit(11)
_NEXT_NUMBER = (
    update(prompts)
    .where(prompts.c.id == bindparam("prompt"))
    .values(latest_number=prompts.c.latest_number + 1, last_updated_at=bindparam("moment"))
    .returning(prompts.c.latest_number)
)


def add(connection: Connection, prompt_id: str, content: Mapping[str, Any]) -> Added:
    """Add a version behind the newest one.

    Args:
        connection: A writing transaction.
        prompt_id: The prompt's UUID.
        content: The fields of `CONTENT`; others are ignored, except an `id` to give to the version.
    """
    made = now()
    # The update comes first: it locks the prompt's row, so that numbers are given one after another.
    number = connection.execute(_NEXT_NUMBER, {"prompt": prompt_id, "moment": made}).scalar_one()
    row = {name: content.get(name) for name in CONTENT}
    row |= {"id": content.get("id") or new_id(), "prompt_id": prompt_id, "number": number, "created_at": made}
    connection.execute(insert(prompt_versions), row)
    return Added(str(row["id"]), number)


def id_of(connection: Connection, reference: Reference) -> str:
    """Return the id of the version that a reference means.

    Raises:
        NotFoundError: There is no such prompt, or it has no such version.
    """
    found = connection.execute(_IDS[reference.selector], _values(reference)).first()
    if found is None:
        raise _not_found(connection, reference)
    return str(found[0])


def find(connection: Connection, reference: Reference) -> Row[Any]:
    """Return a version with its prompt, like `id_of`."""
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
        _check_prompt(connection, prompt)
        raise NotFoundError(
            f"{quoted(prompt)} has no version with the id {quoted(version_id)}. Its list of versions gives the ids."
        )
    return row


def all_of(connection: Connection, prompt_id: str) -> Sequence[Row[Any]]:
    """Return all versions of a prompt, the newest first."""
    return connection.execute(_LIST, {"prompt": prompt_id}).all()


def _values(reference: Reference) -> dict[str, object]:
    values: dict[str, object] = {"prompt": reference.name}
    if reference.selector == "number":
        values["number"] = reference.number
    elif reference.selector == "label":
        values["label"] = reference.label
    return values


def _check_prompt(connection: Connection, name: str) -> Any:
    row = connection.execute(_KNOWN, {"prompt": name}).first()
    if row is None:
        raise unknown("prompt", name, connection.scalars(_SLUGS))
    return row


def _not_found(connection: Connection, reference: Reference) -> NotFoundError:
    prompt = _check_prompt(connection, reference.name)
    if reference.selector == "label":
        borne = [str(name) for name in connection.scalars(_KNOWN_LABELS, {"prompt": prompt.id})]
        return NotFoundError(
            f"No version of {quoted(prompt.slug)} bears the label {quoted(reference.label)}. "
            f"Labels that are borne: {', '.join(map(quoted, borne)) or 'none'}."
        )
    return NotFoundError(
        f"{quoted(prompt.slug)} has no version {reference.number}. Its newest one is {prompt.latest_number}."
    )

"""Labels: names that point at one version of a prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from portkey_local.clock import now
from portkey_local.errors import ConflictError, ForbiddenError, unknown
from portkey_local.ids import folded, new_id
from portkey_prompts.errors import quoted

from . import extra, paging, universals
from .schema import labels, prompt_versions, version_labels

_BY_ID = select(labels).where(labels.c.id == bindparam("label"))
_BY_NAME = select(labels).where(labels.c.name == bindparam("name"))
_NAMES = select(labels.c.name, labels.c.id).order_by(labels.c.is_universal.desc(), labels.c.name).limit(11)
_PAGE = paging.Paged.of(select(labels), labels, paging.matching(labels.c.folded_name))
_UPDATE = (
    update(labels)
    .where(labels.c.id == bindparam("label"))
    .values(
        name=bindparam("new_name"),
        folded_name=bindparam("new_folded"),
        description=bindparam("new_description"),
        color_code=bindparam("new_color"),
        extra=bindparam("new_extra"),
        last_updated_at=bindparam("moment"),
    )
)
_DELETE = delete(labels).where(labels.c.id == bindparam("label"))
_TAKE_FROM_PROMPT = delete(version_labels).where(
    version_labels.c.prompt_id == bindparam("prompt"), version_labels.c.label_id == bindparam("label")
)
_TAKE_ALL = delete(version_labels).where(version_labels.c.version_id == bindparam("version"))
_OF_PROMPT = (
    select(version_labels.c.version_id, version_labels.c.given_by, labels.c.id, labels.c.name)
    .join(labels, labels.c.id == version_labels.c.label_id)
    .where(version_labels.c.prompt_id == bindparam("prompt"))
    .order_by(version_labels.c.given_at, labels.c.name)
)

_IN_FORCE = (
    select(version_labels.c.prompt_id, labels.c.name, prompt_versions.c.number)
    .join(labels, labels.c.id == version_labels.c.label_id)
    .join(prompt_versions, prompt_versions.c.id == version_labels.c.version_id)
    .where(version_labels.c.prompt_id.in_(bindparam("prompts", expanding=True)))
    .order_by(labels.c.name)
)


def find(connection: Connection, label_id: str) -> Row[Any]:
    """Find a label by its UUID.

    Raises:
        NotFoundError: There is none; the known ones are named.
    """
    row = connection.execute(_BY_ID, {"label": label_id}).first()
    if row is None:
        known = [f"{label.id} ({label.name})" for label in connection.execute(_NAMES)]
        raise unknown("label", label_id, known)
    return row


def find_named(connection: Connection, name: str) -> Row[Any]:
    """Find a label by its name, like `find`."""
    row = connection.execute(_BY_NAME, {"name": name}).first()
    if row is None:
        raise unknown("label", name, (label.name for label in connection.execute(_NAMES)))
    return row


def create(connection: Connection, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Make a label and answer its id.

    Args:
        connection: A writing transaction.
        fields: `name`, and maybe `description`, `color_code`, `workspace_id`, `organization_id`.

    Raises:
        ConflictError: The name is taken.
        NotFoundError: There is no such workspace or organisation.
    """
    universals.check_workspace(fields.get("workspace_id"))
    universals.check_organisation(fields.get("organization_id"))
    _check_free(connection, fields["name"])
    made = now()
    row = {
        "id": new_id(),
        "name": fields["name"],
        "folded_name": folded(fields["name"]),
        "description": fields.get("description"),
        "color_code": fields.get("color_code"),
        "organisation_id": universals.ORGANISATION_ID,
        "workspace_id": universals.WORKSPACE_ID,
        "is_universal": False,
        "status": universals.ACTIVE,
        "created_at": made,
        "last_updated_at": made,
        "extra": extra.taken("labels", fields),
    }
    connection.execute(insert(labels), row)
    return {"id": row["id"]}


def change(connection: Connection, label_id: str, fields: Mapping[str, Any]) -> None:
    """Change a label's name, description or colour; what is not among the fields stays.

    Raises:
        ConflictError: The new name is taken.
        ForbiddenError: The label is a universal one and would get another name.
    """
    row = find(connection, label_id)
    name = fields.get("name", row.name)
    if name != row.name:
        if row.is_universal:
            raise ForbiddenError(f"The label {quoted(row.name)} always exists and keeps its name. Create another one.")
        _check_free(connection, name)
    values = {
        "label": row.id,
        "new_name": name,
        "new_folded": folded(name),
        "new_description": fields.get("description", row.description),
        "new_color": fields.get("color_code", row.color_code),
        "new_extra": extra.taken("labels", fields, row.extra),
        "moment": now(),
    }
    connection.execute(_UPDATE, values)


def remove(connection: Connection, label_id: str) -> None:
    """Remove a label from every version and altogether.

    Raises:
        ForbiddenError: The label is a universal one.
    """
    row = find(connection, label_id)
    if row.is_universal:
        raise ForbiddenError(f"The label {quoted(row.name)} always exists and can't be removed.")
    connection.execute(_DELETE, {"label": row.id})


def give(connection: Connection, prompt_id: str, version_id: str, label_id: str, author: str | None = None) -> None:
    """Put a label on a version, taking it from the prompt's version that bore it."""
    label = find(connection, label_id)
    connection.execute(_TAKE_FROM_PROMPT, {"prompt": prompt_id, "label": label.id})
    row = {"prompt_id": prompt_id, "label_id": label.id, "version_id": version_id, "given_at": now()}
    row["given_by"] = author
    connection.execute(insert(version_labels), row)


def take_all(connection: Connection, version_id: str) -> None:
    """Take all labels from a version."""
    connection.execute(_TAKE_ALL, {"version": version_id})


def of_prompt(connection: Connection, prompt_id: str) -> dict[str, list[dict[str, str | None]]]:
    """Return the labels of a prompt's versions, by version id, in the order in which they were given."""
    found: dict[str, list[dict[str, str | None]]] = {}
    for row in connection.execute(_OF_PROMPT, {"prompt": prompt_id}):
        found.setdefault(row.version_id, []).append({"id": row.id, "name": row.name, "given_by": row.given_by})
    return found


def in_force(connection: Connection, prompt_ids: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
    """Return the labels on versions of some prompts: names and version numbers, by the prompt's id."""
    found: dict[str, list[tuple[str, int]]] = {}
    for row in connection.execute(_IN_FORCE, {"prompts": prompt_ids}):
        found.setdefault(row.prompt_id, []).append((row.name, row.number))
    return found


def page(connection: Connection, number: int, size: int, search: str | None) -> paging.Page:
    """Read one page of labels, the newest first."""
    return _PAGE.read(connection, number, size, part=paging.part_of(search))


def _check_free(connection: Connection, name: str) -> None:
    if connection.execute(_BY_NAME, {"name": name}).first() is not None:
        raise ConflictError(f"There is a label {quoted(name)} already. Choose another name.")

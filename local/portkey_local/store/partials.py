"""Partials and their versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, or_, select, update

from portkey_local.clock import now
from portkey_local.errors import NotFoundError
from portkey_local.ids import new_id
from portkey_local.references import Reference
from portkey_prompts.errors import quoted

from . import collections, extra, paging, universals
from .numbered import PARTIALS
from .schema import partial_versions, partials
from .versions import Added

_PARTIAL = or_(partials.c.slug == bindparam("partial"), partials.c.id == bindparam("partial"))
_ROW = (
    select(
        partial_versions,
        partials.c.slug,
        partials.c.name,
        partials.c.collection_id,
        partials.c.status,
        partials.c.published_number,
        partials.c.published_by,
        partials.c.created_at.label("partial_created_at"),
        partials.c.last_updated_at,
        partials.c.extra,
    )
    .select_from(partials)
    .join(partial_versions, partial_versions.c.partial_id == partials.c.id)
)
_PUBLISHED = partial_versions.c.number == partials.c.published_number
_ROWS = {
    "published": _ROW.where(_PARTIAL, _PUBLISHED),
    "latest": _ROW.where(_PARTIAL, partial_versions.c.number == partials.c.latest_number),
    "number": _ROW.where(_PARTIAL, partial_versions.c.number == bindparam("number")),
}
_VERSIONS = _ROW.where(partials.c.id == bindparam("partial")).order_by(partial_versions.c.number.desc())
head, publish, remove = PARTIALS.find, PARTIALS.publish, PARTIALS.remove
_CHANGE = (
    update(partials)
    .where(partials.c.id == bindparam("partial"))
    .values(
        name=bindparam("new_name"),
        status=bindparam("new_status"),
        extra=bindparam("new_extra"),
        last_updated_at=bindparam("moment"),
    )
)


def find(connection: Connection, reference: Reference) -> Row[Any]:
    """Return the version of a partial that a reference means.

    Raises:
        NotFoundError: There is no such partial, or it has no such version; partials bear no labels.
    """
    row = seek(connection, reference)
    if row is None:
        raise _not_found(connection, reference)
    return row


def seek(connection: Connection, reference: Reference) -> Row[Any] | None:
    """Return the version of a partial that a reference means, or None where there is none."""
    if reference.selector == "label":
        return None
    values = {"partial": reference.name, "number": reference.number}
    return connection.execute(_ROWS[reference.selector], values).first()


def create(
    connection: Connection, fields: Mapping[str, Any], *, slug: str | None = None, author: str | None = None
) -> dict[str, Any]:
    """Make a partial with its version 1, published at once, and answer their ids.

    Args:
        connection: A writing transaction.
        fields: `name`, maybe `collection_id` and `workspace_id`, and a version's content as `add` takes it.
        slug: The slug to give it; left out, one is made from the name.
        author: Who makes it.

    Raises:
        NotFoundError: There is no such collection or workspace.
        ConflictError: The slug that was asked for is taken.
    """
    universals.check_workspace(fields.get("workspace_id"))
    made = now()
    row = {
        "id": new_id(),
        "slug": PARTIALS.slug_for(connection, fields["name"], slug),
        "name": fields["name"],
        "collection_id": collections.id_of(connection, fields.get("collection_id")),
        "status": universals.ACTIVE,
        "published_number": 1,
        "latest_number": 0,
        "created_at": made,
        "last_updated_at": made,
        "published_by": author,
        "extra": extra.taken("partials", fields),
    }
    connection.execute(insert(partials), row)
    return {"id": row["id"], "slug": row["slug"], "version_id": add(connection, row["id"], fields, author).id}


def add(connection: Connection, partial_id: str, content: Mapping[str, Any], author: str | None = None) -> Added:
    """Add a version after the newest one.

    Args:
        connection: A writing transaction.
        partial_id: The partial's UUID.
        content: `string`, `variable_components` and maybe `description` and `id`.
        author: Who makes it.
    """
    made = now()
    number = PARTIALS.next_number(connection, partial_id, made)
    row = {
        "id": content.get("id") or new_id(),
        "partial_id": partial_id,
        "number": number,
        "string": content["string"],
        "variable_components": content["variable_components"],
        "description": content.get("description"),
        "created_at": made,
        "created_by": author,
    }
    connection.execute(insert(partial_versions), row)
    return Added(str(row["id"]), number)


def describe(connection: Connection, partial: Row[Any], description: str) -> None:
    """Change the description of a partial's latest version."""
    latest = (partial_versions.c.partial_id == partial.id) & (partial_versions.c.number == partial.latest_number)
    connection.execute(update(partial_versions).where(latest).values(description=description))
    _change(connection, partial)


def change(connection: Connection, partial: Row[Any], fields: Mapping[str, Any]) -> None:
    """Change a partial itself, such as its name or status; what is not among the fields stays."""
    name, status = fields.get("name", partial.name), fields.get("status", partial.status)
    further = extra.taken("partials", fields, partial.extra)
    if (name, status, further) != (partial.name, partial.status, partial.extra):
        _change(connection, partial, new_name=name, new_status=status, new_extra=further)


def versions_of(connection: Connection, partial_id: str) -> Sequence[Row[Any]]:
    """Return all versions of a partial, the newest first."""
    return paging.rows_of(connection, _VERSIONS, {"partial": partial_id})


def every(connection: Connection, collection: str | None) -> Sequence[Row[Any]]:
    """Return all partials with their published texts, the newest first.

    Args:
        connection: An open transaction.
        collection: The collection that they must lie in, by UUID or slug; None means any.
    """
    if collection is None:
        return paging.rows_of(connection, _every(filtering=False), {})
    found = {"collection": collections.find(connection, collection).id}
    return paging.rows_of(connection, _every(filtering=True), found)


@cache
def _every(*, filtering: bool) -> Select[Any]:
    statement = _ROW.where(_PUBLISHED).order_by(partials.c.created_at.desc(), partials.c.id.desc())
    return statement.where(partials.c.collection_id == bindparam("collection")) if filtering else statement


def _change(connection: Connection, partial: Row[Any], **values: object) -> None:
    same = {"new_name": partial.name, "new_status": partial.status, "new_extra": partial.extra}
    connection.execute(_CHANGE, {"partial": partial.id, "moment": now(), **same, **values})


def _not_found(connection: Connection, reference: Reference) -> NotFoundError:
    partial = head(connection, reference.name)
    if reference.selector == "label":
        return NotFoundError(
            f"{quoted(str(reference))} names no version: partials bear no labels. "
            "Write a number, or latest, after the @."
        )
    return PARTIALS.no_version(partial, reference.number)

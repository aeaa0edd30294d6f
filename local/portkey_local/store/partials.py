"""Partials and their versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, exists, insert, or_, select, update

from portkey_local.clock import now
from portkey_local.errors import ConflictError, NotFoundError, quoted, unknown
from portkey_local.names import new_id, new_slug
from portkey_local.references import Reference

from . import collections, places
from .schema import partial_versions, partials

_PARTIAL = or_(partials.c.slug == bindparam("partial"), partials.c.id == bindparam("partial"))
_HEAD = select(partials).where(_PARTIAL)
_ROW = (
    select(
        partial_versions,
        partials.c.slug,
        partials.c.name,
        partials.c.collection_id,
        partials.c.status,
        partials.c.published_number,
        partials.c.created_at.label("partial_created_at"),
        partials.c.last_updated_at,
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
_SLUGS = select(partials.c.slug).order_by(partials.c.created_at.desc(), partials.c.id.desc()).limit(11)
_TAKEN = select(exists().where(partials.c.slug == bindparam("slug")))
_DELETE = delete(partials).where(partials.c.id == bindparam("partial"))
_NEXT_NUMBER = (
    update(partials)
    .where(partials.c.id == bindparam("partial"))
    .values(latest_number=partials.c.latest_number + 1, last_updated_at=bindparam("moment"))
    .returning(partials.c.latest_number)
)
_PUBLISH = (
    update(partials)
    .where(partials.c.id == bindparam("partial"))
    .values(published_number=bindparam("number"), last_updated_at=bindparam("moment"))
)
_CHANGE = (
    update(partials)
    .where(partials.c.id == bindparam("partial"))
    .values(name=bindparam("new_name"), status=bindparam("new_status"), last_updated_at=bindparam("moment"))
)


def head(connection: Connection, name: str) -> Row[Any]:
    """Find a partial by its UUID or slug, without its text.

    Raises:
        NotFoundError: There is none; the newest ones are named.
    """
    row = connection.execute(_HEAD, {"partial": name}).first()
    if row is None:
        raise unknown("partial", name, connection.scalars(_SLUGS))
    return row


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


def create(connection: Connection, fields: Mapping[str, Any], *, slug: str | None = None) -> dict[str, Any]:
    """Make a partial with its version 1, published at once, and answer their ids.

    Args:
        connection: A writing transaction.
        fields: `name`, maybe `collection_id` and `workspace_id`, and a version's content as `add` takes it.
        slug: The slug to give it; left out, one is made from the name.

    Raises:
        NotFoundError: There is no such collection or workspace.
        ConflictError: The slug that was asked for is taken.
    """
    places.check_workspace(fields.get("workspace_id"))
    made = now()
    row = {
        "id": new_id(),
        "slug": _free_slug(connection, fields["name"]) if slug is None else _wanted_slug(connection, slug),
        "name": fields["name"],
        "collection_id": collections.id_of(connection, fields.get("collection_id")),
        "status": places.ACTIVE,
        "published_number": 1,
        "latest_number": 0,
        "created_at": made,
        "last_updated_at": made,
    }
    connection.execute(insert(partials), row)
    return {"id": row["id"], "slug": row["slug"], "version_id": add(connection, row["id"], fields)}


def add(connection: Connection, partial_id: str, content: Mapping[str, Any]) -> str:
    """Add a version behind the newest one and return its id.

    Args:
        connection: A writing transaction.
        partial_id: The partial's UUID.
        content: `string`, `variable_components` and maybe `description` and `id`.
    """
    made = now()
    number = connection.execute(_NEXT_NUMBER, {"partial": partial_id, "moment": made}).scalar_one()
    row = {
        "id": content.get("id") or new_id(),
        "partial_id": partial_id,
        "number": number,
        "string": content["string"],
        "variable_components": content["variable_components"],
        "description": content.get("description"),
        "created_at": made,
    }
    connection.execute(insert(partial_versions), row)
    return str(row["id"])


def change(connection: Connection, partial: Row[Any], fields: Mapping[str, Any]) -> None:
    """Give a partial another name or status; what is not among the fields, or null, stays."""
    name, status = fields.get("name") or partial.name, fields.get("status") or partial.status
    if (name, status) != (partial.name, partial.status):
        values = {"partial": partial.id, "new_name": name, "new_status": status, "moment": now()}
        connection.execute(_CHANGE, values)


def publish(connection: Connection, name: str, number: int) -> None:
    """Make one version the one that templates include without `@`.

    Raises:
        NotFoundError: There is no such partial, or it has no such version.
    """
    partial = head(connection, name)
    if number > partial.latest_number:
        raise NotFoundError(
            f"{quoted(partial.slug)} has no version {number}. Its newest one is {partial.latest_number}."
        )
    connection.execute(_PUBLISH, {"partial": partial.id, "number": number, "moment": now()})


def remove(connection: Connection, name: str) -> None:
    """Remove a partial with all of its versions."""
    connection.execute(_DELETE, {"partial": head(connection, name).id})


def versions_of(connection: Connection, partial_id: str) -> Sequence[Row[Any]]:
    """Return all versions of a partial, the newest first."""
    return connection.execute(_VERSIONS, {"partial": partial_id}).all()


def every(connection: Connection, collection: str | None) -> Sequence[Row[Any]]:
    """Return all partials with their published texts, the newest first.

    Args:
        connection: An open transaction.
        collection: The collection that they must lie in, by UUID or slug; None means any.
    """
    if collection is None:
        return connection.execute(_every(filtering=False)).all()
    return connection.execute(_every(filtering=True), {"collection": collections.find(connection, collection).id}).all()


@cache
def _every(*, filtering: bool) -> Select[Any]:
    statement = _ROW.where(_PUBLISHED).order_by(partials.c.created_at.desc(), partials.c.id.desc())
    return statement.where(partials.c.collection_id == bindparam("collection")) if filtering else statement


def _not_found(connection: Connection, reference: Reference) -> NotFoundError:
    partial = head(connection, reference.name)
    if reference.selector == "label":
        return NotFoundError(
            f"{quoted(str(reference))} names no version: partials bear no labels. "
            "Write a number, or latest, behind the @."
        )
    return NotFoundError(
        f"{quoted(partial.slug)} has no version {reference.number}. Its newest one is {partial.latest_number}."
    )


def _wanted_slug(connection: Connection, slug: str) -> str:
    if connection.scalar(_TAKEN, {"slug": slug}):
        raise ConflictError(f"There is a partial {quoted(slug)} already. Delete it first, or choose another slug.")
    return slug


def _free_slug(connection: Connection, name: str) -> str:
    while True:
        slug = new_slug(name, fallback="partial")
        if not connection.scalar(_TAKEN, {"slug": slug}):
            return slug

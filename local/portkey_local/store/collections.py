"""Collections: the folders of prompts and partials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, exists, insert, or_, select, update

from portkey_local.clock import now
from portkey_local.errors import ConflictError, ForbiddenError, unknown
from portkey_local.ids import folded, new_id, new_slug

from . import extra, paging, universals
from .schema import collections, partials, prompts

_BY_REFERENCE = select(collections).where(
    or_(collections.c.id == bindparam("reference"), collections.c.slug == bindparam("reference"))
)
_DEFAULT = select(collections.c.id).where(collections.c.is_default)
_SLUGS = select(collections.c.slug).order_by(collections.c.is_default.desc(), collections.c.created_at).limit(11)
_TAKEN = select(exists().where(collections.c.slug == bindparam("slug")))
_PAGE = paging.Paged.of(select(collections), collections, paging.matching(collections.c.folded_name))
_CHANGE = (
    update(collections)
    .where(collections.c.id == bindparam("collection"))
    .values(
        name=bindparam("new_name"),
        folded_name=bindparam("new_folded"),
        extra=bindparam("new_extra"),
        last_updated_at=bindparam("moment"),
    )
)
_DELETE = delete(collections).where(collections.c.id == bindparam("collection"))
_CONTENTS = {
    "prompts": select(exists().where(prompts.c.collection_id == bindparam("collection"))),
    "partials": select(exists().where(partials.c.collection_id == bindparam("collection"))),
    "collections": select(exists().where(collections.c.parent_collection_id == bindparam("collection"))),
}


def find(connection: Connection, reference: str) -> Row[Any]:
    """Find a collection by its UUID or slug.

    Raises:
        NotFoundError: There is none; the known ones are named.
    """
    row = connection.execute(_BY_REFERENCE, {"reference": reference}).first()
    if row is None:
        raise unknown("collection", reference, connection.scalars(_SLUGS))
    return row


def id_of(connection: Connection, reference: str | None) -> str:
    """Return the id of a collection given by UUID or slug; None means the default one."""
    if reference is None:
        return str(connection.execute(_DEFAULT).scalar_one())
    return str(find(connection, reference).id)


def create(connection: Connection, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Make a collection and answer its id and slug.

    Args:
        connection: A writing transaction.
        fields: `name`, and maybe `workspace_id` and `parent_collection_id`.

    Raises:
        NotFoundError: There is no such workspace or parent.
    """
    universals.check_workspace(fields.get("workspace_id"))
    parent = fields.get("parent_collection_id")
    made, name = now(), fields["name"]
    row = {
        "id": new_id(),
        "slug": _free_slug(connection, name),
        "name": name,
        "folded_name": folded(name),
        "workspace_id": universals.WORKSPACE_ID,
        "parent_collection_id": None if parent is None else find(connection, parent).id,
        "is_default": False,
        "status": universals.ACTIVE,
        "created_at": made,
        "last_updated_at": made,
        "extra": extra.taken("collections", fields),
    }
    connection.execute(insert(collections), row)
    return {"id": row["id"], "slug": row["slug"]}


def change(connection: Connection, reference: str, fields: Mapping[str, Any]) -> None:
    """Change a collection; its slug stays, and what is not among the fields."""
    row = find(connection, reference)
    if fields:
        name = fields.get("name", row.name)
        values = {
            "collection": row.id,
            "new_name": name,
            "new_folded": folded(name),
            "new_extra": extra.taken("collections", fields, row.extra),
            "moment": now(),
        }
        connection.execute(_CHANGE, values)


def remove(connection: Connection, reference: str) -> None:
    """Remove an empty collection.

    Raises:
        ForbiddenError: It is the default collection.
        ConflictError: Something still lies in it.
    """
    row = find(connection, reference)
    if row.is_default:
        raise ForbiddenError("The default collection can't be removed: prompts go there where no other one is named.")
    held = [kind for kind, holds in _CONTENTS.items() if connection.scalar(holds, {"collection": row.id})]
    if held:
        raise ConflictError(f"The collection `{row.slug}` still holds {' and '.join(held)}. Move or delete them first.")
    connection.execute(_DELETE, {"collection": row.id})


def page(connection: Connection, number: int, size: int, search: str | None) -> paging.Page:
    """Read one page of collections, the newest first."""
    return _PAGE.read(connection, number, size, part=paging.part_of(search))


def _free_slug(connection: Connection, name: str) -> str:
    while True:
        slug = new_slug(name, prefix="", fallback="collection")
        if not connection.scalar(_TAKEN, {"slug": slug}):
            return slug

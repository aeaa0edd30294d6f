"""Prompts: what stays the same under all of their versions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, exists, insert, or_, select, update

from portkey_local.clock import now
from portkey_local.errors import ConflictError, NotFoundError, quoted, unknown
from portkey_local.names import folded, new_id, new_slug

from . import collections, paging, places, versions
from .schema import prompt_versions, prompts

_HEAD = select(prompts).where(or_(prompts.c.slug == bindparam("prompt"), prompts.c.id == bindparam("prompt")))
_SLUGS = select(prompts.c.slug).order_by(prompts.c.created_at.desc(), prompts.c.id.desc()).limit(11)
_TAKEN = select(exists().where(prompts.c.slug == bindparam("slug")))
_DELETE = delete(prompts).where(prompts.c.id == bindparam("prompt"))
_PUBLISH = (
    update(prompts)
    .where(prompts.c.id == bindparam("prompt"))
    .values(published_number=bindparam("number"), last_updated_at=bindparam("moment"))
)
_CHANGE = (
    update(prompts)
    .where(prompts.c.id == bindparam("prompt"))
    .values(
        name=bindparam("new_name"),
        folded_name=bindparam("new_folded"),
        collection_id=bindparam("new_collection"),
        last_updated_at=bindparam("moment"),
    )
)


def find(connection: Connection, reference: str) -> Row[Any]:
    """Find a prompt by its UUID or slug.

    Raises:
        NotFoundError: There is none; the newest ones are named.
    """
    row = connection.execute(_HEAD, {"prompt": reference}).first()
    if row is None:
        raise unknown("prompt", reference, connection.scalars(_SLUGS))
    return row


def create(connection: Connection, fields: Mapping[str, Any], *, slug: str | None = None) -> dict[str, Any]:
    """Make a prompt with its version 1, published at once, and answer their ids.

    Args:
        connection: A writing transaction.
        fields: `name`, maybe `collection_id`, and a version's content as `versions.add` takes it.
        slug: The slug to give it; left out, one is made from the name.

    Raises:
        NotFoundError: There is no such collection.
        ConflictError: The slug that was asked for is taken.
    """
    collection_id = collections.id_of(connection, fields.get("collection_id"))
    made, name = now(), fields["name"]
    row = {
        "id": new_id(),
        "slug": _free_slug(connection, name) if slug is None else _wanted_slug(connection, slug),
        "name": name,
        "folded_name": folded(name),
        "collection_id": collection_id,
        "status": places.ACTIVE,
        "published_number": 1,
        "latest_number": 0,
        "created_at": made,
        "last_updated_at": made,
    }
    connection.execute(insert(prompts), row)
    version = versions.add(connection, row["id"], fields)
    return {"id": row["id"], "slug": row["slug"], "version_id": version.id}


def change(connection: Connection, prompt: Row[Any], fields: Mapping[str, Any]) -> None:
    """Give a prompt another name or collection; what is not among the fields stays."""
    if "name" not in fields and "collection_id" not in fields:
        return
    name = fields.get("name", prompt.name)
    collection = fields.get("collection_id", prompt.collection_id)
    values = {
        "prompt": prompt.id,
        "new_name": name,
        "new_folded": folded(name),
        "new_collection": collections.id_of(connection, collection),
        "moment": now(),
    }
    connection.execute(_CHANGE, values)


def publish(connection: Connection, reference: str, number: int) -> None:
    """Make one version the answer to the reference without `@`.

    Raises:
        NotFoundError: There is no such prompt, or it has no such version.
    """
    prompt = find(connection, reference)
    if number > prompt.latest_number:
        raise NotFoundError(f"{quoted(prompt.slug)} has no version {number}. Its newest one is {prompt.latest_number}.")
    connection.execute(_PUBLISH, {"prompt": prompt.id, "number": number, "moment": now()})


def remove(connection: Connection, reference: str) -> None:
    """Remove a prompt with all of its versions."""
    connection.execute(_DELETE, {"prompt": find(connection, reference).id})


def page(connection: Connection, number: int, size: int, search: str | None, collection: str | None) -> paging.Page:
    """Read one page of prompts with their published models, the newest first.

    Args:
        connection: An open transaction.
        number: Which page, from 0.
        size: How many prompts a page holds at most.
        search: A text that the name must bear, in either case.
        collection: The collection that the prompt must lie in, by UUID or slug.
    """
    values: dict[str, object] = {"pattern": paging.pattern(search)} if search else {}
    if collection is not None:
        values["collection"] = collections.find(connection, collection).id
    return _pages(bool(search), collection is not None).read(connection, number, size, **values)


@cache
def _pages(searching: bool, filtering: bool) -> paging.Paged:
    return paging.Paged.of(_filtered(searching, filtering), prompts.c.created_at.desc(), prompts.c.id.desc())


def _filtered(searching: bool, filtering: bool) -> Select[Any]:
    published = (prompt_versions.c.prompt_id == prompts.c.id) & (prompt_versions.c.number == prompts.c.published_number)
    statement: Select[Any] = select(prompts, prompt_versions.c.model).join(prompt_versions, published)
    if searching:
        statement = statement.where(paging.matching(prompts.c.folded_name))
    if filtering:
        statement = statement.where(prompts.c.collection_id == bindparam("collection"))
    return statement


def _wanted_slug(connection: Connection, slug: str) -> str:
    if connection.scalar(_TAKEN, {"slug": slug}):
        raise ConflictError(f"There is a prompt {quoted(slug)} already. Delete it first, or choose another slug.")
    return slug


def _free_slug(connection: Connection, name: str) -> str:
    while True:
        slug = new_slug(name)
        if not connection.scalar(_TAKEN, {"slug": slug}):
            return slug

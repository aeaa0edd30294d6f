"""Prompts: what stays the same under all of their versions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from portkey_local.clock import now
from portkey_local.ids import folded, new_id

from . import collections, paging, universals, versions
from .numbered import PROMPTS
from .schema import prompt_versions, prompts

find, publish, remove = PROMPTS.find, PROMPTS.publish, PROMPTS.remove
_PUBLISHED = (prompt_versions.c.prompt_id == prompts.c.id) & (prompt_versions.c.number == prompts.c.published_number)
_LISTED = select(prompts, prompt_versions.c.model).join(prompt_versions, _PUBLISHED)
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


def create(
    connection: Connection, fields: Mapping[str, Any], *, slug: str | None = None, author: str | None = None
) -> dict[str, Any]:
    """Make a prompt with its version 1, published at once, and answer their ids.

    Args:
        connection: A writing transaction.
        fields: `name`, maybe `collection_id`, and a version's content as `versions.add` takes it.
        slug: The slug to give it; left out, one is made from the name.
        author: Who makes it.

    Raises:
        NotFoundError: There is no such collection.
        ConflictError: The slug that was asked for is taken.
    """
    collection_id = collections.id_of(connection, fields.get("collection_id"))
    made, name = now(), fields["name"]
    row = {
        "id": new_id(),
        "slug": PROMPTS.slug_for(connection, name, slug),
        "name": name,
        "folded_name": folded(name),
        "collection_id": collection_id,
        "status": universals.ACTIVE,
        "published_number": 1,
        "latest_number": 0,
        "created_at": made,
        "last_updated_at": made,
        "published_by": author,
    }
    connection.execute(insert(prompts), row)
    version = versions.add(connection, row["id"], fields, author)
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


def page(connection: Connection, number: int, size: int, search: str | None, collection: str | None) -> paging.Page:
    """Read one page of prompts with their published models, the newest first.

    Args:
        connection: An open transaction.
        number: Which page, from 0.
        size: How many prompts a page holds at most.
        search: A text that the name must bear, in either case.
        collection: The collection that the prompt must lie in, by UUID or slug.
    """
    values: dict[str, object] = {"part": paging.part_of(search)} if search else {}
    if collection is not None:
        values["collection"] = collections.find(connection, collection).id
    return _pages(bool(search), collection is not None).read(connection, number, size, **values)


@cache
def _pages(searching: bool, filtering: bool) -> paging.Paged:
    conditions = []
    if searching:
        conditions.append(paging.matching(prompts.c.folded_name))
    if filtering:
        conditions.append(prompts.c.collection_id == bindparam("collection"))
    return paging.Paged.of(_LISTED, prompts, *conditions, searching=searching)

"""Collections: create, list, read, update, delete."""

from __future__ import annotations

from typing import Any

from portkey_local.http.calls import Call
from portkey_local.parts import Parts
from portkey_local.store import collections, universals

from . import shapes
from .reading import page_of
from .registry import operation


@operation("createCollection")
async def create_collection(parts: Parts, call: Call) -> dict[str, Any]:
    """Make a collection, at the root or inside another one."""
    return await parts.store.write(collections.create, call.body)


@operation("listCollections")
async def list_collections(parts: Parts, call: Call) -> dict[str, Any] | bytes:
    """Answer one page of collections, the newest first."""
    query = call.query
    universals.check_workspace(query["workspace_id"])
    asked = query["current_page"], query["page_size"], query["search"]
    return await page_of(parts, collections.page, shapes.collection, *asked)


@operation("retrieveCollection")
async def retrieve_collection(parts: Parts, call: Call) -> dict[str, Any]:
    """Answer one collection."""
    return shapes.collection(await parts.store.read(collections.find, call.path["collection_id"]))


@operation("updateCollection")
async def update_collection(parts: Parts, call: Call) -> dict[str, Any]:
    """Rename a collection; its id and slug stay."""
    await parts.store.write(collections.change, call.path["collection_id"], call.given)
    return {}


@operation("deleteCollection")
async def delete_collection(parts: Parts, call: Call) -> dict[str, Any]:
    """Remove an empty collection."""
    await parts.store.write(collections.remove, call.path["collection_id"])
    return {}

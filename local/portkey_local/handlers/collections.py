"""Collections: create, list, read, update, delete."""

from __future__ import annotations

from typing import Any

from portkey_local.http import answers as shapes
from portkey_local.http.calls import Call
from portkey_local.service import Service
from portkey_local.store import collections, places

from .registry import answers


@answers("createCollection")
async def create_collection(service: Service, call: Call) -> dict[str, Any]:
    """Make a collection, at the root or inside another one."""
    return await service.store.write(collections.create, call.body)


@answers("listCollections")
async def list_collections(service: Service, call: Call) -> dict[str, Any]:
    """Answer one page of collections, the newest first."""
    query = call.query
    places.check_workspace(query["workspace_id"])
    page = await service.store.read(collections.page, query["current_page"], query["page_size"], query["search"])
    return shapes.listed(map(shapes.plain, page.rows), page.total)


@answers("retrieveCollection")
async def retrieve_collection(service: Service, call: Call) -> dict[str, Any]:
    """Answer one collection."""
    return shapes.plain(await service.store.read(collections.find, call.path["collection_id"]))


@answers("updateCollection")
async def update_collection(service: Service, call: Call) -> dict[str, Any]:
    """Rename a collection; its id and slug stay."""
    await service.store.write(collections.rename, call.path["collection_id"], call.body.get("name"))
    return {}


@answers("deleteCollection")
async def delete_collection(service: Service, call: Call) -> dict[str, Any]:
    """Remove an empty collection."""
    await service.store.write(collections.remove, call.path["collection_id"])
    return {}

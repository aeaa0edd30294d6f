"""Partials: create, list, read, update, delete, publish, and their versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from portkey_local.content import Author
from portkey_local.http import answers as shapes
from portkey_local.http.calls import Call
from portkey_local.references import bare, numbered, parse
from portkey_local.service import Service
from portkey_local.store import partials, places

from .registry import answers


@answers("createPromptPartial")
async def create_prompt_partial(service: Service, call: Call) -> dict[str, Any]:
    """Make a partial; its version 1 is published at once."""
    made = await service.store.write(_create, call.body, service.author)
    return {**made, "object": "partial"}


@answers("listPromptPartials")
async def list_prompt_partials(service: Service, call: Call) -> dict[str, Any]:
    """Answer the partials with their published texts, the newest first."""
    places.check_workspace(call.query["workspace_id"])
    rows = await service.store.read(partials.every, call.query["collection_id"])
    return shapes.listed(map(shapes.partial, rows))


@answers("retrievePromptPartial")
async def retrieve_prompt_partial(service: Service, call: Call) -> dict[str, Any]:
    """Answer the version that the reference or the query names, else the published one."""
    reference = numbered(call.path["partial_id"], call.query["version"])
    return shapes.partial(await service.store.read(partials.find, reference))


@answers("updatePromptPartial")
async def update_prompt_partial(service: Service, call: Call) -> dict[str, Any]:
    """Make a version from a new text; the other fields change the partial itself."""
    return await service.store.write(_update, bare(call.path["partial_id"]), call.body, service.author)


@answers("deletePromptPartial")
async def delete_prompt_partial(service: Service, call: Call) -> dict[str, Any]:
    """Remove a partial with all of its versions."""
    await service.store.write(partials.remove, bare(call.path["partial_id"]))
    service.library.clear()
    return {}


@answers("publishPromptPartial")
async def publish_prompt_partial(service: Service, call: Call) -> dict[str, Any]:
    """Make one version the one that templates include without `@`."""
    await service.store.write(partials.publish, bare(call.path["partial_id"]), int(call.body["version"]))
    return {}


@answers("listPromptPartialVersions")
async def list_prompt_partial_versions(service: Service, call: Call) -> dict[str, Any]:
    """Answer all versions of a partial, the newest first."""
    rows = await service.store.read(_versions, parse(call.path["partial_id"]).name)
    return shapes.listed(map(shapes.partial_version, rows))


def _create(connection: Connection, body: Mapping[str, Any], author: Author) -> dict[str, Any]:
    return partials.create(connection, {**body, **author.partial(body)})


def _versions(connection: Connection, name: str) -> Sequence[Row[Any]]:
    return partials.versions_of(connection, partials.head(connection, name).id)


def _update(connection: Connection, name: str, body: Mapping[str, Any], author: Author) -> dict[str, Any]:
    partial = partials.head(connection, name)
    partials.change(connection, partial, body)
    if "string" not in body:
        return {}
    version_id = partials.add(connection, partial.id, author.partial(body))
    return {
        "id": partial.id,
        "slug": partial.slug,
        "prompt_partial_version_id": version_id,
        "object": "partial",
    }

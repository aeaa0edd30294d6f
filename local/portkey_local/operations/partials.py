"""Partials: create, list, read, update, delete, publish, and their versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Row

from portkey_local.access.keyring import Caller
from portkey_local.errors import ConflictError
from portkey_local.http.calls import Call
from portkey_local.http.entity import Entity
from portkey_local.parts import Parts
from portkey_local.prompts.content import ContentReader, described
from portkey_local.references import Reference, bare, parse, selected
from portkey_local.store import inclusions, partials, universals
from portkey_prompts.errors import quoted

from . import shapes
from .reading import Read, entity, entity_at_hand, list_of
from .registry import operation, quick

_USERS_NAMED = 5
"""Templates that a refusal names at the most."""


@operation("createPromptPartial")
async def create_prompt_partial(parts: Parts, call: Call) -> dict[str, Any]:
    """Make a partial; its version 1 is published at once."""
    made = await parts.store.write(_create, call.body, parts.reader, call.caller.author)
    return {**made, "object": "partial"}


@operation("listPromptPartials")
async def list_prompt_partials(parts: Parts, call: Call) -> dict[str, Any] | bytes:
    """Answer the partials with their published texts, the newest first."""
    universals.check_workspace(call.query["workspace_id"])
    return await list_of(parts, _every, call.query["collection_id"])


@operation("retrievePromptPartial")
async def retrieve_prompt_partial(parts: Parts, call: Call) -> Entity:
    """Answer the version that the reference or the query names, else the published one."""
    reference = selected(call.path["partial_id"], call.query["version"])
    return await entity(parts, "partial", reference, _reader_of(parts, reference))


@quick("retrievePromptPartial")
def retrieve_prompt_partial_at_once(
    parts: Parts, path: Mapping[str, str], body: Mapping[str, Any], size: int
) -> Entity | None:
    """Answer as `retrieve_prompt_partial` does, where memory has the answer."""
    reference = selected(path["partial_id"], None)
    return entity_at_hand(parts, "partial", reference, _reader_of(parts, reference))


@operation("updatePromptPartial")
async def update_prompt_partial(parts: Parts, call: Call) -> dict[str, Any]:
    """Make a version from a new text; a description alone changes the latest one's, other fields the partial."""
    return await parts.store.write(_update, bare(call.path["partial_id"]), call.given, parts.reader, call.caller.author)


@operation("deletePromptPartial")
async def delete_prompt_partial(parts: Parts, call: Call) -> dict[str, Any]:
    """Remove a partial with all of its versions, unless templates include it and it is not forced."""
    await parts.store.write(_delete, bare(call.path["partial_id"]), bool(call.query["force"]), call.caller)
    parts.prompts.clear()
    return {}


@operation("publishPromptPartial")
async def publish_prompt_partial(parts: Parts, call: Call) -> dict[str, Any]:
    """Make one version the one that templates include without `@`."""
    number = int(call.body["version"])
    await parts.store.write(partials.publish, bare(call.path["partial_id"]), number, call.caller.author)
    return {}


@operation("listPromptPartialVersions")
async def list_prompt_partial_versions(parts: Parts, call: Call) -> dict[str, Any] | bytes:
    """Answer all versions of a partial, the newest first."""
    return await list_of(parts, _versions, parse(call.path["partial_id"]).name)


def _reader_of(parts: Parts, reference: Reference) -> Read:
    async def read() -> tuple[Row[Any], Callable[[], dict[str, Any]]]:
        row = await parts.store.read(partials.find, reference)
        return row, lambda: shapes.partial(row)

    return read


def _create(
    connection: Connection, body: Mapping[str, Any], reader: ContentReader, author: str | None
) -> dict[str, Any]:
    return partials.create(connection, {**body, **reader.partial(body)}, author=author)


def _every(connection: Connection, collection: str | None) -> dict[str, Any]:
    return shapes.listed(map(shapes.partial, partials.every(connection, collection)))


def _versions(connection: Connection, name: str) -> dict[str, Any]:
    rows = partials.versions_of(connection, partials.head(connection, name).id)
    return shapes.listed(map(shapes.partial_version, rows))


def _delete(connection: Connection, name: str, force: bool, caller: Caller) -> None:
    partial = partials.head(connection, name)
    users = inclusions.of_partial(connection, partial)
    if users and force:
        caller.check_may("release", f"templates in use include {quoted(partial.slug)}")
    elif users:
        shown = ", ".join(users[:_USERS_NAMED])
        more = f" and {len(users) - _USERS_NAMED} more" if len(users) > _USERS_NAMED else ""
        templates = "1 template" if len(users) == 1 else f"{len(users)} templates"
        raise ConflictError(
            f"{quoted(partial.slug)} is included by {templates}, which would no longer render: {shown}{more}. "
            "Change what includes it first, or delete it all the same with force=true."
        )
    partials.remove(connection, partial.id)


def _update(
    connection: Connection, name: str, body: Mapping[str, Any], reader: ContentReader, author: str | None
) -> dict[str, Any]:
    partial = partials.head(connection, name)
    partials.change(connection, partial, body)
    if "string" not in body:
        description = described(body)
        if description is not None:
            partials.describe(connection, partial, description)
        return {}
    added = partials.add(connection, partial.id, reader.partial(body), author)
    return {
        "id": partial.id,
        "slug": partial.slug,
        "prompt_partial_version_id": added.id,
        "version": added.number,
        "object": "partial",
    }

"""Prompts: create, list, read, update, delete, publish, render."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row

from portkey_local.content import Author, makes_version
from portkey_local.http import answers as shapes
from portkey_local.http.calls import Call
from portkey_local.references import Reference, bare, numbered
from portkey_local.service import Service
from portkey_local.store import labels, places, prompts, versions

from .registry import answers

Detail = tuple[Row[Any], shapes.LabelsOf]


@answers("createPrompt")
async def create_prompt(service: Service, call: Call) -> dict[str, Any]:
    """Make a prompt; its version 1 is published at once."""
    made = await service.store.write(_create, call.body, service.author)
    return {**made, "object": "prompt"}


@answers("listPrompts")
async def list_prompts(service: Service, call: Call) -> dict[str, Any]:
    """Answer one page of prompts, the newest first."""
    query = call.query
    places.check_workspace(query["workspace_id"])
    page = await service.store.read(
        prompts.page, query["current_page"], query["page_size"], query["search"], query["collection_id"]
    )
    return shapes.listed(map(shapes.prompt, page.rows), page.total)


@answers("retrievePrompt")
async def retrieve_prompt(service: Service, call: Call) -> dict[str, Any]:
    """Answer the version that the reference or the query names, else the published one."""
    reference = numbered(call.path["prompt_id"], call.query["version"])
    row, borne = await service.store.read(_detail, reference)
    return shapes.prompt_detail(row, borne)


@answers("updatePrompt")
async def update_prompt(service: Service, call: Call) -> dict[str, Any]:
    """Make a version from content fields; a name or a collection alone changes the prompt itself."""
    return await service.store.write(_update, bare(call.path["prompt_id"]), call.body, service.author)


@answers("deletePrompt")
async def delete_prompt(service: Service, call: Call) -> dict[str, Any]:
    """Remove a prompt with all of its versions."""
    await service.store.write(prompts.remove, bare(call.path["prompt_id"]))
    service.library.clear()
    return {}


@answers("publishPrompt")
async def publish_prompt(service: Service, call: Call) -> dict[str, Any]:
    """Make one version the answer to the reference without `@`."""
    await service.store.write(prompts.publish, bare(call.path["prompt_id"]), int(call.body["version"]))
    return {}


@answers("renderPrompt")
async def render_prompt(service: Service, call: Call) -> dict[str, Any]:
    """Fill a version's template with variables."""
    reference = call.path["prompt_id"]
    rendered = await service.renderer.render(await service.library.prompt(reference), call.body, size=call.size)
    return rendered.answer(reference)


def _create(connection: Connection, body: Mapping[str, Any], author: Author) -> dict[str, Any]:
    place = {"name": body["name"], "collection_id": body["collection_id"]}
    return prompts.create(connection, {**author.first(body), **place})


def _detail(connection: Connection, reference: Reference) -> Detail:
    row = versions.find(connection, reference)
    return row, labels.of_prompt(connection, row.prompt_id)


def _update(connection: Connection, name: str, body: Mapping[str, Any], author: Author) -> dict[str, Any]:
    prompt = prompts.find(connection, name)
    prompts.change(connection, prompt, body)
    if not makes_version(body):
        return {}
    latest = versions.find(connection, Reference(prompt.id, "latest"))
    added = versions.add(connection, prompt.id, author.next(body, latest._asdict()))
    return {"id": prompt.id, "slug": prompt.slug, "prompt_version_id": added.id, "object": "prompt"}

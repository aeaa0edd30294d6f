"""Prompts: create, list, read, update, delete, publish, render."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row

from portkey_local.http.calls import Call
from portkey_local.http.entity import Entity
from portkey_local.json import to_json
from portkey_local.parts import Parts
from portkey_local.prompts.content import ContentReader, changes_in_place, makes_version
from portkey_local.references import Reference, bare, selected
from portkey_local.store import labels, prompts, universals, versions
from portkey_local.store.extra import flat
from portkey_local.tracing import VERSION

from . import shapes
from .protection import Protection
from .reading import Read, entity, entity_at_hand, page_of
from .registry import AnswerAtHand, operation, quick

Detail = tuple[Row[Any], shapes.LabelsOf]


@operation("createPrompt")
async def create_prompt(parts: Parts, call: Call) -> dict[str, Any]:
    """Make a prompt; its version 1 is published at once."""
    made = await parts.store.write(_create, call.body, parts.reader, call.caller.author)
    return {**made, "object": "prompt"}


@operation("listPrompts")
async def list_prompts(parts: Parts, call: Call) -> dict[str, Any] | bytes:
    """Answer one page of prompts, the newest first."""
    query = call.query
    universals.check_workspace(query["workspace_id"])
    asked = query["current_page"], query["page_size"], query["search"], query["collection_id"]
    return await page_of(parts, prompts.page, shapes.prompt, *asked)


@operation("retrievePrompt")
async def retrieve_prompt(parts: Parts, call: Call) -> Entity:
    """Answer the version that the reference or the query names, else the published one."""
    reference = selected(call.path["prompt_id"], call.query["version"])
    return await entity(parts, "prompt", reference, _reader_of(parts, reference))


@quick("retrievePrompt")
def retrieve_prompt_at_once(parts: Parts, path: Mapping[str, str], body: Mapping[str, Any], size: int) -> Entity | None:
    """Answer as `retrieve_prompt` does, where memory has the answer."""
    reference = selected(path["prompt_id"], None)
    return entity_at_hand(parts, "prompt", reference, _reader_of(parts, reference))


@operation("updatePrompt")
async def update_prompt(parts: Parts, call: Call) -> dict[str, Any]:
    """Make a version from content fields; other fields change the prompt itself, or its latest version in place."""
    protection = Protection.of(parts, call)
    return await parts.store.write(_update, bare(call.path["prompt_id"]), call.given, parts.reader, protection)


@operation("deletePrompt")
async def delete_prompt(parts: Parts, call: Call) -> dict[str, Any]:
    """Remove a prompt with all of its versions."""
    await parts.store.write(_remove, bare(call.path["prompt_id"]), Protection.of(parts, call))
    parts.prompts.clear()
    return {}


@operation("publishPrompt")
async def publish_prompt(parts: Parts, call: Call) -> dict[str, Any]:
    """Make one version the answer to the reference without `@`."""
    number = int(call.body["version"])
    await parts.store.write(prompts.publish, bare(call.path["prompt_id"]), number, call.caller.author)
    return {}


@operation("renderPrompt")
async def render_prompt(parts: Parts, call: Call) -> dict[str, Any] | bytes:
    """Fill a version's template with variables."""
    reference = call.path["prompt_id"]
    resolved = await parts.prompts.prompt(reference)
    VERSION.set(str(resolved.version.stored.detail["number"]))
    rendered, is_small = await parts.renderer.sized(resolved, call.body, size=call.size)
    answer = rendered.answer(reference)
    return to_json(answer) if is_small else answer


@quick("renderPrompt")
def render_at_once(parts: Parts, path: Mapping[str, str], body: Mapping[str, Any], size: int) -> AnswerAtHand | None:
    """Answer as `render_prompt` does, where memory has the version and its partials, and the render is small."""
    reference = path["prompt_id"]
    resolved = parts.prompts.at_hand(reference)
    rendered = None if resolved is None else parts.renderer.at_once(resolved, body, size=size)
    if resolved is None or rendered is None:
        return None
    number = resolved.version.stored.detail["number"]
    return AnswerAtHand(to_json(rendered.answer(reference)), b"%d" % number)


def _create(
    connection: Connection, body: Mapping[str, Any], reader: ContentReader, author: str | None
) -> dict[str, Any]:
    identity = {"name": body["name"], "collection_id": body["collection_id"]}
    return prompts.create(connection, {**reader.first(body), **identity}, author=author)


def _reader_of(parts: Parts, reference: Reference) -> Read:
    async def read() -> tuple[Row[Any], Callable[[], dict[str, Any]]]:
        row, borne = await parts.store.read(_detail, reference)
        return row, partial(shapes.prompt_detail, row, borne)

    return read


def _detail(connection: Connection, reference: Reference) -> Detail:
    row = versions.find(connection, reference)
    return row, labels.of_prompt(connection, row.prompt_id)


def _remove(connection: Connection, name: str, protection: Protection) -> None:
    prompt = prompts.find(connection, name)
    borne = labels.of_prompt(connection, prompt.id).values()
    protection.check(label["name"] for of_version in borne for label in of_version)
    prompts.remove(connection, prompt.id)


def _update(
    connection: Connection, name: str, body: Mapping[str, Any], reader: ContentReader, protection: Protection
) -> dict[str, Any]:
    prompt = prompts.find(connection, name)
    prompts.change(connection, prompt, body)
    latest = versions.find(connection, Reference(prompt.id, "latest"))
    if not makes_version(body):
        changes = changes_in_place(body)
        if "virtual_key" in changes:  # another model would run what users already get
            borne = labels.of_prompt(connection, prompt.id).get(latest.id, ())
            protection.check_version(latest.number == latest.published_number, [each["name"] for each in borne])
        versions.change(connection, latest, changes)
        return {}
    added = versions.add(connection, prompt.id, reader.next(body, flat(latest)), protection.caller.author)
    return {
        "id": prompt.id,
        "slug": prompt.slug,
        "prompt_version_id": added.id,
        "prompt_version": added.number,
        "object": "prompt",
    }

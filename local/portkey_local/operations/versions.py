"""The versions of a prompt: list, read, label."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from portkey_local.http.calls import Call
from portkey_local.parts import Parts
from portkey_local.references import bare, parse
from portkey_local.store import labels, prompts, versions

from . import shapes
from .protection import Protection
from .reading import list_of
from .registry import operation


@operation("listPromptVersions")
async def list_prompt_versions(parts: Parts, call: Call) -> dict[str, Any] | bytes:
    """Answer all versions of a prompt, the newest first."""
    return await list_of(parts, _list, parse(call.path["prompt_id"]).name)


@operation("retrievePromptVersion")
async def retrieve_prompt_version(parts: Parts, call: Call) -> dict[str, Any]:
    """Answer the prompt with the content of one version."""
    name = parse(call.path["prompt_id"]).name
    return await parts.store.read_list(_detail, name, call.path["version_id"])


@operation("updatePromptVersion")
async def update_prompt_version(parts: Parts, call: Call) -> dict[str, Any]:
    """Put a label on a version; null takes all labels from it."""
    name = bare(call.path["prompt_id"])
    await parts.store.write(_label, name, call.path["version_id"], call.body["label_id"], Protection.of(parts, call))
    return {}


def _list(connection: Connection, name: str) -> dict[str, Any]:
    prompt = prompts.find(connection, name)
    borne = labels.of_prompt(connection, prompt.id)
    return shapes.listed(shapes.prompt_version(row, borne) for row in versions.all_of(connection, prompt.id))


def _detail(connection: Connection, name: str, version_id: str) -> dict[str, Any]:
    row = versions.find_by_id(connection, name, version_id)
    return shapes.prompt_detail(row, labels.of_prompt(connection, row.prompt_id))


def _label(connection: Connection, name: str, version_id: str, label_id: str | None, protection: Protection) -> None:
    version = versions.find_by_id(connection, name, version_id)
    if label_id is None:
        borne = labels.of_prompt(connection, version.prompt_id).get(version.id, [])
        protection.check(label["name"] for label in borne)
        labels.take_all(connection, version.id)
    else:
        protection.check([labels.find(connection, label_id).name])
        labels.give(connection, version.prompt_id, version.id, label_id, protection.caller.author)

"""The versions of a prompt: list, read, label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from portkey_local.http import answers as shapes
from portkey_local.http.calls import Call
from portkey_local.references import bare, parse
from portkey_local.service import Service
from portkey_local.store import labels, prompts, versions

from .registry import answers


@answers("listPromptVersions")
async def list_prompt_versions(service: Service, call: Call) -> dict[str, Any]:
    """Answer all versions of a prompt, the newest first."""
    rows, borne = await service.store.read(_list, parse(call.path["prompt_id"]).name)
    return shapes.listed(shapes.prompt_version(row, borne) for row in rows)


@answers("retrievePromptVersion")
async def retrieve_prompt_version(service: Service, call: Call) -> dict[str, Any]:
    """Answer the prompt with the content of one version."""
    name = parse(call.path["prompt_id"]).name
    row, borne = await service.store.read(_detail, name, call.path["version_id"])
    return shapes.prompt_detail(row, borne)


@answers("updatePromptVersion")
async def update_prompt_version(service: Service, call: Call) -> dict[str, Any]:
    """Put a label on a version; null takes all labels from it."""
    name = bare(call.path["prompt_id"])
    await service.store.write(_label, name, call.path["version_id"], call.body["label_id"])
    return {}


def _list(connection: Connection, name: str) -> tuple[Sequence[Row[Any]], shapes.LabelsOf]:
    prompt = prompts.find(connection, name)
    return versions.all_of(connection, prompt.id), labels.of_prompt(connection, prompt.id)


def _detail(connection: Connection, name: str, version_id: str) -> tuple[Row[Any], shapes.LabelsOf]:
    row = versions.find_by_id(connection, name, version_id)
    return row, labels.of_prompt(connection, row.prompt_id)


def _label(connection: Connection, name: str, version_id: str, label_id: str | None) -> None:
    version = versions.find_by_id(connection, name, version_id)
    if label_id is None:
        labels.take_all(connection, version.id)
    else:
        labels.give(connection, version.prompt_id, version.id, label_id)

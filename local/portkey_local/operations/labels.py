"""Labels: create, list, read, update, delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from portkey_local.http.calls import Call
from portkey_local.parts import Parts
from portkey_local.store import labels, universals

from . import shapes
from .protection import Protection
from .reading import page_of
from .registry import operation


@operation("createLabel")
async def create_label(parts: Parts, call: Call) -> dict[str, Any]:
    """Make a label."""
    Protection.of(parts, call).check([call.body["name"]])
    return await parts.store.write(labels.create, call.body)


@operation("listLabels")
async def list_labels(parts: Parts, call: Call) -> dict[str, Any] | bytes:
    """Answer one page of labels, the newest first."""
    query = call.query
    universals.check_organisation(query["organization_id"])
    universals.check_workspace(query["workspace_id"])
    asked = query["current_page"], query["page_size"], query["search"]
    return await page_of(parts, labels.page, shapes.plain, *asked)


@operation("retrieveLabel")
async def retrieve_label(parts: Parts, call: Call) -> dict[str, Any]:
    """Answer one label."""
    return shapes.plain(await parts.store.read(labels.find, call.path["label_id"]))


@operation("updateLabel")
async def update_label(parts: Parts, call: Call) -> dict[str, Any]:
    """Change a label's name, description or colour."""
    await parts.store.write(_change, call.path["label_id"], call.given, Protection.of(parts, call))
    return {}


@operation("deleteLabel")
async def delete_label(parts: Parts, call: Call) -> dict[str, Any]:
    """Remove a label; references through it find nothing from then on."""
    await parts.store.write(_remove, call.path["label_id"], Protection.of(parts, call))
    return {}


def _change(connection: Connection, label_id: str, fields: Mapping[str, Any], protection: Protection) -> None:
    name = labels.find(connection, label_id).name
    if fields.get("name", name) != name:
        protection.check([name, fields["name"]])
    labels.change(connection, label_id, fields)


def _remove(connection: Connection, label_id: str, protection: Protection) -> None:
    protection.check([labels.find(connection, label_id).name])
    labels.remove(connection, label_id)

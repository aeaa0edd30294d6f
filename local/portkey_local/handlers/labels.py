"""Labels: create, list, read, update, delete."""

from __future__ import annotations

from typing import Any

from portkey_local.http import answers as shapes
from portkey_local.http.calls import Call
from portkey_local.service import Service
from portkey_local.store import labels, places

from .registry import answers


@answers("createLabel")
async def create_label(service: Service, call: Call) -> dict[str, Any]:
    """Make a label."""
    return await service.store.write(labels.create, call.body)


@answers("listLabels")
async def list_labels(service: Service, call: Call) -> dict[str, Any]:
    """Answer one page of labels, the newest first."""
    query = call.query
    places.check_organisation(query["organization_id"])
    places.check_workspace(query["workspace_id"])
    page = await service.store.read(labels.page, query["current_page"], query["page_size"], query["search"])
    return shapes.listed(map(shapes.plain, page.rows), page.total)


@answers("retrieveLabel")
async def retrieve_label(service: Service, call: Call) -> dict[str, Any]:
    """Answer one label."""
    return shapes.plain(await service.store.read(labels.find, call.path["label_id"]))


@answers("updateLabel")
async def update_label(service: Service, call: Call) -> dict[str, Any]:
    """Change a label's name, description or colour."""
    await service.store.write(labels.change, call.path["label_id"], call.body)
    return {}


@answers("deleteLabel")
async def delete_label(service: Service, call: Call) -> dict[str, Any]:
    """Remove a label; references through it find nothing from then on."""
    await service.store.write(labels.remove, call.path["label_id"])
    return {}

"""What always exists: one organisation, one workspace, the default collection and three labels."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from portkey_local.clock import now
from portkey_local.errors import unknown
from portkey_local.ids import folded, new_id

from .schema import collections, labels, metadata

ORGANISATION_ID = "00000000-0000-4000-8000-000000000001"
WORKSPACE_ID = "00000000-0000-4000-8000-000000000002"
WORKSPACE_SLUG = "ws-local"
UNIVERSAL_LABELS = {
    "production": ("What users get.", "#00A676"),
    "staging": ("What is about to become production.", "#FFB300"),
    "development": ("What is being worked on.", "#5B8DEF"),
}
"""The labels that always exist: name to description and colour."""

ACTIVE = "active"
ARCHIVED = "archived"


def add_universals(connection: Connection) -> None:
    """Make the default collection and the universal labels where they are missing."""
    if not connection.scalar(select(collections.c.id).where(collections.c.is_default)):
        connection.execute(insert(collections), _default_collection())
    present = set(connection.scalars(select(labels.c.name).where(labels.c.is_universal)))
    for name in UNIVERSAL_LABELS:
        if name not in present:
            connection.execute(insert(labels), _universal_label(name))


def clear(connection: Connection) -> None:
    """Remove everything but what always exists."""
    for table in reversed(metadata.sorted_tables):
        connection.execute(delete(table))
    add_universals(connection)


def check_workspace(reference: str | None) -> None:
    """Refuse a workspace that is not the local one.

    Args:
        reference: Its UUID or slug; None means the local one.

    Raises:
        NotFoundError: There is no such workspace.
    """
    if reference not in (None, WORKSPACE_ID, WORKSPACE_SLUG):
        raise unknown("workspace", reference, [WORKSPACE_SLUG])


def check_organisation(reference: str | None) -> None:
    """Refuse an organisation that is not the local one, like `check_workspace`."""
    if reference not in (None, ORGANISATION_ID):
        raise unknown("organisation", reference, [ORGANISATION_ID])


def _default_collection() -> dict[str, object]:
    made = now()
    return {
        "id": new_id(),
        "slug": "default",
        "name": "Default",
        "folded_name": folded("Default"),
        "workspace_id": WORKSPACE_ID,
        "is_default": True,
        "status": ACTIVE,
        "created_at": made,
        "last_updated_at": made,
    }


def _universal_label(name: str) -> dict[str, object]:
    made = now()
    description, color = UNIVERSAL_LABELS[name]
    return {
        "id": new_id(),
        "name": name,
        "folded_name": folded(name),
        "description": description,
        "color_code": color,
        "organisation_id": ORGANISATION_ID,
        "workspace_id": WORKSPACE_ID,
        "is_universal": True,
        "status": ACTIVE,
        "created_at": made,
        "last_updated_at": made,
    }

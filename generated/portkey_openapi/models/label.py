# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime


class Label(Record, more=True):
    """A name that points at one version of a prompt."""

    __slots__ = ()

    id: str
    """The label's UUID."""
    name: str | None = None
    """Its name as it stands behind `@`."""
    description: str | None = None
    """What it stands for, for people."""
    color_code: str | None = None
    """Its colour in lists, as a CSS hex colour."""
    organisation_id: str | None = None
    """The UUID of the organisation that it belongs to."""
    workspace_id: str | None = None
    """The UUID of the workspace that it belongs to."""
    is_universal: bool | int | None = None
    """Whether it always exists and can't be removed."""
    created_at: datetime | None = None
    """When it was made (UTC)."""
    last_updated_at: datetime | None = None
    """When it last changed (UTC)."""
    status: str | None = None
    """Its state, such as active."""

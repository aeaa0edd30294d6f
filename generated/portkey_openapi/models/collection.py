# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime


class Collection(Record, more=True):
    """A folder of prompts."""

    __slots__ = ()

    id: str
    """The collection's UUID."""
    name: str | None = None
    """Its name for people."""
    workspace_id: str | None = None
    """The UUID of the workspace that it lies in."""
    slug: str | None = None
    """Its slug."""
    parent_collection_id: str | None = None
    """The UUID of the collection that it lies in; null at the root."""
    is_default: bool | int | None = None
    """Whether prompts go here where no other collection is named."""
    status: str | None = None
    """Its state, such as active."""
    created_at: datetime | None = None
    """When it was made (UTC)."""
    last_updated_at: datetime | None = None
    """When it last changed (UTC)."""

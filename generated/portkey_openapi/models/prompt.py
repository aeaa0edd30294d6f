# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime


class Prompt(Record, more=True):
    """A prompt, as lists show it."""

    __slots__ = ()

    id: str
    """The prompt's UUID."""
    slug: str
    """Its slug, to be used in references."""
    collection_id: str | None = None
    """The UUID of the collection that it lies in."""
    name: str | None = None
    """Its name for people."""
    created_at: datetime | None = None
    """When it was made (UTC)."""
    last_updated_at: datetime | None = None
    """When it last changed (UTC)."""
    status: str | None = None
    """Its state, such as active."""
    model: str | None = None
    """The model of its published version."""
    object: str | None = None
    """The kind of thing, prompt."""

# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record


class CollectionCreated(Record, more=True):
    """The id and slug of a new collection."""

    __slots__ = ()

    id: str
    """The collection's UUID."""
    slug: str | None = None
    """The collection's slug."""

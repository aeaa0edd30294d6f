# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..fields import view as _view
from ..types import Record


class CollectionCreated(Record, more=True):
    """The id and slug of a new collection."""

    __slots__ = ()

    id: str = _view("id")
    """The collection's UUID."""
    slug: str | None = _view("slug", default=None)
    """The collection's slug."""

# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import moment as _moment
from ..fields import view as _view
from ..types import Record


class Collection(Record, more=True):
    """A folder of prompts."""

    __slots__ = ()

    id: str = _view("id")
    """The collection's UUID."""
    name: str | None = _view("name", default=None)
    """Its name for people."""
    workspace_id: str | None = _view("workspace_id", default=None)
    """The UUID of the workspace that it lies in."""
    slug: str | None = _view("slug", default=None)
    """Its slug."""
    parent_collection_id: str | None = _view("parent_collection_id", default=None)
    """The UUID of the collection that it lies in; null at the root."""
    is_default: bool | int | None = _view("is_default", default=None)
    """1 where prompts go here that name no other collection, else 0; some services answer true or false."""
    status: str | None = _view("status", default=None)
    """Its state, such as active."""
    created_at: models.datetime | None = _view("created_at", _moment, default=None)
    """When it was made (UTC)."""
    last_updated_at: models.datetime | None = _view("last_updated_at", _moment, default=None)
    """When it last changed (UTC)."""

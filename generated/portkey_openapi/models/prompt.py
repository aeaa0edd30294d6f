# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import moment as _moment
from ..fields import view as _view
from ..types import Record


class Prompt(Record, more=True):
    """A prompt, as lists show it."""

    __slots__ = ()

    id: str = _view("id")
    """The prompt's UUID."""
    slug: str = _view("slug")
    """Its slug, to be used in references."""
    collection_id: str | None = _view("collection_id", default=None)
    """The UUID of the collection that it lies in."""
    name: str | None = _view("name", default=None)
    """Its name for people."""
    created_at: models.datetime | None = _view("created_at", _moment, default=None)
    """When it was made (UTC)."""
    last_updated_at: models.datetime | None = _view("last_updated_at", _moment, default=None)
    """When it last changed (UTC)."""
    status: str | None = _view("status", default=None)
    """Its state, such as active."""
    model: str | None = _view("model", default=None)
    """The model of its published version."""
    object: str | None = _view("object", default=None)
    """The kind of thing, prompt."""

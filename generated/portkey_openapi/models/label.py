# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import moment as _moment
from ..fields import view as _view
from ..types import Record


class Label(Record, more=True):
    """A name that points at one version of a prompt."""

    __slots__ = ()

    id: str = _view("id")
    """The label's UUID."""
    name: str | None = _view("name", default=None)
    """Its name as it follows `@`."""
    description: str | None = _view("description", default=None)
    """What it stands for, for people."""
    color_code: str | None = _view("color_code", default=None)
    """Its colour in lists, as a CSS hex colour."""
    organisation_id: str | None = _view("organisation_id", default=None)
    """The UUID of the organisation that it belongs to."""
    workspace_id: str | None = _view("workspace_id", default=None)
    """The UUID of the workspace that it belongs to."""
    is_universal: bool | int | None = _view("is_universal", default=None)
    """Whether it always exists and can't be removed."""
    created_at: models.datetime | None = _view("created_at", _moment, default=None)
    """When it was made (UTC)."""
    last_updated_at: models.datetime | None = _view("last_updated_at", _moment, default=None)
    """When it last changed (UTC)."""
    status: str | None = _view("status", default=None)
    """Its state, such as active."""

# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import moment as _moment
from ..fields import view as _view
from ..types import Record


class PromptPartialVersion(Record, more=True):
    """A version of a partial, as lists show it."""

    __slots__ = ()

    prompt_partial_id: str | None = _view("prompt_partial_id", default=None)
    """The partial's UUID."""
    prompt_partial_version_id: str | None = _view("prompt_partial_version_id", default=None)
    """The version's UUID."""
    slug: str | None = _view("slug", default=None)
    """The partial's slug."""
    version: int | None = _view("version", default=None)
    """The version's number, from 1."""
    string: str | None = _view("string", default=None)
    """The version's template."""
    description: str | None = _view("description", default=None)
    """What is new in the version, for people."""
    created_by: str | None = _view("created_by", default=None)
    """Who made the version, the name of an API key, or its id where it has none; null where no keys are in use."""
    created_at: models.datetime | None = _view("created_at", _moment, default=None)
    """When it was made (UTC)."""
    prompt_version_status: str | None = _view("prompt_version_status", default=None)
    """Its state, such as active (published) or archived."""
    object: str | None = _view("object", default=None)
    """The kind of thing, partial."""

# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..fields import view as _view
from ..types import Record


class PromptUpdated(Record, more=True):
    """The ids after an update; empty where no version was made."""

    __slots__ = ()

    id: str | None = _view("id", default=None)
    """The prompt's UUID."""
    slug: str | None = _view("slug", default=None)
    """The prompt's slug."""
    prompt_version_id: str | None = _view("prompt_version_id", default=None)
    """The new version's UUID."""
    prompt_version: int | None = _view("prompt_version", default=None)
    """The new version's number."""
    object: str | None = _view("object", default=None)
    """The kind of thing, prompt."""

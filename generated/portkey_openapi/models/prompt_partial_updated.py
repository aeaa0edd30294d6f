# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record


class PromptPartialUpdated(Record, more=True):
    """The ids after an update; empty where no version was made."""

    __slots__ = ()

    id: str | None = None
    """The partial's UUID."""
    slug: str | None = None
    """The partial's slug."""
    prompt_partial_version_id: str | None = None
    """The new version's UUID."""
    object: str | None = None
    """The kind of thing, partial."""

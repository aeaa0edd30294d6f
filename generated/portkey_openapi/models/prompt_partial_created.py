# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record


class PromptPartialCreated(Record, more=True):
    """The ids of a new partial."""

    __slots__ = ()

    id: str
    """The partial's UUID."""
    slug: str
    """The partial's slug, to be used in templates."""
    version_id: str
    """The first version's UUID."""
    object: str | None = None
    """The kind of thing, partial."""

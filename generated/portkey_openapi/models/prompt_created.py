# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record


class PromptCreated(Record, more=True):
    """The ids of a new prompt."""

    __slots__ = ()

    id: str
    """The prompt's UUID."""
    slug: str
    """The prompt's slug, to be used in references."""
    version_id: str
    """The first version's UUID."""
    object: str | None = None
    """The kind of thing, prompt."""

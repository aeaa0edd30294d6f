# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..fields import view as _view
from ..types import Record


class PromptPartialCreated(Record, more=True):
    """The ids of a new partial."""

    __slots__ = ()

    id: str = _view("id")
    """The partial's UUID."""
    slug: str = _view("slug")
    """The partial's slug, to be used in templates."""
    version_id: str = _view("version_id")
    """The first version's UUID."""
    object: str | None = _view("object", default=None)
    """The kind of thing, partial."""

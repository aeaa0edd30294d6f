# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from .variable_components import VariableComponents


class PromptPartial(Record, more=True):
    """A partial and one version of it."""

    __slots__ = ()

    id: str
    """The partial's UUID."""
    slug: str
    """Its slug, to be used in templates."""
    name: str | None = None
    """Its name for people."""
    collection_id: str | None = None
    """The UUID of the collection that it lies in."""
    string: str | None = None
    """The version's template."""
    version: int | None = None
    """The version's number, from 1."""
    version_description: str | None = None
    """What is new in the version, for people."""
    prompt_partial_version_id: str | None = None
    """The version's UUID."""
    variable_components: VariableComponents | None = None
    """The names that the template uses."""
    created_at: datetime | None = None
    """When it was made (UTC)."""
    last_updated_at: datetime | None = None
    """When it last changed (UTC)."""
    status: str | None = None
    """Its state, such as active."""

# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime


class PromptPartialVersion(Record, more=True):
    """A version of a partial, as lists show it."""

    __slots__ = ()

    prompt_partial_id: str | None = None
    """The partial's UUID."""
    prompt_partial_version_id: str | None = None
    """The version's UUID."""
    slug: str | None = None
    """The partial's slug."""
    version: int | None = None
    """The version's number, from 1."""
    string: str | None = None
    """The version's template."""
    description: str | None = None
    """What is new in the version, for people."""
    created_at: datetime | None = None
    """When it was made (UTC)."""
    prompt_version_status: str | None = None
    """Its state, such as active (published) or archived."""
    object: str | None = None
    """The kind of thing, partial."""

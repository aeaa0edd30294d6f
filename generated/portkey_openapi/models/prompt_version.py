# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from .free_form import FreeForm


class PromptVersion(Record, more=True):
    """A version of a prompt, as lists show it."""

    __slots__ = ()

    id: str
    """The version's UUID."""
    prompt_id: str | None = None
    """The prompt's UUID."""
    prompt_template: str | FreeForm | None = None
    """The template's text, or an object that holds it in `string`."""
    prompt_version: int | None = None
    """The version's number, from 1."""
    prompt_description: str | None = None
    """What is new in the version, for people."""
    label_id: str | None = None
    """The UUID of the version's first label."""
    created_at: datetime | None = None
    """When it was made (UTC)."""
    status: str | None = None
    """Its state, such as active (published) or archived."""
    object: str | None = None
    """The kind of thing, prompt."""

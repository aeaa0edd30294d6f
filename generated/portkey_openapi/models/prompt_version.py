# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import moment as _moment
from ..fields import one as _one
from ..fields import view as _view
from ..types import Record


class PromptVersion(Record, more=True):
    """A version of a prompt, as lists show it."""

    __slots__ = ()

    id: str = _view("id")
    """The version's UUID."""
    prompt_id: str | None = _view("prompt_id", default=None)
    """The prompt's UUID."""
    prompt_template: str | models.FreeForm | None = _view("prompt_template", _one("FreeForm"), default=None)
    """The template's text, or an object that holds it in `string`."""
    prompt_version: int | None = _view("prompt_version", default=None)
    """The version's number, from 1."""
    prompt_description: str | None = _view("prompt_description", default=None)
    """What is new in the version, for people."""
    label_id: str | None = _view("label_id", default=None)
    """The UUID of the version's first label."""
    created_by: str | None = _view("created_by", default=None)
    """Who made the version, the name of an API key, or its id where it has none; null where no keys are in use."""
    created_at: models.datetime | None = _view("created_at", _moment, default=None)
    """When it was made (UTC)."""
    status: str | None = _view("status", default=None)
    """Its state, such as active (published) or archived."""
    object: str | None = _view("object", default=None)
    """The kind of thing, prompt."""

# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import moment as _moment
from ..fields import one as _one
from ..fields import view as _view
from ..types import Record


class PromptPartial(Record, more=True):
    """A partial and one version of it."""

    __slots__ = ()

    id: str = _view("id")
    """The partial's UUID."""
    slug: str = _view("slug")
    """Its slug, to be used in templates."""
    name: str | None = _view("name", default=None)
    """Its name for people."""
    collection_id: str | None = _view("collection_id", default=None)
    """The UUID of the collection that it lies in."""
    string: str | None = _view("string", default=None)
    """The version's template."""
    version: int | None = _view("version", default=None)
    """The version's number, from 1."""
    version_description: str | None = _view("version_description", default=None)
    """What is new in the version, for people."""
    prompt_partial_version_id: str | None = _view("prompt_partial_version_id", default=None)
    """The version's UUID."""
    variable_components: models.VariableComponents | None = _view(
        "variable_components", _one("VariableComponents"), default=None
    )
    """The names that the template uses."""
    version_created_by: str | None = _view("version_created_by", default=None)
    """Who made the version, the name of an API key, or its id where it has none; null where no keys are in use."""
    version_published_by: str | None = _view("version_published_by", default=None)
    """Who published the version, such as an API key's name; null where it is not the published one, or no keys are
    in use.
    """
    created_at: models.datetime | None = _view("created_at", _moment, default=None)
    """When it was made (UTC)."""
    last_updated_at: models.datetime | None = _view("last_updated_at", _moment, default=None)
    """When it last changed (UTC)."""
    status: str | None = _view("status", default=None)
    """Its state, such as active."""

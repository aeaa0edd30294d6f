# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import many as _many
from ..fields import one as _one
from ..fields import view as _view
from ..types import Record


class PromptCompletion(Record, more=True):
    """A model's answer to a prompt."""

    __slots__ = ()

    id: str = _view("id")
    """Names the completion."""
    object: str = _view("object")
    """The kind of answer, prompt.completion or the provider's chat.completion or text_completion."""
    created: int = _view("created")
    """When it was made, in seconds since 1970 (UTC)."""
    model: str = _view("model")
    """The model that answered."""
    choices: list[models.PromptChoice] = _view("choices", _many(_one("PromptChoice")))
    """The answers, as many as were asked for."""
    usage: models.Usage | None = _view("usage", _one("Usage"), default=None)
    """What it took, in tokens."""
    system_fingerprint: str | None = _view("system_fingerprint", default=None)
    """Names the configuration that the model ran in."""
    service_tier: str | None = _view("service_tier", default=None)
    """The class of service that it ran in."""
    metadata: models.FreeForm | None = _view("metadata", _one("FreeForm"), default=None)
    """What the caller noted at the provider."""
    moderation: models.FreeForm | None = _view("moderation", _one("FreeForm"), default=None)
    """What the provider's moderation says of it."""
    prompt_id: str | None = _view("prompt_id", default=None)
    """The reference that was run, as it was given."""

# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import many as _many
from ..fields import one as _one
from ..fields import view as _view
from ..types import Record


class PromptCompletionChunk(Record, more=True):
    """One piece of a streamed answer."""

    __slots__ = ()

    id: str = _view("id")
    """Names the completion; the same in all of its chunks."""
    object: str = _view("object")
    """The kind of piece, prompt.completion.chunk or the provider's chat.completion.chunk."""
    created: int = _view("created")
    """When it was made, in seconds since 1970 (UTC)."""
    model: str = _view("model")
    """The model that answers."""
    choices: list[models.PromptChoiceDelta] = _view("choices", _many(_one("PromptChoiceDelta")))
    """What each answer gains; empty only in a chunk that brings the usage."""
    usage: models.Usage | None = _view("usage", _one("Usage"), default=None)
    """What it took, in tokens, in the last chunk where it was asked for."""
    system_fingerprint: str | None = _view("system_fingerprint", default=None)
    """Names the configuration that the model ran in."""
    service_tier: str | None = _view("service_tier", default=None)
    """The class of service that it ran in."""
    moderation: models.FreeForm | None = _view("moderation", _one("FreeForm"), default=None)
    """What the provider's moderation says of it."""
    obfuscation: str | None = _view("obfuscation", default=None)
    """Characters without meaning, which hide how long the piece is."""
    prompt_id: str | None = _view("prompt_id", default=None)
    """The reference that is run, as it was given."""

# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import one as _one
from ..fields import view as _view
from ..types import Record


class PromptChoiceDelta(Record, more=True):
    """What one answer gains."""

    __slots__ = ()

    index: int = _view("index")
    """Which answer it belongs to, counted from 0."""
    delta: models.AssistantMessage | None = _view("delta", _one("AssistantMessage"), default=None)
    """The next piece of the message; left out by providers of text completions."""
    text: str | None = _view("text", default=None)
    """The next piece of a text completion."""
    finish_reason: str | None = _view("finish_reason", default=None)
    """Why the answer ended, in its last chunk."""
    logprobs: models.FreeForm | None = _view("logprobs", _one("FreeForm"), default=None)
    """Log probabilities of the piece's tokens, where they were asked for."""

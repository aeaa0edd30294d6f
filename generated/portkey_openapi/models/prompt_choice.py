# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import one as _one
from ..fields import view as _view
from ..types import Record


class PromptChoice(Record, more=True):
    """One answer."""

    __slots__ = ()

    index: int = _view("index")
    """Which answer it is, counted from 0."""
    message: models.AssistantMessage | None = _view("message", _one("AssistantMessage"), default=None)
    """The model's message; left out by providers of text completions."""
    text: str | None = _view("text", default=None)
    """The answer to a text prompt that was run as a text completion."""
    finish_reason: str | None = _view("finish_reason", default=None)
    """Why the answer ended, such as stop, length or tool_calls."""
    logprobs: models.FreeForm | None = _view("logprobs", _one("FreeForm"), default=None)
    """Log probabilities of the answer's tokens, where they were asked for."""

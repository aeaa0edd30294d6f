# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import many as _many
from ..fields import one as _one
from ..fields import view as _view
from .hyperparameters import Hyperparameters


class RenderedRequest(Hyperparameters, more=True):
    """A body that an OpenAI-style provider takes - saved settings, this call's on top, and the rendered messages or
    prompt.
    """

    __slots__ = ()

    messages: list[models.ChatMessage] | None = _view("messages", _many(_one("ChatMessage")), default=None)
    """The rendered messages of a chat prompt."""
    prompt: str | None = _view("prompt", default=None)
    """The rendered text of a text prompt."""

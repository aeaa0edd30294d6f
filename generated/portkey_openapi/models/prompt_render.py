# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import many as _many
from ..fields import one as _one
from ..fields import view as _view
from ..types import Record


class PromptRender(Record, more=True):
    """A rendered prompt."""

    __slots__ = ()

    success: bool = _view("success")
    """Whether it rendered."""
    data: models.RenderedRequest = _view("data", _one("RenderedRequest"))
    """The body for a provider; pass it on as keyword arguments."""
    prompt: str | None = _view("prompt", default=None)
    """The rendered text; of a chat prompt its messages' texts in order, a blank line between."""
    messages: list[models.ChatMessage] | None = _view("messages", _many(_one("ChatMessage")), default=None)
    """The rendered messages; of a text prompt none."""
    variables: models.FreeForm | None = _view("variables", _one("FreeForm"), default=None)
    """The variables that it was rendered with."""
    prompt_id: str | None = _view("prompt_id", default=None)
    """The reference that was rendered, as it was given."""

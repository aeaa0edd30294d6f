# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import many as _many
from ..fields import one as _one
from ..fields import view as _view
from ..types import Record


class AssistantMessage(Record, more=True):
    """The model's message."""

    __slots__ = ()

    role: str | None = _view("role", default=None)
    """Whose message it is."""
    content: str | None = _view("content", default=None)
    """The text; null where the message only calls tools."""
    refusal: str | None = _view("refusal", default=None)
    """Why the model would not answer."""
    function_call: models.FreeForm | None = _view("function_call", _one("FreeForm"), default=None)
    """The older form of tool_calls."""
    annotations: list[models.FreeForm] | None = _view("annotations", _many(_one("FreeForm")), default=None)
    """What the text refers to, such as web pages."""
    audio: models.FreeForm | None = _view("audio", _one("FreeForm"), default=None)
    """The answer as audio."""
    tool_calls: list[models.ToolCall] | None = _view("tool_calls", _many(_one("ToolCall")), default=None)
    """The tools that the message calls."""

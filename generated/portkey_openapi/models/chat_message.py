# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import many as _many
from ..fields import one as _one
from ..fields import view as _view
from ..types import Record


class ChatMessage(Record, more=True):
    """One message of a chat, as providers take it."""

    __slots__ = ()

    role: str = _view("role")
    """Whose message it is, such as system, user, assistant or tool."""
    content: str | list[models.ContentPart] | None = _view("content", _many(_one("ContentPart")), default=None)
    """The text, or the parts (text, image_url and others); null where the message only calls tools."""
    name: str | None = _view("name", default=None)
    """Who speaks, among several of one role."""
    tool_calls: list[models.ToolCall] | None = _view("tool_calls", _many(_one("ToolCall")), default=None)
    """The tools that the message calls."""
    tool_call_id: str | None = _view("tool_call_id", default=None)
    """Which call a tool's message answers."""

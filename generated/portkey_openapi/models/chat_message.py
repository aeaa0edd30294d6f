# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .content_part import ContentPart
    from .tool_call import ToolCall


class ChatMessage(Record, more=True):
    """One message of a chat, as providers take it."""

    __slots__ = ()

    role: str
    """Whose message it is, such as system, user, assistant or tool."""
    content: str | list[ContentPart] | None = None
    """The text, or the parts (text, image_url and others); null where the message only calls tools."""
    name: str | None = None
    """Who speaks, among several of one role."""
    tool_calls: list[ToolCall] | None = None
    """The tools that the message calls."""
    tool_call_id: str | None = None
    """Which call a tool's message answers."""

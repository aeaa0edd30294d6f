# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .tool_call import ToolCall


class AssistantMessage(Record, more=True):
    """The model's message."""

    __slots__ = ()

    role: str | None = None
    """Whose message it is."""
    content: str | None = None
    """The text; null where the message only calls tools."""
    refusal: str | None = None
    """Why the model would not answer."""
    tool_calls: list[ToolCall] | None = None
    """The tools that the message calls."""

# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .function_call import FunctionCall


class ToolCall(Record, more=True):
    """One call of a tool; in a stream, a piece of one."""

    __slots__ = ()

    index: int | None = None
    """Which call of the message a streamed piece belongs to, counted from 0."""
    id: str | None = None
    """Names the call, for the tool's answer to refer to."""
    type: str | None = None
    """The kind of tool."""
    function: FunctionCall | None = None
    """The function and its arguments."""

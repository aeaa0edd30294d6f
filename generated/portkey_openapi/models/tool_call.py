# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import one as _one
from ..fields import view as _view
from ..types import Record


class ToolCall(Record, more=True):
    """One call of a tool; in a stream, a piece of one."""

    __slots__ = ()

    index: int | None = _view("index", default=None)
    """Which call of the message a streamed piece belongs to, counted from 0."""
    id: str | None = _view("id", default=None)
    """Names the call, for the tool's answer to refer to."""
    type: str | None = _view("type", default=None)
    """The kind of tool."""
    function: models.FunctionCall | None = _view("function", _one("FunctionCall"), default=None)
    """The function and its arguments."""

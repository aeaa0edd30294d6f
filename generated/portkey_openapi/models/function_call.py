# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..fields import view as _view
from ..types import Record


class FunctionCall(Record, more=True):
    """The function that a tool call names."""

    __slots__ = ()

    name: str | None = _view("name", default=None)
    """The function's name."""
    arguments: str | None = _view("arguments", default=None)
    """The arguments as JSON text; in a stream, the next piece of it."""

# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..fields import view as _view
from ..types import Record


class GatewayError(Record, more=True):
    """A failure of the gateway that calls the providers."""

    __slots__ = ()

    status: str = _view("status")
    """The word failure."""
    message: str = _view("message")
    """What went wrong, for people."""

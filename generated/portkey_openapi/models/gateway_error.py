# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record


class GatewayError(Record, more=True):
    """A failure of the gateway that calls the providers."""

    __slots__ = ()

    status: str
    """The word failure."""
    message: str
    """What went wrong, for people."""

# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..fields import view as _view
from ..types import Record


class ControlPlaneErrorData(Record, more=True):
    """What went wrong in the service that keeps the prompts."""

    __slots__ = ()

    message: str = _view("message")
    """What went wrong, for people."""
    error_code: str | None = _view("errorCode", default=None)
    """What went wrong, for programs - AB01 malformed, AB02 and AB08 not found, AB03 forbidden, AB04 a fault of the
    service, AB05 unauthorized, AB06 too many requests, AB07 a conflict, AB09 payment required.
    """

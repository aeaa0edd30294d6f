# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import one as _one
from ..fields import view as _view
from ..types import Record


class ControlPlaneError(Record, more=True):
    """A failure of the service that keeps the prompts."""

    __slots__ = ()

    success: bool = _view("success")
    """Always false."""
    data: models.ControlPlaneErrorData = _view("data", _one("ControlPlaneErrorData"))
    """What went wrong."""

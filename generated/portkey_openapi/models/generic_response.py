# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import one as _one
from ..fields import view as _view
from ..types import Record


class GenericResponse(Record, more=True):
    """A result in its wrapping."""

    __slots__ = ()

    success: bool | None = _view("success", default=None)
    """Whether it worked."""
    data: models.FreeForm | None = _view("data", _one("FreeForm"), default=None)
    """The result; of a generation the completion, or in a stream a chunk of it."""
    warning: str | None = _view("warning", default=None)
    """What a caller should know."""

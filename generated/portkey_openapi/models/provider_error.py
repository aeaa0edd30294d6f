# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import one as _one
from ..fields import view as _view
from ..types import Record


class ProviderError(Record, more=True):
    """A failure of the model's provider, passed through."""

    __slots__ = ()

    error: models.ProviderErrorDetail = _view("error", _one("ProviderErrorDetail"))
    """What went wrong."""
    provider: str | None = _view("provider", default=None)
    """Which provider failed."""

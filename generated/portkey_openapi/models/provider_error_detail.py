# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..fields import view as _view
from ..types import Record


class ProviderErrorDetail(Record, more=True):
    """What went wrong at the provider."""

    __slots__ = ()

    message: str | None = _view("message", default=None)
    """What went wrong, for people."""
    type: str | None = _view("type", default=None)
    """The kind of failure, a word of the provider's."""
    param: str | None = _view("param", default=None)
    """Which field of the request is at fault."""
    code: str | int | None = _view("code", default=None)
    """The failure's code, a word or number of the provider's."""

# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record


class ProviderErrorDetail(Record, more=True):
    """What went wrong at the provider."""

    __slots__ = ()

    message: str | None = None
    """What went wrong, for people."""
    type: str | None = None
    """The kind of failure, a word of the provider's."""
    param: str | None = None
    """Which field of the request is at fault."""
    code: str | int | None = None
    """The failure's code, a word or number of the provider's."""

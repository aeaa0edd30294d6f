# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .provider_error_detail import ProviderErrorDetail


class ProviderError(Record, more=True):
    """A failure of the model's provider, passed through."""

    __slots__ = ()

    error: ProviderErrorDetail
    """What went wrong."""
    provider: str | None = None
    """Which provider failed."""

# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record


class Usage(Record, more=True):
    """What a completion took."""

    __slots__ = ()

    prompt_tokens: int | None = None
    """The request, in tokens."""
    completion_tokens: int | None = None
    """The answer, in tokens."""
    total_tokens: int | None = None
    """Both, in tokens."""

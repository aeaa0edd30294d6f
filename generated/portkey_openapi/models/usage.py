# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import one as _one
from ..fields import view as _view
from ..types import Record


class Usage(Record, more=True):
    """What a completion took."""

    __slots__ = ()

    prompt_tokens: int | None = _view("prompt_tokens", default=None)
    """The request, in tokens."""
    completion_tokens: int | None = _view("completion_tokens", default=None)
    """The answer, in tokens."""
    total_tokens: int | None = _view("total_tokens", default=None)
    """Both, in tokens."""
    prompt_tokens_details: models.FreeForm | None = _view("prompt_tokens_details", _one("FreeForm"), default=None)
    """Of which kinds the request's tokens are."""
    completion_tokens_details: models.FreeForm | None = _view(
        "completion_tokens_details", _one("FreeForm"), default=None
    )
    """Of which kinds the answer's tokens are."""

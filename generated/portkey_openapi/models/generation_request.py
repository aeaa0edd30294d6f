# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from .. import models
from ..fields import many as _many
from ..fields import one as _one
from ..fields import view as _view
from ..types import Record

TYPE_CHECKING = False


class GenerationRequest(Record, more=True):
    """The variables of a run in the older way."""

    __slots__ = ()

    variables: models.FreeForm | None = _view("variables", _one("FreeForm"), default=None)
    """The template's variables by name, any JSON values."""
    messages: list[models.ChatMessage] | None = _view("messages", _many(_one("ChatMessage")), default=None)
    """Messages to run in the place of the template's."""
    prompt: str | None = _view("prompt", default=None)
    """A text to run in the place of the template's."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            variables: Mapping[str, Any] | None = None,
            messages: Sequence[Mapping[str, Any]] | None = None,
            prompt: str | None = None,
            **more: Any,
        ) -> None: ...


class GenerationRequestParams(TypedDict, total=False):
    """What GenerationRequest holds, as keyword arguments: `**options: Unpack[GenerationRequestParams]`."""

    variables: Mapping[str, Any] | None
    """The template's variables by name, any JSON values."""
    messages: Sequence[Mapping[str, Any]] | None
    """Messages to run in the place of the template's."""
    prompt: str | None
    """A text to run in the place of the template's."""

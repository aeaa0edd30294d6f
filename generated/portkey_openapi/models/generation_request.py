# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from typing import TypedDict

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from .chat_message import ChatMessage
    from .free_form import FreeForm


class GenerationRequest(Record, more=True):
    """The variables of a run in the older way."""

    __slots__ = ()

    variables: FreeForm | None = None
    """The template's variables by name, any JSON values."""
    messages: list[ChatMessage] | None = None
    """Messages to run in the place of the template's."""
    prompt: str | None = None
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

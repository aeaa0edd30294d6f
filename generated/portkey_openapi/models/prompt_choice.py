# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .assistant_message import AssistantMessage
    from .free_form import FreeForm


class PromptChoice(Record, more=True):
    """One answer."""

    __slots__ = ()

    index: int
    """Which answer it is, counted from 0."""
    message: AssistantMessage | None = None
    """The model's message; left out by providers of text completions."""
    text: str | None = None
    """The answer to a text prompt that was run as a text completion."""
    finish_reason: str | None = None
    """Why the answer ended, such as stop, length or tool_calls."""
    logprobs: FreeForm | None = None
    """Log probabilities of the answer's tokens, where they were asked for."""

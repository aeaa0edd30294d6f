# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .assistant_message import AssistantMessage
    from .free_form import FreeForm


class PromptChoiceDelta(Record, more=True):
    """What one answer gains."""

    __slots__ = ()

    index: int
    """Which answer it belongs to, counted from 0."""
    delta: AssistantMessage | None = None
    """The next piece of the message; left out by providers of text completions."""
    text: str | None = None
    """The next piece of a text completion."""
    finish_reason: str | None = None
    """Why the answer ended, in its last chunk."""
    logprobs: FreeForm | None = None
    """Log probabilities of the piece's tokens, where they were asked for."""

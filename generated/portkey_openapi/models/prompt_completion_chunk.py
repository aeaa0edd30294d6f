# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .prompt_choice_delta import PromptChoiceDelta
    from .usage import Usage


class PromptCompletionChunk(Record, more=True):
    """One piece of a streamed answer."""

    __slots__ = ()

    id: str
    """Names the completion; the same in all of its chunks."""
    object: str
    """The kind of piece, prompt.completion.chunk or the provider's chat.completion.chunk."""
    created: int
    """When it was made, in seconds since 1970 (UTC)."""
    model: str
    """The model that answers."""
    choices: list[PromptChoiceDelta]
    """What each answer gains; empty only in a chunk that brings the usage."""
    usage: Usage | None = None
    """What it took, in tokens, in the last chunk where it was asked for."""
    prompt_id: str | None = None
    """The reference that is run, as it was given."""

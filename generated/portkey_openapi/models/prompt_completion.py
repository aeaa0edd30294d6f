# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .prompt_choice import PromptChoice
    from .usage import Usage


class PromptCompletion(Record, more=True):
    """A model's answer to a prompt."""

    __slots__ = ()

    id: str
    """Names the completion."""
    object: str
    """The kind of answer, prompt.completion or the provider's chat.completion or text_completion."""
    created: int
    """When it was made, in seconds since 1970 (UTC)."""
    model: str
    """The model that answered."""
    choices: list[PromptChoice]
    """The answers, as many as were asked for."""
    usage: Usage | None = None
    """What it took, in tokens."""
    prompt_id: str | None = None
    """The reference that was run, as it was given."""

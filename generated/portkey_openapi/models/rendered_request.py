# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .hyperparameters import Hyperparameters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .chat_message import ChatMessage


class RenderedRequest(Hyperparameters, more=True):
    """A body that an OpenAI-style provider takes - saved settings, this call's on top, and the rendered messages or
    prompt.
    """

    __slots__ = ()

    messages: list[ChatMessage] | None = None
    """The rendered messages of a chat prompt."""
    prompt: str | None = None
    """The rendered text of a text prompt."""

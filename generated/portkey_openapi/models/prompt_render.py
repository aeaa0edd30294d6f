# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .chat_message import ChatMessage
    from .free_form import FreeForm
    from .rendered_request import RenderedRequest


class PromptRender(Record, more=True):
    """A rendered prompt."""

    __slots__ = ()

    success: bool
    """Whether it rendered."""
    data: RenderedRequest
    """The body for a provider; pass it on as keyword arguments."""
    prompt: str | None = None
    """The rendered text; of a chat prompt its messages' texts in order, a blank line between."""
    messages: list[ChatMessage] | None = None
    """The rendered messages; of a text prompt none."""
    variables: FreeForm | None = None
    """The variables that it was rendered with."""
    prompt_id: str | None = None
    """The reference that was rendered, as it was given."""

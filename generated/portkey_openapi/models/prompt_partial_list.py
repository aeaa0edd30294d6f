# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .prompt_partial import PromptPartial


class PromptPartialList(Page["PromptPartial"], more=True):
    """The partials."""

    __slots__ = ()

    object: str
    """The kind of thing, list."""
    total: int
    """How many there are, a count."""
    data: list[PromptPartial]
    """The partials."""

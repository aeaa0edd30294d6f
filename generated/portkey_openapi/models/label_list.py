# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .label import Label


class LabelList(Page["Label"], more=True):
    """One page of labels."""

    __slots__ = ()

    object: str
    """The kind of thing, list."""
    total: int
    """How many there are on all pages, a count."""
    data: list[Label]
    """This page's labels."""

# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .collection import Collection


class CollectionList(Page["Collection"], more=True):
    """One page of collections."""

    __slots__ = ()

    object: str
    """The kind of thing, list."""
    total: int
    """How many there are on all pages, a count."""
    data: list[Collection]
    """This page's collections."""

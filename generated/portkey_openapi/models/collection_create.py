# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from typing import Any, Required, TypedDict

from ..fields import view as _view
from ..types import Record

TYPE_CHECKING = False


class CollectionCreate(Record, more=True):
    """A new collection."""

    __slots__ = ()

    name: str = _view("name")
    """A name for people; the slug is made from it. Need not be unique."""
    workspace_id: str | None = _view("workspace_id", default=None)
    """The workspace to put it in, by UUID or slug; left out, the key's own."""
    parent_collection_id: str | None = _view("parent_collection_id", default=None)
    """The collection to put it in, by UUID or slug; left out, the root."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            name: str,
            workspace_id: str | None = None,
            parent_collection_id: str | None = None,
            **more: Any,
        ) -> None: ...


class CollectionCreateParams(TypedDict, total=False):
    """What CollectionCreate holds, as keyword arguments: `**options: Unpack[CollectionCreateParams]`."""

    name: Required[str]
    """A name for people; the slug is made from it. Need not be unique."""
    workspace_id: str | None
    """The workspace to put it in, by UUID or slug; left out, the key's own."""
    parent_collection_id: str | None
    """The collection to put it in, by UUID or slug; left out, the root."""

# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from typing import Any, TypedDict

from ..fields import view as _view
from ..types import Record

TYPE_CHECKING = False


class CollectionUpdate(Record, more=True):
    """Changes to a collection; null is the same as left out."""

    __slots__ = ()

    name: str | None = _view("name", default=None)
    """Its new name for people."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            name: str | None = None,
            **more: Any,
        ) -> None: ...


class CollectionUpdateParams(TypedDict, total=False):
    """What CollectionUpdate holds, as keyword arguments: `**options: Unpack[CollectionUpdateParams]`."""

    name: str | None
    """Its new name for people."""

# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from typing import TypedDict

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class CollectionUpdate(Record, more=True):
    """Changes to a collection."""

    __slots__ = ()

    name: str | None = None
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

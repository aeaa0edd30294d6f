# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from typing import TypedDict

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class LabelUpdate(Record, more=True):
    """Changes to a label."""

    __slots__ = ()

    name: str | None = None
    """Its new name, unique in the workspace."""
    description: str | None = None
    """What it stands for, for people."""
    color_code: str | None = None
    """Its colour in lists, as a CSS hex colour."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            name: str | None = None,
            description: str | None = None,
            color_code: str | None = None,
            **more: Any,
        ) -> None: ...


class LabelUpdateParams(TypedDict, total=False):
    """What LabelUpdate holds, as keyword arguments: `**options: Unpack[LabelUpdateParams]`."""

    name: str | None
    """Its new name, unique in the workspace."""
    description: str | None
    """What it stands for, for people."""
    color_code: str | None
    """Its colour in lists, as a CSS hex colour."""

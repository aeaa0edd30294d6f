# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from typing import Any, TypedDict

from ..fields import view as _view
from ..types import Record

TYPE_CHECKING = False


class LabelUpdate(Record, more=True):
    """Changes to a label; null is the same as left out."""

    __slots__ = ()

    name: str | None = _view("name", default=None)
    """Its new name, unique in the workspace."""
    description: str | None = _view("description", default=None)
    """What it stands for, for people."""
    color_code: str | None = _view("color_code", default=None)
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

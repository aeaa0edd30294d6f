# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from typing import Any, Required, TypedDict

from ..fields import view as _view
from ..types import Record

TYPE_CHECKING = False


class LabelCreate(Record, more=True):
    """A new label."""

    __slots__ = ()

    name: str = _view("name")
    """Its name, unique in the workspace."""
    organization_id: str | None = _view("organization_id", default=None)
    """The organisation that it belongs to, by UUID; left out, the key's own."""
    workspace_id: str | None = _view("workspace_id", default=None)
    """The workspace that it belongs to, by UUID or slug; left out, the key's own."""
    description: str | None = _view("description", default=None)
    """What it stands for, for people."""
    color_code: str | None = _view("color_code", default=None)
    """Its colour in lists, as a CSS hex colour."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            name: str,
            organization_id: str | None = None,
            workspace_id: str | None = None,
            description: str | None = None,
            color_code: str | None = None,
            **more: Any,
        ) -> None: ...


class LabelCreateParams(TypedDict, total=False):
    """What LabelCreate holds, as keyword arguments: `**options: Unpack[LabelCreateParams]`."""

    name: Required[str]
    """Its name, unique in the workspace."""
    organization_id: str | None
    """The organisation that it belongs to, by UUID; left out, the key's own."""
    workspace_id: str | None
    """The workspace that it belongs to, by UUID or slug; left out, the key's own."""
    description: str | None
    """What it stands for, for people."""
    color_code: str | None
    """Its colour in lists, as a CSS hex colour."""

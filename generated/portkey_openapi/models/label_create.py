# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from typing import Required, TypedDict

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class LabelCreate(Record, more=True):
    """A new label."""

    __slots__ = ()

    name: str
    """Its name, unique in the workspace."""
    organization_id: str | None = None
    """The organisation that it belongs to, by UUID; left out, the key's own."""
    workspace_id: str | None = None
    """The workspace that it belongs to, by UUID or slug; left out, the key's own."""
    description: str | None = None
    """What it stands for, for people."""
    color_code: str | None = None
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

# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from typing import Any, Required, TypedDict

from ..fields import view as _view
from ..types import Record

TYPE_CHECKING = False


class PromptPartialCreate(Record, more=True):
    """A new partial."""

    __slots__ = ()

    name: str = _view("name")
    """A name for people; the slug is made from it. Need not be unique."""
    string: str = _view("string")
    """The template."""
    collection_id: str | None = _view("collection_id", default=None)
    """The collection to put it in, by UUID or slug; left out, the default one."""
    workspace_id: str | None = _view("workspace_id", default=None)
    """The workspace to put it in, by UUID or slug; left out, the key's own."""
    version_description: str | None = _view("version_description", default=None)
    """What is new in the version, for people."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            name: str,
            string: str,
            collection_id: str | None = None,
            workspace_id: str | None = None,
            version_description: str | None = None,
            **more: Any,
        ) -> None: ...


class PromptPartialCreateParams(TypedDict, total=False):
    """What PromptPartialCreate holds, as keyword arguments: `**options: Unpack[PromptPartialCreateParams]`."""

    name: Required[str]
    """A name for people; the slug is made from it. Need not be unique."""
    string: Required[str]
    """The template."""
    collection_id: str | None
    """The collection to put it in, by UUID or slug; left out, the default one."""
    workspace_id: str | None
    """The workspace to put it in, by UUID or slug; left out, the key's own."""
    version_description: str | None
    """What is new in the version, for people."""

# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from typing import Any, TypedDict

from ..fields import view as _view
from ..types import Record

TYPE_CHECKING = False


class PromptPartialUpdate(Record, more=True):
    """Changes to a partial; null is the same as left out."""

    __slots__ = ()

    name: str | None = _view("name", default=None)
    """A new name for people; the slug stays."""
    string: str | None = _view("string", default=None)
    """The template of a new version."""
    version_description: str | None = _view("version_description", default=None)
    """What is new in the version, for people."""
    description: str | None = _view("description", default=None)
    """Another spelling of version_description, which wins where both are given."""
    status: str | None = _view("status", default=None)
    """The partial's new state, such as active or archived."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            name: str | None = None,
            string: str | None = None,
            version_description: str | None = None,
            description: str | None = None,
            status: str | None = None,
            **more: Any,
        ) -> None: ...


class PromptPartialUpdateParams(TypedDict, total=False):
    """What PromptPartialUpdate holds, as keyword arguments: `**options: Unpack[PromptPartialUpdateParams]`."""

    name: str | None
    """A new name for people; the slug stays."""
    string: str | None
    """The template of a new version."""
    version_description: str | None
    """What is new in the version, for people."""
    description: str | None
    """Another spelling of version_description, which wins where both are given."""
    status: str | None
    """The partial's new state, such as active or archived."""

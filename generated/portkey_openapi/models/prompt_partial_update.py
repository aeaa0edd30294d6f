# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from typing import TypedDict

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class PromptPartialUpdate(Record, more=True):
    """Changes to a partial."""

    __slots__ = ()

    name: str | None = None
    """A new name for people; the slug stays."""
    string: str | None = None
    """The template of a new version."""
    version_description: str | None = None
    """What is new in the version, for people."""
    description: str | None = None
    """Another spelling of version_description, which wins where both are given."""
    status: str | None = None
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

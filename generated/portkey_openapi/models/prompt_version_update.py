# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from typing import Any, Required, TypedDict

from ..fields import view as _view
from ..types import Record

TYPE_CHECKING = False


class PromptVersionUpdate(Record, more=True):
    """The label of a version."""

    __slots__ = ()

    label_id: str | None = _view("label_id")
    """The label's UUID; null takes all labels from the version."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            label_id: str | None,
            **more: Any,
        ) -> None: ...


class PromptVersionUpdateParams(TypedDict, total=False):
    """What PromptVersionUpdate holds, as keyword arguments: `**options: Unpack[PromptVersionUpdateParams]`."""

    label_id: Required[str | None]
    """The label's UUID; null takes all labels from the version."""

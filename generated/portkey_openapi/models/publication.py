# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from typing import Any, Required, TypedDict

from ..fields import view as _view
from ..types import Record

TYPE_CHECKING = False


class Publication(Record, more=True):
    """Which version to publish."""

    __slots__ = ()

    version: int = _view("version")
    """The version's number, from 1."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            version: int,
            **more: Any,
        ) -> None: ...


class PublicationParams(TypedDict, total=False):
    """What Publication holds, as keyword arguments: `**options: Unpack[PublicationParams]`."""

    version: Required[int]
    """The version's number, from 1."""

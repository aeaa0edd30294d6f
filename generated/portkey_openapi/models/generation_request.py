# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from typing import TypedDict

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .free_form import FreeForm


class GenerationRequest(Record, more=True):
    """The variables of a run in the older way."""

    __slots__ = ()

    variables: FreeForm | None = None
    """The template's variables by name, any JSON values."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            variables: Mapping[str, Any] | None = None,
            **more: Any,
        ) -> None: ...


class GenerationRequestParams(TypedDict, total=False):
    """What GenerationRequest holds, as keyword arguments: `**options: Unpack[GenerationRequestParams]`."""

    variables: Mapping[str, Any] | None
    """The template's variables by name, any JSON values."""

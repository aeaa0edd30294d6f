# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .free_form import FreeForm


class GenericResponse(Record, more=True):
    """A result in its wrapping."""

    __slots__ = ()

    success: bool | None = None
    """Whether it worked."""
    data: FreeForm | None = None
    """The result; of a generation the completion, or in a stream a chunk of it."""
    warning: str | None = None
    """What a caller should know."""

# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .control_plane_error_data import ControlPlaneErrorData


class ControlPlaneError(Record, more=True):
    """A failure of the service that keeps the prompts."""

    __slots__ = ()

    success: bool
    """Always false."""
    data: ControlPlaneErrorData
    """What went wrong."""

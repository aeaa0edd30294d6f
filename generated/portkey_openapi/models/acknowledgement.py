# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Acknowledgement(Record, more=True):
    """An empty object."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __init__(
            self,
            **more: Any,
        ) -> None: ...

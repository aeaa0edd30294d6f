# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class FreeForm(Record, more=True):
    """An object whose fields are the caller's own."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __init__(
            self,
            **more: Any,
        ) -> None: ...

# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record


class LabelCreated(Record, more=True):
    """The id of a new label."""

    __slots__ = ()

    id: str
    """The label's UUID."""

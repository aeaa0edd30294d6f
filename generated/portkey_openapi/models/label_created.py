# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..fields import view as _view
from ..types import Record


class LabelCreated(Record, more=True):
    """The id of a new label."""

    __slots__ = ()

    id: str = _view("id")
    """The label's UUID."""

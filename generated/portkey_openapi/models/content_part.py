# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .free_form import FreeForm


class ContentPart(Record, more=True):
    """One part of a message."""

    __slots__ = ()

    type: str | None = None
    """The kind of part, such as text or image_url."""
    text: str | None = None
    """The text of a text part."""
    image_url: FreeForm | None = None
    """Where the image is, a `url` that may be a data URL."""

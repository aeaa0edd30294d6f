# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import one as _one
from ..fields import view as _view
from ..types import Record


class ContentPart(Record, more=True):
    """One part of a message."""

    __slots__ = ()

    type: str | None = _view("type", default=None)
    """The kind of part, such as text or image_url."""
    text: str | None = _view("text", default=None)
    """The text of a text part."""
    image_url: models.FreeForm | None = _view("image_url", _one("FreeForm"), default=None)
    """Where the image is, a `url` that may be a data URL."""

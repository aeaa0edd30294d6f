# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import many as _many
from ..fields import one as _one
from ..fields import view as _view
from ..types import Page


class PromptPartialVersionList(Page["models.PromptPartialVersion"], more=True):
    """The versions of a partial, the newest first."""

    __slots__ = ()

    object: str = _view("object")
    """The kind of thing, list."""
    total: int = _view("total")
    """How many there are, a count."""
    data: list[models.PromptPartialVersion] = _view("data", _many(_one("PromptPartialVersion")))
    """The versions."""

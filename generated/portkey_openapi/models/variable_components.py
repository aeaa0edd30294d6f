# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import one as _one
from ..fields import view as _view
from ..types import Record


class VariableComponents(Record, more=True):
    """The names that a template uses, by what they are used for."""

    __slots__ = ()

    variables: list[str] | None = _view("variables", default=None)
    """Variables outside of sections."""
    sections: list[str] | None = _view("sections", default=None)
    """Sections and inverted sections."""
    partials: list[str] | None = _view("partials", default=None)
    """References of stored partials."""
    section_variables: models.FreeForm | None = _view("sectionVariables", _one("FreeForm"), default=None)
    """Section to the variables inside it."""
    variable_partials: list[str] | None = _view("variablePartials", default=None)
    """Variables whose values name partials."""

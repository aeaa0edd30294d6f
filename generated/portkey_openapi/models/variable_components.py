# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .free_form import FreeForm


class VariableComponents(
    Record, more=True, wire={"section_variables": "sectionVariables", "variable_partials": "variablePartials"}
):
    """The names that a template uses, by what they are used for."""

    __slots__ = ()

    variables: list[str] | None = None
    """Variables outside of sections."""
    sections: list[str] | None = None
    """Sections and inverted sections."""
    partials: list[str] | None = None
    """References of stored partials."""
    section_variables: FreeForm | None = None
    """Section to the variables inside it."""
    variable_partials: list[str] | None = None
    """Variables whose values name partials."""

"""Which partials a prompt can reach, found without rendering it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from portkey_ai.rendering import model_settings, parse
from portkey_ai.templates import Components, Template, TemplateError
from portkey_ai.templates.partials import looks_like_reference

from .errors import LockError


class Includes:
    """The partials that a prompt can reach, through each other too.

    Attributes:
        found: references that are known, in the order of their first appearance.
        missing: references that templates include and that are not known; each has to be, or a render may fail.
        chosen: references that are a variable's default and choose a partial (`{{>>name}}`) where the call gives none,
            and that are not known. The service may not know them either: then the text is the partial.
        variables: names of the variables that choose partials, which nobody can know beforehand.
    """

    def __init__(self, detail: Mapping[str, Any], texts: Mapping[str, str | None]) -> None:
        """Walk through a prompt's templates.

        Args:
            detail: the prompt's version, with the wire's flat fields.
            texts: the partials' texts that are known, by reference; None where the service has no such partial.

        Raises:
            LockError: a template is malformed.
        """
        self.found: dict[str, None] = {}
        self.missing: dict[str, None] = {}
        self.chosen: dict[str, None] = {}
        self.variables: dict[str, None] = {}
        self._texts = texts
        self._parameters = detail.get("parameters") or {}
        waiting = self._take(_components_of_prompt(detail))
        while waiting:
            waiting = [further for reference in waiting for further in self._follow(reference)]

    def _take(self, components: Components) -> list[str]:
        """Note what one template includes; return what is new and known."""
        self.variables.update(dict.fromkeys(components["variablePartials"]))
        new = self._sorted_out(components["partials"], self.missing)
        return new + self._sorted_out(self._defaults(components["variablePartials"]), self.chosen)

    def _sorted_out(self, references: Iterable[str], unknown: dict[str, None]) -> list[str]:
        new = []
        for reference in references:
            if self._texts.get(reference) is None:
                if unknown is self.missing or reference not in self._texts:
                    unknown[reference] = None
            elif reference not in self.found:
                self.found[reference] = None
                new.append(reference)
        return new

    def _defaults(self, names: Iterable[str]) -> list[str]:
        values = [_walk(self._parameters, name) for name in names if name not in model_settings()]
        return [value for value in values if isinstance(value, str) and looks_like_reference(value)]

    def _follow(self, reference: str) -> list[str]:
        try:
            return self._take(Template(self._texts[reference] or "").components)
        except TemplateError as error:
            problem = f"the partial {reference!r} that it includes is malformed: {error}."
            raise LockError(problem, remedy="Correct the partial, and lock again.") from error


def _components_of_prompt(detail: Mapping[str, Any]) -> Components:
    try:
        return parse(detail).components
    except TemplateError as error:
        remedy = "Correct it, and lock again."
        raise LockError(f"its template is malformed: {error}.", remedy=remedy) from error


def _walk(parameters: Any, name: str) -> Any:
    """Look a dotted name up in the defaults, as a render does."""
    value = parameters
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value

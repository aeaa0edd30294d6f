"""Rendering a stored partial in this process, without I/O: says which partial it still needs until it has them all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from portkey_ai.templates import Partial, Rendering, Template, UnknownPartialError
from portkey_openapi.models import PromptRender

if TYPE_CHECKING:
    from portkey_ai.types import PromptPartial


class PartialRendering:
    """One rendering of a partial, tried again with each further partial that it turns out to include."""

    def __init__(self, reference: str, variables: Mapping[str, Any], missing: Literal["empty", "error"]) -> None:
        self._reference = reference
        self._variables = dict(variables)
        self._missing: Literal["empty", "error"] = missing
        self._known: dict[str, Partial | None] = {}
        self._rendering: Rendering | None = None

    def attempt(self) -> str | None:
        """Render, or return the reference of a partial that is needed first.

        Raises:
            TemplateError: where it can't be rendered.
        """
        partial = self._known.get(self._reference)
        if partial is None:
            return self._reference
        try:
            self._rendering = partial.template.render(self._variables, partials=self._known, missing=self._missing)
        except UnknownPartialError as error:
            if error.reference in self._known:
                raise
            return error.reference
        return None

    def add(self, reference: str, partial: PromptPartial | None) -> None:
        """Take a partial that was asked for; None where there is no such one.

        Raises:
            TemplateError: where it is malformed.
        """
        if partial is None:
            self._known[reference] = None
        else:
            slug, version = partial.slug or reference.partition("@")[0], partial.version or 0
            self._known[reference] = Partial(slug, version, Template(partial.string or ""))

    def record(self) -> PromptRender:
        """Say the result as the service says a render."""
        text = self._rendering.text if self._rendering else ""
        return PromptRender.from_dict({"success": True, "data": {"prompt": text}, "prompt": text})

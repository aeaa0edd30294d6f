"""Rendering within a server's limits, with its errors. How is the facade's to say, so that both render the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from portkey_ai.rendering import Rendered, overrides_in
from portkey_ai.templates import Limits, Partial, Template, TemplateError, UnknownPartialError

from .errors import BadRequestError, NotFoundError
from .library import Library, Sight
from .limits import LocalLimits

_MOST_CHOSEN = 1000
"""Partials that one call's variables may choose."""
_AT_ONCE = 100


@frozen
class Renderer:
    """Render prompts within limits.

    Args:
        library: Where stored partials are found.
        limits: How much a render may take.
    """

    library: Library
    limits: LocalLimits

    async def render(self, sight: Sight, body: Mapping[str, Any]) -> Rendered:
        """Render a version with a call's variables and overrides.

        Args:
            sight: The version, and the partials that it names.
            body: The call's body: `variables`, and at its root what wins over the saved settings.

        Raises:
            NotFoundError: The template includes a partial that does not exist.
            BadRequestError: The template can't be rendered with these variables, or an override has no sense.
        """
        desk = _Desk(sight.partials)
        while True:
            try:
                rendered = self._attempt(sight, body, desk)
            except TemplateError as error:
                if not desk.unseen:
                    raise _refusal(error) from error
            except _EnoughError:
                pass
            else:
                if not desk.unseen:
                    return rendered
            await self._see(desk)

    def _attempt(self, sight: Sight, body: Mapping[str, Any], desk: _Desk) -> Rendered:
        limits = Limits(depth=self.limits.depth, output=self.limits.output, expansions=self.limits.expansions)
        stored, variables = sight.runnable.stored, body.get("variables") or {}
        return stored.render(variables, overrides_in(body), partials=desk.partial, limits=limits)

    async def _see(self, desk: _Desk) -> None:
        if len(desk.chosen) > _MOST_CHOSEN:
            raise BadRequestError(f"The variables choose more than {_MOST_CHOSEN} partials. Choose fewer in one call.")
        desk.chosen |= await self.library.partials(desk.unseen)
        desk.unseen.clear()


class _Desk:
    """The partials of one render: those that its template names, and those that its variables turn out to choose.

    A partial that was not read yet is noted, and stands in as an empty one, so that one attempt finds all that are
    needed next.
    """

    def __init__(self, named: Mapping[str, Partial | None]) -> None:
        self._named = named
        self.chosen: dict[str, Partial | None] = {}
        self.unseen: set[str] = set()

    def partial(self, reference: str) -> Partial | None:
        """Answer a partial, None where there is none."""
        if reference in self._named:
            return self._named[reference]
        if reference in self.chosen:
            return self.chosen[reference]
        self.unseen.add(reference)
        if len(self.unseen) >= _AT_ONCE:
            raise _EnoughError
        return _UNSEEN


class _EnoughError(Exception):
    """So many partials are needed that they are read before going on."""


_UNSEEN = Partial("", 0, Template(""))


def _refusal(error: TemplateError) -> Exception:
    if isinstance(error, UnknownPartialError):
        return NotFoundError(f"The prompt can't be rendered: {error}.")
    return BadRequestError(f"The prompt can't be rendered: {str(error).rstrip('.')}.")

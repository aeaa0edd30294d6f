"""Rendering within a server's limits, with its errors. How is the facade's to say, so that both render the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from portkey_ai.rendering import Rendered, overrides_in
from portkey_ai.templates import Limits, TemplateError, UnknownPartialError

from .errors import BadRequestError, NotFoundError
from .library import Library, Runnable
from .limits import LocalLimits


@frozen
class Renderer:
    """Render prompts within limits.

    Args:
        library: Where stored partials are found.
        limits: How much a render may take.
    """

    library: Library
    limits: LocalLimits

    def render(self, runnable: Runnable, body: Mapping[str, Any]) -> Rendered:
        """Render a version with a call's variables and overrides.

        Args:
            runnable: The version.
            body: The call's body: `variables`, and at its root what wins over the saved settings.

        Raises:
            NotFoundError: The template includes a partial that does not exist.
            BadRequestError: The template can't be rendered with these variables, or an override has no sense.
        """
        limits = Limits(depth=self.limits.depth, output=self.limits.output, expansions=self.limits.expansions)
        try:
            return runnable.stored.render(
                body.get("variables") or {}, overrides_in(body), partials=self.library.partial, limits=limits
            )
        except UnknownPartialError as error:
            raise NotFoundError(f"The prompt can't be rendered: {error}.") from error
        except TemplateError as error:
            raise BadRequestError(f"The prompt can't be rendered: {str(error).rstrip('.')}.") from error

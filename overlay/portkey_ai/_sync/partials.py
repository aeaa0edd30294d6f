# Derived from overlay/portkey_ai/_async/partials.py by `make generate`. Do not edit.
"""Partials: pieces of template that several prompts share."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Unpack

from portkey_ai._hints import PromptPartial, RequestOptions
from portkey_ai._options import run_body
from portkey_ai._outages import is_gone, renderable
from portkey_ai.errors import NotFoundError
from portkey_ai.types import PromptRender
from portkey_openapi import resources
from portkey_openapi.api.partials import retrieve_prompt_partial
from portkey_openapi.calls import one_of, only_options
from portkey_openapi.raw import raw
from portkey_prompts.rendering import parse_partial, partial_rendering

if TYPE_CHECKING:
    from portkey_prompts.templates import Partial


class PromptPartials(resources.PromptPartials):
    """Partials: `portkey.prompts.partials`."""

    @cached_property
    def with_raw_response(self) -> PromptPartialsRaw:
        """The same methods, returning the HTTP response with the result in it."""
        return PromptPartialsRaw(self)

    def render(
        self,
        partial_id: str | None = None,
        *,
        partial_slug: str | None = None,
        variables: Mapping[str, Any] | None = None,
        missing: Literal["empty", "error"] = "empty",
        **options: Unpack[RequestOptions],
    ) -> PromptRender:
        """Fill a partial with variables, in this process: the service has no such operation.

        The partial is fetched, and those that it includes, and rendered as the service would.

        Args:
            partial_id: the partial's slug or UUID, with or without `@version`.
            partial_slug: another name for `partial_id`.
            variables: the template's variables by name, any JSON values.
            missing: what becomes of a variable that was not given: nothing, or an error that names all of them.
            **options: options of the calls.

        Returns:
            The rendered text in `prompt`.

        Raises:
            TemplateError: where it can't be rendered.
            APIError: see `portkey_ai.errors`.
        """
        target = one_of("partial_id", partial_id, "partial_slug", partial_slug)
        call = only_options("render", {**options})
        given_variables = run_body(variables or {}, {})["variables"]
        known: dict[str, Partial | None] = {}
        needed = partial_rendering(target, given_variables, known, missing)
        for wanted in needed:
            found = self._find(wanted, call, needed=wanted == target)
            known[wanted] = None if found is None else parse_partial(wanted, found)
        return PromptRender.from_dict(needed.result)

    def _find(self, wanted: str, options: dict[str, Any], *, needed: bool) -> PromptPartial | None:
        """Fetch a partial; None where one that is not `needed` does not exist, which the template engine judges."""
        request = retrieve_prompt_partial.request(wanted)
        parse = renderable("partial", wanted, retrieve_prompt_partial.parse)
        try:
            partial: PromptPartial = self._caller.call(request, parse, options, repeatable=True)
        except NotFoundError as error:
            if needed or not is_gone(error):
                raise
            return None
        return partial


class PromptPartialsRaw(resources.PromptPartialsRaw):
    """`portkey.prompts.partials.with_raw_response`."""

    render = raw(PromptPartials.render)

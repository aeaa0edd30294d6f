# Derived from overlay/portkey_ai/_async/prompts.py by `make generate`. Do not edit.
"""Prompts: written, read, published, rendered and run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from functools import cached_property
from typing import Any, Unpack

from portkey_ai._hints import (
    CompletionsRaw,
    LoadedPrompt,
    PromptPartials,
    PromptPartialsRaw,
    PromptUpdated,
    PromptVersions,
    PromptVersionsRaw,
    Renderer,
    RenderKeywords,
    RequestOptions,
    Transport,
    UpdatePromptFields,
)
from portkey_ai._options import NOTHING, run_body, update_fields
from portkey_ai._sync.completions import Completions
from portkey_ai.errors import PortkeyError
from portkey_ai.types import PromptDetail, PromptRender
from portkey_openapi import resources
from portkey_openapi.api.prompts import render_prompt
from portkey_openapi.calls import take_options
from portkey_openapi.options import RUN_OPTIONS
from portkey_openapi.raw import is_raw, raw
from portkey_prompts.answers import render_answer, version_answer

NO_RESPONSE = (
    "This was rendered in the client, so there is no HTTP response to answer. Leave `with_raw_response` out (a result "
    "says where it came from: `source`, `age`, `version`), or have the service render: with_options(prompts=None)."
)


class Prompts(resources.Prompts):
    """Prompts: `portkey.prompts`."""

    def __init__(self, transport: Transport, renderer: Renderer | None = None) -> None:
        super().__init__(transport)
        self._transport = transport
        self._renderer = renderer

    @cached_property
    def completions(self) -> Completions:
        """Runs prompts; call it, or its `create`."""
        return Completions(self._transport, self._renderer)

    @cached_property
    def versions(self) -> PromptVersions:
        """The numbered versions of prompts."""
        from portkey_ai._sync.versions import PromptVersions

        return PromptVersions(self._transport)

    @cached_property
    def partials(self) -> PromptPartials:
        """Pieces of template that prompts share."""
        from portkey_ai._sync.partials import PromptPartials

        return PromptPartials(self._transport)

    @cached_property
    def with_raw_response(self) -> PromptsRaw:
        """The same methods, returning the HTTP response with the result in it."""
        return PromptsRaw(self)

    def render(
        self, *, prompt_id: str, variables: Mapping[str, Any], **settings: Unpack[RenderKeywords]
    ) -> PromptRender:
        """Fill a prompt's template with variables: `renderPrompt`.

        Args:
            prompt_id: the prompt's slug or UUID, with or without `@version`.
            variables: the template's variables by name, any JSON values.
            **settings: settings that win over the prompt's own, such as `model` and `temperature`, and options of this
                call, such as `metadata` and `timeout`. `missing="error"` raises an error that names the variables that
                are not given. The prompt is then rendered in this process; without a PromptSource it is fetched for
                that, with one more call for each partial.

        Returns:
            The rendered prompt: `prompt` (its text), `messages`, and `data`, which can be passed on to a provider as
            keyword arguments.

        Raises:
            APIError: see `portkey_ai.errors`.

        Examples:
            >>> rendered = portkey.prompts.render(prompt_id="pp-greeting@production", variables={"name": "Alice"})
            >>> print(rendered.prompt)
        """
        missing: Any = None
        options = given = NOTHING
        if settings:
            given = {**settings}
            missing = given.pop("missing", None)
            options = take_options(given, RUN_OPTIONS)
        body = run_body(variables, given)
        renderer = self._renderer
        if renderer is None and missing not in (None, "empty"):
            renderer = self._new_renderer()  # a new one: without a source nothing is cached
        if renderer is not None:
            extra = options.get("extra_body")  # copied below: the result keeps it
            renderer = renderer.for_call(options) if options else renderer
            rendered = renderer.render(prompt_id, {**body, **deepcopy(extra)} if extra else body, missing)
            if rendered is not None:
                if is_raw():
                    raise PortkeyError(NO_RESPONSE)
                return rendered
        request = render_prompt.request(prompt_id, body=body)
        record = self._transport.call(request, render_prompt.parse, options, repeatable=True)
        return render_answer(record, prompt_id, variables)

    def get(self, prompt_id: str) -> LoadedPrompt:
        """Fetch a prompt, and the partials that it includes: `retrievePrompt`, `retrievePromptPartial`.

        The result renders in this process, as often as one likes, without further calls.

        Args:
            prompt_id: the prompt's slug or UUID, with or without `@version`.

        Raises:
            APIError: see `portkey_ai.errors`.

        Examples:
            >>> greeting = portkey.prompts.get("pp-greeting@production")
            >>> print(greeting.render(name="Alice").prompt)
        """
        return self._own_renderer.load(prompt_id)

    def prefetch(self, prompt_ids: Iterable[str]) -> None:
        """Fetch several prompts at once, so that their first renders wait for no call; useful with a PromptSource.

        Args:
            prompt_ids: the prompts' slugs or UUIDs, with or without `@version`.

        Raises:
            APIError: of the first that failed, raised when all have ended.
        """
        self._own_renderer.prefetch(prompt_ids)

    @cached_property
    def _own_renderer(self) -> Renderer:
        """The client's renderer; without a source, one for `get` and `prefetch` alone."""
        return self._renderer or self._new_renderer()

    def _new_renderer(self) -> Renderer:
        from portkey_ai._sync.renderer import Renderer
        from portkey_prompts.source.settings import PromptSource

        return Renderer(PromptSource(), self._transport)

    def retrieve(
        self,
        prompt_id: str | None = None,
        *,
        prompt_slug: str | None = None,
        version: int | str | None = None,
        **options: Unpack[RequestOptions],
    ) -> PromptDetail:
        """Read a prompt with the content of one version, by default the published one: `retrievePrompt`.

        Args:
            prompt_id: the prompt's slug or UUID, with or without `@version`.
            prompt_slug: another name for `prompt_id`.
            version: which version to read: its number, `latest`, or `default` for the published one.
            **options: options of the call, such as `timeout` and `extra_headers`.

        Returns:
            The version; `prompt` is its template's text.
        """
        return version_answer(super().retrieve(prompt_id, prompt_slug=prompt_slug, version=version, **options))

    def update(
        self, prompt_id: str | None = None, *, prompt_slug: str | None = None, **fields: Unpack[UpdatePromptFields]
    ) -> PromptUpdated:
        """Change a prompt; a content field makes a new version, not yet published: `updatePrompt`.

        Args:
            prompt_id: the prompt's slug or UUID.
            prompt_slug: another name for `prompt_id`.
            **fields: what changes, as `create` takes it. With `patch=True` the new version takes over what is left out;
                `template_metadata` is sent under the name that this operation has for it. Options of the call.
        """
        return super().update(prompt_id, prompt_slug=prompt_slug, **update_fields(fields))


class PromptsRaw(resources.PromptsRaw):
    """`portkey.prompts.with_raw_response`."""

    render = raw(Prompts.render)
    retrieve = raw(Prompts.retrieve)

    @cached_property
    def completions(self) -> CompletionsRaw:
        """Runs prompts."""
        answer: CompletionsRaw = self._resource.completions.with_raw_response
        return answer

    @cached_property
    def versions(self) -> PromptVersionsRaw:
        """The versions of prompts."""
        answer: PromptVersionsRaw = self._resource.versions.with_raw_response
        return answer

    @cached_property
    def partials(self) -> PromptPartialsRaw:
        """Pieces of template that prompts share."""
        answer: PromptPartialsRaw = self._resource.partials.with_raw_response
        return answer

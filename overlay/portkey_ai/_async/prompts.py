"""Prompts: written, read, published, rendered and run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from portkey_ai._answers import render_answer, version_answer
from portkey_ai._arguments import NOTHING, RUN_OPTIONS, only_options, reference, run_body, take_options
from portkey_ai._async.completions import AsyncCompletions
from portkey_ai._async.pages import with_further_pages
from portkey_openapi import models
from portkey_openapi.api.prompts import (
    create_prompt,
    delete_prompt,
    list_prompts,
    publish_prompt,
    render_prompt,
    retrieve_prompt,
    update_prompt,
)

if TYPE_CHECKING:
    from typing import Unpack

    from portkey_ai._async.ladder import AsyncLadder
    from portkey_ai._async.partials import AsyncPromptPartials
    from portkey_ai._async.raw import AsyncPromptsRaw
    from portkey_ai._async.transport import AsyncTransport
    from portkey_ai._async.versions import AsyncPromptVersions
    from portkey_ai._keywords import CreatePrompt, PromptCall, RenderKeywords, UpdatePrompt
    from portkey_ai._options import RequestOptions
    from portkey_ai.source.loaded import LoadedPrompt
    from portkey_ai.types import (
        Acknowledgement,
        PromptCreated,
        PromptDetail,
        PromptList,
        PromptRender,
        PromptUpdated,
    )


class AsyncPrompts:
    """Prompts: `portkey.prompts`."""

    completions: AsyncCompletions
    """Runs prompts; call it, or its `create`."""

    def __init__(self, transport: AsyncTransport, ladder: AsyncLadder | None = None) -> None:
        self._transport = transport
        self._ladder = ladder
        self.completions = AsyncCompletions(transport, ladder)

    @cached_property
    def versions(self) -> AsyncPromptVersions:
        """The numbered versions of prompts."""
        from portkey_ai._async.versions import AsyncPromptVersions

        return AsyncPromptVersions(self._transport)

    @cached_property
    def partials(self) -> AsyncPromptPartials:
        """Pieces of template that prompts share."""
        from portkey_ai._async.partials import AsyncPromptPartials

        return AsyncPromptPartials(self._transport)

    @cached_property
    def with_raw_response(self) -> AsyncPromptsRaw:
        """The same methods, answering the HTTP response with the result in it."""
        from portkey_ai._async.raw import AsyncPromptsRaw

        return AsyncPromptsRaw(self)

    async def render(
        self, *, prompt_id: str, variables: Mapping[str, Any], **settings: Unpack[RenderKeywords]
    ) -> PromptRender:
        """Fill a prompt's template with variables: `renderPrompt`.

        Args:
            prompt_id: the prompt's slug or UUID, with or without `@version`.
            variables: the template's variables by name, any JSON values.
            **settings: settings that win over the prompt's own, such as `model` and `temperature`, and options of this
                call, such as `metadata` and `timeout`. With a PromptSource, `missing="error"` names the variables that
                are not given.

        Returns:
            The rendered prompt: `prompt` (its text), `messages`, and `data`, which can be passed on to a provider as
            keyword arguments.

        Raises:
            APIError: as `portkey_ai.errors` draws.

        Example:
            >>> rendered = await portkey.prompts.render(prompt_id="pp-greeting@production", variables={"name": "Alice"})
            >>> print(rendered.prompt)
        """
        missing: Any = None
        options = given = NOTHING
        if settings:
            given = {**settings}
            missing = given.pop("missing", None)
            options = take_options(given, RUN_OPTIONS)
        body = run_body(variables, given)
        if self._ladder is not None:
            extra = options.get("extra_body")
            rendered = await self._ladder.render(prompt_id, {**body, **extra} if extra else body, missing)
            if rendered is not None:
                return rendered
        elif missing is not None:
            raise TypeError("`missing` needs prompts to be rendered here: make the client with prompts=PromptSource().")
        request = render_prompt.request(prompt_id, body=body)
        record = await self._transport.call(request, render_prompt.parse, options, repeatable=True)
        return render_answer(record, prompt_id, variables)

    async def get(self, prompt_id: str) -> LoadedPrompt:
        """Get a prompt, and the partials that it includes, in hand: `retrievePrompt`, `retrievePromptPartial`.

        What comes back renders as often as one likes, without any wait.

        Args:
            prompt_id: the prompt's slug or UUID, with or without `@version`.

        Raises:
            APIError: as `portkey_ai.errors` draws.

        Example:
            >>> greeting = await portkey.prompts.get("pp-greeting@production")
            >>> print(greeting.render(name="Alice").prompt)
        """
        return await self._own_ladder.load(prompt_id)

    async def prefetch(self, prompt_ids: Iterable[str]) -> None:
        """Fetch several prompts at once, so that rendering them first waits for nothing; of use with a PromptSource.

        Args:
            prompt_ids: the prompts' slugs or UUIDs, with or without `@version`.

        Raises:
            APIError: of the first that failed, when the others are there.
        """
        await self._own_ladder.prefetch(prompt_ids)

    @cached_property
    def _own_ladder(self) -> AsyncLadder:
        """The client's ladder; without a source, one that only `get` uses."""
        if self._ladder is not None:
            return self._ladder
        from portkey_ai._async.ladder import AsyncLadder
        from portkey_ai.source.settings import PromptSource

        return AsyncLadder(PromptSource(), self._transport)

    async def create(self, **fields: Unpack[CreatePrompt]) -> PromptCreated:
        """Create a prompt, whose version 1 is published at once: `createPrompt`.

        Args:
            **fields: `name`, `collection_id`, `string` and `parameters`; the contract's further fields; options of the
                call.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        given: dict[str, Any] = {**fields}
        options = take_options(given)
        request = create_prompt.request(body=models.PromptCreate(**given))
        return await self._transport.call(request, create_prompt.parse, options)

    async def retrieve(
        self, prompt_id: str | None = None, *, version: int | None = None, **options: Unpack[PromptCall]
    ) -> PromptDetail:
        """Read a prompt with the content of one version, by default the published one: `retrievePrompt`.

        Args:
            prompt_id: the prompt's slug or UUID, with or without `@version` (`prompt_slug` is the same).
            version: the number of the version to read.
            **options: options of the call.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        given: dict[str, Any] = {**options}
        target = reference(given, prompt_id, "prompt")
        request = retrieve_prompt.request(target, version=version)
        record = await self._transport.call(
            request, retrieve_prompt.parse, only_options(given, "retrieve"), repeatable=True
        )
        return version_answer(record)

    async def update(self, prompt_id: str | None = None, **fields: Unpack[UpdatePrompt]) -> PromptUpdated:
        """Change a prompt; a content field makes a new version, not yet published: `updatePrompt`.

        Args:
            prompt_id: the prompt's slug or UUID (`prompt_slug` is the same).
            **fields: what changes. With `patch=True` the new version takes over what is left out; `template_metadata`
                is sent under the name that this operation has for it. Options of the call.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        given: dict[str, Any] = {**fields}
        target = reference(given, prompt_id, "prompt")
        options = take_options(given)
        if "template_metadata" in given:
            given.setdefault("prompt_metadata", given.pop("template_metadata"))
        request = update_prompt.request(target, body=models.PromptUpdate(**given))
        return await self._transport.call(request, update_prompt.parse, options)

    async def delete(self, prompt_id: str | None = None, **options: Unpack[PromptCall]) -> Acknowledgement:
        """Delete a prompt with all of its versions: `deletePrompt`.

        Args:
            prompt_id: the prompt's slug or UUID (`prompt_slug` is the same).
            **options: options of the call.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        given: dict[str, Any] = {**options}
        request = delete_prompt.request(reference(given, prompt_id, "prompt"))
        return await self._transport.call(request, delete_prompt.parse, only_options(given, "delete"))

    async def publish(
        self, prompt_id: str | None = None, *, version: int, **options: Unpack[PromptCall]
    ) -> Acknowledgement:
        """Make a version the one that the reference without `@` means: `publishPrompt`.

        Args:
            prompt_id: the prompt's slug or UUID (`prompt_slug` is the same).
            version: the version's number, from 1.
            **options: options of the call.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        given: dict[str, Any] = {**options}
        target = reference(given, prompt_id, "prompt")
        request = publish_prompt.request(target, body={"version": version})
        return await self._transport.call(
            request, publish_prompt.parse, only_options(given, "publish"), repeatable=True
        )

    async def list(
        self,
        *,
        collection_id: str | None = None,
        workspace_id: str | None = None,
        current_page: int | None = None,
        page_size: int | None = None,
        search: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> PromptList:
        """List prompts: `listPrompts`. Iterating the result fetches further pages when they are needed.

        Args:
            collection_id: only what lies in this collection, by UUID or slug.
            workspace_id: only what lies in this workspace, by UUID or slug.
            current_page: the page to begin with, counted from 0.
            page_size: how many prompts a page holds at most.
            search: only what bears this text in its name.
            **options: options of the call.

        Raises:
            APIError: as `portkey_ai.errors` draws.

        Example:
            >>> async for prompt in await portkey.prompts.list(search="greeting"):
            ...     print(prompt.slug, prompt.name)
        """
        given = only_options({**options}, "list")

        async def fetch(page: int | None) -> PromptList:
            request = list_prompts.request(
                collection_id=collection_id,
                workspace_id=workspace_id,
                current_page=page,
                page_size=page_size,
                search=search,
            )
            return await self._transport.call(request, list_prompts.parse, given, repeatable=True)

        return await with_further_pages(fetch, current_page)

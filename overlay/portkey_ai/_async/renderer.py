"""Prompts found and rendered in this process: carries out what PromptFinder decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from portkey_ai._outages import fetch_call, meaning, unchanged, with_more
from portkey_ai.errors import APIStatusError
from portkey_ai.types import PromptRender
from portkey_prompts.source.disk import Disk
from portkey_prompts.source.finder import Fetch, Once, PromptFinder
from portkey_prompts.source.loaded import LoadedPrompt
from portkey_prompts.source.memory import kept
from portkey_prompts.source.single_flight import AsyncSingleFlight, async_all_at_once

if TYPE_CHECKING:
    from portkey_ai._async.transport import AsyncTransport
    from portkey_prompts.source.finder import Step, Steps
    from portkey_prompts.source.settings import PromptSource

MOST_ACCOUNTS = 32
"""How many renderers are kept for calls whose own options change what the service answers."""
PREFETCH = 8
"""How many prompts are fetched at a time."""

T = TypeVar("T")


class AsyncRenderer:
    """Render prompts of a PromptSource for one account; `options` go with each of its calls to the service."""

    def __init__(self, source: PromptSource, transport: AsyncTransport, options: Mapping[str, Any] | None = None):
        self.source = source
        self._transport = transport
        self._options = options or {}
        disk = Disk.of(source, lambda: transport.settings.account(self._options))
        self._finder = PromptFinder(source, disk, meaning, with_more)
        self._calls = AsyncSingleFlight()
        self._others: dict[str, AsyncRenderer] = {}

    def for_call(self, options: Mapping[str, Any]) -> AsyncRenderer:
        """Choose the renderer for a call: another one where its options may change what the service answers."""
        options = {} if self.source.frozen else self._transport.settings.decides(options)
        if not options:
            return self
        account = self._transport.settings.account(options)
        return kept(self._others, account, lambda: AsyncRenderer(self.source, self._transport, options), MOST_ACCOUNTS)

    async def render(
        self, prompt_id: str, body: Mapping[str, Any], missing: Literal["empty", "error"] | None = None
    ) -> PromptRender | None:
        """Render a prompt, or return None where only the service may, as `PromptFinder.render` says."""
        known = self._finder.render_known(prompt_id, body, missing)
        found = known or await self._run(self._finder.render(prompt_id, body, missing))
        if found is None:
            return None
        for refresh in found.refreshes:
            await self._take(refresh)
        return PromptRender.from_dict(found.rendered.answer(prompt_id)).with_meta(found.provenance())

    async def pinned(self, prompt_id: str, body: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Answer the reference and the body of a run of what is locked, as `PromptFinder.pinned` says."""
        return await self._run(self._finder.pinned(prompt_id, body))

    async def load(self, prompt_id: str) -> LoadedPrompt:
        """Find a prompt and the partials that it includes, for rendering it later without any wait."""
        entry, partials, asked = await self._run(self._finder.load(prompt_id))
        return LoadedPrompt(prompt_id, entry, partials, asked, self.source.missing, self._transport.settings.telemetry)

    async def prefetch(self, prompt_ids: Iterable[str]) -> None:
        """Find several prompts at once, so that their first renders wait for nothing."""
        await async_all_at_once(self.load, list(dict.fromkeys(prompt_ids)), PREFETCH)

    async def aclose(self) -> None:
        """End the refreshes in the background."""
        for other in list(self._others.values()):
            await other.aclose()
        await self._calls.finish(self.source.patience)

    async def _run(self, steps: Steps[T]) -> T:
        """Carry steps out, one after the other, and return their result."""
        try:
            step = next(steps)
            while True:
                try:
                    answer = await self._take(step)
                except Exception as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(answer)
        except StopIteration as end:
            result: T = end.value
            return result

    async def _take(self, step: Step) -> Any:
        if isinstance(step, Fetch):
            try:
                return await self._transport.call(*fetch_call(step, self._options), repeatable=True)
            except APIStatusError as error:
                return unchanged(step, error)
        call = partial(self._run, step.steps)
        if isinstance(step, Once):
            return await self._calls.once(step.key, call)
        return self._calls.in_background(step.key, call)

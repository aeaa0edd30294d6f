"""Prompts of a client whose telemetry is on: OpenTelemetry is told of their renders and runs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Unpack

from portkey_ai._async.completions import AsyncCompletions
from portkey_ai._async.prompts import AsyncPrompts
from portkey_ai._async.stream import AsyncStream
from portkey_ai._hints import AsyncRenderer, AsyncTransport, RenderKeywords, Telemetry
from portkey_ai.types import PromptCompletion, PromptCompletionChunk, PromptRender


class AsyncTracedPrompts(AsyncPrompts):
    """Prompts: `portkey.prompts`."""

    def __init__(self, transport: AsyncTransport, renderer: AsyncRenderer | None, telemetry: Telemetry) -> None:
        super().__init__(transport, renderer)
        self._telemetry = telemetry

    @cached_property
    def completions(self) -> AsyncTracedCompletions:
        """Runs prompts, as spans."""
        completions = AsyncTracedCompletions(self._transport, self._renderer)
        completions.telemetry = self._telemetry
        return completions

    async def render(
        self, *, prompt_id: str, variables: Mapping[str, Any], **settings: Unpack[RenderKeywords]
    ) -> PromptRender:
        """Fill a prompt's template with variables, as a span `render_prompt`."""
        with self._telemetry.rendering(prompt_id, variables) as span:
            return span.rendered(await super().render(prompt_id=prompt_id, variables=variables, **settings))


class AsyncTracedCompletions(AsyncCompletions):
    """Runs prompts: `portkey.prompts.completions`."""

    telemetry: Telemetry

    async def _run(
        self, prompt_id: str, target: str, body: dict[str, Any], options: dict[str, Any], stream: bool | None
    ) -> PromptCompletion | AsyncStream[PromptCompletionChunk]:
        with self.telemetry.running(target, body) as span:
            answer = await super()._run(prompt_id, target, body, options, stream)
            if isinstance(answer, AsyncStream):
                return answer.traced(span)
            return span.answered(answer)

"""Prompts of a client whose telemetry is on: their renders and runs are spans of OpenTelemetry."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Unpack

from portkey_ai._async.completions import AsyncCompletions
from portkey_ai._async.prompts import AsyncPrompts
from portkey_ai._async.stream import AsyncStream
from portkey_ai._hints import RenderKeywords, Telemetry
from portkey_ai.types import PromptCompletion, PromptCompletionChunk, PromptRender


class AsyncTracedPrompts(AsyncPrompts):
    """Prompts: `portkey.prompts`."""

    @cached_property
    def completions(self) -> AsyncTracedCompletions:
        """Runs prompts, as spans."""
        return AsyncTracedCompletions(self._transport, self._renderer)

    async def render(
        self, *, prompt_id: str, variables: Mapping[str, Any], **settings: Unpack[RenderKeywords]
    ) -> PromptRender:
        """Fill a prompt's template with variables, as a span `render_prompt`."""
        with _telemetry(self).rendering(prompt_id, variables) as span:
            return span.rendered(await super().render(prompt_id=prompt_id, variables=variables, **settings))


class AsyncTracedCompletions(AsyncCompletions):
    """Runs prompts: `portkey.prompts.completions`."""

    async def _run(
        self, prompt_id: str, target: str, body: dict[str, Any], options: dict[str, Any], stream: bool | None
    ) -> PromptCompletion | AsyncStream[PromptCompletionChunk]:
        with _telemetry(self).running(target, body) as span:
            answer = await super()._run(prompt_id, target, body, options, stream)
            if isinstance(answer, AsyncStream):
                return answer.traced(span)
            return span.answered(answer)


def _telemetry(resource: AsyncPrompts | AsyncCompletions) -> Telemetry:
    telemetry = resource._transport.settings.telemetry
    assert telemetry is not None
    return telemetry

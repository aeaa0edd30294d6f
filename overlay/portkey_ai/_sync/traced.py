# Derived from overlay/portkey_ai/_async/traced.py by `make generate`. Do not edit.
"""Prompts of a client whose telemetry is on: their renders and runs are spans of OpenTelemetry."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Unpack

from portkey_ai._hints import RenderKeywords, Telemetry
from portkey_ai._sync.completions import Completions
from portkey_ai._sync.prompts import Prompts
from portkey_ai._sync.stream import Stream
from portkey_ai.types import PromptCompletion, PromptCompletionChunk, PromptRender


class TracedPrompts(Prompts):
    """Prompts: `portkey.prompts`."""

    @cached_property
    def completions(self) -> TracedCompletions:
        """Runs prompts, as spans."""
        return TracedCompletions(self._transport, self._renderer)

    def render(
        self, *, prompt_id: str, variables: Mapping[str, Any], **settings: Unpack[RenderKeywords]
    ) -> PromptRender:
        """Fill a prompt's template with variables, as a span `render_prompt`."""
        with _telemetry(self).rendering(prompt_id, variables) as span:
            return span.rendered(super().render(prompt_id=prompt_id, variables=variables, **settings))


class TracedCompletions(Completions):
    """Runs prompts: `portkey.prompts.completions`."""

    def _run(
        self, prompt_id: str, target: str, body: dict[str, Any], options: dict[str, Any], stream: bool | None
    ) -> PromptCompletion | Stream[PromptCompletionChunk]:
        with _telemetry(self).running(target, body) as span:
            answer = super()._run(prompt_id, target, body, options, stream)
            if isinstance(answer, Stream):
                return answer.traced(span)
            return span.answered(answer)


def _telemetry(resource: Prompts | Completions) -> Telemetry:
    telemetry = resource._transport.settings.telemetry
    assert telemetry is not None
    return telemetry

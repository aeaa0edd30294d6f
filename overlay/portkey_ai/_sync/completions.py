# Derived from overlay/portkey_ai/_async/completions.py by `make generate`. Do not edit.
"""Running prompts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, overload

from portkey_ai._answers import completion_answer, fill_choices
from portkey_ai._arguments import RUN_OPTIONS, run_body, take_options
from portkey_ai._sync.stream import Stream, opened
from portkey_ai.types import PromptCompletionChunk
from portkey_openapi.api.prompts import create_prompt_completion

if TYPE_CHECKING:
    from typing import Unpack

    from portkey_ai._keywords import RunKeywords
    from portkey_ai._sync.ladder import Ladder
    from portkey_ai._sync.raw import CompletionsRaw
    from portkey_ai._sync.transport import Transport
    from portkey_ai.types import PromptCompletion
    from portkey_openapi.requests import Request


class Completions:
    """Runs prompts: `portkey.prompts.completions(…)`, or `portkey.prompts.completions.create(…)`, which is the same."""

    def __init__(self, transport: Transport, ladder: Ladder | None = None) -> None:
        self._transport = transport
        self._ladder = ladder

    @cached_property
    def with_raw_response(self) -> CompletionsRaw:
        """The same method, answering the HTTP response with the result in it."""
        from portkey_ai._sync.raw import CompletionsRaw

        return CompletionsRaw(self)

    @overload
    def create(
        self,
        *,
        prompt_id: str,
        variables: Mapping[str, Any] | None = None,
        stream: Literal[False] | None = None,
        **settings: Unpack[RunKeywords],
    ) -> PromptCompletion: ...

    @overload
    def create(
        self,
        *,
        prompt_id: str,
        variables: Mapping[str, Any] | None = None,
        stream: Literal[True],
        **settings: Unpack[RunKeywords],
    ) -> Stream[PromptCompletionChunk]: ...

    @overload
    def create(
        self,
        *,
        prompt_id: str,
        variables: Mapping[str, Any] | None = None,
        stream: bool | None = None,
        **settings: Unpack[RunKeywords],
    ) -> PromptCompletion | Stream[PromptCompletionChunk]: ...

    def create(
        self,
        *,
        prompt_id: str,
        variables: Mapping[str, Any] | None = None,
        stream: bool | None = None,
        **settings: Any,
    ) -> PromptCompletion | Stream[PromptCompletionChunk]:
        """Run a prompt against a model: `createPromptCompletion`.

        Repeated only where the server can't have seen it, and on 429 and 503.

        Args:
            prompt_id: the prompt's slug or UUID, with or without `@version`.
            variables: the template's variables by name, any JSON values.
            stream: whether to answer a stream of chunks.
            **settings: settings of the model call, such as `model`, `temperature` and `max_tokens` (those that nobody
                listed are passed on too), and options of this call, such as `config`, `metadata` and `timeout`.

        Raises:
            APIError: as `portkey_ai.errors` draws.

        Example:
            >>> completion = portkey.prompts.completions(prompt_id="pp-greeting", variables={"name": "Alice"})
            >>> print(completion.choices[0].message.content)
        """
        options = take_options(settings, RUN_OPTIONS)
        body = run_body(variables, settings)
        if stream is not None:
            body["stream"] = stream
        target = prompt_id
        if self._ladder is not None and self._ladder.source.frozen:
            target, body = self._ladder.pinned(prompt_id, body)
        request = create_prompt_completion.request(target, body=body)
        if stream:
            return self._stream(request, prompt_id, options)
        record = self._transport.call(request, create_prompt_completion.parse, options, run=True)
        return completion_answer(record, prompt_id)

    __call__ = create

    def _stream(self, request: Request, prompt_id: str, options: dict[str, Any]) -> Stream[PromptCompletionChunk]:
        def take(data: dict[str, Any]) -> PromptCompletionChunk:
            chunk = PromptCompletionChunk.from_dict(data)
            if chunk.get("prompt_id") is None:
                chunk["prompt_id"] = prompt_id
            return fill_choices(chunk, "delta")

        response = self._transport.open(request, options)
        return opened(response, take, self._transport, prompt_id, options)

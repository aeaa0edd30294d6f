"""Running prompts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, overload

from portkey_ai._answers import completion_answer, fill_choices
from portkey_ai._arguments import RUN_OPTIONS, run_body, take_options
from portkey_ai._async.stream import AsyncStream, opened
from portkey_ai.types import PromptCompletionChunk
from portkey_openapi.api.prompts import create_prompt_completion

if TYPE_CHECKING:
    from typing import Unpack

    from portkey_ai._async.ladder import AsyncLadder
    from portkey_ai._async.raw import AsyncCompletionsRaw
    from portkey_ai._async.transport import AsyncTransport
    from portkey_ai._keywords import RunKeywords
    from portkey_ai.types import PromptCompletion
    from portkey_openapi.requests import Request


class AsyncCompletions:
    """Runs prompts: `portkey.prompts.completions(…)`, or `portkey.prompts.completions.create(…)`, which is the same."""

    def __init__(self, transport: AsyncTransport, ladder: AsyncLadder | None = None) -> None:
        self._transport = transport
        self._ladder = ladder

    @cached_property
    def with_raw_response(self) -> AsyncCompletionsRaw:
        """The same method, answering the HTTP response with the result in it."""
        from portkey_ai._async.raw import AsyncCompletionsRaw

        return AsyncCompletionsRaw(self)

    @overload
    async def create(
        self,
        *,
        prompt_id: str,
        variables: Mapping[str, Any] | None = None,
        stream: Literal[False] | None = None,
        **settings: Unpack[RunKeywords],
    ) -> PromptCompletion: ...

    @overload
    async def create(
        self,
        *,
        prompt_id: str,
        variables: Mapping[str, Any] | None = None,
        stream: Literal[True],
        **settings: Unpack[RunKeywords],
    ) -> AsyncStream[PromptCompletionChunk]: ...

    @overload
    async def create(
        self,
        *,
        prompt_id: str,
        variables: Mapping[str, Any] | None = None,
        stream: bool | None = None,
        **settings: Unpack[RunKeywords],
    ) -> PromptCompletion | AsyncStream[PromptCompletionChunk]: ...

    async def create(
        self,
        *,
        prompt_id: str,
        variables: Mapping[str, Any] | None = None,
        stream: bool | None = None,
        **settings: Any,
    ) -> PromptCompletion | AsyncStream[PromptCompletionChunk]:
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
            >>> completion = await portkey.prompts.completions(prompt_id="pp-greeting", variables={"name": "Alice"})
            >>> print(completion.choices[0].message.content)
        """
        options = take_options(settings, RUN_OPTIONS)
        body = run_body(variables, settings)
        if stream is not None:
            body["stream"] = stream
        target = prompt_id
        if self._ladder is not None and self._ladder.source.frozen:
            target, body = await self._ladder.pinned(prompt_id, body)
        request = create_prompt_completion.request(target, body=body)
        if stream:
            return await self._stream(request, prompt_id, options)
        record = await self._transport.call(request, create_prompt_completion.parse, options, run=True)
        return completion_answer(record, prompt_id)

    __call__ = create

    async def _stream(
        self, request: Request, prompt_id: str, options: dict[str, Any]
    ) -> AsyncStream[PromptCompletionChunk]:
        def take(data: dict[str, Any]) -> PromptCompletionChunk:
            chunk = PromptCompletionChunk.from_dict(data)
            if chunk.get("prompt_id") is None:
                chunk["prompt_id"] = prompt_id
            return fill_choices(chunk, "delta")

        response = await self._transport.open(request, options)
        return await opened(response, take, self._transport, prompt_id, options)

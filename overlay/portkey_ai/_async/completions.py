"""Running prompts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, Unpack, overload

from portkey_ai._async.stream import AsyncAnswerReader, AsyncStream
from portkey_ai._hints import AsyncRenderer, AsyncTransport, RunKeywords
from portkey_ai._options import run_body
from portkey_ai.types import PromptCompletion, PromptCompletionChunk
from portkey_openapi import resources
from portkey_openapi.api.prompts import create_prompt_completion
from portkey_openapi.calls import take_options
from portkey_openapi.options import RUN_OPTIONS
from portkey_openapi.raw import RawResponse, async_raw
from portkey_openapi.requests import Request
from portkey_prompts.answers import completion_answer, fill_choices
from portkey_prompts.streaming.chunks import wants_usage


class AsyncCompletions(resources.AsyncPromptCompletions):
    """Runs prompts: `portkey.prompts.completions(…)`, or `portkey.prompts.completions.create(…)`, which is the same."""

    def __init__(self, transport: AsyncTransport, renderer: AsyncRenderer | None = None) -> None:
        super().__init__(transport)
        self._transport = transport
        self._renderer = renderer

    @cached_property
    def with_raw_response(self) -> AsyncCompletionsRaw:
        """The same method, returning the HTTP response with the result in it."""
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

        Retried only where the server can't have received it, and on statuses 429 and 503.

        Args:
            prompt_id: the prompt's slug or UUID, with or without `@version`.
            variables: the template's variables by name, any JSON values.
            stream: whether to return a stream of chunks.
            **settings: settings of the model call, such as `model`, `temperature` and `max_tokens` (those that nobody
                listed are passed on too), and options of this call, such as `config`, `metadata` and `timeout`.

        Raises:
            APIError: see `portkey_ai.errors`.

        Examples:
            >>> completion = await portkey.prompts.completions(prompt_id="pp-greeting", variables={"name": "Alice"})
            >>> print(completion.choices[0].message.content)
        """
        options = take_options(settings, RUN_OPTIONS)
        body = run_body(variables, settings)
        if stream is not None:
            body["stream"] = stream
        target = prompt_id
        if self._renderer is not None and self._renderer.source.frozen:
            extra = options.pop("extra_body", None) or {}
            target, body = await self._renderer.pinned(prompt_id, {**body, **extra})
        return await self._run(prompt_id, target, body, options, stream)

    __call__ = create

    async def _run(
        self, prompt_id: str, target: str, body: dict[str, Any], options: dict[str, Any], stream: bool | None
    ) -> PromptCompletion | AsyncStream[PromptCompletionChunk]:
        request = create_prompt_completion.request(target, body=body)
        if stream:
            return await self._stream(request, prompt_id, options, wants_usage(body))
        record = await self._transport.call(request, create_prompt_completion.parse, options, run=True)
        return completion_answer(record, prompt_id)

    async def _stream(
        self, request: Request, prompt_id: str, options: dict[str, Any], wants_usage: bool
    ) -> AsyncStream[PromptCompletionChunk]:
        def take(data: dict[str, Any]) -> PromptCompletionChunk:
            chunk = PromptCompletionChunk.from_dict(data)
            if chunk.get("prompt_id") is None:
                chunk["prompt_id"] = prompt_id
            return fill_choices(chunk, "delta")

        response = await self._transport.open(request, options)
        return await AsyncAnswerReader(response, take, self._transport, prompt_id, options, wants_usage).open()


class AsyncCompletionsRaw(resources.AsyncPromptCompletionsRaw):
    """`portkey.prompts.completions.with_raw_response`."""

    _create: Any = async_raw(AsyncCompletions.create)

    @overload
    async def create(
        self,
        *,
        prompt_id: str,
        variables: Mapping[str, Any] | None = None,
        stream: Literal[False] | None = None,
        **settings: Unpack[RunKeywords],
    ) -> RawResponse[PromptCompletion]: ...

    @overload
    async def create(
        self,
        *,
        prompt_id: str,
        variables: Mapping[str, Any] | None = None,
        stream: Literal[True],
        **settings: Unpack[RunKeywords],
    ) -> RawResponse[AsyncStream[PromptCompletionChunk]]: ...

    async def create(self, **arguments: Any) -> RawResponse[Any]:
        """Run a prompt, with the arguments of `portkey.prompts.completions`."""
        answer: RawResponse[Any] = await self._create(**arguments)
        return answer

    __call__ = create

# Derived from overlay/portkey_ai/_async/completions.py by `make generate`. Do not edit.
"""Running prompts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, Unpack, overload

from portkey_ai._hints import Renderer, RunKeywords, Transport
from portkey_ai._options import run_body
from portkey_ai._sync.stream import AnswerReader, Stream
from portkey_ai.types import PromptCompletion, PromptCompletionChunk
from portkey_openapi import resources
from portkey_openapi.api.prompts import create_prompt_completion
from portkey_openapi.calls import take_options
from portkey_openapi.options import RUN_OPTIONS
from portkey_openapi.raw import RawResponse, raw
from portkey_openapi.requests import Request
from portkey_prompts.answers import completion_answer, fill_choices
from portkey_prompts.streaming.chunks import wants_usage


class Completions(resources.PromptCompletions):
    """Runs prompts: `portkey.prompts.completions(…)`, or `portkey.prompts.completions.create(…)`, which is the same."""

    def __init__(self, transport: Transport, renderer: Renderer | None = None) -> None:
        super().__init__(transport)
        self._transport = transport
        self._renderer = renderer

    @cached_property
    def with_raw_response(self) -> CompletionsRaw:
        """The same method, returning the HTTP response with the result in it."""
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
            >>> completion = portkey.prompts.completions(prompt_id="pp-greeting", variables={"name": "Alice"})
            >>> print(completion.choices[0].message.content)
        """
        options = take_options(settings, RUN_OPTIONS)
        body = run_body(variables, settings)
        if stream is not None:
            body["stream"] = stream
        target = prompt_id
        if self._renderer is not None and self._renderer.source.frozen:
            extra = options.pop("extra_body", None) or {}
            target, body = self._renderer.pinned(prompt_id, {**body, **extra})
        return self._run(prompt_id, target, body, options, stream)

    __call__ = create

    def _run(
        self, prompt_id: str, target: str, body: dict[str, Any], options: dict[str, Any], stream: bool | None
    ) -> PromptCompletion | Stream[PromptCompletionChunk]:
        request = create_prompt_completion.request(target, body=body)
        if stream:
            return self._stream(request, prompt_id, options, wants_usage(body))
        record = self._transport.call(request, create_prompt_completion.parse, options, run=True)
        return completion_answer(record, prompt_id)

    def _stream(
        self, request: Request, prompt_id: str, options: dict[str, Any], wants_usage: bool
    ) -> Stream[PromptCompletionChunk]:
        def take(data: dict[str, Any]) -> PromptCompletionChunk:
            chunk = PromptCompletionChunk.from_dict(data)
            if chunk.get("prompt_id") is None:
                chunk["prompt_id"] = prompt_id
            return fill_choices(chunk, "delta")

        response = self._transport.open(request, options)
        return AnswerReader(response, take, self._transport, prompt_id, options, wants_usage).open()


class CompletionsRaw(resources.PromptCompletionsRaw):
    """`portkey.prompts.completions.with_raw_response`."""

    _create: Any = raw(Completions.create)

    @overload
    def create(
        self,
        *,
        prompt_id: str,
        variables: Mapping[str, Any] | None = None,
        stream: Literal[False] | None = None,
        **settings: Unpack[RunKeywords],
    ) -> RawResponse[PromptCompletion]: ...

    @overload
    def create(
        self,
        *,
        prompt_id: str,
        variables: Mapping[str, Any] | None = None,
        stream: Literal[True],
        **settings: Unpack[RunKeywords],
    ) -> RawResponse[Stream[PromptCompletionChunk]]: ...

    def create(self, **arguments: Any) -> RawResponse[Any]:
        """Run a prompt, with the arguments of `portkey.prompts.completions`."""
        answer: RawResponse[Any] = self._create(**arguments)
        return answer

    __call__ = create

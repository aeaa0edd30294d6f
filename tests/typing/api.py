"""A tour of the public API for type checkers: checked by mypy and pyright, never run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import assert_type

import httpx

from portkey_ai import (
    APIStatusError,
    AsyncPortkey,
    AsyncStream,
    GenericResponse,
    NotFoundError,
    Portkey,
    PortkeyError,
    PromptChoice,
    PromptChoiceDelta,
    PromptCompletion,
    PromptCompletionChunk,
    PromptRender,
    RawResponse,
    Stream,
)
from portkey_ai.types import (
    Acknowledgement,
    Collection,
    CollectionCreated,
    Label,
    Prompt,
    PromptCreated,
    PromptDetail,
    PromptList,
    PromptPartial,
    PromptVersion,
    Usage,
)


def clients() -> None:
    portkey = Portkey(
        api_key="k", virtual_key="v", base_url="http://127.0.0.1:1", config={"retry": {"attempts": 3}}, provider="p",
        trace_id="t", metadata={"a": "b"}, cache_namespace="n", cache_force_refresh=True, custom_host="h",
        forward_headers=["x-a"], authorization="a", request_timeout=100, timeout=httpx.Timeout(5), max_retries=3,
        default_headers={"x-a": "b"}, http_client=httpx.Client(), api_version="1.0.0",
    )  # fmt: skip
    assert_type(portkey.with_options(timeout=None, max_retries=0), Portkey)
    assert_type(portkey.base_url, str)
    assert_type(portkey.max_retries, int)
    assert_type(portkey.timeout, float | httpx.Timeout | None)
    with portkey as entered:
        assert_type(entered, Portkey)
    portkey.close()


def rendering(portkey: Portkey) -> None:
    rendered = portkey.prompts.render(prompt_id="pp-x", variables={"a": [1, None]}, model="m", trace_id="t")
    assert_type(rendered, PromptRender)
    assert_type(rendered.prompt, str)
    assert_type(rendered.prompt_id, str)
    assert_type(rendered.success, bool)
    for message in rendered.messages or ():
        assert_type(message.role, str)
    dict(**rendered.data)


def running(portkey: Portkey, maybe: bool) -> None:
    completion = portkey.prompts.completions(
        prompt_id="pp-x", variables={"a": 1}, model="gpt-4", temperature=0.7, max_tokens=150, stop=["a"],
        config="pc-1", metadata={"a": "b"}, timeout=3, max_retries=0, extra_body={"new": 1},
        extra_headers={"x-a": None}, api_key="k",
    )  # fmt: skip
    assert_type(completion, PromptCompletion)
    assert_type(completion.choices, list[PromptChoice])
    assert_type(completion.choices[0].message.content, str | None)
    assert_type(completion.choices[0].finish_reason, str | None)
    assert_type(completion.usage, Usage | None)
    assert_type(completion.created, int)
    assert_type(completion.get_headers(), dict[str, str])
    assert_type(portkey.prompts.completions.create(prompt_id="pp-x", stream=False), PromptCompletion)
    either = portkey.prompts.completions(prompt_id="pp-x", stream=maybe)
    assert_type(either, PromptCompletion | Stream[PromptCompletionChunk])


def streaming(portkey: Portkey) -> None:
    with portkey.prompts.completions(prompt_id="pp-x", stream=True) as stream:
        assert_type(stream, Stream[PromptCompletionChunk])
        for chunk in stream:
            assert_type(chunk, PromptCompletionChunk)
            assert_type(chunk.choices, list[PromptChoiceDelta])
            assert_type(chunk.choices[0].delta.content, str | None)
        assert_type(stream.text_deltas(), Iterator[str])
        assert_type(stream.get_final_completion(), PromptCompletion)
        assert_type(stream.response, httpx.Response)
        assert_type(stream.headers, dict[str, str])
        assert_type(stream.trace_id, str | None)


def managing(portkey: Portkey) -> None:
    made = portkey.prompts.create(name="n", collection_id="c", string="s", parameters={}, is_raw_template=0)
    assert_type(made, PromptCreated)
    page = portkey.prompts.list(search="s", page_size=10)
    assert_type(page, PromptList)
    assert_type(page.total, int)
    assert_type(page.data, list[Prompt])
    for prompt in page:
        assert_type(prompt, Prompt)
        assert_type(prompt.created_at, datetime | None)
    assert_type(portkey.prompts.retrieve("pp-x", version=2), PromptDetail)
    assert_type(portkey.prompts.retrieve(prompt_slug="pp-x").prompt, str)
    assert_type(portkey.prompts.publish("pp-x", version=2), Acknowledgement)
    portkey.prompts.update(prompt_slug="pp-x", string="s", patch=True)
    portkey.prompts.delete("pp-x", timeout=3)


def versions_and_partials(portkey: Portkey) -> None:
    assert_type(portkey.prompts.versions.list("pp-x").data, list[PromptVersion])
    assert_type(portkey.prompts.versions.retrieve("pp-x", "v2"), PromptDetail)
    assert_type(portkey.prompts.versions.update("pp-x", 2, label_id=None), Acknowledgement)
    portkey.prompts.versions.create("pp-x", string="s", version_description="d", publish=True)
    rendered = portkey.prompts.partials.render(partial_id="pp-x", variables={}, missing="error")
    assert_type(rendered, PromptRender)
    assert_type(portkey.prompts.partials.retrieve(partial_slug="pp-x"), PromptPartial)
    portkey.prompts.partials.create(name="n", string="s")
    portkey.prompts.partials.versions.list("pp-x")


def labels_and_collections(portkey: Portkey) -> None:
    assert_type(portkey.labels.retrieve("l"), Label)
    for label in portkey.labels.list():
        assert_type(label, Label)
    portkey.labels.create(name="n", color_code="#fff")
    assert_type(portkey.collections.create(name="n"), CollectionCreated)
    assert_type([one for one in portkey.collections.list()], list[Collection])  # noqa: C416


def generating(portkey: Portkey) -> None:
    assert_type(portkey.generations.create(prompt_id="pp-x", config={"a": 1}), GenericResponse)
    assert_type(portkey.generations.create(prompt_id="pp-x", stream=True), Stream[GenericResponse])


def raw(portkey: Portkey) -> None:
    rendered = portkey.prompts.with_raw_response.render(prompt_id="pp-x", variables={})
    assert_type(rendered, RawResponse[PromptRender])
    assert_type(rendered.parse(), PromptRender)
    assert_type(rendered.status_code, int)
    completion = portkey.prompts.completions.with_raw_response.create(prompt_id="pp-x")
    assert_type(completion, RawResponse[PromptCompletion])
    streamed = portkey.prompts.with_raw_response.completions(prompt_id="pp-x", stream=True)
    assert_type(streamed.parse(), Stream[PromptCompletionChunk])


def failing(error: PortkeyError) -> None:
    if isinstance(error, NotFoundError):
        assert_type(error.status_code, int)
        assert_type(error.response, httpx.Response)
    if isinstance(error, APIStatusError):
        assert_type(error.message, str)
        assert_type(error.error_code, str | None)
        assert_type(error.request, httpx.Request | None)
        assert_type(error.partial, PromptCompletion | None)


async def asynchronous(portkey: AsyncPortkey, maybe: bool) -> None:
    assert_type(await portkey.prompts.render(prompt_id="pp-x", variables={}), PromptRender)
    assert_type(await portkey.prompts.completions(prompt_id="pp-x"), PromptCompletion)
    stream = await portkey.prompts.completions(prompt_id="pp-x", stream=True)
    assert_type(stream, AsyncStream[PromptCompletionChunk])
    async for chunk in stream:
        assert_type(chunk.choices[0].delta.content, str | None)
    assert_type(stream.text_deltas(), AsyncIterator[str])
    either = await portkey.prompts.completions(prompt_id="pp-x", stream=maybe)
    assert_type(either, PromptCompletion | AsyncStream[PromptCompletionChunk])
    async for prompt in await portkey.prompts.list():
        assert_type(prompt, Prompt)
    answer = await portkey.prompts.completions.with_raw_response.create(prompt_id="pp-x")
    assert_type(answer, RawResponse[PromptCompletion])
    assert_type(await portkey.generations.create(prompt_id="pp-x", stream=True), AsyncStream[GenericResponse])
    async with portkey as entered:
        assert_type(entered, AsyncPortkey)
    await portkey.aclose()

"""How long a call waits: what is asked of the HTTP library, and what a stalling server meets."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from facade_calls import Client, each, settle
from facade_shapes import COMPLETION, RENDER, chunk, event
from facade_wire import Connection, Play, Wire
from pytest_httpserver import HTTPServer

from portkey_ai import APITimeoutError, AsyncPortkey

Make = Callable[..., Client]
Serve = Callable[[Play], Wire]


@pytest.fixture
def timings(kind: type[Client], httpserver: HTTPServer) -> Callable[..., Any]:
    """Make a client that notes the time-outs of what it sends: `connect`, `read`, `write` and `pool`."""
    httpserver.expect_request("/v1/prompts/pp-x/render").respond_with_json(RENDER)
    httpserver.expect_request("/v1/prompts/pp-x/completions").respond_with_json(COMPLETION)
    seen: list[dict[str, float | None]] = []

    def note(request: httpx.Request) -> None:
        seen.append(request.extensions["timeout"])

    async def note_async(request: httpx.Request) -> None:
        note(request)

    async def both(call: dict[str, Any], **options: Any) -> list[dict[str, float | None]]:
        is_async = kind is AsyncPortkey
        hooks: Any = {"request": [note_async if is_async else note]}
        own: Any = httpx.AsyncClient(event_hooks=hooks) if is_async else httpx.Client(event_hooks=hooks)
        client = kind(base_url=httpserver.url_for("/v1"), http_client=own, **options)
        seen.clear()
        await settle(client.prompts.render(prompt_id="pp-x", variables={}, **call))
        await settle(client.prompts.completions(prompt_id="pp-x", **call))
        await settle(own.aclose() if is_async else own.close())
        return seen

    return both


def alike(seconds: float | None, **others: float) -> dict[str, float | None]:
    return {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds, **others}


async def test_a_call_waits_a_minute_and_a_completion_ten_between_two_reads(timings: Callable[..., Any]) -> None:
    assert await timings({}) == [alike(60.0), alike(60.0, read=600.0)]


@pytest.mark.parametrize("seconds", [5, 60.0, None])
async def test_a_timeout_of_the_client_holds_for_completions_too(
    timings: Callable[..., Any], seconds: float | None
) -> None:
    assert await timings({}, timeout=seconds) == [alike(seconds), alike(seconds)]


@pytest.mark.parametrize("seconds", [5, 60.0, None])
async def test_a_timeout_of_a_call_wins(timings: Callable[..., Any], seconds: float | None) -> None:
    assert await timings({"timeout": seconds}, timeout=7) == [alike(seconds), alike(seconds)]


async def test_a_timeout_may_be_told_step_by_step(timings: Callable[..., Any]) -> None:
    told = httpx.Timeout(1, read=9)
    assert await timings({}, timeout=told) == [alike(1, read=9)] * 2
    assert await timings({"timeout": told}) == [alike(1, read=9)] * 2


async def test_with_options_keeps_the_default_for_completions(make: Make) -> None:
    twin = make().with_options(max_retries=0)
    assert twin._transport.settings._run_timings["read"] == 600.0
    assert twin.with_options(timeout=60.0)._transport.settings._run_timings["read"] == 60.0


async def test_a_server_that_stalls_before_its_answer_is_given_up(make: Make, wire: Serve) -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        connection.wait_for_end()

    client = make(base_url=wire(play).url, max_retries=0)
    started = time.monotonic()
    with pytest.raises(APITimeoutError):
        await settle(client.prompts.render(prompt_id="pp-x", variables={}, timeout=0.1))
    assert time.monotonic() - started < 60


async def test_a_stream_that_stalls_keeps_what_had_come(make: Make, wire: Serve) -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        connection.stream(event(chunk("Hel")), event(chunk("lo")), end=False)
        connection.wait_for_end()

    stream = await settle(make(base_url=wire(play).url).prompts.completions(prompt_id="pp-x", stream=True, timeout=0.2))
    with pytest.raises(APITimeoutError) as caught:
        await each(stream)
    assert caught.value.partial is not None
    assert caught.value.partial.choices[0].message.content == "Hello"

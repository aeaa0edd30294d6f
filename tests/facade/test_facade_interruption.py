"""Calls and streams that are interrupted: cancelled, or left by an exception of the app's own."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable
from typing import Any

import pytest
from facade_calls import Client, each, settle
from facade_shapes import HELLO, RENDER
from facade_wire import Connection, Play, Wire

from portkey_ai import AsyncPortkey, AsyncStream

Make = Callable[..., Client]
Serve = Callable[[Play], Wire]


def stalls_first(hung_up: threading.Event, *pieces: bytes) -> Play:
    """Let the first request wait (after some pieces of a stream), note that its client hung up, and answer the next."""

    def play(connection: Connection) -> None:
        while connection.read_request() is not None:
            if len(connection.server.requests) > 1:
                connection.answer(200, RENDER)
                continue
            if connection.stream_and_wait(*pieces) if pieces else connection.wait_for_end():
                hung_up.set()
            return

    return play


async def test_a_cancelled_call_hangs_up_and_leaves_the_client_usable(wire: Serve) -> None:
    hung_up = threading.Event()
    async with AsyncPortkey(base_url=wire(stalls_first(hung_up)).url) as portkey:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(portkey.prompts.render(prompt_id="pp-x", variables={}), 0.1)
        assert await asyncio.to_thread(hung_up.wait, 5)
        assert (await portkey.prompts.render(prompt_id="pp-x", variables={})).success


async def test_a_cancelled_stream_hangs_up_and_leaves_the_client_usable(wire: Serve) -> None:
    hung_up = threading.Event()
    async with AsyncPortkey(base_url=wire(stalls_first(hung_up, *HELLO[:2])).url) as portkey:
        stream = await portkey.prompts.completions(prompt_id="pp-x", stream=True)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(each(stream), 0.1)
        assert await asyncio.to_thread(hung_up.wait, 5)
        assert (await portkey.prompts.render(prompt_id="pp-x", variables={})).success


async def test_an_exception_of_the_apps_own_in_a_with_block_hangs_up(make: Make, wire: Serve) -> None:
    hung_up = threading.Event()
    client = make(base_url=wire(stalls_first(hung_up, *HELLO[:2])).url)
    stream = await settle(client.prompts.completions(prompt_id="pp-x", stream=True))

    async def fail_inside() -> None:
        if isinstance(stream, AsyncStream):
            async with stream:
                async for _ in stream:
                    raise LookupError("mine")
        else:
            with stream:
                for _ in stream:
                    raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        await fail_inside()
    assert await asyncio.to_thread(hung_up.wait, 5)
    assert (await settle(client.prompts.render(prompt_id="pp-x", variables={}))).success


async def test_a_connection_that_the_server_closed_meanwhile_is_not_used_again(make: Make, wire: Serve) -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        connection.answer(200, RENDER)

    server = wire(play)
    client = make(base_url=server.url, max_retries=0)
    for _ in range(3):
        await settle(client.prompts.render(prompt_id="pp-x", variables={}))
        await asyncio.sleep(0.05)
    assert server.connections == 3


async def test_a_list_outlives_the_client_that_nobody_holds(kind: type[Client], wire: Serve) -> None:
    def play(connection: Connection) -> None:
        while connection.read_request() is not None:
            number = len(connection.server.requests)
            connection.answer(200, {"object": "list", "total": 3, "data": [{"id": str(number)}]})

    server = wire(play)
    page: Any = await settle(kind(base_url=server.url).prompts.list())
    gc.collect()
    assert [item.id for item in await each(page)] == ["1", "2", "3"]
    del page
    gc.collect()
    await asyncio.sleep(0.01)

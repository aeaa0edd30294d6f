"""What becomes of a stream's connection: back to the pool, or hung up."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from facade_calls import Client, close, each, settle, text_of
from facade_shapes import HELLO
from facade_wire import Connection, Play, Wire, transfer_chunk

from portkey_ai import APIError, AsyncStream

Make = Callable[..., Client]
Serve = Callable[[Play], Wire]
Open = Callable[..., Any]


@pytest.mark.parametrize("read_first", [0, 1])
async def test_a_closed_stream_ends_and_hangs_up(make: Make, wire: Serve, read_first: int) -> None:
    hung_up = threading.Event()

    def play(connection: Connection) -> None:
        connection.read_request()
        if connection.stream_and_wait(*HELLO[:3]):
            hung_up.set()

    client = make(base_url=wire(play).url)
    stream = await settle(client.prompts.completions(prompt_id="pp-x", stream=True))
    for _ in range(read_first):
        await settle(anext(stream) if isinstance(stream, AsyncStream) else next(stream))
    await close(stream)
    assert await asyncio.to_thread(hung_up.wait, 5)
    assert await each(stream) == []
    await close(stream)
    with pytest.raises(APIError, match="closed before its end"):
        await settle(stream.get_final_completion())


async def test_a_with_block_closes_the_stream(open_stream: Open) -> None:
    stream = await open_stream(*HELLO)
    if isinstance(stream, AsyncStream):
        async with stream as entered:
            async for _ in entered:
                break
    else:
        with stream as entered:
            for _ in entered:
                break
    assert entered is stream
    assert stream.response.is_closed


async def test_a_stream_that_nobody_reads_to_its_end_leaves_no_warning(open_stream: Open) -> None:
    for read in (0, 1):
        stream = await open_stream(*HELLO)
        for _ in range(read):
            await settle(anext(stream) if isinstance(stream, AsyncStream) else next(stream))
        del stream
        gc.collect()
        await asyncio.sleep(0)


DROPPED_UNDER_THE_LOCK = """
import gc, sys
from httpcore._sync import connection_pool
from portkey_ai import Portkey

gc.disable()
client = Portkey(api_key="k", base_url=sys.argv[1])
stream = client.prompts.completions(prompt_id="pp-x", stream=True)
for _ in range(int(sys.argv[2])):
    next(stream)
del stream

class Collecting(connection_pool.PoolRequest):
    def __init__(self, request):
        assert gc.collect()
        super().__init__(request)

connection_pool.PoolRequest = Collecting  # made under the lock of the connections, as are other things that may collect
print(len(list(client.prompts.completions(prompt_id="pp-x", stream=True))))
"""


@pytest.mark.parametrize("read_first", [0, 1])
def test_a_garbage_collection_may_come_at_any_time(wire: Serve, read_first: int) -> None:
    hung_up = threading.Event()

    def play(connection: Connection) -> None:
        connection.read_request()
        if server.connections == 1:
            if connection.stream_and_wait(*HELLO[:3]):
                hung_up.set()
        else:
            connection.stream(*HELLO)

    server = wire(play)
    # In a process: a thread that waits for itself can't be stopped.
    done = subprocess.run(
        [sys.executable, "-c", DROPPED_UNDER_THE_LOCK, server.url, str(read_first)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip().isdecimal(), done.stderr
    assert hung_up.wait(10)


@pytest.mark.parametrize("left", ["never begun", "begun", "a loop"])
async def test_a_dropped_stream_hangs_up_without_a_garbage_collection(make: Make, wire: Serve, left: str) -> None:
    hung_up = threading.Event()

    def play(connection: Connection) -> None:
        connection.read_request()
        if connection.stream_and_wait(*HELLO[:3]):
            hung_up.set()

    client = make(base_url=wire(play).url)
    gc.collect()
    gc.disable()
    try:
        stream = await settle(client.prompts.completions(prompt_id="pp-x", stream=True))
        if left == "begun":
            await settle(anext(stream) if isinstance(stream, AsyncStream) else next(stream))
        elif left == "a loop" and isinstance(stream, AsyncStream):
            async for _ in stream:
                break
        elif left == "a loop":
            for _ in stream:
                break
        del stream
        assert await asyncio.to_thread(hung_up.wait, 10)
    finally:
        gc.enable()


async def test_an_iterator_goes_on_without_its_stream(open_stream: Open) -> None:
    stream = await open_stream(*HELLO)
    iterator = aiter(stream) if isinstance(stream, AsyncStream) else iter(stream)
    del stream
    gc.collect()
    assert text_of(await each(iterator)) == "Hello, Alice."


async def test_20_streams_one_after_another_use_one_connection(make: Make, wire: Serve) -> None:
    def play(connection: Connection) -> None:
        while connection.read_request() is not None:
            connection.stream(*HELLO)

    server = wire(play)
    client = make(base_url=server.url)
    for _ in range(20):
        assert text_of(await each(client.prompts.completions(prompt_id="pp-x", stream=True))) == "Hello, Alice."
    assert (server.connections, len(server.requests)) == (1, 20)


@pytest.mark.parametrize("pause", [0.1, 0.5, 8.0])
async def test_a_server_that_goes_on_after_done_does_not_hold_the_client(make: Make, wire: Serve, pause: float) -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        connection.stream(*HELLO, end=False)
        for _ in range(int(8 / pause)):
            time.sleep(pause)
            connection.send(transfer_chunk(b": ping\n\n"))

    client = make(base_url=wire(play).url)
    started = time.monotonic()
    stream = await settle(client.prompts.completions(prompt_id="pp-x", stream=True, timeout=10))
    assert text_of(await each(stream)) == "Hello, Alice."
    assert time.monotonic() - started < 2.5
    assert stream.response.is_closed

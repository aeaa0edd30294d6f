"""Calls and streams that are interrupted: cancelled, or left by an exception of the app's own."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from facade_calls import Client, each, settle
from facade_shapes import HELLO, RENDER
from facade_wire import STREAM_HEAD, Connection, Play, Wire, transfer_chunk

from portkey_ai import AsyncPortkey, AsyncStream

Make = Callable[..., Client]
Serve = Callable[[Play], Wire]


def stalls_first(hung_up: threading.Event, *pieces: bytes, came: threading.Event | None = None) -> Play:
    """Let the first request wait (after some pieces of a stream), note that its client hung up, and answer the next."""

    def play(connection: Connection) -> None:
        while connection.read_request() is not None:
            if came is not None:
                came.set()
            if len(connection.server.requests) > 1:
                connection.answer(200, RENDER)
                continue
            if connection.stream_and_wait(*pieces) if pieces else connection.wait_for_end():
                hung_up.set()
            return

    return play


async def test_a_cancelled_call_hangs_up_and_leaves_the_client_usable(wire: Serve) -> None:
    hung_up, came = threading.Event(), threading.Event()
    async with AsyncPortkey(base_url=wire(stalls_first(hung_up, came=came)).url) as portkey:
        call = asyncio.ensure_future(portkey.prompts.render(prompt_id="pp-x", variables={}))
        assert await asyncio.to_thread(came.wait, 60)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await asyncio.to_thread(hung_up.wait, 60)
        assert (await portkey.prompts.render(prompt_id="pp-x", variables={})).success


async def test_a_cancelled_stream_hangs_up_and_leaves_the_client_usable(wire: Serve) -> None:
    hung_up = threading.Event()
    async with AsyncPortkey(base_url=wire(stalls_first(hung_up, *HELLO[:2])).url) as portkey:
        stream = await portkey.prompts.completions(prompt_id="pp-x", stream=True)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(each(stream), 0.1)
        assert await asyncio.to_thread(hung_up.wait, 60)
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
    assert await asyncio.to_thread(hung_up.wait, 60)
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


@pytest.mark.parametrize("is_stream", [False, True], ids=["whole", "stream"])
async def test_what_a_server_sends_behind_an_answer_is_no_answer_to_the_next_call(
    make: Make, wire: Serve, is_stream: bool
) -> None:
    def play(connection: Connection) -> None:
        while connection.read_request() is not None:
            body = json.dumps({"object": "list", "total": 1, "data": [{"name": "theirs"}]}).encode()
            more = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (
                len(body),
                body,
            )
            is_first = len(connection.server.requests) == 1
            events = b"".join(map(transfer_chunk, [*HELLO, b""])) if is_stream else b""
            head = STREAM_HEAD if is_stream else b"HTTP/1.1 204 Nothing\r\n\r\n"
            answer = head + events if is_first else more.replace(b"theirs", b"it own")
            connection.send(answer + (more if is_first else b""))

    server = wire(play)
    client = make(base_url=server.url, max_retries=0)
    if is_stream:
        await each(client.prompts.completions(prompt_id="pp-x", stream=True))
    else:
        await settle(client.prompts.delete("pp-x"))
    names = [(await settle(client.labels.list())).data[0].name for _ in range(3)]
    assert (names, server.connections) == (["it own"] * 3, 2)


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


async def answers_in_pieces(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every request of a connection, in the loop of the client, so that it stops at each of its awaits."""
    with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
        while head := await reader.readuntil(b"\r\n\r\n"):
            await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]))
            if head.split()[1].endswith(b"/completions"):
                pieces = [STREAM_HEAD, *map(transfer_chunk, HELLO), b"0\r\n\r\n"]
            else:
                body = json.dumps(RENDER).encode()
                pieces = [b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body), body[:9], body[9:]]
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
    writer.close()


async def render(portkey: AsyncPortkey) -> None:
    await portkey.prompts.render(prompt_id="pp-x", variables={})


async def run_stream(portkey: AsyncPortkey) -> None:
    async with await portkey.prompts.completions(prompt_id="pp-x", stream=True) as stream:
        await stream.get_final_completion()


@pytest.mark.parametrize("call", [render, run_stream])
@pytest.mark.parametrize("times", [1, 2, 3])
async def test_calls_that_are_cancelled_at_any_moment_leave_nothing_in_the_pool(
    call: Callable[[AsyncPortkey], Awaitable[None]], times: int, soaking: bool
) -> None:
    server = await asyncio.start_server(answers_in_pieces, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    ended: Counter[str] = Counter()

    async def cancelled(portkey: AsyncPortkey, steps: int) -> None:
        task = asyncio.ensure_future(call(portkey))
        for _ in range(times):  # who is cancelled once more may be cleaning up
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            steps %= 4
        (outcome,) = await asyncio.gather(task, return_exceptions=True)
        ended[type(outcome).__name__] += 1

    async with server, AsyncPortkey(base_url=url, max_retries=0) as portkey:
        await call(portkey)
        for round_ in range(500 if soaking else 20):
            await asyncio.gather(*(cancelled(portkey, (20 * round_ + n) % 61) for n in range(20)))
        await call(portkey)
        await asyncio.sleep(0.05)
        (own,) = portkey._transport.pool._own.values()
        pool = own.http._transport._pool  # type: ignore[attr-defined]
        print(f"\n{ended.total()} calls, {dict(ended)}, {len(pool._idle)} connections idle")
        assert (pool._used, pool._closing) == (set(), set())
        assert [each for each in pool._idle if not each.is_idle() or each.is_closed()] == []
        assert pool._places.value == 1000
    assert ended.keys() == {"CancelledError", "NoneType"}

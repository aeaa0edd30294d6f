"""The connections of an async client: used again, waited for, let go, and no package is searched for at a call."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any

import pytest
from facade_shapes import RENDER
from facade_wire import Connection, Play, Wire

from portkey_ai import APITimeoutError, AsyncPortkey
from portkey_openapi.http import transports

Serve = Callable[[Play], Wire]


def answers(connection: Connection) -> None:
    while connection.read_request() is not None:
        connection.answer(200, RENDER)


def answers_once(connection: Connection) -> None:
    connection.read_request()
    connection.answer(200, RENDER)


async def render(portkey: AsyncPortkey, **options: Any) -> None:
    await portkey.prompts.render(prompt_id="pp-x", variables={}, **options)


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  (httpcore says none of it by itself)
            await asyncio.sleep(0.01)


def pool_of(portkey: AsyncPortkey) -> Any:
    (own,) = portkey._transport.pool._own.values()
    return own.http._transport._pool  # type: ignore[attr-defined]


async def test_calls_in_a_row_share_one_connection_and_calls_at_once_have_one_each(wire: Serve) -> None:
    server = wire(answers)
    async with AsyncPortkey(base_url=server.url) as portkey:
        for _ in range(5):
            await render(portkey)
        assert server.connections == 1
        await asyncio.gather(*(render(portkey) for _ in range(20)))
        assert 1 < server.connections <= 20
        known = server.connections
        await asyncio.gather(*(render(portkey) for _ in range(20)))
        assert server.connections == known


async def test_a_connection_that_the_server_closed_is_not_used_again(wire: Serve) -> None:
    server = wire(answers_once)
    async with AsyncPortkey(base_url=server.url, max_retries=0) as portkey:
        for _ in range(4):
            await render(portkey)
            (used,) = pool_of(portkey)._idle
            await until(used.has_expired)
    assert server.connections == 4


async def test_idle_connections_end_one_a_call_when_their_time_is_over(wire: Serve) -> None:
    server = wire(answers)
    async with AsyncPortkey(base_url=server.url) as portkey:
        await asyncio.gather(*(render(portkey) for _ in range(10)))
        pool = pool_of(portkey)
        known = list(pool._idle)
        assert len(known) > 3
        for each in known[:-1]:
            each._connection._expire_at = 0.0
        for _ in known:
            await render(portkey)
        assert list(pool._idle) == known[-1:]
        await until(lambda: not pool._closing)
        assert all(each.is_closed() for each in known[:-1])


async def test_more_calls_than_connections_wait_for_their_turn(wire: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transports, "MOST_CONNECTIONS", 3)
    server = wire(answers)
    async with AsyncPortkey(base_url=server.url) as portkey:
        await asyncio.gather(*(render(portkey) for _ in range(50)))
        assert server.connections <= 3
        assert pool_of(portkey)._places.value == 3


async def test_a_turn_is_waited_for_no_longer_than_the_time_out_says(
    wire: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transports, "MOST_CONNECTIONS", 1)

    def play(connection: Connection) -> None:
        while connection.read_request() is not None:
            if len(connection.server.requests) == 1:
                connection.wait_for_end()
                return
            connection.answer(200, RENDER)

    async with AsyncPortkey(base_url=wire(play).url, max_retries=0) as portkey:
        first = asyncio.ensure_future(render(portkey))
        await until(lambda: portkey._transport.pool._own and pool_of(portkey)._used)
        with pytest.raises(APITimeoutError, match="PoolTimeout"):
            await render(portkey, timeout=0.2)
        waiting = asyncio.ensure_future(render(portkey))
        gives_up = asyncio.ensure_future(render(portkey))
        await asyncio.sleep(0.05)
        gives_up.cancel()
        first.cancel()
        await waiting
        await asyncio.gather(first, gives_up, return_exceptions=True)
        assert (pool_of(portkey)._places.value, pool_of(portkey)._used) == (1, set())


async def test_a_call_that_is_not_the_first_looks_for_no_package(wire: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_for: list[str] = []

    class Listening:
        @staticmethod
        def find_spec(name: str, path: object = None, target: object = None) -> None:
            looked_for.append(name)

    async with AsyncPortkey(base_url=wire(answers).url) as portkey:
        await render(portkey)
        monkeypatch.setattr(sys, "meta_path", [Listening, *sys.meta_path])
        await render(portkey)
    assert looked_for == []


async def test_closing_a_client_ends_all_of_its_connections(wire: Serve) -> None:
    async with AsyncPortkey(base_url=wire(answers).url) as portkey:
        await asyncio.gather(*(render(portkey) for _ in range(5)))
        pool = pool_of(portkey)
        known = list(pool._idle)
    assert known
    assert all(each.is_closed() for each in known)

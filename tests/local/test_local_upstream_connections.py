"""Connections to an upstream: which are used again, which are given up, and what is left of runs that were stopped."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from checked_client import CheckedClient
from puppet_upstream import Exchange, Puppet, completion

from portkey_local import LocalServer
from portkey_local.http.server import new_loop
from portkey_local.upstreams.base import Run
from portkey_local.upstreams.openai import OpenAISettings, OpenAIUpstream

PATH = "/prompts/pp-x/completions"
TIMEOUT = 60.0
RUN = Run("chat", {"messages": [{"role": "user", "content": "x"}]}, "trace")


def kept(body: dict[str, Any]) -> bytes:
    """Write an answer after which the connection stays open."""
    content = json.dumps(body).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
        len(content),
        content,
    )


def closes(exchange: Exchange) -> None:
    exchange.close()


def resets(exchange: Exchange) -> None:
    exchange._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.close()


@pytest.fixture
def api(puppet: Puppet) -> Iterator[CheckedClient]:
    up = {"kind": "openai", "base_url": puppet.base_url, "timeout": TIMEOUT}
    with LocalServer(upstreams={"up": up}) as server:
        server.add_prompt(slug="pp-x", versions=[{"string": "x", "virtual_key": "up"}])
        with CheckedClient(server.base_url) as client:
            yield client


@pytest.mark.parametrize("ends", [closes, resets])
@pytest.mark.parametrize("stream", [False, True])
def test_a_kept_connection_that_is_closed_when_it_is_used_again_is_no_failure(
    api: CheckedClient, puppet: Puppet, ends: Callable[[Exchange], None], stream: bool
) -> None:
    again: list[bool] = []

    def script(exchange: Exchange) -> None:
        if len(puppet.seen) > 1:
            exchange.answer(200, completion("Second"))
            return
        exchange.send(kept(completion("First")))
        again.append(exchange.wait_for_more(TIMEOUT))
        ends(exchange)

    puppet.script = script
    assert api.post(PATH, json={}).json()["choices"][0]["message"]["content"] == "First"
    answer = api.post(PATH, json={"stream": stream})
    if stream:
        assert b"no event stream" in answer.content  # it was sent again, and answered by no stream
    else:
        assert answer.json()["choices"][0]["message"]["content"] == "Second"
    assert again == [True]
    assert len(puppet.seen) == 2


@pytest.mark.parametrize("ends", [closes, resets])
def test_a_new_connection_that_is_closed_without_a_word_is_a_failure(
    api: CheckedClient, puppet: Puppet, ends: Callable[[Exchange], None]
) -> None:
    puppet.script = ends
    answer = api.post(PATH, json={})
    assert (answer.status_code, answer.json()["error"]["type"]) == (502, "connection_broken")
    assert len(puppet.seen) == 1


def test_a_run_whose_answer_has_begun_is_not_sent_again(api: CheckedClient, puppet: Puppet) -> None:
    def script(exchange: Exchange) -> None:
        exchange.send(kept(completion("First")))
        if exchange.wait_for_more(TIMEOUT):
            exchange.send(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{")

    puppet.script = script
    assert api.post(PATH, json={}).status_code == 200
    assert api.post(PATH, json={}).status_code == 502
    assert len(puppet.seen) == 1


def test_a_handshake_that_does_not_end_is_given_up_and_its_connection_closed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        up = {"kind": "openai", "base_url": f"https://127.0.0.1:{listener.getsockname()[1]}/v1", "timeout": 3}
        with LocalServer(upstreams={"up": up}) as server:
            server.add_prompt(slug="pp-x", versions=[{"string": "x", "virtual_key": "up"}])
            with CheckedClient(server.base_url) as api:
                answer = api.post(PATH, json={})
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(TIMEOUT)
                while connection.recv(1 << 16):  # its greeting, then the end
                    pass
    assert (answer.status_code, answer.json()["error"]["type"]) == (503, "unreachable")
    assert "no answer in time" in answer.json()["error"]["message"]


def test_runs_that_are_stopped_at_any_moment_leave_nothing_in_the_pool(puppet: Puppet) -> None:
    puppet.script = lambda exchange: exchange.answer(200, completion("Hello"))

    async def run_and_stop() -> tuple[int, int]:
        upstream = OpenAIUpstream(OpenAISettings(base_url=puppet.base_url, timeout=TIMEOUT))
        await upstream.complete(RUN)
        pool: Any = upstream._opened()._transport._pool  # type: ignore[attr-defined]
        before = len(pool._idle)
        for moment in range(40):
            for times in (1, 2):
                running = asyncio.create_task(upstream.complete(RUN))
                for _ in range(moment):
                    await asyncio.sleep(0)
                for _ in range(times):
                    running.cancel()
                    await asyncio.sleep(0)
                await asyncio.gather(running, return_exceptions=True)
        await upstream.complete(RUN)
        await asyncio.gather(*pool._closing)
        left = len(pool._used), sys.maxsize - pool._places.value
        assert len(pool._idle) <= before + 1
        await upstream.close()
        return left

    with asyncio.Runner(loop_factory=new_loop) as runner:
        assert runner.run(run_and_stop()) == (0, 0)

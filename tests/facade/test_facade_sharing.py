"""One client, used by many: derived clients, threads, tasks, event loops, forks."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from facade_calls import Client, close, each, settle
from facade_shapes import COMPLETION, HELLO, RENDER
from facade_wire import Connection, Play, Wire
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from portkey_ai import APIConnectionError, AsyncPortkey, Portkey

Make = Callable[..., Client]
Serve = Callable[[Play], Wire]


def renders(connection: Connection) -> None:
    """Answer renders as long as the client asks on this connection."""
    while connection.read_request() is not None:
        connection.answer(200, RENDER)


async def render(client: Client) -> Any:
    return await settle(client.prompts.render(prompt_id="pp-x", variables={}))


async def test_with_options_shares_the_connections(make: Make, wire: Serve) -> None:
    server = wire(renders)
    client = make(base_url=server.url, trace_id="first", max_retries=1)
    twin = client.with_options(trace_id="second", timeout=5)
    for one in (client, twin, twin.with_options(max_retries=0), client):
        await render(one)
    assert server.connections == 1
    traces = [next(line for line in head.split("\r\n") if "trace-id" in line) for head in server.requests]
    assert [line.split(": ")[1] for line in traces] == ["first", "second", "second", "first"]
    assert (client.timeout, twin.timeout, twin.max_retries, twin.base_url) == (60.0, 5, 1, client.base_url)


async def test_closing_a_derived_client_leaves_the_connections_open(make: Make, wire: Serve) -> None:
    server = wire(renders)
    client = make(base_url=server.url)
    twin = client.with_options(timeout=5)
    await render(twin)
    await close(twin)
    await render(client)
    assert server.connections == 1
    await close(client)
    with pytest.raises(APIConnectionError, match="closed"):
        await render(twin)


async def test_a_derived_client_outlives_the_one_it_came_from(kind: type[Client], wire: Serve) -> None:
    server = wire(renders)
    twin = kind(base_url=server.url).with_options(timeout=5)
    gc.collect()
    await render(twin)
    await render(twin)
    assert server.connections == 1
    await settle(twin._transport.pool.aclose() if isinstance(twin, AsyncPortkey) else twin._transport.pool.close())


async def test_a_derived_client_of_another_address_has_connections_of_its_own(make: Make, wire: Serve) -> None:
    server, other = wire(renders), wire(renders)
    client = make(base_url=server.url)
    twin = client.with_options(base_url=other.url)
    await render(twin)
    await close(twin)
    await render(client)
    assert (server.connections, other.connections) == (1, 1)


def test_with_options_refuses_what_it_cannot_change(make: Make) -> None:
    for option in ("http_client", "retries", "api_version"):
        with pytest.raises(TypeError, match=option):
            make().with_options(**{option: 1})


def echo_variable(request: Request) -> Response:
    import json

    name = json.loads(request.data)["variables"]["n"]
    return Response(json.dumps({"success": True, "data": {"prompt": str(name)}}), content_type="application/json")


def test_32_threads_share_one_client(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/prompts/pp-x/render").respond_with_handler(echo_variable)
    with Portkey(base_url=httpserver.url_for("/v1")) as client, ThreadPoolExecutor(32) as threads:

        def call(number: int) -> str:
            return client.prompts.render(prompt_id="pp-x", variables={"n": number}).prompt

        assert list(threads.map(call, range(200))) == [str(number) for number in range(200)]


async def test_200_tasks_share_one_client(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/prompts/pp-x/render").respond_with_handler(echo_variable)
    async with AsyncPortkey(base_url=httpserver.url_for("/v1")) as client:
        renders = [client.prompts.render(prompt_id="pp-x", variables={"n": n}) for n in range(200)]
        assert [rendered.prompt for rendered in await asyncio.gather(*renders)] == [str(n) for n in range(200)]


def test_two_event_loops_one_after_another_use_one_client(run_python: Callable[..., str], wire: Serve) -> None:
    server = wire(renders)
    said = run_python(
        f"""
import asyncio, gc
from portkey_ai import AsyncPortkey
portkey = AsyncPortkey(base_url={server.url!r})
async def main():
    for _ in range(2):
        print((await portkey.prompts.render(prompt_id="pp-x", variables={{}})).prompt_id)
for _ in range(3):
    asyncio.run(main())
gc.collect()
"""
    )
    assert said.split() == ["pp-x"] * 6
    assert server.connections == 3


def test_threads_with_event_loops_of_their_own_share_one_client(run_python: Callable[..., str], wire: Serve) -> None:
    server = wire(renders)
    said = run_python(
        f"""
import asyncio, threading
from portkey_ai import AsyncPortkey
portkey = AsyncPortkey(base_url={server.url!r})
answers = []
async def main():
    for _ in range(3):
        answers.append((await portkey.prompts.render(prompt_id="pp-x", variables={{}})).prompt_id)
threads = [threading.Thread(target=asyncio.run, args=(main(),)) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(*answers)
"""
    )
    assert said.split() == ["pp-x"] * 24
    assert server.connections == 8


@pytest.mark.parametrize("used_before", [True, False])
def test_a_client_made_before_a_fork_works_in_child_and_parent(
    run_python: Callable[..., str], wire: Serve, used_before: bool
) -> None:
    server = wire(renders)
    said = run_python(
        f"""
import os, sys
from portkey_ai import Portkey
portkey = Portkey(base_url={server.url!r})
def call():
    return portkey.prompts.render(prompt_id="pp-x", variables={{}}).prompt_id
if {used_before}:
    call()
child = os.fork()
if not child:
    print("child", call(), call(), flush=True)
    portkey.close()
    sys.exit()
status = os.waitpid(child, 0)[1]
print("parent", call(), status, flush=True)
portkey.close()
"""
    )
    assert said.splitlines() == ["child pp-x pp-x", "parent pp-x 0"]
    assert server.connections == 2


def test_a_forked_child_lets_its_parents_connections_go(run_python: Callable[..., str], wire: Serve) -> None:
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("this system has no /proc to count a process's sockets in")
    server = wire(renders)
    said = run_python(
        f"""
import os
from portkey_ai import Portkey
portkey = Portkey(base_url={server.url!r})
def sockets_after_a_call():
    portkey.prompts.render(prompt_id="pp-x", variables={{}})
    opened = [f"/proc/self/fd/{{name}}" for name in os.listdir("/proc/self/fd")]
    return sum(os.readlink(path).startswith("socket:") for path in opened if os.path.islink(path))
print("parent", sockets_after_a_call(), flush=True)
child = os.fork()
if not child:
    print("child", sockets_after_a_call(), flush=True)
    os._exit(0)
os.waitpid(child, 0)
"""
    )
    assert said.splitlines() == ["parent 1", "child 1"]


def test_an_async_client_made_before_a_fork_works_in_child_and_parent(
    run_python: Callable[..., str], wire: Serve
) -> None:
    server = wire(renders)
    said = run_python(
        f"""
import asyncio, os, sys
from portkey_ai import AsyncPortkey
portkey = AsyncPortkey(base_url={server.url!r})
async def call():
    return (await portkey.prompts.render(prompt_id="pp-x", variables={{}})).prompt_id
asyncio.run(call())
child = os.fork()
if not child:
    print("child", asyncio.run(call()), flush=True)
    sys.exit()
status = os.waitpid(child, 0)[1]
print("parent", asyncio.run(call()), status, flush=True)
"""
    )
    assert said.splitlines() == ["child pp-x", "parent pp-x 0"]


async def test_a_stream_outlives_the_client_that_nobody_holds(kind: type[Client], wire: Serve) -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        connection.stream(*HELLO)

    server = wire(play)
    stream = await settle(kind(base_url=server.url).prompts.completions(prompt_id="pp-x", stream=True))
    gc.collect()
    assert len(await each(stream)) == 4
    await close(stream)
    del stream
    gc.collect()


async def test_clients_that_nobody_closed_leave_no_warning(kind: type[Client], wire: Serve) -> None:
    server = wire(renders)
    for _ in range(3):
        await render(kind(base_url=server.url))
        gc.collect()
        await asyncio.sleep(0.01)
    assert server.connections == 3


async def test_resources_are_made_once(portkey: Client) -> None:
    for name in ("prompts", "labels", "collections", "generations"):
        assert getattr(portkey, name) is getattr(portkey, name)
    assert portkey.prompts.versions is portkey.prompts.versions
    assert portkey.prompts.partials.versions is portkey.prompts.partials.versions


async def test_20_calls_one_after_another_use_one_connection(make: Make, wire: Serve) -> None:
    def play(connection: Connection) -> None:
        while connection.read_request() is not None:
            connection.answer(200, COMPLETION)

    server = wire(play)
    client = make(base_url=server.url)
    for _ in range(20):
        await settle(client.prompts.completions(prompt_id="pp-x"))
    assert (server.connections, len(server.requests)) == (1, 20)

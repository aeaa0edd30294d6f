"""What a request takes inside of the process, without sockets, beside the same framework answering a constant.

Requests are given to the protocol as the event loop would give them, and the fastest slices of a few requests are
compared. These are the same on a busy machine, where what wrk measures is mostly the other programs.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from itertools import count, repeat
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from benchmarks.serving import contents
from portkey_local.app import Application
from portkey_local.config import Config, ShutdownTimes
from portkey_local.http.connection import connections_within
from portkey_local.http.server import new_loop
from portkey_local.server import Server

_SLICE = 5
"""Requests that are timed together: so few that most slices are not interrupted."""
_LINE = "{:12}{:>9}{:>12}{:>17}"
HEADING = _LINE.format("what", "CPU µs", "quickest", "of the constant")


class _Transport(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 50000), "sockname": ("127.0.0.1", 8790)})
        self.written = b""

    def write(self, data: Any) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0


class _Client:
    """One connection to an application, with nothing between."""

    def __init__(self, app: Any, protocol: type[HttpToolsProtocol], **options: Any) -> None:
        config = uvicorn.Config(app, lifespan="off", access_log=False, log_config=None, **options)
        config.load()
        self._transport = _Transport()
        self.protocol = protocol(config=config, server_state=ServerState(), app_state={})
        self.protocol.connection_made(self._transport)

    async def send(self, *request: bytes, answer: int = 0) -> bytes:
        """Send a request, and return its answer.

        Args:
            request: the request, in the pieces in which it comes.
            answer: bytes of the answer; 0 where they are not known, and it is waited for at leisure.
        """
        transport = self._transport
        transport.written = b""
        for piece in request:
            self.protocol.data_received(piece)
        while len(transport.written) < (answer or 1):  # noqa: ASYNC110 - a round of the loop is what is measured
            await asyncio.sleep(0)
        if not answer:
            await asyncio.sleep(0.1)
        return transport.written

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """Return the JSON of an answer."""
        return json.loads((await self.send(_request(method, path, body))).partition(b"\r\n\r\n")[2])


def table(rounds: int) -> Iterator[str]:
    """Write a line for each kind of request.

    Args:
        rounds: how many slices of each are timed, in turns.
    """
    with asyncio.Runner(loop_factory=new_loop) as runner:
        yield from runner.run(_measure(rounds))


async def _measure(rounds: int) -> list[str]:
    times = ShutdownTimes(grace=1)
    server = Server(database="temporary", host="127.0.0.1", port=0, config=Config(), times=times)
    limits = server.parts.limits
    app = Application(server.parts, server._entrance, server._readiness)
    client = _Client(app, connections_within(limits), proxy_headers=False)
    requests = await _planted(client)
    targets: dict[str, tuple[_Client, Iterator[tuple[bytes, ...]]]] = {
        what: (client, repeat((request,))) for what, request in requests.items()
    }
    head, end, body = requests["real"].partition(b"\r\n\r\n")
    targets["body apart"] = client, repeat((head + end, body))
    traced = _Client(app, type(client.protocol), proxy_headers=False)
    targets["new heads"] = traced, _with_new_heads(requests["real"])
    for what in ("real", "small"):
        body = (await client.send(requests[what])).partition(b"\r\n\r\n")[2]
        targets[f"constant {what}"] = (_Client(_constant(body), HttpToolsProtocol), repeat((requests[what],)))
    sizes = {what: len(await one.send(*next(each))) for what, (one, each) in targets.items()}
    seen: dict[str, list[float]] = {what: [] for what in targets}
    for _ in range(rounds):
        for what, (one, each) in targets.items():
            began = time.process_time_ns()
            for _ in range(_SLICE):
                await one.send(*next(each), answer=sizes[what])
            seen[what].append((time.process_time_ns() - began) / _SLICE / 1000)
    await asyncio.sleep(0.5)  # what is read behind an answer ends
    server._listener.close()
    server.store.close()
    return [_line(what, seen) for what in targets]


async def _planted(client: _Client) -> dict[str, bytes]:
    """Make the prompts, and return the requests that are measured."""
    await client.call("POST", "/prompts/partials", {"name": "tone", "string": contents.PARTIAL})
    tone = (await client.call("GET", "/prompts/partials"))["data"][0]["slug"]
    settings = {"parameters": {"temperature": 0.2, "max_tokens": 512}, "model": "gpt-4o-mini"}
    slugs = []
    for name, string in {
        "real": contents.real(tone),
        "small": contents.SMALL,
        **dict.fromkeys("abcdefghijklmnopqrs", "x"),
    }.items():
        fields = {"name": name, "string": string, "collection_id": "default", "parameters": {}}
        made = await client.call("POST", "/prompts", fields | (settings if name == "real" else {}))
        slugs.append(made["slug"])
    real, small = slugs[:2]
    requests = {
        "real": _request("POST", f"/prompts/{real}/render", {"variables": contents.VARIABLES}),
        "small": _request("POST", f"/prompts/{small}/render", {"variables": {"name": "Ada"}}),
        "healthz": _request("GET", "/healthz"),
        "read": _request("GET", f"/prompts/{real}"),
        "list of 20": _request("GET", "/prompts?page_size=20"),
    }
    for what in ("real", "small"):
        for _ in range(60):  # until the template is compiled
            await client.send(requests[what], answer=1)
    return requests


def _with_new_heads(request: bytes) -> Iterator[tuple[bytes, ...]]:
    """Give each request a head that no request had before, as a trace does."""
    first, end, rest = request.partition(b"\r\n")
    for number in count():
        yield (first + end + b"x-portkey-metadata: %d\r\n" % number + rest,)


def _line(what: str, seen: dict[str, list[float]]) -> str:
    slices = sorted(seen[what])
    quick = slices[len(slices) // 10]
    beside = seen.get(f"constant {what}")
    share = f"{sorted(beside)[len(beside) // 10] / quick:.2f}" if beside else "-"
    return _LINE.format(what, f"{quick:.1f}", f"{slices[0]:.1f}", share)


def _request(method: str, path: str, body: object = None) -> bytes:
    head = f"{method} /v1{path} HTTP/1.1\r\nhost: 127.0.0.1:8790\r\n"
    if body is None:
        return f"{head}\r\n".encode()
    data = json.dumps(body).encode()
    return f"{head}content-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n".encode() + data


def _constant(body: bytes) -> Starlette:
    async def answer(request: Request) -> Response:
        await request.body()
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/v1/prompts/{prompt_id}/render", answer, methods=["POST"])])

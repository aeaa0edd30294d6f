"""A service that answers without end takes a limited part of an app's memory: whole answers, failures, streams."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from facade_calls import Client, each, settle
from facade_shapes import HELLO, chunk, event
from facade_wire import STREAM_HEAD, Connection, Play, Wire, transfer_chunk

import portkey_openapi
from portkey_ai import APIResponseValidationError, AsyncPortkey, Portkey, PortkeyError
from portkey_openapi.errors import AnswerTooLong

Make = Callable[..., Client]
Serve = Callable[[Play], Wire]
MOST = 1_000_000


def endless(head: bytes, pieces: Callable[[], Iterator[bytes]]) -> Play:
    """Answer with pieces for as long as the client listens."""

    def play(connection: Connection) -> None:
        connection.read_request()
        connection.send(head)
        for piece in pieces():  # sending fails once the client has hung up, and that ends it
            connection.send(transfer_chunk(piece))

    return play


def spaces() -> Iterator[bytes]:
    while True:
        yield b" " * 65536


def packed_spaces() -> Iterator[bytes]:
    pack = zlib.compressobj(wbits=31)
    while True:
        yield pack.compress(b" " * 1_000_000) + pack.flush(zlib.Z_SYNC_FLUSH)


def chunks() -> Iterator[bytes]:
    while True:
        yield event(chunk("x" * 10_000))


def head(status: int = 200, kind: str = "application/json", *more: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"content-type: {kind}", "transfer-encoding: chunked", *more, "", ""]
    return "\r\n".join(lines).encode()


ENDLESS = {
    "an answer": endless(head(), spaces),
    "a packed answer": endless(head(200, "application/json", "content-encoding: gzip"), packed_spaces),
    "a failure": endless(head(500), spaces),
    "a page where JSON was asked for": endless(head(200, "text/html"), spaces),
}


@pytest.mark.parametrize("play", ENDLESS.values(), ids=ENDLESS.keys())
async def test_an_answer_without_end_is_refused_once(make: Make, wire: Serve, play: Play) -> None:
    server = wire(play)
    with pytest.raises(APIResponseValidationError, match=r"than 1,000,000 bytes; `max_response_bytes`") as caught:
        await settle(make(base_url=server.url, max_response_bytes=MOST).labels.list())
    assert len(server.requests) == 1, "it is asked for again"
    assert "/v1/labels" in str(caught.value)


@pytest.mark.parametrize("play", ENDLESS.values(), ids=ENDLESS.keys())
async def test_what_is_answered_in_the_place_of_a_stream_is_limited_too(make: Make, wire: Serve, play: Play) -> None:
    client = make(base_url=wire(play).url, max_response_bytes=MOST)
    with pytest.raises(APIResponseValidationError, match="max_response_bytes"):
        await settle(client.prompts.completions(prompt_id="pp-x", stream=True))


async def test_a_stream_without_end_raises_with_what_came_before(make: Make, wire: Serve) -> None:
    server = wire(endless(STREAM_HEAD, chunks))
    stream = await settle(
        make(base_url=server.url, max_response_bytes=MOST).prompts.completions(prompt_id="pp-x", stream=True)
    )
    with pytest.raises(APIResponseValidationError, match="max_response_bytes") as caught:
        await each(stream)
    assert 500_000 < len(caught.value.partial.choices[0].message.content) < MOST


async def test_an_answer_of_just_so_many_bytes_is_taken(make: Make, wire: Serve) -> None:
    content = b'{"data": [], "total": 0}'.ljust(MOST)

    def play(connection: Connection) -> None:
        while connection.read_request() is not None:
            connection.send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n")
            connection.send(b"content-length: %d\r\n\r\n" % len(content), content)

    client = make(base_url=wire(play).url, max_response_bytes=MOST)
    assert list((await settle(client.labels.list())).data) == []
    assert client.max_response_bytes == MOST
    with pytest.raises(APIResponseValidationError):
        await settle(client.with_options(max_response_bytes=MOST - 1).labels.list())
    assert list((await settle(client.labels.list())).data) == []


async def test_an_app_s_own_http_client_is_held_to_it(kind: type[Client], wire: Serve) -> None:
    server = wire(ENDLESS["an answer"])
    http: Any = httpx.Client() if kind is Portkey else httpx.AsyncClient()
    client = kind(base_url=server.url, http_client=http, max_response_bytes=MOST)
    with pytest.raises(APIResponseValidationError, match="max_response_bytes"):
        await settle(client.labels.list())
    await settle((http.close if kind is Portkey else http.aclose)())


async def test_streams_and_answers_below_the_default_come_whole(open_stream: Callable[..., Any]) -> None:
    assert len(await each(await open_stream(*HELLO))) == len(HELLO) - 1


@pytest.mark.parametrize("most", [-1, 1.5, "many", True])
@pytest.mark.parametrize("kind", [Portkey, AsyncPortkey])
def test_a_limit_that_is_no_count_is_refused(kind: type[Client], most: Any) -> None:
    with pytest.raises(PortkeyError, match="max_response_bytes"):
        kind(base_url="http://127.0.0.1:1/v1", max_response_bytes=most)


def test_the_compiled_client_is_held_to_it(wire: Serve) -> None:
    from portkey_openapi.api.prompts import create_prompt_completion

    with portkey_openapi.Client(wire(ENDLESS["an answer"]).url, max_response_bytes=MOST) as client:
        with pytest.raises(AnswerTooLong):
            client.labels.list()
        with (
            pytest.raises(AnswerTooLong),
            client.stream(create_prompt_completion, "pp-x", body={"variables": {}, "stream": True}) as pieces,
        ):
            list(pieces)
    with (
        portkey_openapi.Client(wire(endless(STREAM_HEAD, chunks)).url, max_response_bytes=MOST) as client,
        client.stream(create_prompt_completion, "pp-x", body={"variables": {}, "stream": True}) as pieces,
        pytest.raises(AnswerTooLong),
    ):
        list(pieces)

"""Malformed, slow and greedy HTTP on raw sockets, against the server as a program: it goes on answering others."""

from __future__ import annotations

import json
import select
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from checked_client import CheckedClient
from puppet_upstream import Exchange, Puppet, chunk, wait_for
from raw_http import HOST, JSON, Answer, answers_in, connected, exchanged, received
from serving_process import Serving

from portkey_local import LocalServer

SECONDS = 2
SECRET = "swordfish-1"
CLOSE = HOST + b"connection: close\r\n"
GET = b"GET /v1/labels HTTP/1.1\r\n"
POST = b"POST /v1/labels HTTP/1.1\r\n"
CHUNKED = POST + JSON + b"transfer-encoding: chunked\r\n\r\n"
BODY = b'{"name": "never"}'


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """The server as a program that gives requests little time."""
    config = tmp_path_factory.mktemp("hostile") / "portkey-local.toml"
    config.write_text(f"[limits]\nseconds = {SECONDS}\n")
    with Serving(config_path=str(config), environment={"SECRET": SECRET}) as serving:
        yield serving


@pytest.fixture
def port(program: Serving) -> Iterator[int]:
    """Its port; after each test it has to be well: others are answered, and nothing that was smuggled in was made."""
    yield int(program.base_url.rpartition(":")[2].partition("/")[0])
    assert names(program)[-3:] == ["development", "production", "staging"]
    assert "never" not in names(program)
    assert program.process.poll() is None


def names(program: Serving) -> list[str]:
    with CheckedClient(program.base_url) as api:
        return sorted(label["name"] for label in api.get("/labels").json()["data"])


MALFORMED = {
    "a chunk's size that is none": (CHUNKED + b"zz\r\n" + BODY + b"\r\n0\r\n\r\n", 400),
    "a chunk's size below zero": (CHUNKED + b"-5\r\n" + BODY, 400),
    "a chunk larger than it says": (CHUNKED + b"5\r\n" + BODY + b"\r\n0\r\n\r\n", 400),
    "a chunk's size beyond all numbers": (CHUNKED + b"f" * 17 + b"\r\n" + BODY, 400),
    "a chunk's size that does not end": (CHUNKED + b"0" * 100_000, 431),
    "a chunk's extension that does not end": (CHUNKED + b"5;" + b"x" * 100_000, 431),
    "an end of a line that is none": (CHUNKED + b"11\n" + BODY + b"\n0\n\n", 400),
    "trailers that do not end": (CHUNKED + b"0\r\n" + b"a: b\r\n" * 20_000, 431),
    "two lengths": (POST + JSON + b"content-length: 17\r\ncontent-length: 2\r\n\r\n" + BODY, 400),
    "two lengths alike": (POST + JSON + b"content-length: 17\r\ncontent-length: 17\r\n\r\n" + BODY, 400),
    "two lengths in one": (POST + JSON + b"content-length: 17, 17\r\n\r\n" + BODY, 400),
    "a length that is none": (POST + JSON + b"content-length: 1e1\r\n\r\n" + BODY, 400),
    "a length below zero": (POST + JSON + b"content-length: -17\r\n\r\n" + BODY, 400),
    "a length with a sign": (POST + JSON + b"content-length: +17\r\n\r\n" + BODY, 400),
    "a length beyond all numbers": (POST + JSON + b"content-length: " + b"9" * 40 + b"\r\n\r\n" + BODY, 400),
    "a length and chunks": (POST + JSON + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "chunks and a length": (POST + JSON + b"transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\n", 400),
    "an encoding behind chunked": (POST + JSON + b"transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400),
    "an encoding that is none": (POST + JSON + b"transfer-encoding: xchunked\r\n\r\n" + BODY, 400),
    "a header with a space before its colon": (POST + JSON + b"content-length : 17\r\n\r\n" + BODY, 400),
    "a header without a name": (GET + CLOSE + b": x\r\n\r\n", 400),
    "a header without a colon": (GET + CLOSE + b"nonsense\r\n\r\n", 400),
    "a header that goes on in the next line": (GET + b"host:\r\n localhost\r\n\r\n", 400),
    "a header with a NUL": (GET + CLOSE + b"x: a\0b\r\n\r\n", 400),
    "a header's name with a NUL": (GET + CLOSE + b"x\0: a\r\n\r\n", 400),
    "a header of one line feed": (GET + CLOSE + b"x: a\nb: c\r\n\r\n", 400),
    "a line of 100 KB": (GET + CLOSE + b"x: " + b"a" * 100_000 + b"\r\n\r\n", 431),
    "a name of 100 KB": (GET + CLOSE + b"a" * 100_000 + b": x\r\n\r\n", 431),
    "a target of 100 KB": (b"GET /v1/" + b"a" * 100_000 + b" HTTP/1.1\r\n" + CLOSE + b"\r\n", 431),
    "10,000 headers": (GET + CLOSE + b"a: b\r\n" * 10_000 + b"\r\n", 431),
    "a head without an end": (GET + CLOSE + b"a: b\r\n" * 20_000, 431),
    "a head of several MB": (GET + CLOSE + b"x: " + b"a" * 8_000_000, 431),
    "a method that is none": (b"FETCH /v1/labels HTTP/1.1\r\n" + CLOSE + b"\r\n", 400),
    "a method in small letters": (b"get /v1/labels HTTP/1.1\r\n" + CLOSE + b"\r\n", 400),
    "a method of NULs": (b"\0\0\0 /v1/labels HTTP/1.1\r\n" + CLOSE + b"\r\n", 400),
    "CONNECT": (b"CONNECT example.com:443 HTTP/1.1\r\n" + CLOSE + b"\r\n", 400),
    "the preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "a version that is none": (b"GET /v1/labels HTTP/7.3\r\n" + CLOSE + b"\r\n", 400),
    "a greeting of TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x8a" * 200, 400),
    "a target with a NUL": (b"GET /v1/\0labels HTTP/1.1\r\n" + CLOSE + b"\r\n", 400),
    "a target in UTF-8": ("GET /v1/läbels HTTP/1.1\r\n".encode() + CLOSE + b"\r\n", 400),
    "a target with a space": (b"GET /v1/labels x HTTP/1.1\r\n" + CLOSE + b"\r\n", 400),
    "a target that is no URL": (b"GET http://[::1 HTTP/1.1\r\n" + CLOSE + b"\r\n", 400),
    "no target": (b"GET  HTTP/1.1\r\n" + CLOSE + b"\r\n", 400),
    "nothing but noise": (bytes(range(256)) * 100, 400),
    "another language": (b"EHLO localhost\r\n", 400),
    "HTTP/0.9": (b"GET /v1/labels\r\n\r\n", 403),
    "all of the server": (b"OPTIONS * HTTP/1.1\r\n" + CLOSE + b"\r\n", 404),
    "a target of another server": (b"GET http://localhost/v1/nowhere HTTP/1.1\r\n" + CLOSE + b"\r\n", 404),
    "a target of another server, by its host": (
        b"GET http://localhost/v1/labels HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n",
        403,
    ),
}


@pytest.mark.parametrize(("request_bytes", "status"), MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_request_is_refused_in_one_well_formed_answer(port: int, request_bytes: bytes, status: int) -> None:
    answers = exchanged(port, request_bytes)
    assert [answer.status for answer in answers] == [status]
    assert answers[0].message
    assert answers[0].headers["connection"] == "close"


@pytest.mark.parametrize("behind", [b"\0\0\0", b"SMUGGLED / HTTP/1.1\r\n\r\n", GET + b"nonsense\r\n\r\n"])
def test_what_follows_a_request_and_is_none_is_refused_behind_its_answer(port: int, behind: bytes) -> None:
    first, second = exchanged(port, GET + HOST + b"\r\n" + behind)
    assert (first.status, second.status) == (200, 400)


@pytest.mark.parametrize(
    "head",
    [b"content-length: 5\r\nconnection: close\r\n\r\n{    ", b"content-length: 0\r\nconnection: close\r\n\r\n"],
    ids=["a body", "no body"],
)
def test_a_request_behind_the_last_one_is_not_carried_out(port: int, head: bytes) -> None:
    hidden = POST + JSON + b"content-length: 17\r\n\r\n" + BODY
    answers = exchanged(port, POST + JSON + head + hidden)
    assert [answer.status for answer in answers] == [400]


def test_a_request_in_an_unread_body_is_not_carried_out(port: int) -> None:
    hidden = POST + JSON + b"content-length: 17\r\n\r\n" + BODY
    length = b"content-length: %d\r\n\r\n" % len(hidden)
    refused = b"POST /v1/nowhere HTTP/1.1\r\n" + JSON + length + hidden
    assert [answer.status for answer in exchanged(port, refused + GET + CLOSE + b"\r\n")] == [404, 200]


OFFER = b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAEAAEAAAAIAAAAAAAMAAAAA\r\n"
LENGTH = b"content-length: %d\r\n\r\n"


def labelled(name: str) -> bytes:
    return json.dumps({"name": name}).encode()


@pytest.mark.parametrize(
    "offer", [OFFER, b"upgrade: websocket\r\nconnection: keep-alive, upgrade\r\n"], ids=["h2c", "ws"]
)
@pytest.mark.parametrize("pieces", [1, 3, 1000])
def test_a_body_behind_an_offered_upgrade_is_read_and_the_connection_goes_on(
    port: int, program: Serving, offer: bytes, pieces: int
) -> None:
    name = f"behind-upgrade-{pieces}-{len(offer)}"
    body = labelled(name)
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body) + 2, body + b"  ")
    whole = (
        (POST + JSON + offer + LENGTH % len(body) + body)
        + (POST + JSON + offer + b"transfer-encoding: chunked\r\n\r\n" + chunks)
        + (GET + HOST + offer + b"\r\n")
        + (GET + CLOSE + b"\r\n")
    )
    with connected(port) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        step = -(-len(whole) // pieces)
        for start in range(0, len(whole), step):
            connection.sendall(whole[start : start + step])
        answers = answers_in(received(connection))
    assert [answer.status for answer in answers] == [200, 409, 200, 200]
    assert name in names(program)


@pytest.mark.parametrize(
    ("framing", "body"),
    [
        (b"content-length: %d\r\n", b"%b"),
        (b"transfer-encoding: chunked\r\n", b"%x\r\n%b\r\n0\r\n\r\n"),
    ],
    ids=["a length", "chunks"],
)
def test_a_request_in_the_body_behind_an_offered_upgrade_is_not_carried_out(
    port: int, framing: bytes, body: bytes
) -> None:
    hidden = POST + JSON + LENGTH % len(BODY) + BODY
    if b"%d" in framing:
        framing, body = framing % len(hidden), hidden
    else:
        body %= (len(hidden), hidden)
    answers = exchanged(port, POST + JSON + OFFER + framing + b"\r\n" + body + GET + CLOSE + b"\r\n")
    assert [answer.status for answer in answers] == [400, 200]


@pytest.mark.parametrize(
    "head",
    [
        b"content-length: 3\r\ntransfer-encoding: chunked\r\n",
        b"content-length: 3\r\ncontent-length: 17\r\n",
        b"transfer-encoding: chunked, identity\r\n",
        b"x: " + b"a" * 100_000 + b"\r\n",
    ],
    ids=["a length and chunks", "two lengths", "an encoding behind chunked", "a line of 100 KB"],
)
def test_an_offered_upgrade_makes_no_ambiguous_body_sound(port: int, head: bytes) -> None:
    (answer,) = exchanged(port, POST + JSON + OFFER + head + b"\r\n" + BODY + GET + CLOSE + b"\r\n")
    assert answer.status in (400, 431)
    assert answer.headers["connection"] == "close"


def test_an_offered_upgrade_counts_the_head_once(port: int) -> None:
    padding = b"x-padding: " + b"x" * 20_000 + b"\r\n"
    (answer,) = exchanged(
        port, GET + CLOSE.replace(b"close", b"close, upgrade") + b"upgrade: h2c\r\n" + padding + b"\r\n"
    )
    assert answer.status == 200


@pytest.mark.parametrize("behind", [b"\0\0\0", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"], ids=["noise", "HTTP/2"])
def test_what_follows_an_ignored_upgrade_is_read_as_http(port: int, behind: bytes) -> None:
    answers = exchanged(port, GET + HOST + OFFER + b"\r\n" + behind)
    assert [answer.status for answer in answers] == [200, 400]
    assert answers[1].headers["connection"] == "close"


def test_hundreds_of_offered_upgrades_at_once_are_answered_in_their_order(port: int) -> None:
    offer = b"connection: upgrade\r\nupgrade: h2c\r\nx-portkey-trace-id: n%d\r\n\r\n"
    answers = exchanged(port, b"".join(GET + HOST + offer % number for number in range(400)) + GET + CLOSE + b"\r\n")
    assert [answer.headers["x-portkey-trace-id"] for answer in answers[:-1]] == [f"n{number}" for number in range(400)]


def test_what_follows_connect_is_not_read(port: int) -> None:
    (answer,) = exchanged(port, b"CONNECT /v1/labels HTTP/1.1\r\n" + HOST + b"\r\n" + GET + HOST + b"\r\n")
    assert (answer.status, answer.headers["connection"]) == (405, "close")


def test_a_malformed_body_behind_its_answer_ends_the_connection(port: int) -> None:
    nowhere = CHUNKED.replace(b"labels", b"nowhere", 1)
    with connected(port) as connection:
        connection.sendall(nowhere)
        data = connection.recv(1 << 16)
        connection.sendall(b"zz\r\n")
        assert [answer.status for answer in answers_in(data + received(connection))] == [404]


def test_a_trailer_is_no_header(port: int) -> None:
    trailers = b"x-portkey-trace-id: mine\r\nhost: evil.example\r\n"
    request = POST + CLOSE + JSON.removeprefix(HOST) + b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n" + trailers
    (answer,) = exchanged(port, request + b"\r\n")
    assert answer.status == 400
    assert "`name` is missing" in answer.message
    assert answer.headers["x-portkey-trace-id"] != "mine"


def test_what_the_target_names_is_asked_for_and_no_other_server(port: int) -> None:
    (answer,) = exchanged(port, b"GET http://elsewhere.example/v1/labels HTTP/1.1\r\n" + CLOSE + b"\r\n")
    assert answer.status == 200
    assert answer.json["object"] == "list"


def test_a_thousand_requests_at_once_are_answered_in_their_order(port: int) -> None:
    numbered = [GET + HOST + b"x-portkey-trace-id: n%d\r\n\r\n" % number for number in range(999)]
    answers = exchanged(port, b"".join(numbered) + GET + CLOSE + b"x-portkey-trace-id: n999\r\n\r\n")
    assert [answer.headers["x-portkey-trace-id"] for answer in answers] == [f"n{number}" for number in range(1000)]
    assert {answer.status for answer in answers} == {200}


def test_requests_that_come_in_pieces_behind_each_other_are_answered_in_their_order(port: int) -> None:
    body = json.dumps({"name": "x y", "description": "z" * 20_000}).encode()
    one = POST + JSON + b"content-length: %d\r\n\r\n" % len(body) + body
    answers = exchanged(port, one * 100 + GET + CLOSE + b"\r\n")
    assert [answer.status for answer in answers] == [400] * 100 + [200]


@pytest.mark.parametrize(
    ("begun", "status"),
    [
        (b"GET /v1", 408),
        (GET + HOST + b"x: ", 408),
        (POST + JSON + b"content-length: 1000\r\n\r\n{", 408),
        (CHUNKED + b"5\r\n{", 408),
        (b"POST /v1/nowhere HTTP/1.1\r\n" + JSON + b"content-length: 1000\r\n\r\n{", 404),
    ],
    ids=["a first line", "a header", "a body", "a chunk", "a body that nobody reads"],
)
def test_a_request_that_does_not_come_whole_is_cut_off_in_time(port: int, begun: bytes, status: int) -> None:
    (answer,) = exchanged(port, begun)
    assert answer.status == status
    assert answer.message
    assert status != 408 or f"{SECONDS} s (limits.seconds)" in answer.message


@pytest.mark.parametrize("said", [b"", b"\r\n\r\n"], ids=["nothing", "empty lines"])
def test_a_client_that_asks_for_nothing_is_cut_off_without_a_word(port: int, said: bytes) -> None:
    assert exchanged(port, said) == []


def test_hundreds_of_slow_clients_hold_nobody_up_and_are_cut_off(port: int, program: Serving) -> None:
    heads, bodies = GET + HOST, POST + JSON + b"content-length: 100000\r\n\r\n{"
    slow = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(200)]
    try:
        for number, connection in enumerate(slow):
            connection.sendall(heads if number % 2 else bodies)
        answered, trickling = 0, set(slow)
        deadline = time.monotonic() + 60
        while trickling and time.monotonic() < deadline:
            for connection in tuple(trickling):
                try:
                    connection.sendall(b"x")
                except OSError:
                    trickling.discard(connection)
            assert names(program)
            answered += 1
        assert not trickling, "slow clients were never cut off"
        assert answered > 1
        for connection in slow:
            assert {answer.status for answer in answers_in(received(connection))} <= {408}
    finally:
        for connection in slow:
            connection.close()


def test_clients_that_are_gone_in_the_middle_hold_nobody_up(port: int) -> None:
    for number in range(100):
        with connected(port) as connection:
            connection.sendall(POST + JSON + b"content-length: 1000\r\n\r\n{" if number % 2 else GET)
            if number % 3 == 0:  # a reset instead of an end
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif number % 3 == 1:
                connection.shutdown(socket.SHUT_WR)


def test_the_refusal_of_no_method_behind_a_head_request_has_its_body(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(b"HEAD /v1/labels HTTP/1.1\r\n" + HOST + b"\r\nG\0T / HTTP/1.1\r\n\r\n")
        head, refusal = received(connection).split(b"\r\n\r\n", 1)
    assert head.startswith(b"HTTP/1.1 405")
    (answer,) = answers_in(refusal)
    assert (answer.status, answer.headers["connection"]) == (400, "close")
    assert "method" in answer.message


def test_a_client_that_is_gone_while_its_requests_wait_to_be_read_leaves_nothing_in_the_log() -> None:
    waiting = (GET + HOST + b"x: " + b"a" * 5_000 + b"\r\n\r\n") * 200
    with Serving() as program:
        for _ in range(30):
            with connected(int(program.base_url.rpartition(":")[2].partition("/")[0])) as connection:
                with suppress(ConnectionError):
                    connection.sendall(waiting)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert names(program)
        assert program.end() == (0, "", "")


@pytest.mark.parametrize(
    "malformed",
    [
        b"HEAD /v1/labels HTTP/1.1\r\nnonsense\r\n\r\n",
        b"HEAD /v1/labels HTTP/1.1\r\nx: " + b"a" * 100_000,
        b"HEAD /?\xe9 HTTP/1.1\r\n\r\n",
    ],
    ids=["a header without a colon", "a line of 100 KB", "a target in Latin-1"],
)
def test_the_refusal_of_a_malformed_head_request_has_no_body(port: int, malformed: bytes) -> None:
    with connected(port) as connection:
        with suppress(ConnectionError):
            connection.sendall(malformed)
        head, _, body = received(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 4")
    assert body == b""


def test_a_half_closed_connection_ends(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(GET)
        connection.shutdown(socket.SHUT_WR)
        assert received(connection) == b""


def memory(program: Serving) -> int:
    """Return the MB that the program takes."""
    pages = int(Path(f"/proc/{program.process.pid}/statm").read_text().split()[1])
    return pages * 4096 // 1_000_000


def large_prompt(program: Serving) -> str:
    body = {"name": "Large", "collection_id": "default", "string": "word " * 200_000, "parameters": {}}
    with CheckedClient(program.base_url) as api:
        return str(api.post("/prompts", json={**body, "virtual_key": "echo"}).json()["slug"])


@pytest.mark.parametrize("path", ["render", "completions"])
def test_a_client_that_never_reads_costs_little_memory_and_is_cut_off(port: int, program: Serving, path: str) -> None:
    body = b'{"variables": {}, "stream": true}'
    line = f"POST /v1/prompts/{large_prompt(program)}/{path} HTTP/1.1\r\n".encode()
    request = line + JSON + b"content-length: %d\r\n\r\n" % len(body) + body
    held = memory(program)
    with connected(port, 60) as connection:
        connection.sendall(request * 100)
        assert wait_for(lambda: is_held(port, connection))
        grown, ended = 0, time.monotonic() + 90
        while is_held(port, connection):
            assert time.monotonic() < ended, "the client was never cut off"
            assert names(program)
            grown = max(grown, memory(program) - held)
            time.sleep(0.2)
        data = received(connection)
    assert grown < 150
    assert data.count(b"HTTP/1.1 200") < 100
    with pytest.raises((AssertionError, ValueError)):
        answers_in(data)  # the last answer that was begun is cut off


def test_a_client_that_asks_faster_than_it_is_answered_costs_little_memory(port: int, program: Serving) -> None:
    held, flood, position = memory(program), memoryview((GET + HOST + b"\r\n") * 50_000), 0

    def read(connection: socket.socket) -> None:
        with suppress(OSError):
            while connection.recv(1 << 16):
                pass

    with connected(port) as connection:
        reader = threading.Thread(target=read, args=(connection,))
        reader.start()
        ended = time.monotonic() + 3
        while time.monotonic() < ended:
            if select.select([], [connection], [], 0.1)[1]:
                position = (position + connection.send(flood[position:])) % len(flood)
        grown = memory(program) - held
        connection.shutdown(socket.SHUT_RDWR)
        reader.join()
    assert grown < 100


def is_held(port: int, connection: socket.socket) -> bool:
    """Tell whether a process still holds the other end of a connection."""
    ends = (port, connection.getsockname()[1])
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if tuple(int(field.rpartition(":")[2], 16) for field in fields[1:3]) == ends:
            return fields[9] != "0"  # a connection without an owner has no inode
    return False


def test_what_is_malformed_does_not_get_into_an_answer_under_way(puppet: Puppet) -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(chunk("a"))
        wait_for(lambda: sent)
        time.sleep(0.2)
        exchange.event(chunk("b", finish="stop"))
        exchange.event("[DONE]")

    puppet.script = script
    sent: list[bool] = []
    with LocalServer(upstreams={"up": {"kind": "openai", "base_url": puppet.base_url}}) as server:
        server.add_prompt(slug="pp-x", versions=[{"string": "x", "virtual_key": "up"}])
        body = b'{"stream": true}'
        head = b"POST /v1/prompts/pp-x/completions HTTP/1.1\r\n" + JSON + b"content-length: %d\r\n\r\n" % len(body)
        with connected(server.port) as connection:
            connection.sendall(head + body)
            data = connection.recv(1 << 16)
            connection.sendall(b"\0 nonsense\r\n\r\n")
            sent.append(True)
            stream, refusal = answers_in(data + received(connection))
    assert stream.body.endswith(b"data: [DONE]\n\n")
    assert stream.body.count(b"data: ") == 3
    assert refusal.status == 400


def test_a_client_of_http_1_0_gets_a_stream_without_chunks() -> None:
    with LocalServer(upstreams={"up": "echo"}) as server:
        server.add_prompt(slug="pp-x", versions=[{"string": "a b", "virtual_key": "up"}])
        body = b'{"stream": true}'
        head = b"POST /v1/prompts/pp-x/completions HTTP/1.0\r\n" + JSON + b"content-length: %d\r\n" % len(body)
        for connection_header in (b"", b"connection: keep-alive\r\n"):
            with connected(server.port) as connection:
                connection.sendall(head + connection_header + b"\r\n" + body)
                answer, _, events = received(connection).partition(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
            assert b"transfer-encoding" not in answer
            assert b"connection: close" in answer
            assert events.startswith(b"data: {")
            assert events.endswith(b"data: [DONE]\n\n")
        (whole,) = exchanged(server.port, b"GET /v1/labels HTTP/1.0\r\n" + HOST + b"\r\n")
        assert (whole.status, whole.headers["connection"]) == (200, "close")


def test_a_client_that_waits_to_be_told_to_send_its_body_is_told(port: int) -> None:
    body = labelled("awaited")
    waiting = POST + JSON + LENGTH.replace(b"\r\n\r\n", b"\r\n") % len(body) + b"expect: 100-continue\r\n"
    with connected(port) as connection:
        connection.sendall(waiting + b"connection: close\r\n\r\n")
        assert connection.recv(1 << 16) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert [answer.status for answer in answers_in(received(connection))] == [200]
    # Refused before, it need not send the body: what follows may be one, or another request, so nothing can follow.
    refused = waiting.replace(b"/v1/labels", b"/v1/nowhere") + b"\r\n"
    (answer,) = exchanged(port, refused)
    assert (answer.status, answer.headers["connection"]) == (404, "close")
    old = waiting.replace(b"HTTP/1.1", b"HTTP/1.0").replace(b"awaited", b"answered")
    (answer,) = exchanged(port, old + b"\r\n" + labelled("awaiter"))
    assert answer.status == 200


def test_a_client_that_sends_no_more_is_answered(port: int) -> None:
    for request in (GET + HOST + b"\r\n", b"GET /readyz HTTP/1.1\r\n" + HOST + b"\r\n"):
        with connected(port) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            (answer,) = answers_in(received(connection))
        assert answer.status == 200


def test_a_client_that_closes_while_a_model_runs_has_gone_away(puppet: Puppet) -> None:
    puppet.script = lambda exchange: exchange.wait_until_gone() and None
    with LocalServer(upstreams={"up": {"kind": "openai", "base_url": puppet.base_url}}) as server:
        server.add_prompt(slug="pp-x", versions=[{"string": "x", "virtual_key": "up"}])
        with connected(server.port) as connection:
            connection.sendall(b"POST /v1/prompts/pp-x/completions HTTP/1.1\r\n" + JSON + LENGTH % 2 + b"{}")
            assert wait_for(lambda: bool(puppet.seen))
            connection.shutdown(socket.SHUT_WR)
            assert wait_for(puppet.seen[0].gone.is_set)


def test_a_body_begins_with_a_byte_order_mark_or_does_not(port: int) -> None:
    body = b"\xef\xbb\xbf" + BODY.replace(b"never", b"a-marked")
    (answer,) = exchanged(port, POST + JSON + b"connection: close\r\n" + LENGTH % len(body) + body)
    assert answer.status == 200


def test_a_body_that_is_packed_on_its_way_is_refused(port: int) -> None:
    encoded = b"transfer-encoding: gzip, chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
    (answer,) = exchanged(port, POST + JSON + b"connection: close\r\n" + encoded)
    assert answer.status == 415
    assert "transfer-encoding" in answer.message


def test_an_answer_goes_out_in_one_piece(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(GET + HOST + b"\r\n")
        assert answers_in(connection.recv(1 << 16))[0].status == 200


def test_a_client_that_goes_away_with_requests_waiting_stops_its_run(puppet: Puppet) -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(chunk("a"))
        exchange.wait_until_gone(20)

    puppet.script = script
    with LocalServer(upstreams={"up": {"kind": "openai", "base_url": puppet.base_url}}) as server:
        server.add_prompt(slug="pp-x", versions=[{"string": "x", "virtual_key": "up"}])
        body = b'{"stream": true}'
        head = b"POST /v1/prompts/pp-x/completions HTTP/1.1\r\n" + JSON + b"content-length: %d\r\n\r\n" % len(body)
        with connected(server.port) as connection:
            connection.sendall(head + body + (GET + HOST + b"\r\n") * 5)
            assert connection.recv(1 << 16)
        assert wait_for(lambda: puppet.seen[0].gone.is_set())


REACHING = [
    *(
        "{{__class__}}",
        "{{name.__class__.__mro__}}",
        "{{name.format}}",
        "{{#name}}{{upper}}{{/name}}",
        "{{list.append}}",
    ),
    *("{{object.__init__.__globals__}}", "{{#object}}{{__dict__}}{{/object}}", "{{object.keys}}", "{{number.real}}"),
    *(
        "{{SECRET}}",
        "{{$SECRET}}",
        "{{env.SECRET}}",
        "{{os.environ}}",
        "{{os.environ.SECRET}}",
        "{{process.env.SECRET}}",
    ),
    *("{{>../../etc/passwd}}", "{{>/etc/passwd}}", "{{>file:///etc/passwd}}", "{{>pp-x@../../../../etc/passwd}}"),
    *("{{>>path}}", "{{>>reference}}", "{{>>object}}", "{{>>list}}", "{{>>number}}", "{{>>evil}}", "{{{{SECRET}}}}"),
    *("{{#evil}}{{.}}{{/evil}}", "{{constructor.constructor}}", "{{__proto__}}", "{{.}}", "{{..}}", "{{self}}"),
    *("{% include '/etc/passwd' %}", "${SECRET}", "<%= ENV['SECRET'] %>", "{{=<% %>=}}<%__class__%><%>/etc/passwd%>"),
]
VARIABLES = {
    "name": "Ada",
    "list": [1],
    "object": {"a": 1},
    "number": 5,
    "path": "../../../../etc/passwd",
    "reference": "pp-x@../../../../etc/passwd",
    "evil": "{{SECRET}}{{>/etc/passwd}}{{__class__}}",
}


@pytest.mark.parametrize("raw", [0, 1], ids=["text", "raw chat"])
@pytest.mark.parametrize("template", REACHING)
def test_a_template_reaches_no_file_no_attribute_and_no_environment(
    port: int, program: Serving, template: str, raw: int
) -> None:
    string = json.dumps([{"role": "user", "content": template}]) if raw else template
    body = {"name": "Reaching", "collection_id": "default", "parameters": {}, "string": string, "is_raw_template": raw}
    with CheckedClient(program.base_url) as api:
        made = api.post("/prompts", json={**body, "virtual_key": "echo"})
        assert made.status_code in (200, 400), made.text
        if made.status_code == 400:
            assert "`string` is malformed" in made.json()["data"]["message"]
            return
        for path in ("render", "completions"):
            answer = api.post(f"/prompts/{made.json()['slug']}/{path}", json={"variables": VARIABLES})
            assert answer.status_code in (200, 400, 404, 422), answer.text
            for leaked in (SECRET, "root:", "<class", "built-in", "function", "environ("):
                assert leaked not in answer.text


def test_a_strict_reader_of_answers_refuses_what_is_none() -> None:
    good = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
    assert answers_in(good) == [Answer(200, {"content-length": "2"}, b"{}")]
    for bad in (good[:-1], good + b"x", good.replace(b"200", b"999"), b"HTTP/1.1 200 OK\r\nx\r\n\r\n", b"HTTP/1.1 200"):
        with pytest.raises((AssertionError, KeyError)):
            answers_in(bad)

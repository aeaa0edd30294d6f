"""A head that came before is not parsed again, and nothing but that is different."""

from __future__ import annotations

import gc
import itertools
import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from hosting import hosted
from hypothesis import given, settings
from hypothesis import strategies as st
from puppet_upstream import Exchange, Puppet, completion, wait_for
from raw_http import HOST, JSON, Answer, answers_in, connected, received
from serving_process import Serving

from portkey_local import LocalLimits, LocalServer
from portkey_local.config import AccessRules, Config
from portkey_local.http.connection import MOST_HEADS
from portkey_local.http.request import HEAD, Head

RENDER = b"POST /v1/prompts/pp-x/render HTTP/1.1\r\n"
LENGTH = b"content-length: %d\r\n\r\n"
ORIGIN = "https://page.example"
SMALL_BODY = 1000
_numbers = itertools.count()


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    config = Config(limits=LocalLimits(body=SMALL_BODY), access=AccessRules(origins=[ORIGIN]))
    with LocalServer(config=config) as server:
        server.add_prompt(slug="pp-x", versions=["Hi {{name}}!"])
        yield server


def render(name: str, head: bytes = RENDER + JSON) -> bytes:
    body = json.dumps({"variables": {"name": name}}).encode()
    return head + LENGTH % len(body) + body


def port_of(serving: Serving) -> int:
    return int(serving.base_url.rpartition(":")[2].partition("/")[0])


def asked(connection: socket.socket, request: bytes, *, apart: bool = False) -> Answer | None:
    """Send a request, its head ahead of its body or not, and read its answer; None where the connection has ended."""
    data = b""
    with suppress(ConnectionError):
        if apart:
            head, end, request = request.partition(b"\r\n\r\n")
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(head + end)
            time.sleep(0.005)  # so that it comes by itself
        connection.sendall(request)
        while piece := connection.recv(1 << 16):
            data += piece
            with suppress(AssertionError):
                return told(data)
    return told(data) if data else None


def told(data: bytes) -> Answer:
    answers = answers_in(data.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n"))
    assert answers
    answer = answers[-1]
    headers = {name: value for name, value in answer.headers.items() if name != "x-portkey-trace-id"}
    body = answer.body if answer.status < 400 or b"trace" not in answer.body else b""
    return Answer(answer.status, headers, body)


def never_seen(request: bytes) -> bytes:
    """The same request with one header more, which no request had before."""
    first, end, rest = request.partition(b"\r\n")
    return first + end + b"x-once: %d\r\n" % next(_numbers) + rest


FIRST = [
    RENDER,
    b"POST /v1/prompts/pp-x%40latest/render HTTP/1.1\r\n",
    b"POST /v1/prompts/pp-x/render?a=1 HTTP/1.1\r\n",
    b"POST /v1/nowhere HTTP/1.1\r\n",
    b"PATCH /v1/prompts/pp-x/render HTTP/1.1\r\n",
    b"GET /v1/prompts/pp-x HTTP/1.1\r\n",
    b"GET /v1/prompts?page_size=1 HTTP/1.1\r\n",
    b"GET /v1/prompts?page_size=x HTTP/1.1\r\n",
    b"GET /healthz HTTP/1.1\r\n",
    b"GET /v1/prompts/pp-x HTTP/1.0\r\n",
    b"DELETE /v1/labels/none?x=1 HTTP/1.1\r\n",
]
LINES = [
    HOST,
    b"Host: elsewhere.example\r\n",
    b"content-type: application/json\r\n",
    b"Content-Type: text/plain\r\n",
    b"origin: " + ORIGIN.encode() + b"\r\n",
    b"origin: https://other.example\r\n",
    b"x-length: 7\r\n",
    b"wavelength: 0\r\n",
    b"connection: keep-alive\r\n",
    b"connection: close\r\n",
    b"content-encoding: gzip\r\n",
    b"expect: 100-continue\r\n",
    b"upgrade: h2c\r\nconnection: upgrade\r\n",
    b"x-portkey-custom-host: http://elsewhere.example\r\n",
    b"if-none-match: x\r\n",
]
LENGTHS = [
    b"content-length: %d\r\n",
    b"Content-Length: %d\r\n",
    b"CONTENT-LENGTH:  %d \r\n",
    b"content-length: 0%d\r\n",
]
BODIES = [
    b'{"variables": {"name": "Ada"}}',
    b'{"variables": {"name": "Grace Hopper"}}',
    b'{"variables": {"name": 1}, "variables": 2}',
    b'{"variables": 1}',
    b"{",
    b"x",
    b'{"variables": {"name": "%s"}}' % (b"z" * SMALL_BODY),
]


@st.composite
def rows(draw: st.DrawFn) -> list[bytes]:
    """Requests over one connection: mostly the same head, with other bodies."""
    lines = draw(st.lists(st.sampled_from(LINES), max_size=3, unique=True))
    lines = lines if draw(st.booleans()) else [HOST, b"content-type: application/json\r\n", *lines[:1]]
    first, length = draw(st.sampled_from(FIRST)), draw(st.sampled_from(LENGTHS))
    place = draw(st.integers(0, len(lines)))
    bodies = draw(st.lists(st.sampled_from([b"", *BODIES]), min_size=1, max_size=3))
    head = [first, *lines[:place]], lines[place:]
    begin, rest = b"".join(head[0]), b"".join(head[1]) + b"\r\n"
    if draw(st.integers(0, 4)) == 0:
        chunks = [b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n" for body in bodies]
        return [begin + b"transfer-encoding: chunked\r\n" + rest + body for body in chunks for _ in range(2)]
    says_none = draw(st.booleans())
    return [
        begin + (length % len(body) if body or says_none else b"") + rest + body for body in bodies for _ in range(2)
    ]


@settings(deadline=None)
@given(rows(), st.booleans())
def test_a_request_with_a_known_head_is_answered_as_if_nobody_had_seen_it_before(
    server: LocalServer, requests: list[bytes], apart: bool
) -> None:
    waiting = list(requests)
    while waiting:
        with connected(server.port, 10) as connection:
            keeps = True
            while waiting and keeps:
                request = waiting.pop(0)
                # A refusal lets the connection stay only where a body that was to be asked for had come before it.
                alone = apart and b"expect: " not in request
                answer = asked(connection, request, apart=alone)
                with connected(server.port, 10) as other:
                    assert answer == asked(other, never_seen(request), apart=alone)
                keeps = answer is not None and answer.headers.get("connection") != "close"


@pytest.mark.parametrize("first", [RENDER, b"GET /v1/prompts/pp-x HTTP/1.1\r\n"], ids=["render", "read"])
def test_a_body_that_does_not_say_what_it_is_is_refused_after_a_head_that_announced_none(
    server: LocalServer, first: bytes
) -> None:
    with connected(server.port) as connection:
        for _ in range(3):
            asked(connection, first + HOST + LENGTH % 0)
        answer = asked(connection, first + HOST + LENGTH % 2 + b"{}")
    assert answer is not None
    assert answer.status == 415


@pytest.mark.parametrize("apart", [False, True], ids=["at once", "apart"])
def test_a_known_head_brings_the_length_of_its_own_body(server: LocalServer, apart: bool) -> None:
    with connected(server.port) as connection:
        for name in ("Ada", "Ada", "Grace Hopper", "", "Ada"):
            answer = asked(connection, render(name), apart=apart)
            assert answer is not None
            assert answer.json["prompt"] == f"Hi {name}!"


@pytest.mark.parametrize("behind", [b"GET /v1/labels HTTP/1.1\r\n" + HOST + b"\r\n", render("Bob"), b"\r\n", b"x"])
def test_what_follows_a_known_head_and_its_body_is_a_request_of_its_own(server: LocalServer, behind: bytes) -> None:
    close = b"GET /v1/labels HTTP/1.1\r\n" + HOST + b"connection: close\r\n\r\n"
    with connected(server.port) as connection:
        asked(connection, render("Ada"))
        connection.sendall(render("Ada") + behind + close)
        answers = answers_in(received(connection))
    assert answers[0].json["prompt"] == "Hi Ada!"
    wanted = {b"\r\n": [200], b"x": [400]}.get(behind, [200, 200])
    assert [answer.status for answer in answers[1:]] == wanted


def test_a_known_request_may_come_in_pieces(server: LocalServer) -> None:
    whole = render("Ada")
    with connected(server.port) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for cut in range(1, len(whole), 7):
            connection.sendall(whole[:cut])
            answer = asked(connection, whole[cut:])
            assert answer is not None
            assert answer.json["prompt"] == "Hi Ada!"
            answer = asked(connection, b"\r\n" + whole)
            assert answer is not None
            assert answer.json["prompt"] == "Hi Ada!"


def test_a_known_head_that_comes_while_another_request_is_answered_waits_for_its_turn(puppet: Puppet) -> None:
    goes_on = threading.Event()

    def script(exchange: Exchange) -> None:
        assert goes_on.wait(60)
        exchange.answer(200, completion("Hello"))

    puppet.script = script
    with LocalServer(upstreams={"up": {"kind": "openai", "base_url": puppet.base_url}}) as server:
        server.add_prompt(slug="pp-x", versions=[{"string": "Hi {{name}}!", "virtual_key": "up"}])
        with connected(server.port) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            asked(connection, render("Ada"))
            connection.sendall(RENDER.replace(b"render", b"completions") + JSON + LENGTH % 2 + b"{}")
            assert wait_for(lambda: bool(puppet.seen))
            connection.sendall(render("Bob"))
            time.sleep(0.05)  # so that it comes by itself
            goes_on.set()
            connection.sendall(b"GET /v1/labels HTTP/1.1\r\n" + HOST + b"connection: close\r\n\r\n")
            first, second, third = answers_in(received(connection))
    assert first.json["choices"]
    assert second.json["prompt"] == "Hi Bob!"
    assert third.json["object"] == "list"


def test_a_known_head_lets_nobody_in_whose_key_was_revoked_or_who_has_another_scope() -> None:
    with LocalServer() as server:
        server.add_prompt(slug="pp-x", versions=["Hi {{name}}!"])
        reading, running = server.add_key("read"), server.add_key("run")

        def status(key: Any) -> int:
            head = RENDER + JSON + b"x-portkey-api-key: %b\r\n" % str(key).encode()
            answer = asked(connection, render("Ada", head))
            assert answer is not None
            return answer.status

        with connected(server.port) as connection:
            assert [status(reading) for _ in range(3)] == [200, 200, 200]
            assert [status(running) for _ in range(3)] == [403, 403, 403]
            server.revoke_key(reading)
            assert [status(reading) for _ in range(3)] == [401, 401, 401]


def test_no_more_heads_are_remembered_than_a_bounded_number(server: LocalServer) -> None:
    for row in range(15):
        with connected(server.port) as connection:
            for number in range(100):
                answer = asked(connection, render("Ada", RENDER + JSON + b"x-number: %d %d\r\n" % (row, number)))
                assert answer is not None
                assert answer.status == 200
    gc.collect()
    assert sum(isinstance(each, Head) for each in gc.get_objects()) <= MOST_HEADS


@pytest.mark.parametrize("apart", [False, True], ids=["at once", "apart"])
def test_a_head_is_remembered_whether_its_body_comes_with_it_or_not(server: LocalServer, apart: bool) -> None:
    mark = b"x-mark: %d\r\n" % next(_numbers)
    with connected(server.port) as connection:
        for name in ("Ada", "Bob"):
            asked(connection, render(name, RENDER + JSON + mark), apart=apart)
    remembered = [each for each in gc.get_objects() if isinstance(each, Head)]
    assert sum(mark.strip() in b": ".join(pair) for each in remembered for pair in each.headers.raw) == 1


def test_a_known_head_behind_many_new_ones_is_answered_as_before(server: LocalServer) -> None:
    new = [RENDER + JSON + b"x-new: %d\r\n" % number for number in range(150)]
    with connected(server.port) as connection:
        for number, head in enumerate([RENDER + JSON, *new, RENDER + JSON, RENDER + JSON]):
            answer = asked(connection, render(str(number), head))
            assert answer is not None
            assert answer.json["prompt"] == f"Hi {number}!"


def test_who_waits_to_be_told_to_send_the_body_is_told_so_each_time(server: LocalServer) -> None:
    head, _, body = render("Ada", RENDER + JSON + b"expect: 100-continue\r\n").partition(b"\r\n\r\n")
    with connected(server.port) as connection:
        for _ in range(3):
            connection.sendall(head + b"\r\n\r\n" + body)
            assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
            answer = asked(connection, b"")
            assert answer is not None
            assert answer.json["prompt"] == "Hi Ada!"


def test_only_the_length_itself_says_where_a_body_ends(server: LocalServer) -> None:
    body = render("Ada").partition(b"\r\n\r\n")[2]

    def request(other: int) -> bytes:
        return RENDER + JSON + b"x-length: %d\r\n" % other + LENGTH % len(body)

    with connected(server.port) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        asked(connection, request(len(body)) + body)
        connection.sendall(request(5) + body[:5])
        time.sleep(0.05)  # so that it comes by itself
        answer = asked(connection, body[5:])
        assert answer is not None
        assert answer.json["prompt"] == "Hi Ada!"


def test_a_known_head_with_a_body_that_is_too_large_is_refused(server: LocalServer) -> None:
    with connected(server.port) as connection:
        for name, status in (("Ada", 200), ("Ada", 200), ("z" * SMALL_BODY, 413)):
            answer = asked(connection, render(name))
            assert answer is not None
            assert answer.status == status
        connection.sendall(RENDER + JSON + LENGTH % (SMALL_BODY + 1))  # nor is its body waited for
        assert answers_in(connection.recv(1 << 16))[0].status == 413


def test_a_head_whose_body_came_later_is_not_known(server: LocalServer) -> None:
    body = render("Ada").partition(b"\r\n\r\n")[2]
    with connected(server.port) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(3):
            connection.sendall(RENDER + JSON + b"transfer-encoding: chunked\r\n\r\n")
            time.sleep(0.05)  # so that it comes by itself
            answer = asked(connection, b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
            assert answer is not None
            assert answer.json["prompt"] == "Hi Ada!"


def test_a_body_that_does_not_follow_a_known_head_is_not_waited_for_longer_than_any() -> None:
    with LocalServer(config=Config(limits=LocalLimits(seconds=1))) as server:
        server.add_prompt(slug="pp-x", versions=["Hi {{name}}!"])
        key = server.add_key("read")
        head = RENDER + JSON + b"x-portkey-api-key: %b\r\n" % key.encode()
        with connected(server.port) as connection:
            for status in (200, 200):
                answer = asked(connection, render("Ada", head))
                assert answer is not None
                assert answer.status == status
            late = asked(connection, head + LENGTH % 10)
            assert late is not None
            assert late.status == 408
        server.revoke_key(key)
        with connected(server.port) as connection:  # whom nobody lets in is told so, body or not
            refused = asked(connection, head + LENGTH % 10)
            assert refused is not None
            assert refused.status == 401


def test_a_client_that_goes_away_after_a_known_head_is_counted_as_gone() -> None:
    with LocalServer() as server:
        server.add_prompt(slug="pp-x", versions=["Hi {{name}}!"])

        def gone() -> list[str]:
            text = httpx.get(f"http://127.0.0.1:{server.port}/metrics").text
            return [line for line in text.splitlines() if 'operation="renderPrompt",status="none"' in line]

        for end in (socket.SHUT_WR, None):
            with connected(server.port, 10) as connection:
                asked(connection, render("Ada"))
                connection.sendall(RENDER + JSON + LENGTH % 10)
                if end is not None:
                    connection.shutdown(end)
                    assert received(connection) == b""
        assert wait_for(lambda: [line.rpartition(" ")[2] for line in gone()] == ["2"])


def test_who_was_never_let_in_with_a_head_is_told_so_before_the_body(server: LocalServer) -> None:
    head = RENDER + b"host: elsewhere.example\r\n"
    with connected(server.port, 10) as connection:
        for _ in range(2):
            answer = asked(connection, render("Ada", head))
            assert answer is not None
            assert answer.status == 403
        answer = asked(connection, head + LENGTH % 10)
        assert answer is not None
        assert answer.status == 403


def test_a_request_whose_known_head_came_before_the_end_is_answered() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if HEAD in scope["state"]:
            scope["state"][HEAD].admitted = True
        body = (await receive())["body"]
        length = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": length})
        await send({"type": "http.response.body", "body": body})

    with hosted(app) as server, connected(server.port) as connection:
        asked(connection, RENDER + LENGTH % 2 + b"hi")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(RENDER + LENGTH % 2)
        time.sleep(0.05)  # so that it comes before the end
        server.hosting.stop()
        time.sleep(0.05)
        answer = asked(connection, b"ho")
    assert answer is not None
    assert answer.body == b"ho"


def test_a_run_with_a_known_head_may_take_longer_than_a_request(puppet: Puppet) -> None:
    def script(exchange: Exchange) -> None:
        time.sleep(0 if len(puppet.seen) == 1 else 3)
        exchange.answer(200, completion("Hello"))

    puppet.script = script
    up = {"kind": "openai", "base_url": puppet.base_url}
    with LocalServer(upstreams={"up": up}, config=Config(limits=LocalLimits(seconds=1))) as server:
        server.add_prompt(slug="pp-x", versions=[{"string": "x", "virtual_key": "up"}])
        with connected(server.port) as connection:
            for _ in range(2):
                answer = asked(connection, RENDER.replace(b"render", b"completions") + JSON + LENGTH % 2 + b"{}")
                assert answer is not None
                assert answer.status == 200


GET = b"GET /v1/prompts/pp-x HTTP/1.1\r\n"


def test_a_known_head_is_told_when_the_server_is_about_to_end() -> None:
    with Serving(drain=60) as serving, connected(port_of(serving)) as connection:
        made = {"name": "x", "string": "x", "parameters": {}, "collection_id": "default"}
        slug = httpx.post(f"{serving.base_url}/prompts", json=made).json()["slug"].encode()
        head = RENDER.replace(b"pp-x", slug) + JSON
        for _ in range(3):
            answer = asked(connection, render("Ada", head))
            assert answer is not None
            assert "connection" not in answer.headers
        serving.process.send_signal(signal.SIGTERM)
        assert wait_for(lambda: httpx.get(f"{serving.base_url}/readyz").status_code == 503)
        answer = asked(connection, render("Ada", head))
        assert answer is not None
        assert (answer.status, answer.headers["connection"]) == (200, "close")


def test_requests_with_a_known_head_are_logged_where_all_are() -> None:
    with Serving(log="json") as serving:
        with connected(port_of(serving)) as connection:
            made = {"name": "x", "string": "x", "parameters": {}, "collection_id": "default"}
            slug = httpx.post(f"{serving.base_url}/prompts", json=made).json()["slug"].encode()
            for _ in range(5):
                asked(connection, GET.replace(b"pp-x", slug) + HOST + b"\r\n")
                asked(connection, render("Ada", RENDER.replace(b"pp-x", slug) + JSON))
        lines = [json.loads(line) for line in serving.end()[2].splitlines()]
    paths = [line["path"].encode() for line in lines if line["message"] == "request"]
    assert paths.count(b"/v1/prompts/%b/render" % slug) == paths.count(b"/v1/prompts/%b" % slug) == 5


TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    ("sent", "name", "value"),
    [
        (f"traceparent: 00-{TRACE}-b7ad6b7169203331-01", "x-portkey-trace-id", TRACE),
        (f"origin: {ORIGIN}", "access-control-allow-origin", ORIGIN),
    ],
    ids=["trace", "page"],
)
def test_a_known_head_of_a_page_or_a_trace_has_what_belongs_to_it(
    server: LocalServer, sent: str, name: str, value: str
) -> None:
    line = sent.encode() + b"\r\n"
    with connected(server.port) as connection:
        for request in (render("Ada", RENDER + JSON + line), GET + HOST + line + b"\r\n"):
            for _ in range(3):
                connection.sendall(request)
                (answer,) = answers_in(connection.recv(1 << 16))
                assert answer.headers[name] == value


def test_answers_to_known_heads_have_trace_ids_of_their_own_or_the_one_they_sent(server: LocalServer) -> None:
    with connected(server.port) as connection:

        def told_as(head: bytes) -> list[str]:
            found = []
            for _ in range(5):
                connection.sendall(render("Ada", RENDER + JSON + head))
                found.append(answers_in(connection.recv(1 << 16))[0].headers["x-portkey-trace-id"])
            return found

        assert len(set(told_as(b""))) == 5
        assert set(told_as(b"x-portkey-trace-id: mine\r\n")) == {"mine"}


def test_who_has_what_a_known_head_asks_for_is_told_only_that(server: LocalServer) -> None:
    with connected(server.port) as connection:
        answer = asked(connection, GET + HOST + b"\r\n")
        assert answer is not None
        tag = answer.headers["etag"].encode()
        for head, status in ((b"", 200), (b"if-none-match: %b\r\n" % tag, 304), (b'if-none-match: "x"\r\n', 200)):
            for _ in range(3):
                connection.sendall(GET + HOST + head + b"\r\n")
                told_now = connection.recv(1 << 16)
                assert told_now.startswith(b"HTTP/1.1 %d " % status)
                assert b"etag: %b\r\n" % tag in told_now
                assert (told_now.partition(b"\r\n\r\n")[2] == b"") is (status == 304)


def test_each_answer_to_a_known_head_is_counted() -> None:
    with LocalServer() as server, connected(server.port) as connection:
        server.add_prompt(slug="pp-x", versions=["Hi {{name}}!"])
        for _ in range(7):
            asked(connection, render("Ada"))
        asked(connection, render("Ada").replace(b'"Ada"', b"[1, 2"))
        text = httpx.get(f"http://127.0.0.1:{server.port}/metrics").text
    assert 'portkey_requests_total{operation="renderPrompt",status="200"} 7\n' in text
    assert 'portkey_requests_total{operation="renderPrompt",status="400"} 1\n' in text
    assert "portkey_render_seconds_count 7\n" in text


def test_what_goes_the_long_way_after_all_is_counted_once() -> None:
    limits = LocalLimits(buffers=30_000)
    with LocalServer(config=Config(limits=limits)) as server, connected(server.port) as connection:
        server.add_prompt(slug="pp-x", versions=["{{#name}}{{#wide}}" + "x" * 31_000 + "{{/wide}}{{/name}}"])

        def told_of(name: str, wide: object) -> int:
            body = json.dumps({"variables": {"name": name, "wide": wide}}).encode()
            answer = asked(connection, RENDER + JSON + LENGTH % len(body) + body)
            assert answer is not None
            return answer.status

        narrow, large = ("y", False), ("y", [1, 2, 3])
        assert [told_of(*narrow), told_of(*large)] == [200, 503]
        before = counted(server)
        assert [told_of(*narrow), told_of(*large), told_of(*large)] == [200, 503, 503]
        after = counted(server)
    grown = {name: number - before.get(name, 0) for name, number in after.items() if number != before.get(name, 0)}
    assert grown.pop('portkey_requests_total{operation="none",status="200"}') == 1  # that of the metrics
    assert grown.pop("portkey_render_seconds_count") == 1
    assert grown == {
        'portkey_requests_total{operation="renderPrompt",status="200"}': 1,
        'portkey_requests_total{operation="renderPrompt",status="503"}': 2,
        'portkey_cache_lookups_total{cache="prompts",result="hit"}': 3,
    }


def counted(server: LocalServer) -> dict[str, float]:
    """The server's counters by name and labels."""
    lines = httpx.get(f"http://127.0.0.1:{server.port}/metrics").text.splitlines()
    found = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    names = ("portkey_requests_total", "portkey_cache_lookups_total", "portkey_render_seconds_count")
    return {name: float(value) for name, value in found.items() if name.startswith(names)}


@pytest.mark.parametrize(("buffers", "status"), [(1024 * 1024, 200), (100 * 1024, 503)], ids=["room", "no room"])
def test_a_client_that_does_not_read_is_not_written_to_without_end(buffers: int, status: int) -> None:
    large = render("y" * 5000)
    with LocalServer(config=Config(limits=LocalLimits(buffers=buffers))) as server:
        server.add_prompt(slug="pp-x", versions=["{{name}}" + "x" * 30_000])
        with connected(server.port) as greedy, connected(server.port) as other:
            greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            greedy.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for _ in range(3):
                asked(greedy, large)
                asked(other, large)
            greedy.settimeout(2)
            with suppress(TimeoutError):
                for _ in range(200):
                    greedy.sendall(large)
                    time.sleep(0.003)  # so that each comes by itself
            for _ in range(3):  # the first one reads what had not been asked for in a while
                answer = asked(other, large)
                assert answer is not None
                assert answer.status == status


def test_a_partial_that_a_call_chooses_is_read_for_a_known_head_too() -> None:
    head = RENDER.replace(b"pp-x", b"pp-y") + JSON
    with LocalServer() as server, connected(server.port) as connection:
        server.add_partial(slug="pp-tone", versions=["Be kind, {{name}}."])
        server.add_prompt(slug="pp-y", versions=["{{>>which}} Hi!"])
        for which, said in [("pp-tone", "Be kind, Ada. Hi!"), ("A text.", "A text. Hi!"), ("pp-none", "pp-none Hi!")]:
            body = json.dumps({"variables": {"which": which, "name": "Ada"}}).encode()
            for _ in range(3):
                answer = asked(connection, head + LENGTH % len(body) + body)
                assert answer is not None
                assert answer.json["prompt"] == said


def test_the_latest_version_that_another_server_made_is_read_by_a_known_head_at_once(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/prompts.db"
    with LocalServer(database) as first, LocalServer(database) as second, connected(first.port) as connection:
        first.add_prompt(slug="pp-x", versions=["one"])
        for number in range(2, 8):
            httpx.put(
                f"{second.base_url}/prompts/pp-x", json={"string": f"{number}", "parameters": {}}
            ).raise_for_status()
            answer = asked(connection, GET.replace(b"pp-x", b"pp-x@latest") + HOST + b"\r\n")
            assert answer is not None
            assert answer.json["prompt_version"] == number

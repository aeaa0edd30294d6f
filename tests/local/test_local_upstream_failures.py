"""An upstream fails, in every way that one can: what the app's client makes of it, and what the server does after."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import frozen
from puppet_upstream import Exchange, Puppet, chunk, completion, wait_for

from portkey_ai import (
    APIError,
    APIStatusError,
    APIStreamError,
    APIStreamTimeoutError,
    APITimeoutError,
    AsyncPortkey,
    AuthenticationError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    Portkey,
    RateLimitError,
    RequestTimeoutError,
)
from portkey_local import LocalServer

SAID = {"message": "Not today", "type": "their_word", "param": None, "code": None}
HTML = b"<html><body>Welcome to nginx!</body></html>"
SILENCE = 1.0
"""Seconds after which the server gives a silent upstream up."""


def answers(status: int, body: bytes | dict[str, Any], *headers: str, kind: str = "application/json") -> Any:
    return lambda exchange: exchange.answer(status, body, *headers, kind=kind)


def says_no(status: int, *headers: str) -> Any:
    return answers(status, {"error": SAID}, *headers)


def is_silent(exchange: Exchange) -> None:
    exchange.wait_until_gone()


def breaks_off(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{")


def begins(exchange: Exchange) -> None:
    exchange.begin_stream()
    exchange.event(chunk("Once "))
    exchange.event(chunk("upon"))


def stalls(exchange: Exchange) -> None:
    begins(exchange)
    exchange.wait_until_gone()


def is_cut(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    for word in ("Once ", "upon"):
        data = f"data: {json.dumps(chunk(word))}\n\n".encode()
        exchange.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")


def sends_half_an_event(exchange: Exchange) -> None:
    begins(exchange)
    exchange.send(b'data: {"choices": [{"index": 0, "delta": {"content": " a ti')


def gives_up(exchange: Exchange) -> None:
    begins(exchange)
    exchange.event({"error": SAID})


@frozen
class Failing:
    """A row: how the upstream fails, and what the app is to see."""

    name: str
    script: Callable[[Exchange], None]
    kind: type[APIError]
    status: int
    code: str
    words: tuple[str, ...]
    """What the message has to say, besides the upstream's name."""
    seen: int = 1
    """How often the upstream is asked by a client that repeats a call once, where it may."""


BEFORE = [
    Failing("silence", is_silent, RequestTimeoutError, 408, "timeout", (f"sent nothing for {SILENCE:g} s", "timeout")),
    Failing("a cut", breaks_off, InternalServerError, 502, "connection_broken", ("broke", "not known")),
    Failing(
        "401", says_no(401), AuthenticationError, 401, "their_word", ("Not today", "not the caller's", "api_key_env")
    ),
    Failing("403", says_no(403), PermissionDeniedError, 403, "their_word", ("Not today", "not the caller's")),
    Failing("404", says_no(404), NotFoundError, 404, "their_word", ("Not today",)),
    Failing("429", says_no(429, "retry-after: 61"), RateLimitError, 429, "their_word", ("not this server's", "later")),
    Failing("429 for now", says_no(429, "retry-after: 0"), RateLimitError, 429, "their_word", ("Not today",), seen=2),
    Failing("500", says_no(500), InternalServerError, 500, "their_word", ("Not today",)),
    Failing("503", says_no(503, "retry-after: 0"), InternalServerError, 503, "their_word", ("Not today",), seen=2),
    Failing(
        "HTML with a 200",
        answers(200, HTML, kind="text/html"),
        InternalServerError,
        502,
        "bad_gateway",
        ("base_url", "Welcome to nginx!"),
    ),
    Failing(
        "HTML with a 404",
        answers(404, HTML, kind="text/html"),
        NotFoundError,
        404,
        "upstream_error",
        ("404", "Welcome to nginx!"),
    ),
    Failing("half a JSON", answers(200, b'{"choices": ['), InternalServerError, 502, "bad_gateway", ("base_url",)),
]
AFTER = [
    Failing("a stall", stalls, APIStreamTimeoutError, 200, "timeout", (f"sent nothing for {SILENCE:g} s", "timeout")),
    Failing("a cut", is_cut, APIStreamError, 200, "connection_broken", ("broke",)),
    Failing("an early end", begins, APIStreamError, 200, "stream_cut", ("ended before the answer did",)),
    Failing("half an event", sends_half_an_event, APIStreamError, 200, "stream_cut", ("ended before the answer did",)),
    Failing("an error", gives_up, APIStreamError, 200, "their_word", ("Not today",)),
]


class App:
    """An app with the facade's client, sync or async, that repeats a call once at most."""

    def __init__(self, is_async: bool, server: LocalServer) -> None:
        self._is_async = is_async
        self._options: dict[str, Any] = {"base_url": server.base_url, "max_retries": 1, "trace_id": "trace-7"}

    def run(self, *, stream: bool, **settings: Any) -> str:
        """Run the prompt `p` and return the answer's text; what it raises comes out."""
        return asyncio.run(self._run_async(stream, settings)) if self._is_async else self._run(stream, settings)

    def _run(self, stream: bool, settings: dict[str, Any]) -> str:
        with Portkey(**self._options) as portkey:
            if not stream:
                return portkey.prompts.completions(prompt_id="p", **settings).choices[0].message.content or ""
            with portkey.prompts.completions(prompt_id="p", stream=True, **settings) as deltas:
                return "".join(deltas.text_deltas())

    async def _run_async(self, stream: bool, settings: dict[str, Any]) -> str:
        async with AsyncPortkey(**self._options) as portkey:
            if not stream:
                return (await portkey.prompts.completions(prompt_id="p", **settings)).choices[0].message.content or ""
            async with await portkey.prompts.completions(prompt_id="p", stream=True, **settings) as deltas:
                return "".join([text async for text in deltas.text_deltas()])


def serving(base_url: str, **settings: Any) -> LocalServer:
    up = {"kind": "openai", "base_url": base_url, "timeout": SILENCE, **settings}
    return LocalServer(upstreams={"up": up})


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[LocalServer, Puppet]]:
    """One server for all rows: each of them has to leave it fit for the next."""
    with Puppet() as puppet, serving(puppet.base_url) as server:
        server.add_prompt(slug="p", versions=[{"string": "Tell a story.", "virtual_key": "up"}])
        yield server, puppet


@pytest.fixture
def puppet(shared: tuple[LocalServer, Puppet]) -> Puppet:
    shared[1].seen.clear()
    return shared[1]


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def is_async(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def app(shared: tuple[LocalServer, Puppet], is_async: bool) -> App:
    return App(is_async, shared[0])


def check(error: APIError, row: Failing) -> None:
    assert (type(error), error.status_code, error.error_code) == (row.kind, row.status, row.code), error
    assert error.trace_id == "trace-7"
    assert error.message.startswith("Upstream `up`: ")
    assert not [word for word in row.words if word not in error.message], error.message
    assert error.body["provider"] == "up"


def check_healthy(app: App, puppet: Puppet) -> None:
    """Hold that the upstream's next answers, whole and streamed, arrive as if nothing had been."""
    puppet.script = lambda exchange: exchange.answer(200, completion("Well"))
    assert app.run(stream=False) == "Well"

    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(chunk("Well", finish="stop"))
        exchange.event("[DONE]")

    puppet.script = script
    assert app.run(stream=True) == "Well"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("row", BEFORE, ids=lambda row: row.name)
def test_a_failure_before_the_answer_is_the_error_of_its_status(
    app: App, puppet: Puppet, row: Failing, stream: bool
) -> None:
    puppet.script = row.script
    with pytest.raises(APIStatusError) as caught:
        app.run(stream=stream)
    check(caught.value, row)
    assert len(puppet.seen) == row.seen
    check_healthy(app, puppet)


@pytest.mark.parametrize("row", AFTER, ids=lambda row: row.name)
def test_a_failure_in_mid_stream_is_the_stream_s_error_and_keeps_what_came_before(
    app: App, puppet: Puppet, row: Failing
) -> None:
    puppet.script = row.script
    with pytest.raises(APIStreamError) as caught:
        app.run(stream=True)
    check(caught.value, row)
    assert caught.value.partial is not None
    assert caught.value.partial.choices[0].message.content == "Once upon"
    assert len(puppet.seen) == 1
    check_healthy(app, puppet)


def test_a_stall_is_caught_as_a_time_out_too(app: App, puppet: Puppet) -> None:
    puppet.script = stalls
    with pytest.raises(APITimeoutError):
        app.run(stream=True)
    assert wait_for(puppet.seen[0].gone.is_set)  # the server has hung up


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_when_to_call_again_arrives(app: App, puppet: Puppet, stream: bool) -> None:
    puppet.script = says_no(429, "retry-after: 61", "retry-after-ms: 61500")
    with pytest.raises(RateLimitError) as caught:
        app.run(stream=stream)
    headers = caught.value.response.headers
    assert (headers["retry-after"], headers["retry-after-ms"]) == ("61", "61500")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_caller_that_waits_no_longer_gets_a_time_out(app: App, puppet: Puppet, stream: bool) -> None:
    puppet.script = is_silent
    with pytest.raises(RequestTimeoutError, match=r"Upstream `up`: No answer came within 1 s") as caught:
        app.run(stream=stream, extra_headers={"x-portkey-request-timeout": "1000"})
    assert caught.value.trace_id == "trace-7"
    assert len(puppet.seen) == 1


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("url", "code", "words"),
    [
        ("http://127.0.0.1:{free}/v1", "unreachable", ("refuses connections", "Is it running", "base_url")),
        ("http://no-such-host.invalid/v1", "unknown_host", ("`no-such-host.invalid` is not known", "base_url")),
    ],
    ids=["a refused connection", "an unknown host"],
)
def test_an_upstream_that_is_not_there_is_named_with_its_address(
    is_async: bool, url: str, code: str, words: tuple[str, ...], stream: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    with serving(url.format(free=free)) as server:
        server.add_prompt(slug="p", versions=[{"string": "Tell a story.", "virtual_key": "up"}])
        app = App(is_async, server)
        with pytest.raises(InternalServerError) as caught:
            app.run(stream=stream)
        check(caught.value, Failing("", begins, InternalServerError, 503, code, words))
        assert app.run(stream=stream, virtual_key="echo") == "Tell a story."
        assert httpx.get(f"{server.base_url}/healthz", trust_env=False).status_code == 200


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that nobody but its owner trusts, and its key, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate")
    path = tmp_path_factory.mktemp("tls") / "self-signed.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    )
    made = subprocess.run([*command.split(), "-keyout", "-", "-out", "-"], capture_output=True, check=True)
    path.write_bytes(made.stdout)
    return path


@pytest.fixture
def secured(certificate: Path) -> Iterator[Puppet]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Puppet(context) as upstream:
        yield upstream


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_certificate_that_nobody_trusts_is_refused_and_named(is_async: bool, secured: Puppet, stream: bool) -> None:
    with serving(secured.base_url) as server:
        server.add_prompt(slug="p", versions=[{"string": "Tell a story.", "virtual_key": "up"}])
        app = App(is_async, server)
        with pytest.raises(InternalServerError) as caught:
            app.run(stream=stream)
        words = (secured.base_url, "certificate is not trusted", "self-signed", "ca_file")
        check(caught.value, Failing("", begins, InternalServerError, 502, "tls", words))
        assert secured.seen == []
        assert app.run(stream=stream, virtual_key="echo") == "Tell a story."


def test_a_certificate_of_one_s_own_can_be_trusted(is_async: bool, secured: Puppet, certificate: Path) -> None:
    with serving(secured.base_url, ca_file=str(certificate), timeout=30) as server:
        server.add_prompt(slug="p", versions=[{"string": "Tell a story.", "virtual_key": "up"}])
        assert App(is_async, server).run(stream=False) == "Hello"


def test_a_server_that_speaks_no_tls_is_no_safe_connection(is_async: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as pool:
        pool.submit(_answer_in_plain_text, listening)
        with serving(f"https://127.0.0.1:{listening.getsockname()[1]}/v1", timeout=30) as server:
            server.add_prompt(slug="p", versions=[{"string": "Tell a story.", "virtual_key": "up"}])
            with pytest.raises(InternalServerError, match="No safe connection to https:") as caught:
                App(is_async, server).run(stream=False)
            assert caught.value.error_code == "tls"


def _answer_in_plain_text(listening: socket.socket) -> None:
    """Answer what opens a safe connection as a server does that knows HTTP alone."""
    connection, _ = listening.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n")

"""All that names httpx: pools, requests, time-outs, and what its exceptions mean.

A move to another HTTP library is a change of this module (and of the compiled client's).
"""

from __future__ import annotations

import os
import ssl
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING, Any, cast

import httpx

from portkey_ai._retry import Failure
from portkey_ai.errors import PortkeyError

if TYPE_CHECKING:
    import asyncio

Request = httpx.Request
Response = httpx.Response
Timeout = httpx.Timeout
HTTPClient = httpx.Client
AsyncHTTPClient = httpx.AsyncClient
RequestError = httpx.RequestError
TimeoutException = httpx.TimeoutException
DecodingError = httpx.DecodingError

LIMITS = httpx.Limits(max_connections=1000, max_keepalive_connections=100, keepalive_expiry=30.0)
DRAIN_SECONDS = 1.0
"""How long the end of a stream is waited for, so that its connection can be used again."""

_NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)

sleep = time.sleep


async def async_sleep(seconds: float) -> None:
    """Sleep on whichever event loop runs."""
    import anyio

    await anyio.sleep(seconds)


def failure_of(error: httpx.RequestError) -> Failure:
    """Say what an exception means for repeating the call."""
    return Failure.NOT_CONNECTED if isinstance(error, _NOT_CONNECTED) else Failure.BROKEN


def build_request(method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: Timings) -> Request:
    """Build a request as it will be sent; nothing is merged into it later."""
    target = _parsed(url)
    all_headers = {"host": target.netloc.decode("ascii"), **headers}
    if body is not None:
        all_headers["content-length"] = str(len(body))
    elif method in ("POST", "PUT", "PATCH"):
        all_headers["content-length"] = "0"
    request = Request(
        method,
        target,
        headers=all_headers,
        stream=httpx.ByteStream(body or b""),
        extensions={"timeout": timeout},
    )
    request.read()
    return request


@lru_cache(maxsize=512)
def _parsed(url: str) -> httpx.URL:
    return httpx.URL(url)


def query_string(params: Mapping[str, Any]) -> str:
    """Write query parameters as httpx does: lists as repetitions, booleans in lower case."""
    return str(httpx.QueryParams(dict(params)))


Timings = dict[str, float | None]
"""Seconds to `connect`, `read`, `write` and wait for a place in the `pool`; None waits for ever."""


def timings(timeout: float | Timeout | None, read: float | None = None) -> Timings:
    """Spell a time-out out.

    Args:
        timeout: seconds for each step, an `httpx.Timeout`, or None for ever.
        read: seconds between two reads, where they are to differ.

    Raises:
        PortkeyError: where it is none of these.
    """
    known = timeout if isinstance(timeout, Timeout) else Timeout(_seconds(timeout))
    spelled: Timings = known.as_dict()
    if read is not None:
        spelled["read"] = read
    return spelled


def _seconds(timeout: float | None) -> float | None:
    is_number = isinstance(timeout, int | float) and not isinstance(timeout, bool)
    if timeout is not None and not (is_number and 0 < timeout < float("inf")):
        raise PortkeyError(
            f"`timeout` must be seconds, more than 0, an httpx.Timeout, or None to wait for ever, not {timeout!r}."
        )
    return timeout


@lru_cache(maxsize=1)
def _tls_context() -> ssl.SSLContext:
    """Load the trusted certificates once a process: it is nearly all that making a client costs."""
    return httpx.create_ssl_context()


@lru_cache(maxsize=1)
def _bare_context() -> ssl.SSLContext:
    """Make a context that trusts nobody, for clients that speak plain HTTP: it costs nothing, and fails closed."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _context_for(base_url: str) -> ssl.SSLContext:
    plain = base_url.lower().startswith("http://") and not any(name.lower().endswith("_proxy") for name in os.environ)
    return _bare_context() if plain else _tls_context()


class _NoCookies(CookieJar):
    """Keeps nothing: a client of an API has no session, and looking for cookies in each answer takes time."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        """Pass an answer's cookies by."""


class Pool:
    """The connections of one client and of those derived from it, one httpx client a process."""

    def __init__(self, base_url: str, given: HTTPClient | None) -> None:
        if given is not None and not isinstance(given, httpx.Client):
            raise TypeError(f"http_client of a Portkey must be an httpx.Client, not {type(given).__name__}.")
        self._base_url = base_url
        self._given = given
        self._own: dict[int, HTTPClient] = {}
        self._closed = False

    def client(self) -> HTTPClient:
        """Open the pool, anew in a forked process: connections must not be shared with the parent."""
        if self._given is not None:
            return self._given
        own = self._own.get(os.getpid())
        if own is not None:
            return own
        if self._closed:
            raise RuntimeError("This client has been closed; make another one.")
        self._drop_inherited()
        new = httpx.Client(verify=_context_for(self._base_url), limits=LIMITS, cookies=_NoCookies())
        # No lock, which a fork could leave locked for ever: of two threads that come here at once, one wins.
        own = self._own.setdefault(os.getpid(), new)
        if own is not new:
            new.close()
        return own

    def __del__(self) -> None:
        """Close the connections of a client that nobody closed."""
        try:  # noqa: SIM105  (the interpreter may be ending, and `suppress` gone already)
            self.close()
        except Exception:
            pass

    def close(self) -> None:
        """Close what this pool opened; a client that was given is the giver's to close."""
        self._closed = True
        self._drop_inherited()
        own = self._own.pop(os.getpid(), None)
        if own is not None:
            own.close()

    def _drop_inherited(self) -> None:
        """Close a forked process's copies of its parent's connections, which stay open in the parent.

        On a thread, and not waited for long: whoever forked may have held the locks of that client just then.
        """
        for process in [process for process in self._own if process != os.getpid()]:
            closing_thread = threading.Thread(target=self._own.pop(process).close, daemon=True)
            closing_thread.start()
            closing_thread.join(timeout=0.5)


class AsyncPool:
    """The connections of one async client and of those derived from it, one httpx client a process and event loop.

    Connections belong to the loop that made them. A loop that ends (`asyncio.run` does that) closes its own: each pool
    leaves an asynchronous generator with the loop, which the loop winds up before it closes.
    """

    def __init__(self, base_url: str, given: AsyncHTTPClient | None) -> None:
        if given is not None and not isinstance(given, httpx.AsyncClient):
            raise TypeError(f"http_client of an AsyncPortkey must be an httpx.AsyncClient, not {type(given).__name__}.")
        self._base_url = base_url
        self._given = given
        self._own: dict[tuple[int, int], _LoopClient] = {}
        self._closed = False

    async def client(self) -> AsyncHTTPClient:
        """Open the pool of the running loop, anew in a forked process."""
        if self._given is not None:
            return self._given
        loop = _running_loop()
        key = (os.getpid(), id(loop))
        own = self._own.get(key)
        if own is not None and own.loop is loop and not own.http.is_closed:
            return own.http
        if self._closed:
            raise RuntimeError("This client has been closed; make another one.")
        self._forget_ended_loops()
        own = self._own[key] = _LoopClient(
            loop, httpx.AsyncClient(verify=_context_for(self._base_url), limits=LIMITS, cookies=_NoCookies())
        )
        await own.leave_with_loop()
        return own.http

    def _forget_ended_loops(self) -> None:
        for key, own in list(self._own.items()):
            if own.http.is_closed or key[0] != os.getpid():
                self._own.pop(key, None)

    async def aclose(self) -> None:
        """Close what this pool opened on the running loop; a client that was given is the giver's to close."""
        self._closed = True
        own = self._own.pop((os.getpid(), id(_running_loop())), None)
        if own is not None:
            await own.keeper.aclose()


class _LoopClient:
    """An httpx client and the loop that it belongs to."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None, http: AsyncHTTPClient) -> None:
        self.loop = loop
        self.http = http
        self.keeper = _closing(http)

    async def leave_with_loop(self) -> None:
        """Start the generator, so that the loop knows it and winds it up at its end."""
        await anext(self.keeper)


async def _closing(http: AsyncHTTPClient) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        await http.aclose()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    import asyncio  # not above: it takes a quarter of the sync client's import

    try:
        return asyncio.get_running_loop()
    except RuntimeError:  # another library's loop, such as trio's
        return None


def drain(response: Response, body: Iterator[bytes]) -> None:
    """Read a finished stream's end, so that its connection returns to the pool; a server that goes on is hung up on."""
    with suppress(httpx.RequestError), closing(response), _reading_until(response, time.monotonic() + DRAIN_SECONDS):
        for _ in zip(range(8), body, strict=False):
            pass


@contextmanager
def _reading_until(response: Response, moment: float) -> Iterator[None]:
    """Let reads of an answer's connection time out at a moment, whatever the request said."""
    connection = response.extensions.get("network_stream")
    if connection is None:
        yield
        return
    read = connection.read
    connection.read = lambda most, timeout=None: read(most, max(moment - time.monotonic(), 0.001))
    try:
        yield
    finally:
        connection.read = read


async def async_drain(response: Response, body: AsyncIterator[bytes]) -> None:
    """Read a finished stream's end, so that its connection returns to the pool; a server that goes on is hung up on."""
    import anyio

    try:
        with anyio.move_on_after(DRAIN_SECONDS):
            for _ in range(8):
                await anext(body)
    except (StopAsyncIteration, httpx.RequestError):
        pass
    finally:
        with anyio.CancelScope(shield=True):
            await response.aclose()


def is_event_stream(response: Response) -> bool:
    """Say whether an answer is an event stream; one without a content type is taken for it."""
    kind = cast(str, response.headers.get("content-type", "text/event-stream"))
    return kind.partition(";")[0].strip().lower() == "text/event-stream"

# Compiled from openapi.yaml by `make generate`. Do not edit.
"""All that names httpx: pools, requests, time-outs, and what its exceptions mean.

A move to another HTTP library is a change of this module.
"""

from __future__ import annotations

import os
import ssl
import sys
import threading
import time
import weakref
from _thread import start_new_thread
from base64 import b64encode
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from http.cookiejar import CookieJar
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import urlsplit
from urllib.request import getproxies

import httpx

from .encoding import encode
from .errors import AnswerTooLong, OptionError
from .options import call_headers, check_count
from .requests import is_loopback, shown_url
from .retries import Failure

if TYPE_CHECKING:
    import asyncio

    import httpcore

    from .requests import Request as OperationRequest

Request = httpx.Request
Response = httpx.Response
Timeout = httpx.Timeout
HTTPClient = httpx.Client
AsyncHTTPClient = httpx.AsyncClient
RequestError = httpx.RequestError
TimeoutException = httpx.TimeoutException
DecodingError = httpx.DecodingError

MOST_CONNECTIONS = 1000
"""How many connections a client has at most, a count."""
MOST_IDLE = 100
"""How many of them are kept open while no call uses them, a count."""
LIMITS = httpx.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=MOST_IDLE, keepalive_expiry=30.0)
MOST_BYTES = 256 * 1024 * 1024
"""Bytes that an answer may have, unpacked, where nobody says otherwise: all the events of the longest stream fit in."""
DRAIN_SECONDS = 1.0
"""How long the end of a stream is waited for, so that its connection can be used again."""

_NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)

sleep = time.sleep


async def async_sleep(seconds: float) -> None:
    """Sleep on whichever event loop runs."""
    import anyio

    await anyio.sleep(seconds)


class SetupError(Exception):
    """No connection can be made, with what the app or its environment says; the message says why."""


def failure_of(error: Exception) -> Failure:
    """Say what an exception means for repeating the call."""
    if isinstance(error, _NOT_CONNECTED):
        return Failure.NOT_CONNECTED
    return Failure.INTERRUPTED if isinstance(error, httpx.RequestError | OSError) else Failure.LASTING


def refusal_in(error: Exception) -> Response | None:
    """Find the answer in an exception that a hook of the app's `http_client` raised with `raise_for_status()`."""
    refused = isinstance(error, httpx.HTTPStatusError) and not error.response.is_success
    return error.response if refused and isinstance(error, httpx.HTTPStatusError) else None


def send(http: HTTPClient, request: Request, most: int, *, stream: bool = False) -> Response:
    """Send a request, and read the answer: whole, unless it is a success that is to be streamed.

    Args:
        http: what to send with.
        request: the request.
        most: bytes that the answer may have, unpacked.
        stream: whether the body of a success is left to be read.

    Raises:
        AnswerTooLong: where it is longer.
        Exception: of httpx, and of an app's own client any.
    """
    response = http.send(request, stream=True)
    if not stream or not response.is_success:
        read_whole(response, most)
    return response


def read_whole(response: Response, most: int) -> None:
    """Read an answer's body into its `content`, as long as it has no more than so many bytes."""
    try:
        # httpx has no limit of its own, and no other way to keep what was read by somebody else.
        response._content = b"".join(limited(response, most))
    except BaseException:
        response.close()  # what was read to its end is closed
        raise


def limited(response: Response, most: int) -> Iterator[bytes]:
    """Iterate an answer's body as it arrives, unpacked, as long as it has no more than so many bytes.

    Raises:
        AnswerTooLong: where it has more.
    """
    taken = 0
    for part in response.iter_raw() if _is_as_sent(response) else response.iter_bytes():
        taken += len(part)
        if taken > most:
            raise AnswerTooLong(most)
        yield part


def _is_as_sent(response: Response) -> bool:
    """Say whether a body is neither packed nor read already, so that it takes httpx one generator less."""
    return not response.is_stream_consumed and "content-encoding" not in response.headers


def body_of(owner: object, response: Response, most: int) -> Iterator[bytes]:
    """Iterate a streamed answer's body as `limited` does; its connection is closed once nobody has the owner any more.

    Args:
        owner: what reads the body.
        response: the answer.
        most: bytes that it may have, unpacked.
    """
    body = limited(response, most)
    # The body is held from here: were it garbage together with its owner, httpcore would close it in the collection.
    weakref.finalize(owner, _hang_up, response, body).atexit = False
    return body


def _hang_up(response: Response, body: Iterator[bytes]) -> None:
    if not response.is_closed:
        # A collection comes at any allocation, also while this very thread holds the lock that closing takes. A
        # `threading.Thread` takes locks as well.
        with suppress(RuntimeError):  # the interpreter ends
            start_new_thread(_close_dropped, (response, body))


def _close_dropped(response: Response, body: Iterator[bytes]) -> None:
    with suppress(Exception):  # nobody is there to be told
        response.close()


def is_dropped() -> bool:
    """Say, in a generator's `finally`, whether it was left unfinished: a garbage collection may then be running."""
    return isinstance(sys.exception(), GeneratorExit)


async def async_send(http: AsyncHTTPClient, request: Request, most: int, *, stream: bool = False) -> Response:
    """Send a request, and read the answer: whole, unless it is a success that is to be streamed; see `send`."""
    response = await http.send(request, stream=True)
    if not stream or not response.is_success:
        await async_read_whole(response, most)
    return response


async def async_read_whole(response: Response, most: int) -> None:
    """Read an answer's body into its `content`, as long as it has no more than so many bytes."""
    try:
        response._content = b"".join([part async for part in async_limited(response, most)])
    except BaseException:
        await response.aclose()
        raise


async def async_limited(response: Response, most: int) -> AsyncIterator[bytes]:
    """Iterate an answer's body as it arrives, as long as it has no more than so many bytes; see `limited`."""
    taken = 0
    async for part in response.aiter_raw() if _is_as_sent(response) else response.aiter_bytes():
        taken += len(part)
        if taken > most:
            raise AnswerTooLong(most)
        yield part


def async_body_of(owner: object, response: Response, most: int) -> AsyncIterator[bytes]:
    """Iterate a streamed answer's body; its connection is closed once nobody has the owner any more; see `body_of`."""
    loop = _running_loop()
    if loop is not None:
        weakref.finalize(owner, _hang_up_later, loop, response).atexit = False
    return async_limited(response, most)


def _hang_up_later(loop: asyncio.AbstractEventLoop, response: Response) -> None:
    if not response.is_closed:
        with suppress(RuntimeError):  # the loop is closed, and its connections with it
            # Not left to the loop alone, which knows of no generator that never began.
            loop.call_soon_threadsafe(lambda: loop.create_task(_async_close_dropped(response)))


async def _async_close_dropped(response: Response) -> None:
    with suppress(Exception):
        await response.aclose()


def outgoing(
    base_url: str,
    base_headers: Mapping[str, str],
    request: OperationRequest,
    options: Mapping[str, Any],
    timing: Timings,
    *,
    escaped: bool = False,
) -> Request:
    """Build what goes out for one call.

    Args:
        base_url: where the service is.
        base_headers: what every call sends.
        request: the operation's method, path, query, headers and body.
        options: what this call was told; it wins.
        timing: how long each step may take.
        escaped: whether the body is escaped to ASCII.

    Raises:
        OptionError: where an option can't be used, naming it.
        TypeError, ValueError: where the body is no JSON.
    """
    headers, params, content = {**base_headers, **request.headers}, request.params, None
    if request.body is not None:
        headers["content-type"] = "application/json"
        extra = options.get("extra_body")
        content = encode({**request.body, **extra} if extra else request.body, escaped=escaped)  # type: ignore[dict-item]
    if options:
        told = {**headers, **call_headers(options)}
        headers = {name: value for name, value in told.items() if value is not None}
        check_count("max_retries", options.get("max_retries", 0))
        params = {**params, **(options.get("extra_query") or {})}
    url = base_url + request.path
    return build_request(request.method, f"{url}?{query_string(params)}" if params else url, headers, content, timing)


def build_request(method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: Timings) -> Request:
    """Build a request as it will be sent; nothing is merged into it later."""
    target, credentials = _parsed(url)
    all_headers = {"host": target.netloc.decode("ascii"), **headers}
    if credentials and "authorization" not in headers:
        all_headers["authorization"] = credentials
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
def _parsed(url: str) -> tuple[httpx.URL, str | None]:
    """Split a URL into one without user and password, and their `authorization`, None where it has none."""
    # httpx would put them over an `authorization` that was asked for.
    target = httpx.URL(url)
    if not target.userinfo:
        return target, None
    credentials = b64encode(f"{target.username}:{target.password}".encode()).decode("ascii")
    return target.copy_with(username=None, password=None), f"Basic {credentials}"


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
        OptionError: where it is none of these.
    """
    known = timeout if isinstance(timeout, Timeout) else Timeout(_seconds(timeout))
    spelled: Timings = known.as_dict()
    if read is not None:
        spelled["read"] = read
    return spelled


def _seconds(timeout: float | None) -> float | None:
    is_number = isinstance(timeout, int | float) and not isinstance(timeout, bool)
    if timeout is not None and not (is_number and 0 < timeout < float("inf")):
        raise OptionError(
            f"`timeout` must be seconds, more than 0, an httpx.Timeout, or None to wait for ever, not {timeout!r}."
        )
    return timeout


@lru_cache(maxsize=1)
def _tls_context() -> ssl.SSLContext:
    """Load the trusted certificates once a process: it is nearly all that making a client costs."""
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        named = [f"{name}={os.environ[name]}" for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if name in os.environ]
        said = f"the trusted certificates can't be loaded ({', '.join(named) or 'the default ones'}): {error}"
        raise SetupError(said) from error


@lru_cache(maxsize=1)
def _bare_context() -> ssl.SSLContext:
    """Make a context that trusts nobody, for clients that speak plain HTTP: it costs nothing, and fails closed."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Proxy(NamedTuple):
    """A proxy that calls go through."""

    url: str
    name: str
    """Where it is said, such as `HTTP_PROXY`."""

    def __str__(self) -> str:
        return f"{shown_url(self.url)} ({self.name})"

    def __repr__(self) -> str:
        return str(self)


def proxy_for(base_url: str) -> Proxy | None:
    """Find the proxy that the environment names for a base URL; a server on this machine needs none.

    httpx looks by itself too, but refuses to start on a NO_PROXY that holds a network of IPv6 addresses, and does not
    say afterwards which proxy it chose.
    """
    known, target = getproxies(), urlsplit(base_url)
    scheme = target.scheme.lower()
    kind = scheme if known.get(scheme) else "all"
    url, host = known.get(kind), (target.hostname or "").rstrip(".")
    if not url or is_loopback(base_url) or _is_exempt(host, target.port, known.get("no", "")):
        return None
    return Proxy(url if "://" in url else f"http://{url}", f"{kind.upper()}_PROXY")


def _is_exempt(host: str, port: int | None, exempt: str) -> bool:
    """Say whether NO_PROXY names a host: as `*`, by name, by a domain above it, by address or network."""
    for entry in exempt.lower().split(","):
        name = entry.strip().rpartition("://")[2]
        if name == "*":
            return True
        try:
            if ip_address(host) in ip_network(name.strip("[]"), strict=False):
                return True
        except ValueError:  # one of them is a name
            name, _, only_port = name.partition(":")
            name = name.lstrip("*.")
            if name and only_port in ("", str(port)) and f".{host}".endswith(f".{name}"):
                return True
    return False


def _own_options(base_url: str, proxy: Proxy | None) -> dict[str, Any]:
    """Choose what a pool's own connections are made with."""
    plain = base_url.lower().startswith("http://")
    return {
        "verify": _bare_context() if plain else _tls_context(),
        "limits": LIMITS,
        "proxy": None if proxy is None else proxy.url,
        "trust_env": False,  # its proxy and its certificates are chosen here
    }


class _NoCookies(CookieJar):
    """Keeps nothing: a client of an API has no session, and looking for cookies in each answer takes time."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        """Pass an answer's cookies by."""


def _full_name(kind: type) -> str:
    """Name a class with its package: `httpx2.Client` is no `httpx.Client`."""
    return f"{kind.__module__.partition('.')[0]}.{kind.__qualname__}"


class Transport(httpx.HTTPTransport):
    """Sends for a sync client, over httpcore's pool, and over no connection that has brought more than its answer."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        pool: Any = self._pool
        create = pool.create_connection
        pool.create_connection = lambda origin: _expiring(create(origin))


def _expiring(connection: Any) -> Any:
    """Have a connection call itself expired, as the pool asks before each call, where it must not be used again."""
    known = weakref.ref(connection)  # no cycle, so that whoever drops it closes it

    def has_expired() -> bool:
        one = known()
        return one is None or type(one).has_expired(one) or _has_more(one)

    connection.has_expired = has_expired
    return connection


def _has_more(connection: Any) -> bool:
    """Say whether an idle connection has brought more than its answer, which httpcore would take for the next one."""
    if not connection.is_idle():
        return False
    while (inner := getattr(connection, "_connection", None)) is not None:  # a test holds these names
        connection = inner
    state = getattr(connection, "_h11_state", None)
    return state is not None and bool(state.trailing_data[0])


class AsyncTransport(httpx.AsyncHTTPTransport):
    """Sends for an async client, over a pool of our own; httpx makes the connections, by way of a proxy too."""

    def __init__(self, *, connections: int | None = None, idle: int | None = None, **options: Any) -> None:
        """Take httpx's options.

        Args:
            connections: how many there may be at one time; of this client's own, as many as it has.
            idle: how many of them are kept for further calls.
            options: of `httpx.AsyncHTTPTransport`.
        """
        super().__init__(**options)
        self._pool: Any = _AsyncConnections(self._pool, connections or MOST_CONNECTIONS, idle or MOST_IDLE)


class _AsyncConnections:
    """Connections of an async client to one server, each of which carries one call at a time.

    In the place of httpcore's pool, which looks at all of its connections at the beginning and the end of each call,
    searches the whole path for a package that is not installed four times a call, and loses a connection when a call
    is cancelled while it cleans up.

    Args:
        factory: a pool of httpcore's, which only makes connections here.
        most: how many there may be at one time.
        most_idle: how many of them are kept.
    """

    def __init__(self, factory: httpcore.AsyncConnectionPool, most: int, most_idle: int) -> None:
        import anyio

        self._factory = factory
        self._places = anyio.Semaphore(most)
        self._most_idle = most_idle
        self._idle: deque[httpcore.AsyncConnectionInterface] = deque()  # the one that was used last is at the end
        self._used: set[httpcore.AsyncConnectionInterface] = set()
        self._closing: set[asyncio.Task[None]] = set()  # an event loop holds its tasks weakly

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        import httpcore

        origin = request.url.origin
        while True:
            await self._take_place(request)
            connection = self._idle_connection() or self._factory.create_connection(origin)
            self._used.add(connection)
            try:
                response = await connection.handle_async_request(request)
            except httpcore.ConnectionNotAvailable:  # it ended just now, and nothing was sent
                self._give_back(connection)
            except BaseException:
                self._give_back(connection)
                raise
            else:
                body = _Body(response.stream, lambda: self._give_back(connection))
                return httpcore.Response(
                    response.status, headers=response.headers, content=body, extensions=response.extensions
                )

    async def aclose(self) -> None:
        """Close all connections, those of calls that are under way too."""
        import anyio

        left = [*self._idle, *self._used]
        self._idle.clear()
        with anyio.CancelScope(shield=True):
            await _close_all(left)
            for closing in list(self._closing):
                await closing

    async def _take_place(self, request: httpcore.Request) -> None:
        """Wait for one of the connections that there may be, where all of them are used."""
        import anyio
        import httpcore

        try:
            self._places.acquire_nowait()
        except anyio.WouldBlock:
            try:
                with anyio.fail_after(request.extensions.get("timeout", {}).get("pool")):
                    await self._places.acquire()
            except TimeoutError:
                raise httpcore.PoolTimeout from None

    def _idle_connection(self) -> httpcore.AsyncConnectionInterface | None:
        """Take the idle connection that was used last; None where there is none."""
        # The last one, so that those that nobody needs any more expire.
        expired = []
        if len(self._idle) > 1 and self._idle[0].has_expired():  # one a call, so that as many end as are begun
            expired.append(self._idle.popleft())
        found = None
        while found is None and self._idle:
            found = self._idle.pop()
            if found.has_expired() or not found.is_available():
                expired.append(found)
                found = None
        self._close_later(expired)
        return found

    def _give_back(self, connection: httpcore.AsyncConnectionInterface) -> None:
        """Keep a connection for the next call, or close it where its call did not end well."""
        self._used.discard(connection)
        if not connection.is_closed():
            # Cancelled while it cleaned up, it is neither idle nor closed, and would never be either.
            if connection.is_idle() and len(self._idle) < self._most_idle and not _has_more(connection):
                self._idle.append(connection)
            else:
                self._close_later([connection])
        self._places.release()

    def _close_later(self, connections: list[httpcore.AsyncConnectionInterface]) -> None:
        # In a task of its own: asyncio cancels a call again while it closes, and anyio's shields do not hold that off.
        loop = _running_loop()
        if connections and loop is not None:
            closing = loop.create_task(_close_all(connections))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)


class _Body:
    """An answer's body, at whose end its connection is given back, be it cancelled half-way."""

    def __init__(self, body: Any, give_back: Callable[[], None]) -> None:
        self._body = body
        self._give_back = give_back
        self._closed = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return cast("AsyncIterator[bytes]", aiter(self._body))

    async def aclose(self) -> None:
        if not self._closed:
            self._closed = True
            try:
                await self._body.aclose()
            finally:
                self._give_back()


async def _close_all(connections: list[httpcore.AsyncConnectionInterface]) -> None:
    for connection in connections:
        with suppress(Exception):
            await connection.aclose()


class Pool:
    """The connections of one client and of those derived from it, one httpx client a process."""

    def __init__(self, base_url: str, given: HTTPClient | None) -> None:
        if given is not None and not isinstance(given, httpx.Client):
            raise TypeError(f"http_client of a Portkey must be an httpx.Client, not {_full_name(type(given))}.")
        self._base_url = base_url
        self._given = given
        self._own: dict[int, HTTPClient] = {}
        self._closed = False
        self.proxy: Proxy | None = None
        """The proxy that calls go through, as far as is known: an `http_client`'s is not."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave the connections out: who is handed the pool, in another process, opens its own."""
        if self._given is not None:
            raise TypeError("A client with an http_client can't be pickled: make the client in the other process.")
        return type(self), (self._base_url, None)

    def client(self) -> HTTPClient:
        """Open the pool, anew in a forked process: connections must not be shared with the parent.

        Raises:
            Exception: of any kind, where the environment or a closed client makes that impossible.
        """
        if self._given is not None:
            return self._given
        own = self._own.get(os.getpid())
        if own is not None:
            return own
        if self._closed:
            raise SetupError("this client has been closed; make another one")
        self._drop_inherited()
        self.proxy = proxy_for(self._base_url)
        options = _own_options(self._base_url, self.proxy)
        new = httpx.Client(transport=Transport(**options), cookies=_NoCookies(), trust_env=False)
        # No lock, which a fork could leave locked for ever: of two threads that come here at once, one wins.
        own = self._own.setdefault(os.getpid(), new)
        if own is not new:
            new.close()
        return own

    def __del__(self) -> None:
        """Close the connections of a client that nobody closed."""
        try:  # noqa: SIM105  (the interpreter may be ending, and `suppress` gone already)
            # Not `close`: what a fork left is closed on a thread, whose start takes locks that a garbage collection
            # may have interrupted. Nobody has this pool any more, so nobody holds its own lock.
            self._own.pop(os.getpid()).close()
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

        On a thread, and not waited for long: the process that forked may have held the locks of that client just then.
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
            raise TypeError(
                f"http_client of an AsyncPortkey must be an httpx.AsyncClient, not {_full_name(type(given))}."
            )
        self._base_url = base_url
        self._given = given
        self._own: dict[tuple[int, int], _LoopClient] = {}
        self._closed = False
        self.proxy: Proxy | None = None
        """The proxy that calls go through, as far as is known: an `http_client`'s is not."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave the connections out: who is handed the pool, in another process, opens its own."""
        if self._given is not None:
            raise TypeError("A client with an http_client can't be pickled: make the client in the other process.")
        return type(self), (self._base_url, None)

    async def client(self) -> AsyncHTTPClient:
        """Open the pool of the running loop, anew in a forked process.

        Raises:
            Exception: of any kind, where the environment or a closed client makes that impossible.
        """
        if self._given is not None:
            return self._given
        loop = _running_loop()
        key = (os.getpid(), id(loop))
        own = self._own.get(key)
        if own is not None and own.loop is loop and not own.http.is_closed:
            return own.http
        if self._closed:
            raise SetupError("this client has been closed; make another one")
        self._forget_ended_loops()
        self.proxy = proxy_for(self._base_url)
        transport = AsyncTransport(**_own_options(self._base_url, self.proxy))
        http = httpx.AsyncClient(transport=transport, cookies=_NoCookies(), trust_env=False)
        own = self._own[key] = _LoopClient(loop, http)
        await own.register_with_loop()
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
            await own.closer.aclose()


class _LoopClient:
    """An httpx client and the loop that it belongs to."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None, http: AsyncHTTPClient) -> None:
        self.loop = loop
        self.http = http
        self.closer = _closing(http)

    async def register_with_loop(self) -> None:
        """Start the generator, so that the loop knows it and winds it up at its end."""
        await anext(self.closer)


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
    """Read a finished stream's end, for at most DRAIN_SECONDS, and close it."""
    # At its end a connection returns to the pool; a server that goes on is hung up on.
    moment = time.monotonic() + DRAIN_SECONDS
    with suppress(httpx.RequestError, AnswerTooLong), closing(response), _reading_until(response, moment):
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
    """Read a finished stream's end, for at most DRAIN_SECONDS, and close it."""
    # At its end a connection returns to the pool; a server that goes on is hung up on.
    import anyio

    try:
        with anyio.move_on_after(DRAIN_SECONDS):
            for _ in range(8):
                await anext(body)
    except (StopAsyncIteration, httpx.RequestError, AnswerTooLong):
        pass
    finally:
        with anyio.CancelScope(shield=True):
            await response.aclose()


_OTHER_ANSWERS = ("application/json", "text/html", "application/xml", "text/xml")


def may_be_event_stream(response: Response) -> bool:
    """Say whether an answer may be an event stream by its type."""
    # Some servers call it plain text, or nothing at all, so only what is certainly another kind is refused.
    kind = cast(str, response.headers.get("content-type", ""))
    return kind.partition(";")[0].strip().lower() not in _OTHER_ANSWERS


def read_timeout(request: Request) -> float | None:
    """Return the seconds between two reads that a request allows, None for any number."""
    return cast("Timings", request.extensions.get("timeout", {})).get("read")

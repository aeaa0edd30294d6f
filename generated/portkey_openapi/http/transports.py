# Compiled from openapi.yaml by `make generate`. Do not edit.
"""Transports for httpx, and the pool of connections of async clients."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import httpx

from .loops import running_loop

if TYPE_CHECKING:
    import asyncio

    import httpcore

MOST_CONNECTIONS = 1000
"""How many connections a client has at most, a count."""
MOST_IDLE = 100
"""How many of them are kept open while no call uses them, a count."""


class Transport(httpx.HTTPTransport):
    """Sends for a sync client, over httpcore's pool; a connection that brought more than its answer is not reused."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        pool: Any = self._pool
        create = pool.create_connection
        pool.create_connection = lambda origin: _expiring(create(origin))


def _expiring(connection: Any) -> Any:
    """Make a connection that must not be reused say that it has expired, which the pool asks before each call."""
    known = weakref.ref(connection)  # no cycle, so that whoever drops it closes it

    def has_expired() -> bool:
        one = known()
        return one is None or type(one).has_expired(one) or _has_more(one)

    connection.has_expired = has_expired
    return connection


def _has_more(connection: Any) -> bool:
    """Say whether an idle connection holds bytes beyond its answer, which httpcore would read as the next answer."""
    if not connection.is_idle():
        return False
    while (inner := getattr(connection, "_connection", None)) is not None:  # private names, which a test checks
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
            # One whose clean-up was cancelled is neither idle nor closed, and would stay so.
            if connection.is_idle() and len(self._idle) < self._most_idle and not _has_more(connection):
                self._idle.append(connection)
            else:
                self._close_later([connection])
        self._places.release()

    def _close_later(self, connections: list[httpcore.AsyncConnectionInterface]) -> None:
        # In a task of its own: asyncio cancels a call again while it closes, and anyio's shields do not hold that off.
        loop = running_loop()
        if connections and loop is not None:
            closing = loop.create_task(_close_all(connections))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)


class _Body:
    """An answer's body, which gives its connection back when it is closed, also where that is cancelled."""

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

# Compiled from openapi.yaml by `make generate`. Do not edit.
"""The httpx clients that a client calls with: one a process, and one a process and event loop."""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncGenerator
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING, Any

import httpx

from . import AsyncHTTPClient, HTTPClient
from .environment import Proxy, bare_context, proxy_for, tls_context
from .failures import SetupError
from .loops import running_loop
from .transports import MOST_CONNECTIONS, MOST_IDLE, AsyncTransport, Transport

if TYPE_CHECKING:
    import asyncio

LIMITS = httpx.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=MOST_IDLE, keepalive_expiry=30.0)


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
    leaves an asynchronous generator with the loop, which the loop closes at its end.
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
        loop = running_loop()
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
        own = self._own.pop((os.getpid(), id(running_loop())), None)
        if own is not None:
            await own.closer.aclose()


class _LoopClient:
    """An httpx client and the loop that it belongs to."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None, http: AsyncHTTPClient) -> None:
        self.loop = loop
        self.http = http
        self.closer = _closing(http)

    async def register_with_loop(self) -> None:
        """Start the generator that closes the client, which registers it with the running loop."""
        # A loop closes the generators that were started in it when it ends.
        await anext(self.closer)


async def _closing(http: AsyncHTTPClient) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        await http.aclose()


def _own_options(base_url: str, proxy: Proxy | None) -> dict[str, Any]:
    """Choose what a pool's own connections are made with."""
    plain = base_url.lower().startswith("http://")
    return {
        "verify": bare_context() if plain else tls_context(),
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

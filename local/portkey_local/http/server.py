"""The HTTP server around the application: its socket, its loop, its start and its end."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import importlib.util
import ipaddress
import socket
from collections.abc import Callable, Generator
from typing import Any, cast

import uvicorn
from attrs import frozen
from starlette.types import ASGIApp

from portkey_local.config import LocalLimits

from .connection import Connection, connections_within

_LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "localhost.", "[::1]"})
_LARGEST_PORT = 65535
_TICKS_BETWEEN_CHECKS = 5
_ON_ITS_WAY = 0.1
"""Seconds that a request may take to come over a connection that was made just before the end."""


class StartError(RuntimeError):
    """The server can't start; the message says why and what to do."""


class ListenError(StartError):
    """The address is in use, or is not one of this machine."""


class Hosting(uvicorn.Server):
    """Serve an application on a socket until told to stop.

    Args:
        app: The application.
        limits: What a connection may take.
        grace: Seconds that answers under way get to finish at the end.
        on_ready: Called when requests are answered.
    """

    def __init__(self, app: ASGIApp, *, limits: LocalLimits, grace: int, on_ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            http=connections_within(limits),
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=grace,
        )
        super().__init__(config)
        self._on_ready = on_ready
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_drained = False

    def stop(self, *, after: float = 0, at_once: bool = False) -> None:
        """Begin to stop; may be called from any thread, and again to stop at once.

        Args:
            after: Seconds in which requests are taken as before.
            at_once: Whether answers under way are given up.
        """
        self.force_exit = at_once
        self._is_drained = after > 0
        if self._loop is None:
            self.should_exit = True
            return
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            self._loop.call_soon_threadsafe(self._loop.call_later, 0 if at_once else after, self._end)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen and say so."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        await self.on_tick(0)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, answer what is on its way, and end."""
        if self._is_drained:
            listeners = [listener.dup() for listener in sockets or []]
            for server in self.servers:
                server.close()
            for listener in listeners:
                await self._take_waiting(listener)
            # A load balancer that has just connected sends its request now, and would not send it to another server.
            await asyncio.sleep(_ON_ITS_WAY)
        await super().shutdown(sockets)

    async def _take_waiting(self, listener: socket.socket) -> None:
        """Accept the connections in the listener's backlog, which closing it would reset, and close it."""
        taken = []
        with listener:
            listener.setblocking(False)
            with contextlib.suppress(OSError):  # none waits any more, or no descriptor is left
                while True:
                    taken.append(listener.accept()[0])
        for connection in taken:
            connection.setblocking(False)
            await asyncio.get_running_loop().connect_accepted_socket(self._connection, connection)

    def _connection(self) -> asyncio.Protocol:
        """Make the protocol of a connection, as uvicorn does for those that it accepts itself."""
        kind = cast("Callable[..., asyncio.Protocol]", self.config.http_protocol_class)
        return kind(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

    async def main_loop(self) -> None:
        """Wait for the end: call `on_tick` each tenth of a second, and at once when told to stop."""
        counter = 0
        while not await self.on_tick(counter):
            counter = (counter + 1) % 864_000
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.1):
                    await self._woken.wait()

    async def on_tick(self, counter: int) -> bool:
        """Look after the connections, and tell whether the end has come."""
        if counter % _TICKS_BETWEEN_CHECKS == 0:
            now = asyncio.get_running_loop().time()
            for connection in tuple(self.server_state.connections):
                if isinstance(connection, Connection):
                    connection.check(now)
        return await super().on_tick(counter)

    def _end(self) -> None:
        self.should_exit = True
        self._woken.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals to whoever runs the server."""
        yield


@frozen
class ListenAddress:
    """An address to listen on."""

    host: str
    """As it was given."""
    family: socket.AddressFamily
    address: tuple[Any, ...]
    """What `socket.bind` takes; the port stands second."""

    @property
    def is_loopback(self) -> bool:
        """Whether only programs on this machine reach it."""
        return ip_of(self.address).is_loopback

    @property
    def names(self) -> frozenset[str]:
        """The hosts by which a program on this machine may call it."""
        literal = str(self.address[0])
        return _LOOPBACK_NAMES | {f"[{literal}]" if ":" in literal else literal}


def locate(host: str, port: int) -> ListenAddress:
    """Find out what a host and a port mean on this machine.

    Args:
        host: An address, such as `127.0.0.1`, `0.0.0.0` for all of IPv4, `::` for all there are; or a name of one.
        port: The port; 0 for a free one.

    Raises:
        StartError: The host is not known, or the port can't be.
    """
    if not 0 <= port <= _LARGEST_PORT:
        raise StartError(f"The port {port} can't be. Choose one up to {_LARGEST_PORT}, or 0 for a free one.")
    # `localhost` may mean ::1 as well; every program tries 127.0.0.1.
    found = _addresses("127.0.0.1" if host == "localhost" else host, port)
    if not found:
        raise StartError(f"The host {host!r} is not known. Write 127.0.0.1, or an address of this machine.")
    family, address = found[0]
    return ListenAddress(host, family, address)


def bind(listen: ListenAddress) -> socket.socket:
    """Open the socket to listen on.

    Raises:
        ListenError: The port is in use or may not be used, or the host is none of this machine.
    """
    both = listen.family == socket.AF_INET6 and ip_of(listen.address).is_unspecified and socket.has_dualstack_ipv6()
    try:
        return socket.create_server(listen.address, family=listen.family, backlog=2048, dualstack_ipv6=both)
    except OSError as error:
        port = listen.address[1]
        problem = "is in use" if error.errno == errno.EADDRINUSE else f"can't be used ({error})"
        raise ListenError(
            f"Port {port} of {listen.host} {problem}. Choose another one, or 0 for a free one."
        ) from error


def url_of(listener: socket.socket) -> str:
    """Return the base URL of a listening socket, such as `http://127.0.0.1:8790/v1`.

    Of one that listens on all addresses it is the URL for programs on this machine.
    """
    bound = listener.getsockname()
    host = str(bound[0])
    if ip_of(bound).is_unspecified:
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{bound[1]}/v1"


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, tuple[Any, ...]]]:
    if not host:  # it would mean all addresses
        return []
    try:
        return [(found[0], found[4]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        return []


def ip_of(address: tuple[Any, ...]) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the IP address in a socket's address."""
    return ipaddress.ip_address(str(address[0]))


def new_loop() -> asyncio.AbstractEventLoop:
    """Return a new event loop, the fast one where it is installed."""
    if importlib.util.find_spec("uvloop") is None:
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()

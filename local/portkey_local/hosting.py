"""The HTTP server around the application: its socket, its loop, its start and its end."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import importlib.util
import socket
from collections.abc import Callable, Generator

import uvicorn
from starlette.types import ASGIApp

LOOPBACK = {"127.0.0.1": socket.AF_INET, "localhost": socket.AF_INET, "::1": socket.AF_INET6}
"""The hosts that a server may bind, and their address families."""
_LARGEST_PORT = 65535


class StartError(RuntimeError):
    """The server can't start; the message says why and what to do."""


class Hosting(uvicorn.Server):
    """Serve an application on a socket until told to stop.

    Args:
        app: The application.
        grace: Seconds that answers under way get to finish at the end.
        on_ready: Called when requests are answered.
    """

    def __init__(self, app: ASGIApp, *, grace: int, on_ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            http="httptools" if importlib.util.find_spec("httptools") else "h11",
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

    def stop(self, *, at_once: bool = False) -> None:
        """Begin to stop; may be called from any thread, and again to stop at once."""
        self.should_exit = True
        self.force_exit = at_once
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                self._loop.call_soon_threadsafe(self._woken.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen and say so."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        await self.on_tick(0)
        self._on_ready()

    async def main_loop(self) -> None:
        """Wait for the end, waking up each tenth of a second for the clock, and at once when told to stop."""
        counter = 0
        while not await self.on_tick(counter):
            counter = (counter + 1) % 864_000
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.1):
                    await self._woken.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals to whoever runs the server."""
        yield


def bind(host: str, port: int) -> socket.socket:
    """Open the socket to listen on.

    Args:
        host: `127.0.0.1`, `localhost` or `::1`.
        port: The port; 0 for a free one.

    Raises:
        StartError: The host is not loopback's, or the port is in use or may not be used.
    """
    if host not in LOOPBACK:
        raise StartError(f"The host {host!r} is refused: without keys only {', '.join(LOOPBACK)} may be served.")
    if not 0 <= port <= _LARGEST_PORT:
        raise StartError(f"The port {port} can't be. Choose one up to {_LARGEST_PORT}, or 0 for a free one.")
    address = "127.0.0.1" if host == "localhost" else host
    try:
        return socket.create_server((address, port), family=LOOPBACK[host], backlog=2048)
    except OSError as error:
        problem = "is in use" if error.errno == errno.EADDRINUSE else f"can't be used ({error})"
        raise StartError(f"Port {port} of {host} {problem}. Choose another one, or 0 for a free one.") from error


def url_of(listener: socket.socket) -> str:
    """Return the base URL of a listening socket, such as `http://127.0.0.1:8790/v1`."""
    address, port = listener.getsockname()[:2]
    return f"http://{f'[{address}]' if ':' in address else address}:{port}/v1"


def new_loop() -> asyncio.AbstractEventLoop:
    """Return a new event loop, the fast one where it is installed."""
    if importlib.util.find_spec("uvloop") is None:
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()

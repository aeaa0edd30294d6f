"""A whole server put together, run by a thread or by the main program."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from typing import Any

from . import contract
from .app import build_app
from .config import Config
from .hosting import Hosting, bind, new_loop, url_of
from .service import Service
from .store import Store
from .upstreams import Upstreams


class Machine:
    """Hold a store, a socket and the HTTP server over them.

    Args:
        database: The database's URL, as `Store` takes it.
        host: A loopback host.
        port: The port; 0 for a free one.
        config: Upstreams and limits.
        upstreams: Further upstreams by name, which win over the configuration's.
        grace: Seconds that answers under way get to finish at the end.

    Raises:
        ConfigError: An upstream is configured wrongly.
        DatabaseError: The database can't be used.
        StartError: The port can't be used.
    """

    def __init__(
        self,
        *,
        database: str,
        host: str,
        port: int,
        config: Config,
        grace: int,
        upstreams: Mapping[str, Any] | None = None,
    ) -> None:
        said = contract.load()
        built = Upstreams(config.build_upstreams() | Config(upstreams=upstreams or {}).build_upstreams())
        self._listener: socket.socket = bind(host, port)
        self.base_url = url_of(self._listener)
        self.port: int = self._listener.getsockname()[1]
        try:
            self.store = Store(database)
        except BaseException:
            self._listener.close()
            raise
        self.service = Service.of(said, self.store, config.limits, built)
        self._grace = grace
        self._hosting: Hosting | None = None
        self._stopped = False

    def run(self, on_ready: Callable[[], None]) -> None:
        """Serve until stopped, then let go of everything.

        Args:
            on_ready: Called, on this thread, when requests are answered.
        """
        try:
            with asyncio.Runner(loop_factory=new_loop) as runner:
                runner.run(self._serve(on_ready))
        finally:
            self._listener.close()
            self.store.close()

    def stop(self, *, at_once: bool = False) -> None:
        """Begin to stop; may be called from any thread, also before `run` has got anywhere."""
        self._stopped = True
        if self._hosting is not None:
            self._hosting.stop(at_once=at_once)

    async def _serve(self, on_ready: Callable[[], None]) -> None:
        self._hosting = Hosting(build_app(self.service), grace=self._grace, on_ready=on_ready)
        try:
            if self._stopped:
                return
            await self._hosting.serve(sockets=[self._listener])
        finally:
            await self.service.upstreams.close()

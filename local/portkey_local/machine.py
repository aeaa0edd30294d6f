"""A whole server put together, run by a thread or by the main program."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from . import contract
from .app import build_app
from .config import Config
from .doors.doors import Entrance
from .doors.keyring import Keyring
from .ending import Ending
from .errors import ApiError
from .http.health import Readiness
from .http.hosting import Hosting, Place, StartError, bind, locate, new_loop, url_of
from .http.logs import Journal
from .service import Service
from .store import Store, keys
from .upstreams import Upstreams


class Machine:
    """Hold a store, a socket and the HTTP server over them.

    Args:
        database: The database's URL, as `Store` takes it.
        host: The address to listen on; one beyond loopback takes a database with API keys.
        port: The port; 0 for a free one.
        config: Upstreams and limits.
        upstreams: Further upstreams by name, which win over the configuration's.
        ending: How long the end may take.
        journal: Where each request is noted; None for nowhere.

    Raises:
        ConfigError: An upstream is configured wrongly.
        DatabaseError: The database can't be used.
        StartError: The host or the port can't be used, or there are no keys to let anybody in from elsewhere.
    """

    def __init__(
        self,
        *,
        database: str,
        host: str,
        port: int,
        config: Config,
        ending: Ending,
        journal: Journal | None = None,
        upstreams: Mapping[str, Any] | None = None,
    ) -> None:
        said = contract.load()
        configured = config.build_upstreams() | Config(upstreams=upstreams or {}).build_upstreams()
        built = Upstreams(configured, config.build_custom_hosts())
        place = locate(host, port)
        with ExitStack() as opened:
            if place.is_loopback:  # so that no database is made where the port is in use
                self._listener: socket.socket = opened.enter_context(bind(place))
            self.store = Store(database)
            opened.callback(self.store.close)
            if not place.is_loopback:
                _check_guarded(place, self.store)
                self._listener = opened.enter_context(bind(place))
            opened.pop_all()
        self.base_url = url_of(self._listener)
        self.port: int = self._listener.getsockname()[1]
        self._entrance = Entrance(
            rules=config.doors,
            keyring=Keyring(self.store, required=not place.is_loopback),
            names=place.names | config.doors.hosts if place.is_loopback else None,
        )
        self.service = Service.of(said, self.store, config.limits, built, config.runs)
        self._readiness = Readiness(self.store)
        self._ending = ending
        self._journal = journal
        self._hosting: Hosting | None = None

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
            self.service.recorder.finish()
            self.store.close()

    def stop(self, *, at_once: bool = False) -> None:
        """Begin to stop; may be called from any thread, also before `run` has got anywhere."""
        self._readiness.stopping = True
        if self._hosting is not None:
            self._hosting.stop(after=self._ending.drain, at_once=at_once)

    async def _serve(self, on_ready: Callable[[], None]) -> None:
        self._hosting = Hosting(
            build_app(self.service, self._entrance, self._readiness, self._journal),
            limits=self.service.limits,
            grace=self._ending.grace,
            on_ready=on_ready,
        )
        recording = asyncio.create_task(self.service.recorder.work())
        try:
            if self._readiness.stopping:
                return
            await self._hosting.serve(sockets=[self._listener])
        finally:
            recording.cancel()
            await self.service.upstreams.close()


def _check_guarded(place: Place, store: Store) -> None:
    """Refuse to serve other machines without API keys.

    Raises:
        StartError: There is no key that lets anybody in, or the database does not say.
    """
    try:
        is_guarded = store.read_now(keys.any_in_force)
    except ApiError as error:
        raise StartError(f"Whether there are API keys can't be read: {error.message}") from error
    if not is_guarded:
        raise StartError(
            f"The host {place.host!r} is reached from other machines, and this database has no API key. Make one "
            "first, with the same --database: portkey-prompts keys create --scope read,write,run. "
            "Or serve 127.0.0.1 alone."
        )

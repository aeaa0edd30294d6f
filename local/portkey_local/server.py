"""The server: `Server` for the program `portkey-prompts serve`, `LocalServer` on a thread of any other program."""

from __future__ import annotations

import asyncio
import importlib
import socket
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .access.entrance import Entrance
from .access.keyring import Keyring
from .api_keys import ApiKey, check_name, read_scopes
from .app import Application
from .config import Config, ShutdownTimes
from .errors import ApiError
from .http import contract
from .http.health import Readiness
from .http.logs import Journal
from .http.server import Hosting, ListenAddress, StartError, bind, locate, new_loop, url_of
from .parts import Parts
from .seeding import PromptPlan, Seeded, Version, seed_partial, seed_prompt
from .store import Store, extra, keys, schema, universals
from .upstreams import Upstreams
from .upstreams.kinds import build_custom_hosts, build_upstreams

_GRACE = 2
"""Seconds that answers under way get at the end of a `LocalServer`."""
_ANSWERING = ("portkey_openapi.models.hyperparameters",)
_RUNNING = ("anyio._backends._asyncio", "certifi", "encodings.idna", "httpcore")
"""Modules that are otherwise imported at the first request, and at the first run."""


class Server:
    """Open a store and a socket, put together what answers, and serve until stopped: on a thread, or as the program.

    Args:
        database: The database's URL, as `Store` takes it.
        host: The address to listen on; one beyond loopback needs a database with API keys.
        port: The port; 0 for a free one.
        config: Upstreams and limits.
        upstreams: Further upstreams by name, which win over the configuration's.
        times: How long the end may take.
        journal: Where each request is noted; None for nowhere.

    Raises:
        ConfigError: An upstream is configured wrongly.
        DatabaseError: The database can't be used.
        StartError: The host or the port can't be used, or other machines reach it and no API key is in force.
    """

    def __init__(
        self,
        *,
        database: str,
        host: str,
        port: int,
        config: Config,
        times: ShutdownTimes,
        journal: Journal | None = None,
        upstreams: Mapping[str, Any] | None = None,
    ) -> None:
        said = contract.load()
        configured = build_upstreams(config) | build_upstreams(Config(upstreams=dict(upstreams or {})))
        built = Upstreams(configured, build_custom_hosts(config))
        listen = locate(host, port)
        with ExitStack() as opened:
            if listen.is_loopback:  # so that no database is made where the port is in use
                self._listener: socket.socket = opened.enter_context(bind(listen))
            self.store = Store(database)
            opened.callback(self.store.close)
            if not listen.is_loopback:
                _check_guarded(listen, self.store)
                self._listener = opened.enter_context(bind(listen))
            opened.pop_all()
        self.base_url = url_of(self._listener)
        self.port: int = self._listener.getsockname()[1]
        self._entrance = Entrance(
            rules=config.access,
            keyring=Keyring(self.store, required=not listen.is_loopback),
            names=listen.names.union(config.access.hosts) if listen.is_loopback else None,
        )
        self.parts = Parts.of(said, self.store, config.limits, built, config.runs, config.access)
        self._readiness = Readiness(self.store)
        self._times = times
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
            self.parts.recorder.finish()
            self.store.close()

    def stop(self, *, at_once: bool = False) -> None:
        """Begin to stop; may be called from any thread, also before `run` has begun to serve."""
        self._readiness.stopping = True
        if self._hosting is not None:
            self._hosting.stop(after=self._times.drain, at_once=at_once)

    async def _serve(self, on_ready: Callable[[], None]) -> None:
        await self._open_all()
        self._hosting = Hosting(
            Application(self.parts, self._entrance, self._readiness, self._journal),
            limits=self.parts.limits,
            grace=self._times.grace,
            on_ready=on_ready,
        )
        recording = asyncio.create_task(self.parts.recorder.work())
        try:
            if self._readiness.stopping:
                return
            await self._hosting.serve(sockets=[self._listener])
        finally:
            recording.cancel()
            await self.parts.upstreams.close()

    async def _open_all(self) -> None:
        """Open and import what requests need, while there are file descriptors left for it."""
        for module in (*_ANSWERING, *(_RUNNING if "httpx" in sys.modules else ())):
            importlib.import_module(module)
        for table in schema.metadata.tables:
            extra.names(table)  # reads the contract's records
        with suppress(ApiError):  # the server starts all the same, and answers requests with this error
            await self.store.open_all()


class LocalServer:
    """Serve the contract from this machine, on a thread, for as long as a `with` block lasts.

    Args:
        database: `sqlite:///` and a path, or `sqlite://` for a temporary file that is deleted at the end.
        host: The address to listen on; one beyond loopback needs a database with API keys.
        port: The port; 0 for a free one.
        upstreams: Upstreams by name: the name of a kind (`"echo"`), or a mapping of settings as in the configuration.
        config: A `Config`, or the path of a `portkey-local.toml`.

    Examples:
        with LocalServer(upstreams={"VIRTUAL_KEY": "echo"}) as server:
            server.add_prompt(slug="greeting", versions=["Hello {{name}}!"])
            client = Portkey(base_url=server.base_url, virtual_key="VIRTUAL_KEY")
    """

    def __init__(
        self,
        database: str = "sqlite://",
        host: str = "127.0.0.1",
        port: int = 0,
        upstreams: Mapping[str, Any] | None = None,
        config: Config | str | Path | None = None,
    ) -> None:
        self._database = database
        self._host = host
        self._port = port
        self._config = config if isinstance(config, Config | None) else Config.read(config)
        self._upstreams = dict(upstreams or {})
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None

    def start(self) -> Self:
        """Start, and return once requests are answered.

        Raises:
            StartError: It runs already, or the port can't be used.
            ConfigError: An upstream is configured wrongly.
            DatabaseError: The database can't be used.
        """
        if self._thread is not None:
            raise StartError(f"The server runs already, at {self.base_url}. Stop it first, or make another one.")
        server = Server(
            database=self._database,
            host=self._host,
            port=self._port,
            config=self._config or Config(),
            times=ShutdownTimes(grace=_GRACE),
            upstreams=self._upstreams,
        )
        settled = threading.Event()
        self._server, self._failure = server, None
        self._thread = threading.Thread(target=self._run, args=(server, settled), name="portkey-local", daemon=True)
        self._thread.start()
        settled.wait()
        if self._failure is not None:
            failure = self._failure
            self.stop()
            raise StartError(f"The server can't start: {failure}") from failure
        return self

    def stop(self) -> None:
        """Stop, and return once the thread has ended; answers under way get two seconds. May be repeated."""
        if self._thread is None or self._server is None:
            return
        self._server.stop()
        self._thread.join()
        self._thread = self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """The URL to give to a client, such as `http://127.0.0.1:8790/v1`."""
        return self._running().base_url

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        return self._running().port

    def add_prompt(
        self,
        *,
        slug: str,
        versions: Sequence[Version],
        name: str | None = None,
        labels: Mapping[str, int] | None = None,
        published: int | None = None,
        collection_id: str | None = None,
    ) -> Seeded:
        """Add a prompt under a slug of one's choice.

        Args:
            slug: What references name it by, such as `template_123`.
            versions: Its versions, number 1 first; each a template, a list of messages, or a mapping with the fields of
                createPrompt (`string`, `parameters`, `model`, `virtual_key`, …) and maybe an `id`.
            name: Its name for people; the slug where it is left out.
            labels: Label name to the number of the version that bears it, such as `{"production": 2}`.
            published: The number of the published version; the last one where it is left out.
            collection_id: The collection that it lies in, by UUID or slug; the default one where it is left out.

        Raises:
            ApiError: What a request with the same content would be answered; also where the slug is taken.
            ValueError: The slug can't stand in a reference, or there is no version.
        """
        plan = PromptPlan(
            slug=slug,
            versions=versions,
            name=name,
            labels=labels or {},
            published=published,
            collection_id=collection_id,
        )
        server = self._running()
        return server.store.write_now(seed_prompt, plan, server.parts.reader)

    def add_partial(
        self, *, slug: str, versions: Sequence[Version], name: str | None = None, published: int | None = None
    ) -> Seeded:
        """Add a partial under a slug of one's choice, like `add_prompt`.

        Args:
            slug: What templates include it by, such as `pp-tone`.
            versions: Its versions, number 1 first; each a template, or a mapping with `string` and maybe an `id`.
            name: Its name for people; the slug where it is left out.
            published: The number of the published version; the last one where it is left out.
        """
        server = self._running()
        return server.store.write_now(seed_partial, slug, versions, name, published, server.parts.reader)

    def add_key(self, *scopes: str, name: str | None = None) -> str:
        """Make an API key and return it; from the first one on every request needs one.

        Args:
            scopes: What it is for: `read`, `write`, `run`, `release`.
            name: What people call it.

        Raises:
            ValueError: There is no such scope, or none is named; or the name can't be one.
        """
        if name is not None:
            check_name(name)
        key = ApiKey.new()
        self._running().store.write_now(keys.create, key, read_scopes(list(scopes)), name)
        return key.text

    def revoke_key(self, reference: str) -> None:
        """Revoke an API key; one that is revoked already stays so.

        Args:
            reference: The key, its public id, or its name.

        Raises:
            ApiError: There is no such key, or several bear the name.
        """
        self._running().store.write_now(keys.revoke, reference)

    def reset(self) -> None:
        """Remove all API keys, and all prompts, partials, labels and collections but those that always exist."""
        server = self._running()
        server.store.write_now(keys.clear)
        server.store.write_now(universals.clear)
        server.parts.prompts.clear()

    def _run(self, server: Server, settled: threading.Event) -> None:
        try:
            server.run(settled.set)
        except BaseException as error:
            self._failure = error
        finally:
            settled.set()

    def _running(self) -> Server:
        if self._server is None:
            raise StartError("The server does not run. Use it in a with block, or call start().")
        return self._server


def _check_guarded(listen: ListenAddress, store: Store) -> None:
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
            f"The host {listen.host!r} is reached from other machines, and this database has no API key. Make one "
            "first, with the same --database: portkey-prompts keys create --scope read,write,run,release. "
            "Or serve 127.0.0.1 alone."
        )

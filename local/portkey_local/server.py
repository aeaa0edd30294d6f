"""A server of one's own in a thread, for tests and for trying things out."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .config import Config
from .doors.keys import ApiKey, read_scopes
from .ending import Ending
from .http.hosting import StartError
from .machine import Machine
from .planting import Planted, PromptPlan, Version, plant_partial, plant_prompt
from .store import keys, places

_GRACE = 2


class LocalServer:
    """Serve the contract from this machine, on a thread, for as long as a `with` block lasts.

    Args:
        database: `sqlite:///` and a path, or `sqlite://` for a temporary file that is deleted at the end.
        host: The address to listen on; one beyond loopback takes a database with API keys.
        port: The port; 0 for a free one.
        upstreams: Upstreams by name: the name of a kind (`"echo"`), or a mapping of settings as in the configuration.
        config: A `Config`, or the path of a `portkey-local.toml`.

    Example:
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
        self._machine: Machine | None = None
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
        machine = Machine(
            database=self._database,
            host=self._host,
            port=self._port,
            config=self._config or Config(),
            ending=Ending(grace=_GRACE),
            upstreams=self._upstreams,
        )
        settled = threading.Event()
        self._machine, self._failure = machine, None
        self._thread = threading.Thread(target=self._run, args=(machine, settled), name="portkey-local", daemon=True)
        self._thread.start()
        settled.wait()
        if self._failure is not None:
            failure = self._failure
            self.stop()
            raise StartError(f"The server can't start: {failure}") from failure
        return self

    def stop(self) -> None:
        """Stop, and return once the thread has ended; answers under way get two seconds. May be repeated."""
        if self._thread is None or self._machine is None:
            return
        self._machine.stop()
        self._thread.join()
        self._thread = self._machine = None

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
    ) -> Planted:
        """Plant a prompt under a slug of one's choice.

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
        machine = self._running()
        return machine.store.write_now(plant_prompt, plan, machine.service.author)

    def add_partial(
        self, *, slug: str, versions: Sequence[Version], name: str | None = None, published: int | None = None
    ) -> Planted:
        """Plant a partial under a slug of one's choice, like `add_prompt`.

        Args:
            slug: What templates include it by, such as `pp-tone`.
            versions: Its versions, number 1 first; each a template, or a mapping with `string` and maybe an `id`.
            name: Its name for people; the slug where it is left out.
            published: The number of the published version; the last one where it is left out.
        """
        machine = self._running()
        return machine.store.write_now(plant_partial, slug, versions, name, published, machine.service.author)

    def add_key(self, *scopes: str, name: str | None = None) -> str:
        """Make an API key and return it; from the first one on every request needs one.

        Args:
            scopes: What it is for: `read`, `write`, `run`.
            name: What people call it.

        Raises:
            ValueError: There is no such scope, or none is named.
        """
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
        machine = self._running()
        machine.store.write_now(keys.clear)
        machine.store.write_now(places.clear)
        machine.service.library.clear()

    def _run(self, machine: Machine, settled: threading.Event) -> None:
        try:
            machine.run(settled.set)
        except BaseException as error:
            self._failure = error
        finally:
            settled.set()

    def _running(self) -> Machine:
        if self._machine is None:
            raise StartError("The server does not run. Use it in a with block, or call start().")
        return self._machine

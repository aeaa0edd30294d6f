"""What the facade's tests share: one client of each kind, a server, and ways to write one body for both."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from facade_calls import Client, close, settle
from facade_wire import Connection, Play, Wire
from pytest_httpserver import HTTPServer

from portkey_ai import AsyncPortkey, Portkey

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the environment of whoever runs the tests would decide."""
    for name in list(os.environ):
        if name.startswith("PORTKEY_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the waits before a call is repeated."""
    monkeypatch.setattr("portkey_openapi.retries.FIRST_WAIT", 0.001)


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> type[Client]:
    """Which kind of client: every test that asks for it runs twice."""
    return Portkey if request.param == "sync" else AsyncPortkey


@pytest.fixture
async def make(kind: type[Client], httpserver: HTTPServer, short_waits: None) -> AsyncIterator[Callable[..., Client]]:
    """Make clients of the test's server (or of another `base_url`), and close them at the end."""
    made: list[Client] = []

    def make_client(**options: Any) -> Client:
        made.append(kind(**{"base_url": httpserver.url_for("/v1"), **options}))
        return made[-1]

    yield make_client
    for client in made:
        await close(client)


@pytest.fixture
def portkey(make: Callable[..., Client]) -> Client:
    """A client of the test's server."""
    return make()


@pytest.fixture
def wire() -> Iterator[Callable[[Play], Wire]]:
    """Start servers that write to their sockets what a function says, byte by byte."""
    servers: list[Wire] = []

    def start(play: Play) -> Wire:
        servers.append(Wire(play))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def open_stream(make: Callable[..., Client], wire: Callable[[Play], Wire]) -> Callable[..., Any]:
    """Open a stream of the given pieces, each of them a write of its own."""

    async def opened(*pieces: bytes, end: bool = True, **options: Any) -> Any:
        def play(connection: Connection) -> None:
            while connection.read_request() is not None:
                connection.stream(*pieces, end=end)
                if not end:
                    return

        client = make(base_url=wire(play).url)
        return await settle(client.prompts.completions(prompt_id="pp-x", stream=True, **options))

    return opened


@pytest.fixture
def run_python(tmp_path: Path) -> Callable[..., str]:
    """Run a script in a fresh interpreter where warnings are errors; answers what it prints on both outputs."""
    import subprocess

    def run(script: str, *paths: Path, **environment: str) -> str:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PORTKEY_")}
        folders = [*map(str, paths), *(str(ROOT / name) for name in ("generated", "prompts", "overlay"))]
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", script],
            cwd=tmp_path,
            env={**clean, "PYTHONPATH": os.pathsep.join(folders), **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    return run

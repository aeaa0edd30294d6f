"""A server, and a client that holds every answer against the contract."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
for folder in ("generated", "prompts", "overlay", "local", "cli"):
    if str(ROOT / folder) not in sys.path:
        sys.path.insert(0, str(ROOT / folder))

from checked_client import CHAT, CheckedClient  # noqa: E402
from puppet_upstream import Puppet  # noqa: E402

from portkey_local import LocalServer, program  # noqa: E402


@pytest.fixture(scope="module")
def server(shared_database: str) -> Iterator[LocalServer]:
    """A server shared by the tests of a module: they make prompts of their own."""
    with LocalServer(shared_database, upstreams={"VIRTUAL_KEY": "echo"}) as running:
        yield running


@pytest.fixture
def fresh_server(database: str) -> Iterator[LocalServer]:
    """A server that nothing was written to."""
    with LocalServer(database) as running:
        yield running


@pytest.fixture
def api(server: LocalServer) -> Iterator[CheckedClient]:
    with CheckedClient(server.base_url) as client:
        yield client


@pytest.fixture
def fresh_api(fresh_server: LocalServer) -> Iterator[CheckedClient]:
    with CheckedClient(fresh_server.base_url) as client:
        yield client


@pytest.fixture
def refused(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the server's program in this process where it can't start: its exit code and what it wrote."""

    def run(database: str = "temporary", **options: Any) -> tuple[int, str, str]:
        capfd.readouterr()
        return (program.serve(database=database, port=0, **options), *capfd.readouterr())

    return run


@pytest.fixture
def puppet() -> Iterator[Puppet]:
    """An upstream that answers the bytes it is told to."""
    with Puppet() as upstream:
        yield upstream


@pytest.fixture
def make_prompt(api: CheckedClient) -> Callable[..., dict[str, Any]]:
    """Make a prompt over HTTP; what a test leaves out has a default."""

    def make(**fields: Any) -> dict[str, Any]:
        body = {"name": "Greeting", "collection_id": "default", "string": CHAT, "parameters": {}, **fields}
        response = api.post("/prompts", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    return make

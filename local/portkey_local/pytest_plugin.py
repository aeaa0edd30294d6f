"""Fixtures for the tests of apps: a server on an empty database, and a client on it.

Loaded by pytest wherever the distribution is installed, so that it imports nothing until a fixture is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import httpx

    from portkey_ai import Portkey
    from portkey_local import LocalServer

MARKER = (
    "portkey_lock(path, client=...): the `portkey` fixture renders from this lock file, relative to the root folder, "
    "and the network is refused"
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", MARKER)


def pytest_report_header() -> str | None:
    """Say at the top of a run that the official SDK replaces `portkey_ai`, or has taken files away."""
    from portkey_prompts.installed import fault

    return fault()


@pytest.fixture(scope="session")
def _portkey_local_server() -> Iterator[LocalServer]:
    _require_portkey_ai()
    from portkey_local import LocalServer

    with LocalServer() as server:
        yield server


@pytest.fixture
def portkey_local(_portkey_local_server: LocalServer) -> LocalServer:
    """Give a running server on an empty database: one for all tests, emptied before each."""
    _portkey_local_server.reset()
    return _portkey_local_server


@pytest.fixture
def portkey(request: pytest.FixtureRequest) -> Iterator[Portkey]:
    """Give a client on `portkey_local`; with `@pytest.mark.portkey_lock`, one that renders from a lock file alone."""
    _require_portkey_ai()
    from portkey_ai import Portkey

    marker = request.node.get_closest_marker("portkey_lock")
    if marker is not None:
        with _locked(request.config.rootpath / Path(*marker.args)) as client:
            yield client
        return
    server: LocalServer = request.getfixturevalue("portkey_local")
    with Portkey(base_url=server.base_url) as client:
        yield client


def _require_portkey_ai() -> None:
    from portkey_prompts.installed import fault

    if problem := fault():
        pytest.fail(problem, pytrace=False)


def _locked(path: Path) -> Portkey:
    from portkey_ai import Portkey, PromptSource

    return Portkey(
        base_url="http://127.0.0.1:9/v1",
        max_retries=0,
        prompts=PromptSource(lock=path, frozen=True),
        http_client=_refusing(),
    )


def _refusing() -> httpx.Client:
    """Make an HTTP client whose every call fails, saying why."""
    import httpx

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("the network is refused in a test that is marked with portkey_lock", request=request)

    return httpx.Client(transport=httpx.MockTransport(refuse))

"""A server with keys, and tabs of a real browser on its page."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "local"))

from browsing import Tab, browser
from puppet_upstream import Puppet

from portkey_local import LocalServer


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for a module: it has to have ended before another test runs a loop of its own."""
    with browser() as started:
        yield started


@pytest.fixture
def server(database: str) -> Iterator[LocalServer]:
    with LocalServer(database) as running:
        yield running


@pytest.fixture
def open_tab(chromium: Any) -> Iterator[Callable[..., Tab]]:
    """Open tabs, each in a profile of its own, and check each of them at the end."""
    tabs: list[Tab] = []

    def open_one(server: LocalServer, **options: Any) -> Tab:
        tabs.append(Tab(chromium, server.base_url.removesuffix("/v1") + "/ui", **options))
        return tabs[-1]

    yield open_one
    for tab in tabs:
        tab.check()
        tab.close()


@pytest.fixture
def puppet() -> Iterator[Puppet]:
    """An upstream that answers the bytes it is told to."""
    with Puppet() as upstream:
        yield upstream

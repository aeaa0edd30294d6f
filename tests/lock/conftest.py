"""What the tests of the lock file share: a server, a client, and a way to run the command in an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from in_process import command

from portkey_ai import Portkey
from portkey_local import LocalServer

COMMAND = str(Path(sys.executable).with_name("portkey-prompts"))


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the settings of whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith("PORTKEY_"):
            monkeypatch.delenv(name)


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with LocalServer() as running:
        yield running


@pytest.fixture
def portkey(server: LocalServer) -> Iterator[Portkey]:
    with Portkey(base_url=server.base_url) as client:
        yield client


@pytest.fixture
def lock(server: LocalServer, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `portkey-prompts lock` in an empty folder; `url` sends it to another server."""

    def run(*arguments: str, url: str = server.base_url) -> subprocess.CompletedProcess[str]:
        return command("lock", *arguments, folder=tmp_path, PORTKEY_BASE_URL=url)

    return run


@pytest.fixture
def lock_program(server: LocalServer, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run it in a process of its own."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, "lock", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PORTKEY_BASE_URL": server.base_url, "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run

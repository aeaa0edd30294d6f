"""What the tests of the lock file share: a server, a client, and a way to run the command in an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portkey_ai import Portkey
from portkey_local import LocalServer

COMMAND = str(Path(sys.executable).with_name("portkey-prompts"))


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
        ours = {name: value for name, value in os.environ.items() if not name.startswith("PORTKEY_")}
        return subprocess.run(
            [COMMAND, "lock", *arguments],
            cwd=tmp_path,
            env={**ours, "PORTKEY_BASE_URL": url, "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run

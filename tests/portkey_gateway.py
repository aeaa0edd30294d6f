"""The real Portkey gateway, an npm package, as a process that reaches nobody beyond loopback."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GATEWAY = ROOT / ".venvs/gateway/node_modules/@portkey-ai/gateway/build/start-server.js"
LOOPBACK = ROOT / "tests/peers/gateway/loopback.cjs"


def missing(what: str, remedy: str) -> None:
    """Skip where a peer is not installed."""
    pytest.skip(f"{what}; {remedy}")


class Gateway:
    """The gateway's process."""

    def __init__(self, base_url: str, log: Path) -> None:
        self.base_url = base_url
        self._log = log

    @property
    def strangers(self) -> list[str]:
        """Whom it tried to reach beyond loopback."""
        return re.findall(r"refused to call (\S+)", self._log.read_text())


@contextmanager
def running_gateway(log: Path) -> Iterator[Gateway]:
    """Start the gateway, and stop it at the end; a test is skipped where it is not installed."""
    node = shutil.which("node")
    if node is None or not GATEWAY.exists():
        missing("the gateway is not installed, or node is not", "`make peers` installs it into .venvs/gateway")
    with log.open("w") as errors:
        process = subprocess.Popen(
            [str(node), "--require", str(LOOPBACK), str(GATEWAY), "--port=0", "--headless"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
    try:
        yield Gateway(f"http://127.0.0.1:{_port_in(log, process)}/v1", log)
    finally:
        process.terminate()
        process.wait(120)


def _port_in(log: Path, process: subprocess.Popen[bytes]) -> int:
    deadline = time.monotonic() + 30
    while not (found := re.search(r"listening on (\d+)", log.read_text())):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    return int(found[1])

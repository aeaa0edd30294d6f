"""How much later a streamed chunk arrives through the server than straight from the upstream.

Beside it, how much later it arrives through a program that only passes bytes on. Compared is the chunk that is slower
than one in ten of its stream: how late the others are, on a busy machine, depends mostly on other programs.
"""

import json
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from benchmarks.figures import quartiles
from benchmarks.processes import ROOT, environment
from benchmarks.serving import servers
from benchmarks.serving.servers import Process
from benchmarks.serving.upstream import CHUNKS

_LINE = "{:12}{:>22}{:>10}{:>9}"
HEADING = _LINE.format("through", "ms", "least", "CPU µs")
_CONTENT = re.compile(rb'"content": ?"(\d+)"')


class Added(NamedTuple):
    """How long a chunk takes through a process."""

    milliseconds: list[float]
    """How much later a chunk comes than straight from the upstream, by round."""
    cpu: float
    """Microseconds of the process's processor time for a chunk."""


def table(rounds: int) -> Iterator[str]:
    """Write a line for the server and one for a relay, which are measured in turns."""
    for name, added in _added(rounds).items():
        spread = quartiles(added.milliseconds)
        milliseconds = f"{spread.middle:.3f} ({spread.low:.3f}-{spread.high:.3f})"
        yield _LINE.format(name, milliseconds, f"{min(added.milliseconds):.3f}", f"{added.cpu:.0f}")


def _added(rounds: int) -> dict[str, Added]:
    """Measure the server and a relay.

    The upstream writes into each chunk when it sends it; all clocks are the machine's one.
    """
    with _upstream() as base_url, tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "portkey-local.toml"
        config.write_text(f'[upstreams.up]\nkind = "openai"\nbase_url = "{base_url}"\n')
        relaying = [sys.executable, "-m", "benchmarks.serving.relay", str(urlsplit(base_url).port)]
        with (
            servers.ours("temporary", "--config", str(config)) as server,
            Process(relaying) as relay,
        ):
            body = {"name": "x", "collection_id": "default", "string": "x", "parameters": {}, "virtual_key": "up"}
            slug = server.call("POST", "/prompts", body)["slug"]
            urls = {
                server: f"{server.base_url}/prompts/{slug}/completions",
                relay: f"{relay.base_url}/chat/completions",
            }
            for url in urls.values():
                _delays(url)
            before = {process: process.cpu_seconds() for process in urls}
            added: dict[Process, list[float]] = {process: [] for process in urls}
            for _ in range(rounds):
                straight = _delays(f"{base_url}/chat/completions")
                for process, url in urls.items():
                    added[process].append(_delays(url) - straight)
            return {
                name: Added(added[each], (each.cpu_seconds() - before[each]) / rounds / CHUNKS * 1e6)
                for name, each in {"the server": server, "a relay": relay}.items()
            }


@contextmanager
def _upstream() -> Iterator[str]:
    """Start the upstream, and yield its base URL."""
    upstream = subprocess.Popen(
        servers.pinned(servers.CLIENT_CORE, [sys.executable, "-m", "benchmarks.serving.upstream"]),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(),
    )
    assert upstream.stdout
    try:
        yield upstream.stdout.readline().strip()
    finally:
        upstream.communicate()


def _delays(url: str) -> float:
    """Read one stream, and return the milliseconds from when a chunk was sent to when it was there."""
    parts = urlsplit(url)
    body = json.dumps({"variables": {}, "stream": True}).encode()
    head = f"POST {parts.path} HTTP/1.1\r\nhost: {parts.netloc}\r\ncontent-type: application/json\r\n"
    delays: list[float] = []
    with socket.create_connection((parts.hostname, parts.port or 80)) as connection:
        connection.sendall(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        rest = b""
        while b"data: [DONE]" not in rest:
            piece = connection.recv(65536)
            there = time.perf_counter_ns()
            if not piece:
                raise RuntimeError(f"the stream broke off: {rest!r}")
            rest += piece
            *whole, rest = rest.split(b"\n\n") if b"[DONE]" not in rest else [rest]
            delays += [(there - int(sent)) / 1e6 for event in whole for sent in _CONTENT.findall(event)]
    return sorted(delays)[len(delays) // 10]

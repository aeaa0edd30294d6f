"""How much later a streamed chunk arrives through the server than straight from the upstream."""

import json
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from benchmarks.processes import ROOT, environment
from benchmarks.serving import servers

_CONTENT = re.compile(rb'"content": ?"(\d+)"')


def added_latency(rounds: int) -> list[float]:
    """Return, for each round, the median milliseconds that the server adds to a chunk.

    The upstream writes into each chunk when it sends it; all clocks are the machine's one.
    """
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
        base_url = upstream.stdout.readline().strip()
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "portkey-local.toml"
            config.write_text(f'[upstreams.up]\nkind = "openai"\nbase_url = "{base_url}"\n')
            with servers.ours("temporary", "--config", str(config)) as server:
                body = {"name": "x", "collection_id": "default", "string": "x", "parameters": {}, "virtual_key": "up"}
                slug = server.call("POST", "/prompts", body)["slug"]
                through, straight = f"{server.base_url}/prompts/{slug}/completions", f"{base_url}/chat/completions"
                _delays(through)
                return [_delays(through) - _delays(straight) for _ in range(rounds)]
    finally:
        upstream.communicate()


def _delays(url: str) -> float:
    """Read one stream and return the median milliseconds from when a chunk was sent to when it was there."""
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
    return median(delays)

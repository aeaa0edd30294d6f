"""The load, made by wrk: a program in C, so that what is measured is the server."""

import json
import re
import shutil
import subprocess
import tempfile
from typing import NamedTuple

from benchmarks.serving.servers import CLIENT_CORE, Process, pinned

_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60000.0}


class Burst(NamedTuple):
    """What came of a few seconds of load."""

    requests: int
    per_second: float
    p99: float
    """Milliseconds."""
    cpu: float
    """Microseconds of processor time that the server took for a request."""


def check_there() -> None:
    """Check that wrk can be run.

    Raises:
        SystemExit: it can't.
    """
    if shutil.which("wrk") is None:
        raise SystemExit(
            "The load is made by wrk, which is not installed. Debian: apt install wrk; macOS: brew install wrk."
        )


def burst(server: Process, script: str, connections: int, seconds: float, path: str = "") -> Burst:
    """Load a server as fast as it answers.

    Args:
        server: what is loaded.
        script: what wrk sends, in Lua.
        connections: how many connections there are, with one request under way on each.
        seconds: for how long.
        path: what follows the server's base URL, where the script does not say.

    Raises:
        RuntimeError: an answer was no success.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency", "-s", file.name]
        before = server.cpu_seconds()
        ended = subprocess.run(
            pinned(CLIENT_CORE, [*command, server.base_url + path]), capture_output=True, text=True, check=True
        )
        cpu = server.cpu_seconds() - before
    text = ended.stdout
    if "Non-2xx" in text or "Socket errors" in text:
        raise RuntimeError(f"not all answers were right:\n{text}")
    requests = int(_found(r"(\d+) requests in", text)[1])
    late = _found(r"99%\s+([\d.]+)(us|ms|s|m)", text)
    rate = float(_found(r"Requests/sec:\s+([\d.]+)", text)[1])
    return Burst(requests, rate, float(late[1]) * _MILLISECONDS[late[2]], cpu / max(requests, 1) * 1e6)


def posting(body: object, method: str = "POST") -> str:
    """Write the script that sends one JSON body again and again."""
    return (
        f'wrk.method = "{method}"\nwrk.headers["content-type"] = "application/json"\n'
        f"wrk.body = [==[{json.dumps(body)}]==]\n"
    )


def getting() -> str:
    """Write the script that only asks."""
    return 'wrk.method = "GET"\n'


def varying(paths: list[str], base_path: str) -> str:
    """Write the script that renders many references, each time with other variables."""
    listed = ", ".join(f'"{base_path}{path}"' for path in paths)
    return (
        f"local paths = {{{listed}}}\nlocal count = 0\nmath.randomseed(os.time())\n"
        'local headers = {["content-type"] = "application/json"}\n'
        "request = function()\n  count = count + 1\n  local own = math.random(1, 1000000000)\n"
        '  local body = string.format(\'{"variables": {"name": "caller %d", "own_%d": [%d]}}\', own, own, count)\n'
        '  return wrk.format("POST", paths[count % #paths + 1], headers, body)\nend\n'
    )


def _found(pattern: str, text: str) -> re.Match[str]:
    found = re.search(pattern, text)
    if found is None:
        raise RuntimeError(f"wrk said something unexpected:\n{text}")
    return found

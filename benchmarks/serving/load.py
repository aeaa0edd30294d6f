"""The load, made by wrk: a program in C, so that what is measured is the server."""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

from benchmarks.serving.servers import CLIENT_CORE, Process, pinned

_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60000.0}


class Burst(NamedTuple):
    """The figures of a few seconds of load; where nothing was answered, that counts as one answer."""

    requests: int
    per_second: float
    p99: float
    """Milliseconds."""
    cpu: float
    """Microseconds of processor time that the server took for a request."""


class Request(NamedTuple):
    """What wrk sends."""

    method: str
    path: str
    body: str = ""
    """JSON; `NUMBER` in it stands for one that no other request has."""


class Right(NamedTuple):
    """What a right answer has."""

    status: int = 200
    holds: str = ""
    """What its body has in it, as it stands there."""


def check_there() -> None:
    """Check that wrk can be run.

    Raises:
        SystemExit: it can't.
    """
    if shutil.which("wrk") is None:
        raise SystemExit(
            "The load is made by wrk, which is not installed. Debian: apt install wrk; macOS: brew install wrk."
        )


def burst(
    server: Process, script: str, connections: int, seconds: float, path: str = "", core: str = CLIENT_CORE
) -> Burst:
    """Load a server as fast as it answers.

    Args:
        server: what is loaded.
        script: what wrk sends, in Lua.
        connections: how many connections there are, with one request under way on each.
        seconds: for how long.
        path: what follows the server's base URL, where the script does not say.
        core: the core that wrk keeps to.

    Raises:
        RuntimeError: an answer was no success.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        sending = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout=30s", "--latency", "-s", file.name]
        before = server.cpu_seconds()
        command = pinned(core, [*sending, server.base_url + path])
        ended = subprocess.run(command, capture_output=True, text=True, check=True)
        cpu = server.cpu_seconds() - before
    text = ended.stdout
    if "Non-2xx" in text or "Socket errors" in text or "not right" in text:
        raise RuntimeError(f"not all answers were right:\n{text}")
    requests = max(int(_found(r"(\d+) requests in", text)[1]), 1)
    late = _found(r"99%\s+([\d.]+)(us|ms|s|m)", text)
    rate = max(float(_found(r"Requests/sec:\s+([\d.]+)", text)[1]), 1 / seconds)
    return Burst(requests, rate, float(late[1]) * _MILLISECONDS[late[2]], cpu / requests * 1e6)


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


def checking(requests: Sequence[Request], right: Right) -> str:
    """Write the script that sends requests in turns, and counts answers that are not right."""
    listed = ", ".join(f'{{"{each.method}", "{each.path}", [==[{each.body}]==]}}' for each in requests)
    return (
        f"local requests, number, thread = {{{listed}}}, {next(_STARTS)}, nil\nwrong = 0\n"
        'local headers = {["content-type"] = "application/json"}\n'
        "setup = function(one) thread = one end\n"
        "request = function()\n  number = number + 1\n"
        "  local method, path, body = unpack(requests[number % #requests + 1])\n"
        '  return wrk.format(method, path, headers, (body:gsub("NUMBER", number)))\nend\n'
        "response = function(status, _, body)\n"
        f"  if status ~= {right.status} or not body:find([==[{right.holds}]==], 1, true) then wrong = wrong + 1 end\n"
        'end\ndone = function()\n  local wrong = thread:get("wrong")\n'
        '  if wrong > 0 then print(wrong .. " not right") end\nend\n'
    )


_STARTS = count(0, 1_000_000)
"""The numbers that scripts begin to count at."""


def _found(pattern: str, text: str) -> re.Match[str]:
    found = re.search(pattern, text)
    if found is None:
        raise RuntimeError(f"wrk said something unexpected:\n{text}")
    return found

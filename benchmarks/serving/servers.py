"""The processes that are measured: the server on a database, and the constant beside it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.processes import ROOT, environment

SERVER_CORE, CLIENT_CORE = "0", "1"


def pinned(core: str, command: Sequence[str]) -> list[str]:
    """Keep a command on one core, where the system can do so: what is measured and what measures do not share one."""
    can = shutil.which("taskset") is not None and (os.cpu_count() or 1) > 1
    return ["taskset", "-c", core, *command] if can else [*command]


class Process:
    """A server in a process of its own.

    Args:
        command: what to run.
        base_url: where it answers; empty where its first line says so.
    """

    def __init__(self, command: Sequence[str], base_url: str = "") -> None:
        self._process = subprocess.Popen(
            pinned(SERVER_CORE, command), stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment()
        )
        assert self._process.stdout
        self.base_url = base_url or self._process.stdout.readline().split()[-1]
        self.pid = self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(15)
        self._process.kill()
        self._process.communicate()

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Send a request, and return the JSON of the answer."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(self.base_url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    def cpu_seconds(self) -> float:
        """Return the processor time that it has taken so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float:
        """Return the memory that it holds, as RSS."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def ours(database: str, *options: str) -> Process:
    """Start the server on a database."""
    program = Path(sys.executable).with_name("portkey-prompts")
    return Process([str(program), "serve", "--port", "0", "--database", database, *options])


def constant(answer: Path) -> Process:
    """Start the framework answering a file's bytes."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [sys.executable, "-m", "benchmarks.serving.ceiling", str(port), str(answer)]
    process = Process(command, f"http://127.0.0.1:{port}/v1")
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return process
        time.sleep(0.05)
    raise RuntimeError("the constant did not start; what went wrong stands on standard error")


@contextmanager
def postgres_database(server: str) -> Iterator[str | None]:
    """Make an empty PostgreSQL database and yield its URL, None where there is no server; remove it at the end.

    Args:
        server: the URL of a database of a server where databases may be made.
    """
    import psycopg

    name = f"portkey_bench_{os.getpid()}"
    try:
        connection = psycopg.connect(server, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        print(f"No PostgreSQL is measured: {str(error).splitlines()[0]}", file=sys.stderr)
        yield None
        return
    with connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            yield server.rpartition("/")[0] + f"/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())

"""The processes that are measured: the server on a database, and what is beside it."""

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from http.client import HTTPException
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.error import HTTPError

from benchmarks.processes import ROOT, environment

SERVER_CORE, CLIENT_CORE = "0", "1"
_TIMEOUT = 300
"""Seconds that a server may take to start."""


def pinned(core: str, command: Sequence[str]) -> list[str]:
    """Keep a command on one core, where the system can do so: what is measured and what measures do not share one."""
    can = shutil.which("taskset") is not None and (os.cpu_count() or 1) > 1
    return ["taskset", "-c", core, *command] if can else [*command]


class Process:
    """A server with all the processes that it starts, in a session of their own.

    Args:
        command: what to run.
        base_url: where it answers; empty where its first line says so.
        core: the core that it keeps to.
        log: where it writes what it has to say; it runs in that folder.
        settings: environment variables beside the usual ones.
    """

    def __init__(
        self,
        command: Sequence[str],
        base_url: str = "",
        core: str = SERVER_CORE,
        log: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        with log.open("ab") if log else nullcontext() as written:
            self._process = subprocess.Popen(
                pinned(core, command),
                stdin=subprocess.PIPE,
                stdout=written or subprocess.PIPE,
                stderr=written,
                text=True,
                cwd=log.parent if log else ROOT,
                env=environment() | dict(settings or {}),
                start_new_session=True,
            )
        self._log = log
        self.base_url = base_url or self._first_line().split()[-1]
        self.pid = self._process.pid

    def _first_line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(15)
        for left in self._processes():  # some servers leave children behind
            with suppress(ProcessLookupError):
                os.kill(int(left.name), signal.SIGKILL)
        self._process.communicate()

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Send a request, and return the JSON of the answer; None where it is empty.

        Raises:
            RuntimeError: the answer says no.
        """
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(self.base_url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                content = answer.read()
        except HTTPError as refusal:
            raise RuntimeError(f"{method} {request.full_url}: {refusal.code} {refusal.read()!r}") from refusal
        return json.loads(content) if content else None

    def ready(self, path: str) -> None:
        """Wait until it answers a path.

        Raises:
            RuntimeError: it does not in time.
        """
        deadline = time.monotonic() + _TIMEOUT
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(OSError, HTTPException):
                urllib.request.urlopen(self.base_url + path, timeout=_TIMEOUT).close()
                return
            time.sleep(0.02)
        reason = self._log.read_text(errors="replace")[-3000:] if self._log else "what went wrong is on standard error"
        raise RuntimeError(f"{self.base_url} does not answer: {reason}")

    def cpu_seconds(self) -> float:
        """Return the processor time that all of it has taken so far."""
        ticks = sum(int(each[_USER]) + int(each[_SYSTEM]) for each in self._stats())
        return ticks / os.sysconf("SC_CLK_TCK")

    def longest_pause(self) -> float:
        """Return for how many milliseconds nobody was answered at the most since this was asked last; of `watched`."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith("pause "):
                return float(line.split()[1])
        raise RuntimeError("the server ended early; what went wrong stands on standard error")

    def megabytes(self) -> float:
        """Return the memory that all of it holds, as RSS: what processes share counts in each."""
        return sum(int(each[_RSS]) for each in self._stats()) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def proportional_megabytes(self) -> float:
        """Return the memory that all of it holds, as PSS: what processes share counts once, by parts."""
        found = [re.search(r"^Pss: +(\d+)", _said(each, "smaps_rollup"), re.MULTILINE) for each in self._processes()]
        return sum(int(each[1]) for each in found if each) * 1024 / 1e6

    def _stats(self) -> list[list[str]]:
        return [fields for each in self._processes() if (fields := _stat(each))]

    def _processes(self) -> list[Path]:
        every = [each for each in Path("/proc").iterdir() if each.name.isdigit()]
        return [each for each in every if (fields := _stat(each)) and int(fields[_SESSION]) == self.pid]


_SESSION, _USER, _SYSTEM, _RSS = 3, 11, 12, 21


def _stat(process: Path) -> list[str]:
    """Return the fields of a process's state, from the letter that names it on; none where it has ended."""
    return _said(process, "stat").rpartition(")")[2].split()


def _said(process: Path, file: str) -> str:
    """Return what the system says of a process; nothing where it has ended."""
    try:
        return (process / file).read_text()
    except OSError:
        return ""


def ours(database: str, *options: str, core: str = SERVER_CORE) -> Process:
    """Start the server on a database."""
    program = Path(sys.executable).with_name("portkey-prompts")
    return Process([str(program), "serve", "--port", "0", "--database", database, *options], core=core)


def free_port() -> int:
    """Find a port at which nobody listens, and which no system gives to who asks for any."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as taken, suppress(OSError):
            taken.bind(("127.0.0.1", port))
            return port


def watched(database: str) -> Process:
    """Start the server with a pulse on its event loop."""
    return Process([sys.executable, "-m", "benchmarks.serving.watched", database])


def constant(answer: Path) -> Process:
    """Start the framework answering a file's bytes."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.serving.ceiling", str(port), str(answer)]
    process = Process(command, f"http://127.0.0.1:{port}/v1")
    process.ready("/healthz")
    return process


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

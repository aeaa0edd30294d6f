"""The processes that are measured, and the server that they talk to."""

import json
import os
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[1]


def environment() -> dict[str, str]:
    """Return this process's environment without what would change how Python or a client behaves."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(("PYTHON", "PORTKEY_")) and not name.upper().endswith("_PROXY")
    }


def seconds_of_program(python: Path, code: str, wanted: str = "") -> float:
    """Run a program in a fresh interpreter, from start to end.

    Raises:
        RuntimeError: where it fails, or prints anything else than what is wanted.
    """
    start = perf_counter()
    ended = subprocess.run([python, "-I", "-c", code], capture_output=True, env=environment(), check=False)
    seconds = perf_counter() - start
    if ended.returncode or ended.stdout.decode().strip() != wanted.strip():
        raise RuntimeError(f"{code!r} failed: {ended.stdout.decode()}{ended.stderr.decode()}")
    return seconds


class Child:
    """A module of this package that runs in a process of its own, until its standard input ends."""

    def __init__(self, python: Path, module: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [python, "-m", f"benchmarks.{module}", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            cwd=ROOT,
            env=environment(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def read(self) -> str:
        """Read one line.

        Raises:
            RuntimeError: where the child has ended; what went wrong stands on standard error.
        """
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a benchmark's process ended early: {self._process.args!r}")
        return line

    def write(self, line: str) -> None:
        """Write one line."""
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n")


class Worker(Child):
    """One library at one use."""

    def __init__(self, python: Path, module: str, use: str, base_url: str) -> None:
        super().__init__(python, "worker", module, use, base_url)

    def seconds(self, times: int) -> float:
        """Let it do its use so many times; returns the seconds that one time took."""
        self.write(str(times))
        return float(json.loads(self.read()))


class Loopback(Child):
    """The server."""

    def __init__(self) -> None:
        super().__init__(Path(sys.executable), "server")
        self.port = int(self.read())
        self.base_url = f"http://127.0.0.1:{self.port}/v1"
        self._line = HTTPConnection("127.0.0.1", self.port)

    def connections(self) -> int:
        """Return how many connections have been made so far."""
        self._line.request("GET", "/connections")
        return int(json.loads(self._line.getresponse().read())["connections"])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.close()
        super().__exit__(kind, error, trace)

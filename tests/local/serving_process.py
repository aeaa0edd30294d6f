"""`portkey_local.program.serve` in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any, Self

import warm

PROGRAM = "import sys; from portkey_local import program; sys.exit(program.serve(**eval(sys.argv[1])))"


class Serving:
    """Run the server as a program and read the lines that say that it is ready, and where it keeps prompts."""

    def __init__(
        self, database: str = "temporary", *, port: int = 0, environment: dict[str, str] | None = None, **more: Any
    ):
        self._arguments = {"database": database, "port": port, **more}
        self._environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **(environment or {})}
        self.process: subprocess.Popen[str]
        self.line = self.kept = ""

    def __enter__(self) -> Self:
        self.process = warm.Program(
            [sys.executable, "-W", "error", "-c", PROGRAM, repr(self._arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment,
        )
        assert self.process.stdout is not None
        self.line, self.kept = self.process.stdout.readline(), self.process.stdout.readline()
        return self

    @property
    def base_url(self) -> str:
        """The URL in the ready line."""
        return self.line.split()[-1]

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Send a signal and return the exit code and what else was written."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> tuple[int, str, str]:
        """Return the exit code and what else was written, once the process has ended."""
        output, errors = self.process.communicate(timeout=120)
        return self.process.returncode, output, errors

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

"""The command line as a process of its own: piped, or on a pseudo-terminal."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import warm

COMMAND = str(Path(sys.executable).with_name("portkey-prompts"))


def environment(**more: str) -> dict[str, str]:
    """This shell's environment without what would decide for a test."""
    theirs = ("PORTKEY_", "PYTHON", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "EDITOR", "VISUAL")
    ours = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
    return {**ours, "TERM": "xterm-256color", **more}


def piped(*arguments: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command with all of its streams in pipes."""
    return warm.run(COMMAND, *arguments, stdin=stdin, env=environment(**more))


def without(missing: tuple[str, ...], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command where some packages can't be imported."""
    script = (
        "import sys\n"
        f"for name in {missing!r}: sys.modules[name] = None\n"
        "from portkey_cli.main import main\n"
        f"sys.exit(main({list(arguments)!r}))"
    )
    return subprocess.run(
        [sys.executable, "-c", script], env=environment(), capture_output=True, text=True, timeout=120
    )


class Screen(NamedTuple):
    """What a terminal was sent, with the line breaks of a file, and how the command ended."""

    text: str
    code: int


class Terminal:
    """A pseudo-terminal with a command on it."""

    def __init__(self, *arguments: str, columns: int = 80, more: Mapping[str, str] | None = None) -> None:
        self._master, slave = pty.openpty()
        self.process = warm.Program(
            [COMMAND, *arguments],
            env=environment(COLUMNS=str(columns), LINES="40", **(more or {})),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            close_fds=True,
        )
        os.close(slave)
        self._seen = b""

    def read_until(self, text: str, seconds: float = 60) -> str:
        """Read until the screen shows a text, and return all that it showed."""
        end = time.monotonic() + seconds
        while text not in self.text:
            assert time.monotonic() < end, f"{text!r} did not come; there was {self.text!r}"
            assert self._read(0.2) or self.process.poll() is None, f"{text!r} did not come; there was {self.text!r}"
        return self.text

    def type(self, text: str) -> None:
        """Type on the keyboard."""
        os.write(self._master, text.encode())

    def finish(self) -> Screen:
        """Read to the end."""
        while self._read(120):
            pass
        os.close(self._master)
        return Screen(self.text, self.process.wait(120))

    @property
    def text(self) -> str:
        return self._seen.decode(errors="replace").replace("\r\n", "\n")

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], seconds)
        try:
            piece = os.read(self._master, 65536) if ready else b""
        except OSError:  # how Linux says that the other side is closed
            piece = b""
        self._seen += piece
        return bool(piece)


def on_terminal(*arguments: str, columns: int = 80, **more: str) -> Screen:
    """Run the command on a terminal, and return what it showed."""
    return Terminal(*arguments, columns=columns, more=more).finish()

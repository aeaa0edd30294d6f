"""The server as a program: `portkey-prompts serve`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from types import FrameType

from .config import Config, ConfigError
from .hosting import StartError
from .machine import Machine
from .store import DatabaseError

_GRACE = 10
DEFAULT_PORT = 8790


def run(
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    database: str = "sqlite:///portkey.db",
    config_path: str | Path | None = None,
) -> int:
    """Serve until SIGTERM or SIGINT, on the main thread, and return the exit code.

    One line on stdout tells the URL when requests are answered. At the first signal no new work is taken and answers
    under way get ten seconds; at the second the server stops at once.

    Args:
        host: A loopback host: `127.0.0.1`, `localhost` or `::1`.
        port: The port; 0 for a free one.
        database: `sqlite:///` and a path, or `sqlite://` for a temporary file.
        config_path: The path of a `portkey-local.toml`; None for no upstream but `echo`.

    Returns:
        0 after a signal, 2 where the server can't start; stderr says why.
    """
    try:
        config = Config() if config_path is None else Config.read(config_path)
        machine = Machine(database=database, host=host, port=port, config=config, grace=_GRACE)
    except (ConfigError, DatabaseError, StartError) as error:
        sys.stderr.write(f"portkey-prompts serve: {error}\n")
        return 2
    before = {number: signal.signal(number, _Stopper(machine)) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        machine.run(lambda: _say(f"Listening on {machine.base_url}"))
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


class _Stopper:
    """Stop a server at a signal, and at once at the second one."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._asked = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Take a signal."""
        self._machine.stop(at_once=self._asked)
        self._asked = True


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()

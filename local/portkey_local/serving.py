"""The server as a program: `portkey-prompts serve`."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from attrs import evolve

from .config import Config, ConfigError
from .ending import Ending
from .http.hosting import StartError
from .http.logs import Format, Journal, writing
from .machine import Machine
from .store import DatabaseError

DEFAULT_PORT = 8790
_LETTING_GO, _AT_ONCE = 15.0, 2.0
"""Seconds that the database gets to end what was asked of it, after the first signal's time and after the second."""
_WRITING = 0.5
"""Seconds that the last line of the log gets."""
logger = logging.getLogger("portkey_local")


def run(
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    database: str = "sqlite:///portkey.db",
    config_path: str | Path | None = None,
    *,
    drain: int | None = None,
    grace: int | None = None,
    log: Format | None = None,
) -> int:
    """Serve until SIGTERM or SIGINT, on the main thread, and return the exit code.

    One line on stdout tells the URL when requests are answered; the log goes to stderr. At the first signal `/readyz`
    says so, then no new work is taken and answers under way get some time; at the second the server stops at once.

    Args:
        host: The address to listen on; one beyond loopback takes a database with API keys.
        port: The port; 0 for a free one.
        database: `sqlite:///` and a path, or `sqlite://` for a temporary file.
        config_path: The path of a `portkey-local.toml`; None for no upstream but `echo`.
        drain: Seconds of "not ready" before new work is refused; None for the configuration's.
        grace: Seconds that answers under way then get; None for the configuration's.
        log: How the log is written; None for the configuration's.

    Returns:
        0 after a signal, 2 where the server can't start; stderr says why. Where a database does not let go after a
        signal, the process ends by itself with 1.
    """
    try:
        config = Config() if config_path is None else Config.read(config_path)
    except ConfigError as error:
        with writing(log or "text", sys.stderr.fileno()) as journal:
            return _refuse(error, journal)
    given = {name: seconds for name, seconds in (("drain", drain), ("grace", grace)) if seconds is not None}
    config = evolve(config, ending=evolve(config.ending, **given))
    with writing(log or config.log, sys.stderr.fileno()) as journal:
        try:
            machine = Machine(
                database=database, host=host, port=port, config=config, ending=config.ending, journal=journal
            )
        except (ConfigError, DatabaseError, StartError) as error:
            return _refuse(error, journal)
        with _stopping_at_signals(machine, config.ending):
            machine.run(lambda: _say(machine.base_url))
        logger.info("Stopped")
    return 0


@contextmanager
def _stopping_at_signals(machine: Machine, ending: Ending) -> Iterator[None]:
    stopper = _Stopper(machine, ending)
    before = {number: signal.signal(number, stopper) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        stopper.let_go()
        for number, handler in before.items():
            signal.signal(number, handler)


class _Stopper:
    """Stop a server at a signal, and at once at the second one, even where a database never lets go of it."""

    def __init__(self, machine: Machine, ending: Ending) -> None:
        self._machine = machine
        self._seconds = ending.drain + ending.grace + _LETTING_GO
        self._timers: list[threading.Timer] = []

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Take a signal."""
        again = bool(self._timers)
        self._machine.stop(at_once=again)
        timer = threading.Timer(_AT_ONCE if again else self._seconds, _give_up)
        timer.daemon = True
        timer.start()
        self._timers.append(timer)

    def let_go(self) -> None:
        """End: the machine has stopped by itself."""
        for timer in self._timers:
            timer.cancel()


def _give_up() -> None:
    logger.critical("The database does not let go; the server ends without it")
    time.sleep(_WRITING)
    os._exit(1)


def _refuse(error: Exception, journal: Journal | None) -> int:
    """Say why the server can't start: in the log where programs read it, else as a command does."""
    if journal is None:
        sys.stderr.write(f"portkey-prompts serve: {error}\n")
    else:
        journal.note("critical", f"The server can't start: {error}", {})
    return 2


def _say(base_url: str) -> None:
    logger.info("Listening on %s", base_url)
    sys.stdout.write(f"Listening on {base_url}\n")
    sys.stdout.flush()

"""The server as a program: `portkey-prompts serve`."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
from _thread import start_new_thread
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from msgspec import structs

from portkey_openapi.requests import LOCAL_PORT
from portkey_prompts.telemetry import telemetry_of

from .config import Config, Format, ShutdownTimes
from .http.logs import Journal, writing
from .http.server import ListenError, StartError
from .server import Server
from .store import Address, DatabaseError, NoDatabaseError
from .store.address import TEMPORARY
from .toml_tables import ConfigError
from .tracing import export_spans

_LETTING_GO, _AT_ONCE = 15.0, 2.0
"""Seconds that calls to the database get to return: after the first signal's drain and grace, and after the second."""
_TURN = 0.001
"""The switch interval in seconds: how long a computing thread may keep the event loop from its next turn."""
_LAST_SPANS = 3.0
"""Seconds that the spans of the last requests get to be sent."""
_WRITING = 0.5
"""Seconds that the last line of the log gets."""
_EVERY_ADDRESS = ("0.0.0.0", "::")
logger = logging.getLogger("portkey_local")


def serve(
    host: str = "127.0.0.1",
    port: int = LOCAL_PORT,
    database: str = "sqlite:///portkey.db",
    config_path: str | Path | None = None,
    *,
    drain: int | None = None,
    grace: int | None = None,
    log: Format | None = None,
) -> int:
    """Serve until SIGTERM, SIGINT or SIGHUP, on the main thread, and return the exit code.

    When requests are answered, one line on stdout tells the URL and one where prompts are kept; the log goes to stderr.
    At the first signal `/readyz` says so, then no new work is taken and answers under way get some time; at the second
    the server stops at once.

    Args:
        host: The address to listen on; one beyond loopback needs a database with API keys.
        port: The port; 0 for a free one.
        database: `sqlite:///` and a path, `postgresql+psycopg://user@host/name`, or `temporary` for a file that is
            deleted at the end.
        config_path: The path of a `portkey-local.toml`; None for no upstream but `echo`.
        drain: Seconds of "not ready" before new work is refused; None for the configuration's.
        grace: Seconds that answers under way then get; None for the configuration's.
        log: How the log is written; None for the configuration's.

    Returns:
        0 after a signal; where the server can't start, 6 for an address that can't be listened on, 3 for a file or a
        database that can't be read, else 2; stderr says why. Where a call to the database does
        not return after a signal, the process ends with 1.
    """
    try:
        config = Config() if config_path is None else Config.read(config_path)
    except ConfigError as error:
        with writing(log or "text", sys.stderr.fileno()) as journal:
            return _refuse(error, journal)
    given = {name: seconds for name, seconds in (("drain", drain), ("grace", grace)) if seconds is not None}
    times = structs.replace(config.server, **given)
    with writing(log or config.log.format, sys.stderr.fileno()) as journal:
        try:
            _check_kept(database)
            send_last_spans = export_spans() if telemetry_of(None, "portkey_local") is not None else None
            server = Server(database=database, host=host, port=port, config=config, times=times, journal=journal)
        except (ConfigError, DatabaseError, StartError) as error:
            return _refuse(error, journal)
        _keep_pauses_short()
        with _stopping_at_signals(server, times):
            server.run(lambda: _begin(server, host))
        if send_last_spans is not None:
            _send(send_last_spans)
        logger.info("Stopped")
    return 0


def _send(last_spans: Callable[[], None]) -> None:
    """Give the last spans some time: where nobody takes them, OpenTelemetry by itself tries for half a minute."""
    sending = threading.Thread(target=last_spans, daemon=True)
    sending.start()
    sending.join(_LAST_SPANS)
    if sending.is_alive():
        logger.warning("The last spans were not sent: OpenTelemetry's collector did not take them in time.")


def _keep_pauses_short() -> None:
    """Set the switch interval and the garbage collector so that neither holds requests up for long."""
    # A full collection looks at all objects while nobody is answered: 140 ms with the largest templates in memory. So
    # the objects that exist by now are exempt, as they stay anyway, and full collections are rare: the garbage of
    # requests is found by those of the younger generations.
    sys.setswitchinterval(_TURN)
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 1_000)


@contextmanager
def _stopping_at_signals(server: Server, times: ShutdownTimes) -> Iterator[None]:
    stopper = _Stopper(server, times)
    before = {number: signal.signal(number, stopper) for number in _ending_signals()}
    try:
        yield
    finally:
        stopper.let_go()
        for number, handler in before.items():
            signal.signal(number, handler)


def _ending_signals() -> list[signal.Signals]:
    """List the signals that end a server: a closed terminal's SIGHUP is one, unless `nohup` has it ignored."""
    hang_up = getattr(signal, "SIGHUP", None)
    is_heard = hang_up is not None and signal.getsignal(hang_up) is not signal.SIG_IGN
    return [signal.SIGTERM, signal.SIGINT, *([hang_up] if hang_up is not None and is_heard else [])]


class _Stopper:
    """Stop a server at a signal, at once at the second one, and even where a call to the database never returns."""

    def __init__(self, server: Server, times: ShutdownTimes) -> None:
        self._server = server
        self._seconds = times.drain + times.grace + _LETTING_GO
        self._signals = 0
        self._stopped = threading.Event()

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Take a signal."""
        again = self._signals > 0
        self._signals += 1
        self._server.stop(at_once=again)
        # No `threading.Timer`: its start takes a lock that this very thread may hold where the signal interrupted it.
        start_new_thread(_end_after, (_AT_ONCE if again else self._seconds, self._stopped))

    def let_go(self) -> None:
        """Call off the forced end: the server has stopped by itself."""
        self._stopped.set()


def _end_after(seconds: float, stopped: threading.Event) -> None:
    if not stopped.wait(seconds):
        logger.critical("The database does not let go; the server ends without it")
        time.sleep(_WRITING)
        os._exit(1)


def _refuse(error: Exception, journal: Journal | None) -> int:
    """Say why the server can't start: in the log where programs read it, else as a command does."""
    if journal is None:
        sys.stderr.write(f"portkey-prompts serve: {error}\n")
    else:
        journal.note("critical", f"The server can't start: {error}", {})
    if isinstance(error, ListenError):
        return 6
    is_unread = isinstance(error, ConfigError) and isinstance(error.__cause__, OSError)
    return 3 if is_unread or isinstance(error, NoDatabaseError) else 2


def _check_kept(database: str) -> None:
    """Refuse a URL without a file, such as an empty shell variable leaves.

    Raises:
        DatabaseError: The URL names no file, or is none.
    """
    address = Address.read(database)
    if address.is_temporary and not address.is_named:
        raise DatabaseError(
            f"The database {database} names no file, and nothing would be kept. Write sqlite:///portkey.db, or "
            f"--database {TEMPORARY} for one that is deleted at the end."
        )


def _begin(server: Server, host: str) -> None:
    """Say where the server listens, and begin to load its page, on a thread."""
    _say(server, host)
    threading.Thread(target=_load_page, name="portkey-local-page").start()


def _load_page() -> None:
    # Loaded by its first request, it would block the event loop for 0.2 s, and there might be no file descriptor left.
    try:
        from .ui.app import PageApp  # noqa: F401
        from .ui.html import assets, templates

        assets()
        for name in templates().list_templates():
            templates().get_template(name)
    except (OSError, ImportError) as error:
        logger.warning("The page will be loaded when somebody looks at it: %s", error)


def _say(server: Server, host: str) -> None:
    store = server.store
    database = "a temporary database" if store.address.is_temporary else store.address.shown
    lines = [
        f"Listening on {server.base_url}",
        f"Prompts are kept in {database}{', which is new' if store.is_new else ''}",
    ]
    if host in _EVERY_ADDRESS:
        lines.append(f"Other machines reach it too, at http://{socket.gethostname()}:{server.port}/v1")
    for line in lines:
        logger.info(line)
    try:
        sys.stdout.writelines(f"{line}\n" for line in lines)
        sys.stdout.flush()
    except OSError as error:
        # Closed, full or read by nobody: no reason not to serve. What is left in the buffer must not fail at the end.
        logger.warning("The URL can't be written to stdout: %s", error.strerror)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

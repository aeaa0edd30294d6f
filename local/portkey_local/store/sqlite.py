"""SQLite: how it is opened, made durable, and how its writers take turns."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.engine import URL

from portkey_local.errors import ApiError

from .problems import BUSY_SECONDS, BusyError, DatabaseError, FullError, ReadOnlyError, StorageError

_REFUSALS: dict[int, Callable[[], ApiError]] = {
    sqlite3.SQLITE_BUSY: BusyError,
    sqlite3.SQLITE_LOCKED: BusyError,
    sqlite3.SQLITE_FULL: FullError,
    sqlite3.SQLITE_READONLY: ReadOnlyError,
}


class SQLite:
    """A database file: readers never wait, and what was committed outlives a power cut.

    Args:
        url: `sqlite:///` and a path.
        options: Further options of `sqlalchemy.create_engine`.

    Raises:
        DatabaseError: The file can't be opened, or is no database.
    """

    reads_wait = False

    def __init__(self, url: URL, **options: Any) -> None:
        self.url = str(url)
        self._engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, **options)
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        try:
            _use_write_ahead_log(self._engine)
            self._reader = _Reader(self._engine)
        except (exc.SQLAlchemyError, sqlite3.Error) as error:
            self._engine.dispose()
            reason = getattr(error, "orig", None) or error
            raise DatabaseError(f"{reason}. Check the path and its rights") from error

    def reading(self) -> AbstractContextManager[Connection]:
        """Lend the reader's connection."""
        return self._reader.transaction()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Lend a connection that took the write lock at the beginning.

        A transaction that reads first and writes later can be refused in the middle when another process wrote in
        between; one that starts as a writer only ever waits.
        """
        with (
            self._engine.connect() as connection,
            connection.execution_options(sqlite_begin="BEGIN IMMEDIATE").begin(),
        ):
            yield connection

    def refusal(self, error: exc.SQLAlchemyError) -> ApiError:
        """Say a failure as an answer."""
        code = getattr(getattr(error, "orig", None), "sqlite_errorcode", 0)
        return _REFUSALS.get(code & 0xFF, StorageError)()  # the low byte is the kind, the rest tells it further apart

    def close(self) -> None:
        """Close the file."""
        self._reader.close()
        self._engine.dispose()


class _Reader:
    """Lend one open connection for short reads, to one thread at a time.

    Taking a connection from the pool, beginning and giving it back costs 70 µs, a read by its key 20 µs: the connection
    stays open between reads, and the transaction around each is spoken to the driver directly.
    """

    def __init__(self, engine: Engine) -> None:
        self._lock = threading.Lock()
        self._connection = engine.connect().execution_options(sqlite_begin=None)
        raw = self._connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        self._cursor = raw.cursor()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Lend the connection; all that is read inside is of one moment."""
        with self._lock:
            self._execute("BEGIN")
            try:
                yield self._connection
            finally:
                self._execute("ROLLBACK")

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            self._cursor.close()
            self._connection.close()

    def _execute(self, statement: str) -> None:
        try:
            self._cursor.execute(statement)
        except sqlite3.Error as error:
            raise exc.OperationalError(statement, None, error) from error


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not begin transactions by itself: `_begin` says which kind.
    connection.isolation_level = None
    for pragma in ("foreign_keys=ON", "synchronous=FULL", f"busy_timeout={int(BUSY_SECONDS * 1000)}"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get("sqlite_begin", "BEGIN")
    if statement is not None:
        connection.exec_driver_sql(statement)


def _use_write_ahead_log(engine: Engine) -> None:
    """Switch the file to WAL; this needs it for itself for a moment, and doesn't wait by itself for its turn."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            with engine.connect().execution_options(sqlite_begin=None) as connection:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            return
        except exc.OperationalError as error:
            if "locked" not in str(error.orig) or time.monotonic() > deadline:
                raise
        time.sleep(0.02)

"""SQLite: how it is opened, made durable, and how its writers take turns."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.engine import URL

from portkey_local.errors import ApiError

from .database import LONG_SECONDS
from .problems import (
    BusyError,
    CommitBrokenError,
    DamagedError,
    DatabaseError,
    FullError,
    MovedError,
    ReadOnlyError,
    StorageError,
    UncertainError,
)

_READERS_PATIENCE = 0.2
"""Seconds. In WAL mode a reader waits for nobody, but for programs that lock the file in older ways; and while it
does, the event loop waits too."""
_IN_DOUBT = (sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC)
_REFUSALS: dict[int, Callable[[], ApiError]] = {
    sqlite3.SQLITE_BUSY: BusyError,
    sqlite3.SQLITE_LOCKED: BusyError,
    sqlite3.SQLITE_FULL: FullError,
    sqlite3.SQLITE_READONLY: ReadOnlyError,
    sqlite3.SQLITE_CORRUPT: DamagedError,
    sqlite3.SQLITE_NOTADB: DamagedError,
}


class SQLite:
    """A database file: readers never wait, and what was committed outlives a power cut.

    Args:
        url: `sqlite:///` and a path.
        timeout: Seconds that a change waits for its turn.
        options: Further options of `sqlalchemy.create_engine`.

    Raises:
        DatabaseError: The file can't be opened, or is no database.
    """

    reads_wait = False

    def __init__(self, url: URL, *, timeout: float, **options: Any) -> None:
        if url.query and "uri" not in url.query:
            raise DatabaseError(
                f"`{min(url.query)}` in its URL is not known. What SQLite itself is told stands in a URL such as "
                "sqlite:///file:/PATH?mode=ro&uri=true"
            )
        self.url = str(url)
        self._timeout = timeout
        self._engine = create_engine(url, connect_args={"timeout": timeout, "check_same_thread": False}, **options)
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        try:
            self._reader = _Reader(self._engine, min(timeout, _READERS_PATIENCE))
        except (exc.SQLAlchemyError, sqlite3.Error) as error:
            self._engine.dispose()
            raise _unusable(error) from error
        self._place = _Place(_path(url))

    def settle(self) -> None:
        """Switch the file to write-ahead logging.

        Raises:
            DatabaseError: It can't be.
        """
        try:
            _use_write_ahead_log(self._engine, self._timeout)
        except exc.SQLAlchemyError as error:
            raise _unusable(error) from error

    def reading(self, *, long: bool = False) -> AbstractContextManager[Connection]:
        """Lend the reader's connection, or one of its own for what takes long."""
        return self._reading_alone() if long else self._reader.transaction()

    @contextmanager
    def writing(self, *, long: bool = False) -> Iterator[Connection]:
        """Lend a connection that took the write lock at the beginning.

        A transaction that reads first and writes later can be refused in the middle when another process wrote in
        between; one that starts as a writer only ever waits.
        """
        with self._engine.connect() as connection:
            connection.execution_options(sqlite_begin=None)
            connection.exec_driver_sql(_patience(LONG_SECONDS if long else self._timeout)).close()
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            self._place.check()
            yield connection
            _commit(connection)

    def refusal(self, error: exc.SQLAlchemyError) -> ApiError:
        """Say a failure as an answer."""
        if isinstance(error, CommitBrokenError):
            return UncertainError()
        return _REFUSALS.get(_code(error) & 0xFF, StorageError)()  # the low byte is the kind, the rest tells it apart

    def close(self) -> None:
        """Close the file."""
        self._reader.close()
        self._engine.dispose()

    @contextmanager
    def _reading_alone(self) -> Iterator[Connection]:
        with self._engine.connect() as connection, connection.begin():
            yield connection


class _Reader:
    """Lend one open connection for short reads, to one thread at a time.

    Taking a connection from the pool, beginning and giving it back costs 70 µs, a read by its key 20 µs: the connection
    stays open between reads, and the transaction around each is spoken to the driver directly.
    """

    def __init__(self, engine: Engine, patience: float) -> None:
        self._lock = threading.Lock()
        self._connection = engine.connect().execution_options(sqlite_begin=None)
        raw = self._connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        self._raw, self._cursor = raw, raw.cursor()
        self._execute(_patience(patience))

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Lend the connection; all that is read inside is of one moment."""
        with self._lock:
            self._execute("BEGIN")
            try:
                yield self._connection
            finally:
                if self._raw.in_transaction:  # some failures have ended it
                    self._execute("ROLLBACK")

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            self._cursor.close()
            self._connection.close()

    def _execute(self, statement: str) -> None:
        try:
            self._cursor.execute(statement).fetchall()
        except sqlite3.Error as error:
            raise exc.OperationalError(statement, None, error) from error


class _Place:
    """Where the open file stood when it was opened.

    A file that is deleted or replaced stays open under its old name, and takes writes that nobody will ever see.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened = self._here()

    def check(self) -> None:
        """Refuse a file that does not stand there any more.

        Raises:
            MovedError: It was moved, deleted or replaced.
        """
        if self._here() != self._opened:
            raise MovedError

    def _here(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


def _path(url: URL) -> Path:
    """Return where the file stands, whatever folder the process goes to later."""
    name = url.database or ""
    if "uri" in url.query and name.startswith("file:"):
        name = unquote(name.removeprefix("file:"))
    return Path(name).absolute()


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not begin transactions by itself: `_begin` says which kind.
    connection.isolation_level = None
    for pragma in ("foreign_keys=ON", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}").close()


def _patience(seconds: float) -> str:
    return f"PRAGMA busy_timeout={round(seconds * 1000)}"


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get("sqlite_begin", "BEGIN")
    if statement is not None:
        connection.exec_driver_sql(statement)


def _commit(connection: Connection) -> None:
    try:
        connection.commit()
    except exc.DBAPIError as error:
        if _code(error) in _IN_DOUBT:  # it is written, and a power cut decides whether it stays
            raise CommitBrokenError(error.statement, error.params, error.orig or error) from error
        raise


def _code(error: BaseException) -> int:
    return int(getattr(getattr(error, "orig", None), "sqlite_errorcode", 0))


def _unusable(error: Exception) -> DatabaseError:
    return DatabaseError(f"{getattr(error, 'orig', None) or error}. Check the path and its rights")


def _use_write_ahead_log(engine: Engine, timeout: float) -> None:
    """Switch the file to WAL; this needs it for itself for a moment, and doesn't wait by itself for its turn."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            with engine.connect().execution_options(sqlite_begin=None) as connection:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            return
        except exc.OperationalError as error:
            if _code(error) & 0xFF == sqlite3.SQLITE_READONLY:
                return  # what can only be read needs none
            if "locked" not in str(error.orig) or time.monotonic() > deadline:
                raise
        time.sleep(0.02)

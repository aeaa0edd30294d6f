"""What is peculiar to SQLite: how it is opened, made durable, and how its writers take turns."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.engine import URL

DriverError = sqlite3.Error
"""What the driver raises where SQLAlchemy is not between: while a connection is prepared."""
BUSY_SECONDS = 10.0
"""How long a writer waits for another process's transaction to end."""


def open_engine(url: URL, **options: Any) -> Engine:
    """Open a database file so that readers never wait, and so that what was committed outlives a power cut.

    Args:
        url: `sqlite:///` and a path.
        options: Further options of `sqlalchemy.create_engine`.
    """
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, **options)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    _use_write_ahead_log(engine)
    return engine


def writing(connection: Connection) -> Connection:
    """Make the next transaction of a connection take the write lock at its beginning.

    A transaction that reads first and writes later can be refused in the middle when another process wrote in between;
    one that starts as a writer only ever waits.
    """
    return connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")


class Reader:
    """Lend one open connection for short reads, to one thread at a time.

    Taking a connection from the pool, beginning and giving it back costs 70 µs, a read by its key 20 µs: the connection
    stays open between reads, and the transaction around each is spoken to the driver directly.

    Args:
        engine: The engine to take the connection from.
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
            self._cursor.execute("BEGIN")
            try:
                yield self._connection
            finally:
                self._cursor.execute("ROLLBACK")

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            self._cursor.close()
            self._connection.close()


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

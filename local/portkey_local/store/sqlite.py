"""SQLite: how it is opened, made durable, and how its writers take turns."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from queue import LifoQueue
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc

from portkey_local.errors import ApiError

from .address import Address
from .compiled import share
from .database import LONG_SECONDS
from .problems import (
    BusyError,
    CommitBrokenError,
    DamagedError,
    DatabaseError,
    DiskError,
    FullError,
    MovedError,
    NoDatabaseError,
    ReadOnlyError,
    StorageError,
    UncertainError,
)

_READERS_TIMEOUT = 0.2
"""Seconds. In WAL mode a reader waits for nobody, but for programs that lock the file in older ways; and while it
does, the event loop waits too."""
_LISTERS = 3
"""Reads of many rows that are made at once: one that goes through all prompts holds up no short one."""
_CHECKPOINT_SECONDS = 1.0
"""Seconds between a write and the checkpoint that moves it from the log into the file."""
_PAGES = 2000
"""How many pages of a backup are copied before it says how far it has come: 8 MB of them."""
_IN_DOUBT = (sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC)
_REFUSALS: dict[int, Callable[[], ApiError]] = {
    sqlite3.SQLITE_BUSY: BusyError,
    sqlite3.SQLITE_LOCKED: BusyError,
    sqlite3.SQLITE_FULL: FullError,
    sqlite3.SQLITE_IOERR: DiskError,
    sqlite3.SQLITE_READONLY: ReadOnlyError,
    sqlite3.SQLITE_CORRUPT: DamagedError,
    sqlite3.SQLITE_NOTADB: DamagedError,
}
logger = logging.getLogger("portkey_local")


class SQLite:
    """A database file: readers never wait, and what was committed outlives a power cut, unless the file is temporary.

    Args:
        address: Where its file is.
        options: Further options of `sqlalchemy.create_engine`.

    Raises:
        DatabaseError: The file can't be opened, or is no database.
    """

    reads_wait = False

    def __init__(self, address: Address, **options: Any) -> None:
        assert address.file is not None
        if address.makes_file:
            _make_private(address.file)
        self._timeout = address.timeout
        self._engine = create_engine(
            address.url if address.url.database else address.url.set(database=str(address.file)),
            connect_args={"timeout": address.timeout, "check_same_thread": False},
            **options,
        )
        event.listen(self._engine, "connect", _prepare)
        if not address.url.database:
            event.listen(self._engine, "connect", _leave_unflushed)
        event.listen(self._engine, "begin", _begin)
        try:
            self._engine.connect().close()
            share(self._engine)
            timeout = min(address.timeout, _READERS_TIMEOUT)
            self._reader = _Reader(self._engine, timeout)
            self._listers: LifoQueue[_Reader] = LifoQueue()
            for _ in range(_LISTERS):
                self._listers.put(_Reader(self._engine, timeout))
        except (exc.SQLAlchemyError, sqlite3.Error) as error:
            self._engine.dispose()
            raise _unusable(error) from error
        self._file = _OpenFile(address.file)
        self._not_taken_over = ""  # why the last checkpoint failed; empty where it did not
        self._written = _Written(self.checkpoint)

    def open_all(self) -> None:
        """Do nothing: the first read, the first list and the first change open all connections that there are."""

    def settle(self) -> None:
        """Switch the file to write-ahead logging."""
        _use_write_ahead_log(self._engine, self._timeout)

    def reading(self, *, long: bool = False) -> AbstractContextManager[Connection]:
        """Yield the reader's connection, or one of its own for what takes long."""
        return self._reading_alone() if long else self._reader.transaction()

    async def state(self) -> int:
        """Return a number that is another one after any commit."""
        return self._reader.data_version()

    @contextmanager
    def listing(self) -> Iterator[Connection]:
        """Yield a connection for lists; they are open from the start, when there are descriptors left."""
        lister = self._listers.get()
        try:
            with lister.transaction() as connection:
                yield connection
        finally:
            self._listers.put(lister)

    @contextmanager
    def writing(self, *, long: bool = False) -> Iterator[Connection]:
        """Yield a connection that took the write lock at the beginning.

        A transaction that reads first and writes later can be refused in the middle when another process wrote in
        between; one that starts as a writer only ever waits.
        """
        with self._engine.connect() as connection:
            connection.execution_options(sqlite_begin=None)
            connection.exec_driver_sql(_busy_timeout(LONG_SECONDS if long else self._timeout)).close()
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            self._file.check()
            yield connection
            _commit(connection)
        self._written.note()

    def checkpoint(self) -> None:
        """Move what stands in the write-ahead log into the file, as far as no reader needs it in the log."""
        # SQLite does it by itself after 1,000 pages: until then a copy of the file alone is without them.
        self._not_taken_over = ""
        try:
            self._file.check()
            with self._engine.connect().execution_options(sqlite_begin=None) as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").close()
        except (exc.SQLAlchemyError, sqlite3.Error, MovedError) as error:
            # Nothing is lost: it stays in the log, and the next checkpoint moves it.
            self._not_taken_over = str(getattr(error, "orig", None) or error)
            logger.debug("No checkpoint of the database was made: %s", error)

    def check_file(self) -> None:
        """Refuse a file that was moved, deleted or replaced: it can still be read, and takes no writes."""
        self._file.check()

    def refusal(self, error: exc.SQLAlchemyError) -> ApiError:
        """Turn a failure into the error that the request is answered with."""
        if isinstance(error, CommitBrokenError):
            return UncertainError()
        return _REFUSALS.get(_code(error) & 0xFF, StorageError)()  # the low byte is the kind, the rest tells it apart

    def close(self) -> None:
        """Close the file, with nothing left in the write-ahead log where no other process has it open.

        Where that is not possible, as on a full disk, the server's log says that both files belong together.
        """
        self._written.close()
        self.checkpoint()
        self._reader.close()
        for _ in range(_LISTERS):
            self._listers.get().close()
        self._engine.dispose()
        left = Path(f"{self._file.path}-wal")
        if self._not_taken_over and left.exists() and left.stat().st_size:
            logger.warning(
                "The database %s lacks what stands in %s (%s). Move or copy both together.",
                self._file.path,
                left,
                self._not_taken_over,
            )

    @contextmanager
    def _reading_alone(self) -> Iterator[Connection]:
        with self._engine.connect() as connection, connection.begin():
            yield connection


def copy(address: Address, target: Path, progress: Callable[[int, int], object]) -> None:
    """Copy a database, as it is at one moment, into a new file that is whole by itself, while others go on with it.

    Args:
        address: Where the database is.
        target: The new file.
        progress: Called with how many pages are copied, and how many there are.

    Raises:
        DatabaseError: It can't be read, is no database of this program's, or the file can't be written.
    """
    _make_private(target)
    engine = create_engine(address.url, connect_args={"timeout": address.timeout})
    try:
        with closing(engine.raw_connection()) as opened, closing(sqlite3.connect(target)) as new:
            source = opened.driver_connection
            assert isinstance(source, sqlite3.Connection)
            # All pages come from the moment of the first read: otherwise each write would make it begin anew.
            source.isolation_level = None
            source.execute("BEGIN").close()
            if not source.execute("SELECT 1 FROM sqlite_master WHERE name = 'prompt_versions'").fetchall():
                raise DatabaseError(f"The database {address.shown} holds no tables for prompts.")
            source.backup(new, pages=_PAGES, progress=lambda _, left, pages: progress(pages - left, pages), sleep=0)
            source.execute("ROLLBACK").close()
            # No file beside it belongs to it, and it can be read where nothing can be written.
            new.execute("PRAGMA journal_mode=DELETE").close()
        with target.open("rb") as written:
            os.fsync(written.fileno())
    except (exc.SQLAlchemyError, sqlite3.Error) as error:
        reason = getattr(error, "orig", None) or error
        is_full = getattr(reason, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL
        kind = NoDatabaseError if is_full else DatabaseError
        raise kind(f"The database {address.shown} can't be backed up: {reason}.") from error
    finally:
        engine.dispose()


class _Reader:
    """Yield one open connection for short reads, to one thread at a time.

    Taking a connection from the pool, beginning and giving it back costs 70 µs, a read by its key 20 µs: the connection
    stays open between reads, and the transaction around each is spoken to the driver directly.
    """

    def __init__(self, engine: Engine, timeout: float) -> None:
        self._lock = threading.Lock()
        self._connection = engine.connect().execution_options(sqlite_begin=None)
        raw = self._connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        self._raw, self._cursor = raw, raw.cursor()
        self._execute(_busy_timeout(timeout))

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Yield the connection; all that is read inside is of one moment."""
        with self._lock:
            self._execute("BEGIN")
            try:
                yield self._connection
            finally:
                if self._raw.in_transaction:  # some failures have ended it
                    self._execute("ROLLBACK")

    def data_version(self) -> int:
        """Return a number that changes when another connection has committed; this one only reads."""
        with self._lock:
            try:
                return int(self._cursor.execute("PRAGMA data_version").fetchone()[0])
            except sqlite3.Error as error:
                raise exc.OperationalError("PRAGMA data_version", None, error) from error

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


class _OpenFile:
    """The file that was opened, to be told from another one that has its name by now."""

    # A file that is deleted or replaced stays open under its old name, and takes writes that nobody will ever see.

    def __init__(self, path: Path) -> None:
        self.path = path
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
            found = self.path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


class _Written:
    """Call a function some time after a write, on a thread of its own; writes in between share one call.

    Args:
        settle: What is called.
    """

    def __init__(self, settle: Callable[[], None]) -> None:
        self._settle = settle
        self._wakeup = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="portkey-local-checkpoints", daemon=True)
        self._thread.start()

    def note(self) -> None:
        """Take notice of a write."""
        self._wakeup.set()

    def close(self) -> None:
        """End, without a last call."""
        self._closing.set()
        self._wakeup.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self._wakeup.wait()
            if self._closing.wait(_CHECKPOINT_SECONDS):
                return
            self._wakeup.clear()
            if self._closing.is_set():  # close() may have been called just before the line above, which undid its news
                return
            self._settle()


def _make_private(file: Path) -> None:
    """Make the file where it is not there, for this user alone; SQLite gives its log the same rights."""
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise NoDatabaseError(f"{error.strerror}. Check the path and its rights") from error


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not begin transactions by itself: `_begin` says which kind.
    connection.isolation_level = None
    for pragma in ("foreign_keys=ON", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}").close()


def _leave_unflushed(connection: sqlite3.Connection, _record: object) -> None:
    """Let writes return before they are on the disk, for a temporary database."""
    connection.execute("PRAGMA synchronous=OFF").close()  # it is of no use after a power cut


def _busy_timeout(seconds: float) -> str:
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


def _unusable(error: Exception) -> NoDatabaseError:
    return NoDatabaseError(f"{getattr(error, 'orig', None) or error}. Check the path and its rights")


def _use_write_ahead_log(engine: Engine, timeout: float) -> None:
    """Switch the file to WAL. SQLite needs an exclusive lock for it and does not wait for one, so this tries again."""
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

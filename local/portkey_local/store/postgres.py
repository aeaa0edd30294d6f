"""PostgreSQL: how several servers share one database and behave as one."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import Any

import psycopg
from sqlalchemy import Connection, TextClause, create_engine, exc, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool

from portkey_local.errors import ApiError

from .address import Address
from .compiled import share
from .database import LONG_SECONDS
from .problems import (
    BusyError,
    CommitBrokenError,
    DamagedError,
    DatabaseError,
    DeniedError,
    FullError,
    ReadOnlyError,
    StorageError,
    UncertainError,
    UnreachableError,
)

# Settings are those of one transaction: a pooler in between may give the next one to another session.
_SETTINGS = """
    set_config('statement_timeout', :statement_timeout, true),
    set_config('idle_in_transaction_session_timeout', :idle_timeout, true)
"""
# A default of the database's own stays what it is: psycopg would set it the other way after each read.
_READING = text(f"SELECT {_SETTINGS}, set_config('transaction_read_only', 'on', true)")
_WRITERS_TURN = text(
    f"""
    SELECT {_SETTINGS},
    set_config('lock_timeout', :lock_timeout, true),
    set_config(
        'synchronous_commit',
        CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END,
        true
    ),
    pg_advisory_xact_lock(hashtext(coalesce(current_schema(), '')), 7269)
    """
)
"""Waits until no other transaction writes prompts in this schema. The last number is this program's."""
_TICK = 0.25  # seconds
_CONNECTING = {
    "connect_timeout": "5",
    "application_name": "portkey-prompts",
    "keepalives_idle": "30",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
"""What the URL may say otherwise."""
_NOT_IN_URLS = ("autocommit", "context", "cursor_factory", "row_factory")
"""Arguments of the driver that are no settings of a connection."""
_SNAPSHOT = "SELECT extract(epoch FROM pg_postmaster_start_time())::text, pg_current_snapshot()::text"
"""Names what a read sees: who has committed, and of which server, since another one counts anew after a failover."""
_LOOK_SECONDS = 1.0
"""How long a look at the snapshot may take; after a failure none is tried for as long."""
_AT_ONCE = 3
_STALE_SECONDS = 2.0
"""A connection that died in the pool says so at once; one that takes longer has died at work."""
_AnyConnection = psycopg.Connection | psycopg.AsyncConnection
_REFUSALS: dict[str, Callable[[], ApiError]] = {
    "53100": FullError,  # disk_full
    "25006": ReadOnlyError,  # read_only_sql_transaction
    "42501": DeniedError,  # insufficient_privilege
    "55P03": BusyError,  # lock_not_available
    "57014": BusyError,  # query_canceled: by statement_timeout
    "40001": BusyError,  # serialization_failure
    "40P01": BusyError,  # deadlock_detected
    "25P03": UnreachableError,  # idle_in_transaction_session_timeout
    "XX001": DamagedError,  # data_corrupted
    "XX002": DamagedError,  # index_corrupted
}


class PostgreSQL:
    """A database that several servers share.

    A change takes the writers' turn first, an advisory lock of its transaction. So changes are made one after another,
    whichever process makes them, exactly as on SQLite: no two versions get one number, and what a change read is still
    true when it is made. Reads take no lock.

    Args:
        address: Where it is. A change waits for its turn as long as it says; a statement may take three times as long,
            and what takes four times as long is cut off.
        readers: How many reads may be made at once.
        options: Further options of `sqlalchemy.create_engine`.

    Raises:
        DatabaseError: The URL sets what this program relies on, or sets it wrongly.
    """

    reads_wait = True

    def __init__(self, address: Address, *, readers: int, **options: Any) -> None:
        url = address.url
        self._timeout = address.timeout
        arguments = _arguments(url)
        self._watch = Watch()
        self._glance: _Glance | None = None
        self._engine = create_engine(
            url.set(query={**_CONNECTING, **url.query}).difference_update_query(["prepare_threshold"]),
            poolclass=QueuePool,
            pool_size=readers + 1,
            max_overflow=0,
            pool_timeout=address.timeout,
            connect_args=arguments,
            **options,
        )
        _, known = self._engine.dialect.create_connect_args(self._engine.url)
        self._connecting = {**known, **arguments}

    def settle(self) -> None:
        """Share compiled statements with other engines; the server itself needs no preparation."""
        share(self._engine)

    def open_all(self) -> None:
        """Open a connection each for a read, a list and a change at the same time."""
        with ExitStack() as opened:
            for _ in range(_AT_ONCE):
                opened.enter_context(self._engine.connect())

    @contextmanager
    def reading(self, *, long: bool = False) -> Iterator[Connection]:
        """Yield a connection whose reads are of one moment."""
        with self._begun(_READING, long, isolation_level="REPEATABLE READ") as connection:
            yield connection

    async def state(self) -> str | None:
        """Return a text that is another one after any commit; None where it can't be read in time."""
        if self._glance is None:
            self._glance = _Glance(self._connecting, self._watch)
        return await self._glance.state()

    def listing(self) -> AbstractContextManager[Connection]:
        """Yield a connection as `reading` does: none of them holds another one up."""
        return self.reading()

    @contextmanager
    def writing(self, *, long: bool = False) -> Iterator[Connection]:
        """Yield a connection that has the writers' turn."""
        # At a stricter level the transaction would see the state from before it waited for its turn.
        with self._begun(_WRITERS_TURN, long, isolation_level="READ COMMITTED") as connection:
            yield connection
            try:
                connection.commit()
            except exc.DBAPIError as error:
                if error.connection_invalidated:
                    raise CommitBrokenError(error.statement, error.params, error.orig or error) from error
                raise

    def checkpoint(self) -> None:
        """Do nothing: a server of PostgreSQL makes its checkpoints itself."""

    def check_file(self) -> None:
        """Do nothing: a server of PostgreSQL does not move under its clients."""

    def refusal(self, error: exc.SQLAlchemyError) -> ApiError:
        """Turn a failure into the error that the request is answered with."""
        if isinstance(error, CommitBrokenError):
            return UncertainError()
        if isinstance(error, exc.TimeoutError):  # every connection is taken
            return BusyError()
        cause = getattr(error, "orig", None)
        state = getattr(cause, "sqlstate", None) or ""
        if state in _REFUSALS:
            return _REFUSALS[state]()
        lost = not state or state.startswith(("08", "57P", "53", "28", "3D"))
        return UnreachableError() if lost and isinstance(cause, psycopg.OperationalError) else StorageError()

    def close(self) -> None:
        """Close all connections."""
        if self._glance is not None:
            self._glance.close()
        self._engine.dispose()
        self._watch.close()

    @contextmanager
    def _begun(self, first: TextClause, long: bool, **options: Any) -> Iterator[Connection]:
        """Yield a connection in a transaction that has made its first statement."""
        with self._answering(first, long, **options) as connection, self._watched(connection, long):
            yield connection

    @contextmanager
    def _answering(self, first: TextClause, long: bool, **options: Any) -> Iterator[Connection]:
        connection = self._engine.connect()
        try:
            began = time.monotonic()
            try:
                self._begin(connection, first, long, **options)
            except exc.DBAPIError as error:
                if not error.connection_invalidated or time.monotonic() - began > _STALE_SECONDS:
                    raise
                # It had died in the pool, and nothing was done yet.
                connection.close()
                connection = self._engine.connect()
                self._begin(connection, first, long, **options)
            yield connection
        finally:
            connection.close()

    def _begin(self, connection: Connection, first: TextClause, long: bool, **options: Any) -> None:
        connection.execution_options(**options)
        with self._watched(connection, long):
            connection.execute(first, _limits(self._timeout, long))

    @contextmanager
    def _watched(self, connection: Connection, long: bool) -> Iterator[None]:
        raw = connection.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        # Nobody can say how long an import takes: its network is watched over by the keepalives alone.
        with self._watch.over(raw, float("inf") if long else 4 * self._timeout):
            yield


def _arguments(url: URL) -> dict[str, Any]:
    """Return the driver's arguments besides the URL."""
    for name in _NOT_IN_URLS:
        if name in url.query:
            raise DatabaseError(f"`{name}` can't be set in its URL. Leave it out")
    arguments: dict[str, Any] = {"client_encoding": "utf8"}
    if "prepare_threshold" in url.query:
        arguments["prepare_threshold"] = _threshold(url.query["prepare_threshold"])
    return arguments


def _threshold(text: str | Sequence[str]) -> int | None:
    if text == "none":
        return None
    if isinstance(text, str) and text.isascii() and text.isdigit():
        return int(text)
    raise DatabaseError("`prepare_threshold` in its URL must be a whole number, or none")


def _limits(timeout: float, long: bool) -> dict[str, str]:
    """Return a transaction's time limits, as PostgreSQL's settings."""
    return {
        "statement_timeout": "0" if long else _milliseconds(3 * timeout),
        "idle_timeout": _milliseconds(LONG_SECONDS if long else 3 * timeout),
        "lock_timeout": _milliseconds(LONG_SECONDS if long else timeout),
    }


def _milliseconds(seconds: float) -> str:
    return f"{max(1, round(seconds * 1000))}ms"


class _Glance:
    """Look at which transactions have committed, for all who ask at once, on one event loop.

    Between two equal snapshots no program has committed anything. Whoever asks while a look is under way gets the next
    one, so that it sees what was committed before the call.

    Args:
        connecting: The driver's arguments for a connection.
        watch: Cuts a look that takes too long.
    """

    def __init__(self, connecting: Mapping[str, Any], watch: Watch) -> None:
        self._connecting = connecting
        self._watch = watch
        self._connection: psycopg.AsyncConnection | None = None
        self._connected = 0
        self._not_before = 0.0
        self._turn = asyncio.Lock()
        self._next: asyncio.Task[str | None] | None = None

    async def state(self) -> str | None:
        """Return the snapshot of a moment after the call; None where it is not to be had."""
        if self._next is None:
            self._next = asyncio.create_task(self._look())
        return await asyncio.shield(self._next)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.pgconn.finish()

    async def _look(self) -> str | None:
        async with self._turn:
            self._next = None  # whoever asks from here on may know of a commit that this look does not see
            try:
                return await self._ask()
            except psycopg.Error:
                self.close()
                self._connection, self._not_before = None, time.monotonic() + _LOOK_SECONDS
                return None

    async def _ask(self) -> str | None:
        connection = self._connection
        if connection is None:
            if time.monotonic() < self._not_before:
                return None
            connection = await psycopg.AsyncConnection.connect(**self._connecting, autocommit=True)
            self._connection = connection
            self._connected += 1  # a server that crashed may have lost what it had counted, and count it again
        with self._watch.over(connection, _LOOK_SECONDS):
            seen = await (await connection.execute(_SNAPSHOT)).fetchone()
        return f"{self._connected} {seen}"


class Watch:
    """Cut connections on which an answer is overdue; whoever waits there then gets the error of a lost one."""

    # A stalled network raises no error by itself.

    def __init__(self) -> None:
        self._due: dict[int, tuple[_AnyConnection, float]] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="portkey-local-watch", daemon=True)
        self._thread.start()

    @contextmanager
    def over(self, connection: _AnyConnection, seconds: float) -> Iterator[None]:
        """Cut the connection where the block has not ended in time.

        Args:
            connection: The driver's own.
            seconds: How long the block may take.
        """
        with self._lock:
            self._due[id(connection)] = (connection, time.monotonic() + seconds)
        try:
            yield
        finally:
            with self._lock:
                del self._due[id(connection)]

    def close(self) -> None:
        """Stop watching."""
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closed.wait(_TICK):
            now = time.monotonic()
            with self._lock:
                for connection, until in self._due.values():
                    if now > until and not connection.closed:
                        _cut(connection)


def _cut(connection: _AnyConnection) -> None:
    # Closing it is for the thread that waits there; it wakes when nothing can come any more.
    with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as same:
        same.shutdown(socket.SHUT_RDWR)

"""PostgreSQL: how several servers share one database and behave as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, create_engine, event, exc, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool

from portkey_local.errors import ApiError

from .problems import BUSY_SECONDS, BusyError, FullError, ReadOnlyError, StorageError, UncertainError, UnreachableError

_WRITERS_TURN = text("SELECT pg_advisory_xact_lock(hashtext(current_schema()), 7269)")
"""Waits until no other transaction writes prompts in this schema. The second number is this program's."""
_SESSION = {
    "client_encoding": "utf8",
    "lock_timeout": f"{BUSY_SECONDS:g}s",
    "statement_timeout": "30s",
    # A server that is stopped or cut off in the middle of a write must not keep the others from writing.
    "idle_in_transaction_session_timeout": "30s",
}
_REFUSALS: dict[str, Callable[[], ApiError]] = {
    "53100": FullError,  # disk_full
    "25006": ReadOnlyError,  # read_only_sql_transaction
    "55P03": BusyError,  # lock_not_available
    "57014": BusyError,  # query_canceled: by statement_timeout
    "40001": BusyError,  # serialization_failure
    "40P01": BusyError,  # deadlock_detected
}


class PostgreSQL:
    """A database that several servers share.

    A change takes the writers' turn first, an advisory lock of its transaction. So changes are made one after another,
    whichever process makes them, exactly as on SQLite: no two versions get one number, and what a change read is still
    true when it is made. Reads take no lock.

    Args:
        url: `postgresql+psycopg://user@host/name`.
        readers: How many reads may be made at once.
        options: Further options of `sqlalchemy.create_engine`.
    """

    reads_wait = True

    def __init__(self, url: URL, *, readers: int, **options: Any) -> None:
        self.url = url.render_as_string(hide_password=True)
        self._engine = create_engine(
            url,
            poolclass=QueuePool,
            pool_size=readers + 1,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": 5,
                "application_name": "portkey-prompts",
                "keepalives_idle": 30,
                "tcp_user_timeout": 30_000,
            },
            **options,
        )
        event.listen(self._engine, "connect", _prepare)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a connection whose reads are of one moment."""
        with self._engine.connect() as connection:
            reader = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with reader.begin():
                yield reader

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Lend a connection that has the writers' turn."""
        with self._engine.connect() as connection:
            transaction = connection.begin()
            try:
                connection.execute(_WRITERS_TURN)
                yield connection
            except BaseException:
                transaction.rollback()
                raise
            try:
                transaction.commit()
            except exc.DBAPIError as error:
                if error.connection_invalidated:
                    raise _CommitBrokenError(error.statement, error.params, error.orig or error) from error
                raise

    def refusal(self, error: exc.SQLAlchemyError) -> ApiError:
        """Say a failure as an answer."""
        if isinstance(error, _CommitBrokenError):
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
        self._engine.dispose()


class _CommitBrokenError(exc.DBAPIError):
    """The connection broke while a transaction was being committed."""


def _prepare(connection: psycopg.Connection[Any], _record: object) -> None:
    with connection.cursor() as cursor:
        for name, value in _SESSION.items():
            cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
    connection.commit()

"""The door to the database: reads where they hold nobody up, writes one after another on their own thread."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from . import migration
from .database import Database
from .places import plant_universals
from .problems import BUSY_SECONDS, BusyError, DatabaseError

P = ParamSpec("P")
T = TypeVar("T")
READERS = 8
"""Reads that wait for the database at once; further ones wait for their turn."""
logger = logging.getLogger("portkey_local")


class Store:
    """Keep prompts, partials, labels and collections in a database.

    A read of SQLite takes tens of microseconds, less than handing it to a thread would, and in WAL mode it never waits
    for a writer: it runs where it is called. A read of PostgreSQL waits for the network: it runs on a thread, and the
    event loop goes on, as it does for writes, which wait for the disk.

    Args:
        url: `sqlite:///` and a path, `sqlite://` for a temporary file that is deleted at close, or
            `postgresql+psycopg://user@host/name`. `?timeout=` says how many seconds a change waits for its turn. An
            empty or older database is brought up to date.

    Attributes:
        changes: how many changes were made through this store; what was read before the last one may be outdated.

    Raises:
        DatabaseError: The URL is of another kind, the database can't be opened, or a newer program has changed it.
    """

    def __init__(self, url: str = "sqlite://") -> None:
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._patience = BUSY_SECONDS
        self.changes = 0
        self._counting = threading.Lock()
        self._database = self._open(url)
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="portkey-local-writer")
        self._readers = ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="portkey-local-reader")

    async def read(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query in a transaction of its own; queries do not nest."""
        if not self._database.reads_wait:
            return self.read_now(query, *args, **kwargs)
        job: Future[T] = self._readers.submit(partial(self.read_now, query, *args, **kwargs))
        return await asyncio.wrap_future(job)

    def read_now(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query like `read`, and wait for it on the calling thread."""
        return self._query(False, query, *args, **kwargs)

    def read_long(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query like `read_now`; it may take minutes, and holds nobody up."""
        return self._query(True, query, *args, **kwargs)

    async def write(self, change: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a change in a transaction of its own; it is on the disk when this returns.

        A caller that is cancelled meanwhile does not stop the change: it is made whole or not at all. Where its turn
        does not come in time, nothing is changed.
        """
        return await asyncio.shield(asyncio.wrap_future(self._queued(change, *args, **kwargs)))

    def write_now(self, change: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a change like `write`, and wait for it on the calling thread."""
        return self._queued(change, *args, **kwargs).result()

    async def note(self, change: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a change like `write`, of what nobody trusts to have stayed as it was: it is not counted."""
        job: Future[T] = self._writer.submit(partial(self._make, False, change, *args, **kwargs))
        return await asyncio.shield(asyncio.wrap_future(job))

    def write_long(self, change: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a change like `write_now`, on the calling thread; it may take minutes, and other writers wait for it."""
        return self._change(True, change, *args, **kwargs)

    def close(self) -> None:
        """Finish the writes that are under way and close the database; a temporary one is deleted."""
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self._database.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def _queued(self, change: Callable[..., T], *args: Any, **kwargs: Any) -> Future[T]:
        return self._writer.submit(partial(self._in_turn, time.monotonic(), change, *args, **kwargs))

    def _in_turn(self, asked: float, change: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        # While others hold the database, those who wait behind each other must not wait for the sum of it.
        if time.monotonic() - asked > self._patience:
            raise BusyError
        return self._change(False, change, *args, **kwargs)

    def _change(self, long: bool, change: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        try:
            return self._make(long, change, *args, **kwargs)
        finally:
            with self._counting:
                self.changes += 1

    def _make(self, long: bool, change: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        try:
            with self._database.writing(long=long) as connection:
                return change(connection, *args, **kwargs)
        except SQLAlchemyError as error:
            raise self._refusal(error) from error

    def _query(self, long: bool, query: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        try:
            with self._database.reading(long=long) as connection:
                return query(connection, *args, **kwargs)
        except SQLAlchemyError as error:
            raise self._refusal(error) from error

    def _refusal(self, error: SQLAlchemyError) -> Exception:
        refusal = self._database.refusal(error)
        logger.error("The database %s refused: %s", self._database.url, getattr(error, "orig", None) or error)
        return refusal

    def _open(self, url: str) -> Database:
        parsed = self._checked(url)
        shown = parsed.render_as_string(hide_password=True)
        database: Database | None = None
        try:
            self._patience, database = _opened(parsed)
            _bring_up_to_date(database)
            return database
        except (SQLAlchemyError, OSError, DatabaseError) as error:
            if database is not None:
                database.close()
            if self._temporary is not None:
                self._temporary.cleanup()
            reason = " ".join(str(getattr(error, "orig", None) or error).split()).rstrip(".")
            raise DatabaseError(f"The database {shown} can't be used: {reason}.") from error

    def _checked(self, url: str) -> URL:
        try:
            parsed = make_url(url)
        except (ArgumentError, ValueError) as error:
            raise DatabaseError(f"The database's URL is none. {_KINDS}") from error
        if parsed.drivername in _POSTGRESQL:
            return parsed.set(drivername=_POSTGRESQL[0])
        if parsed.drivername not in ("sqlite", "sqlite+pysqlite"):
            raise DatabaseError(f"No database of the kind {parsed.drivername!r}. {_KINDS}")
        if parsed.database not in (None, "", ":memory:"):
            return parsed
        self._temporary = tempfile.TemporaryDirectory(prefix="portkey-local-")
        return parsed.set(database=str(Path(self._temporary.name) / "prompts.db"))


_KINDS = "Write sqlite:///prompts.db, or postgresql+psycopg://user@host/name."
_POSTGRESQL = ("postgresql+psycopg", "postgresql", "postgres")
"""What the kind is called in URLs; the first is the driver's own."""


def _opened(url: URL) -> tuple[float, Database]:
    """Open a database; returns how many seconds its changes wait for their turn, too."""
    timeout = _timeout(url.query.get("timeout", str(BUSY_SECONDS)))
    bare = url.difference_update_query(["timeout"])
    if bare.drivername != _POSTGRESQL[0]:
        from .sqlite import SQLite

        return timeout, SQLite(bare, timeout=timeout, json_serializer=_json)
    try:
        from .postgres import PostgreSQL
    except ModuleNotFoundError as error:
        raise DatabaseError(f"this needs the package {error.name}: pip install 'portkey-prompts[postgres]'") from error
    return timeout, PostgreSQL(bare, readers=READERS, timeout=timeout, json_serializer=_json)


def _timeout(text: str | Sequence[str]) -> float:
    try:
        seconds = float(text if isinstance(text, str) else "")
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < math.inf:
        raise DatabaseError("`timeout` in its URL must be seconds, more than 0, such as ?timeout=10")
    return seconds


def _bring_up_to_date(database: Database) -> None:
    """Look first: a newer database must not be touched, and one that is up to date may be read-only, or held."""
    with database.reading(long=True) as connection:
        current = migration.is_current(connection)
    database.settle()
    if not current:
        with database.writing(long=True) as connection:
            migration.bring_up_to_date(connection)
            plant_universals(connection)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

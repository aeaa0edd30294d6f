"""The database as the server uses it: reads where they hold nobody up, writes one after another on their own thread."""

from __future__ import annotations

import asyncio
import json
import logging
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from attrs import evolve
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from portkey_local.json import LARGE, LARGE_ANSWER, read_stepwise

from . import migration
from .address import Address
from .database import Database
from .problems import BusyError, DatabaseError, NoDatabaseError, StorageError
from .schema import prompts
from .universals import add_universals

P = ParamSpec("P")
T = TypeVar("T")
_FIRST = select(prompts.c.id).limit(1)
READERS = 8
"""Reads on threads at one time; further ones wait for their turn."""
_on_loop: ContextVar[bool] = ContextVar("on_loop", default=False)
"""Whether a read runs on the event loop's thread."""
_LOG_INTERVAL = 1.0
"""Seconds in which the same failure is logged once: while a database is away, each request meets it."""
logger = logging.getLogger("portkey_local")


class _LargeError(Exception):
    """A read on the event loop's thread came to JSON that is too large to be decoded there."""


class Store:
    """Keep prompts, partials, labels and collections in a database.

    A read of SQLite runs where it is called, but for one that comes to large JSON, which begins anew on a thread. Reads
    of PostgreSQL and all writes run on threads.

    Args:
        url: `sqlite:///` and a path, `temporary` or `sqlite://` for a file that is deleted at close, or
            `postgresql+psycopg://user@host/name`. `?timeout=` says how many seconds a change waits for its turn. An
            empty or older database is brought up to date.

    Attributes:
        address: where the database is.
        changes: how many changes were made through this store; what was read before the last one may be outdated.
        is_new: whether there was nothing in the database when it was opened.

    Raises:
        DatabaseError: The URL is of another kind, the database can't be opened, or a newer program has changed it.
    """

    # A read of SQLite takes tens of microseconds, less than handing it to a thread, and in WAL mode it never waits for
    # a writer. A read of PostgreSQL waits for the network, and a write for the disk.
    def __init__(self, url: str = "sqlite://") -> None:
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self.address = Address.read(url)
        self.changes = 0
        self._counting = threading.Lock()
        self._last_logged = ("", 0.0)
        self._database, self.is_new = self._open()
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="portkey-local-writer")
        self._readers = ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="portkey-local-reader")

    async def read(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query in a transaction of its own; queries do not nest."""
        if not self._database.reads_wait:
            token = _on_loop.set(True)
            try:
                return self.read_now(query, *args, **kwargs)
            except _LargeError:
                return await self.read_list(query, *args, **kwargs)
            finally:
                _on_loop.reset(token)
        job: Future[T] = self._readers.submit(partial(self.read_now, query, *args, **kwargs))
        return await asyncio.wrap_future(job)

    async def open_all(self) -> None:
        """Open what is needed at once, and check that it answers.

        Raises:
            ApiError: It does not.
        """
        await self.read(_probe)
        await self.read_list(_probe)
        await self.write_uncounted(_probe)
        with suppress(SQLAlchemyError):  # with fewer connections it still answers, one read after the other
            await asyncio.wrap_future(self._readers.submit(self._database.open_all))

    async def check(self) -> None:
        """Check that the database answers, and that what is written is found again.

        Raises:
            ApiError: It does not, or is not.
        """
        self._database.check_file()
        await self.read(_probe)

    async def read_list(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query of many rows like `read`, on a thread: how long it takes grows with what is stored."""
        job: Future[T] = self._readers.submit(partial(self._query, self._database.listing, query, *args, **kwargs))
        return await asyncio.wrap_future(job)

    async def state(self) -> object:
        """Return a value that is another one after any commit of any process; None where it is not known.

        What was committed before the call counts.
        """
        try:
            return await self._database.state()
        except SQLAlchemyError as error:
            raise self._refusal(error) from error

    def read_now(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query like `read`, and wait for it on the calling thread."""
        return self._query(self._database.reading, query, *args, **kwargs)

    def read_long(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query like `read_now`; it may take minutes, and holds nobody up."""
        return self._query(partial(self._database.reading, long=True), query, *args, **kwargs)

    async def write(self, change: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a change in a transaction of its own; it is on the disk when this returns.

        A caller that is cancelled meanwhile does not stop the change: it is made whole or not at all. Where its turn
        does not come in time, nothing is changed.
        """
        job = self._submit(lambda connection: change(connection, *args, **kwargs))
        return await asyncio.shield(asyncio.wrap_future(job))

    def write_now(self, change: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a change like `write`, and wait for it on the calling thread."""
        return self._submit(lambda connection: change(connection, *args, **kwargs)).result()

    async def write_uncounted(
        self, change: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a change like `write` that no cache depends on: it is not among `changes`, and queues without a limit."""
        job = self._submit(lambda connection: change(connection, *args, **kwargs), counted=False)
        return await asyncio.shield(asyncio.wrap_future(job))

    def write_long(self, change: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a change like `write_now`, on the calling thread; it may take minutes, and other writers wait for it."""
        return self._change(lambda connection: change(connection, *args, **kwargs), long=True)

    def close(self) -> None:
        """Finish the writes that were asked for and close the database; a temporary one is deleted."""
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self._database.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def _submit(self, change: Callable[[Connection], T], *, counted: bool = True) -> Future[T]:
        """Have the writer's thread make a change, after those that were asked for before."""
        asked = time.monotonic()

        def in_turn() -> T:
            # While another process holds the database, each change waits for `timeout`. Those behind it in the queue
            # must not wait for the sum.
            if counted and time.monotonic() - asked > self.address.timeout:
                raise BusyError
            return self._change(change, counted=counted)

        return self._writer.submit(in_turn)

    def _change(self, change: Callable[[Connection], T], *, long: bool = False, counted: bool = True) -> T:
        try:
            with self._database.writing(long=long) as connection:
                return change(connection)
        except SQLAlchemyError as error:
            raise self._refusal(error) from error
        finally:
            if counted:
                with self._counting:
                    self.changes += 1

    def _query(
        self,
        open_connection: Callable[[], AbstractContextManager[Connection]],
        query: Callable[..., T],
        *args: Any,
        **kwargs: Any,
    ) -> T:
        try:
            with open_connection() as connection:
                return query(connection, *args, **kwargs)
        except SQLAlchemyError as error:
            raise self._refusal(error) from error

    def _refusal(self, error: SQLAlchemyError) -> Exception:
        refusal = self._database.refusal(error)
        reason, now = str(getattr(error, "orig", None) or error), time.monotonic()
        last, logged_at = self._last_logged
        if reason != last or now - logged_at >= _LOG_INTERVAL:
            self._last_logged = reason, now
            logger.error("The database %s refused: %s", self.address.shown, reason)
        return refusal

    def _open(self) -> tuple[Database, bool]:
        """Open the database; returns whether there was nothing in it, too."""
        address = self.address
        if address.is_temporary:
            self._temporary = tempfile.TemporaryDirectory(prefix="portkey-local-")
            address = evolve(address, file=Path(self._temporary.name) / "prompts.db", makes_file=True)
        database: Database | None = None
        try:
            database = _opened(address)
            return database, _bring_up_to_date(database)
        except (SQLAlchemyError, OSError, DatabaseError) as error:
            if database is not None:
                database.close()
            if self._temporary is not None:
                self._temporary.cleanup()
            reason = _shown(error)
            if database is not None and isinstance(error, SQLAlchemyError):
                refusal = database.refusal(error)
                if not isinstance(refusal, StorageError) and not reason.endswith("?"):  # which says what to do
                    reason = f"{reason}. {refusal}"
            ended = reason if reason.endswith(("?", ".")) else f"{reason}."
            is_refusal = isinstance(error, DatabaseError) and not isinstance(error, NoDatabaseError)
            kind = DatabaseError if is_refusal else NoDatabaseError
            raise kind(f"The database {address.shown} can't be used: {ended}") from (None if is_refusal else error)


def _shown(error: Exception) -> str:
    """Put what a driver says, which may be several lines, on one."""
    lines = str(getattr(error, "orig", None) or error).splitlines()
    return ". ".join(" ".join(line.split()).rstrip(".") for line in lines if line.strip())


def _opened(address: Address) -> Database:
    if address.kind == "sqlite":
        from .sqlite import SQLite

        return SQLite(address, json_serializer=_json, json_deserializer=_read_json)
    try:
        from .postgres import PostgreSQL
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        raise DatabaseError(f"this needs the package {package}: pip install 'portkey-prompts[postgres]'") from None
    return PostgreSQL(address, readers=READERS, json_serializer=_json, json_deserializer=_read_json)


def _bring_up_to_date(database: Database) -> bool:
    """Bring the tables up to date, if a read shows that they are not.

    A newer database must not be touched, and one that is up to date may be read-only, or locked by another process.

    Returns:
        Whether there was nothing in it.
    """
    is_new = False
    with database.reading(long=True) as connection:
        current = migration.is_current(connection)
    database.settle()
    if not current:
        with database.writing(long=True) as connection:
            is_new = migration.bring_up_to_date(connection)
            add_universals(connection)
    database.checkpoint()
    return is_new


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _probe(connection: Connection) -> None:
    """Read something from a table that has to be there, by the cheapest read that shows that the database answers."""
    connection.execute(_FIRST).first()


def _read_json(text: str | bytes) -> Any:
    """Decode a column; a large one on a thread, in steps."""
    # In steps: while one long call decodes, no other thread runs.
    if len(text) > LARGE and _on_loop.get():
        raise _LargeError
    if len(text) < LARGE_ANSWER:
        return json.loads(text)
    return read_stepwise(text if isinstance(text, str) else text.decode())  # psycopg gives bytes

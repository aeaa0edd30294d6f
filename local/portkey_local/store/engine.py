"""The door to the database: reads on the calling thread, writes one after another on a thread of their own."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from . import sqlite
from .places import plant_universals
from .schema import metadata

P = ParamSpec("P")
T = TypeVar("T")


class DatabaseError(ValueError):
    """The database can't be used; the message says why and what to do."""


class Store:
    """Keep prompts, partials, labels and collections in a database.

    A read takes tens of microseconds on SQLite, less than handing it to a thread would, and in WAL mode it never waits
    for a writer: reads run where they are called. A write waits for the disk: it runs on the store's one writing
    thread, so the event loop goes on, and writers of one process never meet in the database.

    Args:
        url: `sqlite:///` and a path, or `sqlite://` for a temporary file that is deleted at close.

    Raises:
        DatabaseError: The URL is of another kind, or the file can't be opened.
    """

    def __init__(self, url: str = "sqlite://") -> None:
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._engine = self._open(url)
        self._reader = sqlite.Reader(self._engine)
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="portkey-local-writer")

    def read(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query in a transaction of its own, on the calling thread; queries do not nest."""
        with self._reader.transaction() as connection:
            return query(connection, *args, **kwargs)

    async def write(self, change: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a change in a transaction of its own; it is on the disk when this returns.

        A caller that is cancelled meanwhile does not stop the change: it is made whole or not at all.
        """
        job = self._writer.submit(partial(self._change, change, *args, **kwargs))
        return await asyncio.shield(asyncio.wrap_future(job))

    def write_now(self, change: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a change like `write`, and wait for it on the calling thread."""
        return self._writer.submit(partial(self._change, change, *args, **kwargs)).result()

    def close(self) -> None:
        """Finish the writes that are under way and close the database; a temporary one is deleted."""
        self._writer.shutdown(wait=True)
        self._reader.close()
        self._engine.dispose()
        if self._temporary is not None:
            self._temporary.cleanup()

    def _change(self, change: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        with sqlite.writing(self._engine.connect()) as connection, connection.begin():
            return change(connection, *args, **kwargs)

    def _open(self, url: str) -> Engine:
        engine = None
        try:
            engine = sqlite.open_engine(make_url(self._file_url(url)), json_serializer=_json)
            with sqlite.writing(engine.connect()) as connection, connection.begin():
                metadata.create_all(connection)
                plant_universals(connection)
            return engine
        except (SQLAlchemyError, OSError, sqlite.DriverError) as error:
            if engine is not None:
                engine.dispose()
            if self._temporary is not None:
                self._temporary.cleanup()
            reason = getattr(error, "orig", None) or error
            raise DatabaseError(
                f"The database {url} can't be used: {reason}. Check the path and its rights."
            ) from error

    def _file_url(self, url: str) -> str:
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise DatabaseError(f"{url!r} is no database URL. Write sqlite:///prompts.db, or sqlite://.") from error
        if parsed.drivername not in ("sqlite", "sqlite+pysqlite"):
            raise DatabaseError(f"No database of the kind {parsed.drivername!r}. Write sqlite:///prompts.db.")
        if parsed.database not in (None, "", ":memory:"):
            return url
        self._temporary = tempfile.TemporaryDirectory(prefix="portkey-local-")
        return f"sqlite:///{Path(self._temporary.name) / 'prompts.db'}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

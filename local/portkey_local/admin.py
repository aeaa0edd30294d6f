"""Work on a database without a server: keys, runs, archives, backups. Its servers may run meanwhile."""

from __future__ import annotations

import os
import shlex
import stat
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from sqlalchemy import Row

from .api_keys import ApiKey
from .archive import archive
from .archive.archive import ArchiveError, Imported
from .clock import stamp
from .errors import ApiError
from .store import Address, DatabaseError, NoDatabaseError, Store, keys, runs
from .store.runs import Choice

__all__ = ["REFUSALS", "Admin", "ApiError", "ArchiveError", "Choice", "DatabaseError", "Imported", "NoDatabaseError"]

REFUSALS = (ApiError, ArchiveError, DatabaseError)
"""The errors of work on a database; the text of each is for people."""


class Admin:
    """Work on a database, until a `with` block ends.

    Args:
        url: The database's URL, as `serve` takes it. A temporary one is refused: nothing would come of it.
        create: Whether a file that is not there is made.

    Raises:
        DatabaseError: The URL is none, or names a file that is not there. All methods raise it where the database
            can't be used, and `ApiError` where they refuse what is asked.
    """

    def __init__(self, url: str, *, create: bool = False) -> None:
        self._url = url
        self.address = Address.read(url)
        if self.address.is_temporary:
            raise DatabaseError(
                f"The database {url} is a temporary one, of which nothing would stay. Write sqlite:///portkey.db, or "
                "postgresql+psycopg://user@host/name."
            )
        # A mistyped path would be answered with an empty database.
        if not create and self.address.file is not None and not self.address.file.is_file():
            raise NoDatabaseError(
                f"There is no database {self.address.file}. Give its URL with --database, or set PORTKEY_DATABASE."
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "_store" in vars(self):
            self._store.close()

    def create_key(
        self, scopes: Sequence[str], name: str | None, expires: datetime | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Make an API key; returns it, which nobody can read again, and what is known of it.

        Args:
            scopes: What it may do, as `api_keys.read_scopes` returns it.
            name: What people call it.
            expires: When it ends by itself, in UTC; None for never.
        """
        key = ApiKey.new()
        expiry = None if expires is None else stamp(expires)
        return key.text, _facts(self._store.write_now(keys.create, key, scopes, name, expiry))

    def rotate_key(
        self, reference: str, grace: timedelta, expires: datetime | None = None
    ) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """Make an API key that replaces another one; returns it, and what is known of it and of the old one.

        Args:
            reference: The old one, as `revoke_key` takes it.
            grace: How long the old one stays valid.
            expires: When the new one ends, in UTC; None where it lasts as long as the old one was made to.
        """
        key = ApiKey.new()
        expiry = None if expires is None else stamp(expires)
        made, old = self._store.write_now(keys.rotate, reference, key, grace, expiry)
        return key.text, _facts(made), _facts(old)

    def list_keys(self) -> list[dict[str, Any]]:
        """Read what is known of all API keys, the oldest first."""
        return [_facts(row) for row in self._store.read_now(keys.every)]

    def revoke_key(self, reference: str) -> dict[str, Any]:
        """Revoke an API key, and return what is known of it.

        Args:
            reference: Its id, its name where no other key has it, or the key itself.
        """
        return _facts(self._store.write_now(keys.revoke, reference))

    def latest_runs(self, choice: Choice, limit: int) -> list[dict[str, Any]]:
        """Read runs, the latest first."""
        return [row._asdict() for row in self._store.read_long(runs.latest, choice, limit)]

    def runs_by_version(self, choice: Choice) -> list[dict[str, Any]]:
        """Sum up runs for each version of each prompt."""
        return self._store.read_long(runs.by_version, choice)

    def export(self, write: Callable[[bytes], object], *, everything: bool = False) -> dict[str, int]:
        """Write an archive, as `archive.export` does."""
        return archive.export(self._store, write, everything=everything)

    def load(self, source: BinaryIO, *, replace: bool = False, everything: bool = False) -> Imported:
        """Put an archive in, as `archive.load` does.

        Raises:
            ArchiveError: Something is wrong with it, and nothing was changed.
        """
        return archive.load(self._store, source, replace=replace, everything=everything)

    def back_up(self, file: Path, *, force: bool = False, progress: Callable[[int, int], object]) -> int:
        """Copy the database as it is at one moment into a file, for this user alone; returns its size in bytes.

        It is neither migrated nor changed, and the file is there when it is whole and on the disk.

        Args:
            file: Where the copy goes.
            force: Whether a file that is there is replaced.
            progress: Called with how many pages are copied, and how many there are.

        Raises:
            DatabaseError: It is no SQLite database, or the file can't be made; the message says what to do.
        """
        if self.address.file is None:
            command = f"pg_dump --format=custom --file={shlex.quote(str(file))} {shlex.quote(self.address.for_tools)}"
            raise DatabaseError(
                f"PostgreSQL has a program of its own for that: {command}\nTo restore: pg_restore --dbname=URL FILE"
            )
        from .store import sqlite

        _check_target(file, self.address.file, force=force)
        try:
            with tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=".portkey-backup-") as folder:
                copy = Path(folder) / "backup"
                sqlite.copy(self.address, copy, progress)
                size = copy.stat().st_size
                _move(copy, file, force=force)
        except OSError as error:
            raise NoDatabaseError(f"{file} can't be written: {error.strerror or error}.") from error
        return size

    @cached_property
    def _store(self) -> Store:
        return Store(self._url)


def _facts(row: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name != "digest"}


def _check_target(file: Path, database: Path, *, force: bool) -> None:
    """Refuse a file that a backup must not be written to: one that is in use, or has a database's log beside it.

    Raises:
        DatabaseError: Something stands there.
    """
    try:
        found = file.stat()
    except FileNotFoundError:
        found = None
    except OSError as error:
        raise NoDatabaseError(f"{file} can't be written: {error.strerror}.") from error
    if found is not None:
        if not stat.S_ISREG(found.st_mode):
            raise DatabaseError(f"{file} is no regular file. Write the backup to another one.")
        if file.samefile(database):
            raise DatabaseError(f"{file} is the database itself. Write the backup to another file.")
        if not force:
            raise _taken(file)
    for left in (Path(f"{file}{ending}") for ending in ("-wal", "-journal")):
        if left.exists():  # SQLite would write what stands in it over the backup
            raise DatabaseError(f"{left} stands there: it belongs to another database, and would be mixed in. Move it.")


def _taken(file: Path) -> DatabaseError:
    return DatabaseError(f"{file} is there already. Choose another name, or replace it with --force.")


def _move(copy: Path, file: Path, *, force: bool) -> None:
    """Give a finished copy its name, in one step; without `force`, a file that came meanwhile is not replaced."""
    if force:
        copy.replace(os.path.realpath(file))  # a link stays a link
    else:
        try:
            os.link(copy, file)
        except FileExistsError:
            raise _taken(file) from None
        except OSError:  # a file system without links, such as that of many a memory stick
            if file.exists():
                raise _taken(file) from None
            copy.replace(file)
    folder = os.open(file.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

"""What can be wrong with a database: when it is opened, and when it is asked."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy.exc import DBAPIError

from portkey_local.errors import ApiError

BUSY_SECONDS = 10.0
"""How long a writer waits for its turn, unless the database's URL says `?timeout=`."""


class DatabaseError(ValueError):
    """The database can't be used; the message says why and what to do."""


class NoDatabaseError(DatabaseError):
    """The database is not there, or can't be opened."""


class CommitBrokenError(DBAPIError):
    """It broke while a transaction was being made final: nobody knows whether it was."""


class RefusalError(ApiError):
    """The database did not do what it was asked for; the message says what was changed and what to do."""

    status, code = 503, "AB04"
    says: ClassVar[str]

    def __init__(self) -> None:
        super().__init__(self.says, headers={"retry-after": "1"} if self.status == 503 else None)


class BusyError(RefusalError):
    """Others hold the database up."""

    says = "The database was held by another writer for too long. Nothing was changed; call again."


class UnreachableError(RefusalError):
    """The database does not answer."""

    says = "The database can't be reached. Nothing was changed; call again."


class ReadOnlyError(RefusalError):
    """The database takes no changes."""

    says = "The database is read-only. Nothing was changed; give the server the right to write."


class DeniedError(RefusalError):
    """The server's role has too few rights."""

    says = "The database denies this to the server's role. Nothing was changed; grant it the right to its tables."


class MovedError(RefusalError):
    """The database's file is not where it was, so that what is written into the open one is lost with it."""

    says = (
        "The database's file was moved, deleted or replaced under the server. Nothing was changed; "
        "put it back, or start the server again."
    )


class FullError(RefusalError):
    """There is no room left for a change."""

    status = 507
    says = "The database's disk is full. Nothing was changed; make room and call again."


class DiskError(RefusalError):
    """The disk failed; a full one counts as failed too, since SQLite reports it so."""

    status = 500
    says = "The database's disk can't be written to, or is full. Nothing was changed; see to it and call again."


class DamagedError(RefusalError):
    """The database's own bytes are wrong."""

    status = 500
    says = "The database is damaged. Nothing was changed; restore it from a backup or an export."


class UncertainError(RefusalError):
    """The connection broke while a change was being made final."""

    status = 500
    says = "The database went away in the middle of a change. Read whether it was made; it may have been."


class StorageError(RefusalError):
    """The database failed in another way."""

    status = 500
    says = "The database failed; the server's log says how. Nothing was changed."

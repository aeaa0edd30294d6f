"""What can be wrong with a database: when it is opened, and when it is asked."""

from __future__ import annotations

from portkey_local.errors import ApiError

BUSY_SECONDS = 10.0
"""How long a writer waits for another process's transaction to end."""


class DatabaseError(ValueError):
    """The database can't be used; the message says why and what to do."""


class BusyError(ApiError):
    """Another process holds the database up; nothing was changed."""

    status, code = 503, "AB04"

    def __init__(self) -> None:
        super().__init__(
            f"The database was held by another writer for {BUSY_SECONDS:g} s. Nothing was changed; call again.",
            headers={"retry-after": "1"},
        )


class UnreachableError(ApiError):
    """The database does not answer; nothing was changed."""

    status, code = 503, "AB04"

    def __init__(self) -> None:
        super().__init__("The database can't be reached. Nothing was changed; call again.")


class FullError(ApiError):
    """There is no room left for a change."""

    status, code = 507, "AB04"

    def __init__(self) -> None:
        super().__init__("The database's disk is full. Nothing was changed; make room and call again.")


class ReadOnlyError(ApiError):
    """The database takes no changes."""

    status, code = 503, "AB04"

    def __init__(self) -> None:
        super().__init__("The database is read-only. Nothing was changed; give the server the right to write.")


class UncertainError(ApiError):
    """The connection broke while a change was being made final."""

    status, code = 500, "AB04"

    def __init__(self) -> None:
        super().__init__(
            "The database went away in the middle of a change. Read whether it was made; it may have been."
        )


class StorageError(ApiError):
    """The database failed in another way."""

    status, code = 500, "AB04"

    def __init__(self) -> None:
        super().__init__("The database failed; the server's log says how. Nothing was changed.")

"""What the store asks of a kind of database; `sqlite` and `postgres` give it, each in its own way."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from portkey_local.errors import ApiError

LONG_SECONDS = 600.0
"""Seconds that a migration, an import or an export waits for its turn: another one may be under way."""


class Database(Protocol):
    """An open database.

    Attributes:
        reads_wait: whether a read waits for something outside of this process, and so belongs on a thread.
    """

    reads_wait: bool

    def settle(self) -> None:
        """Prepare the database for use; called once it is known to be empty, or to hold this program's tables."""
        ...

    def open_all(self) -> None:
        """Open what is usually needed at once: later there may be no descriptor left."""
        ...

    def reading(self, *, long: bool = False) -> AbstractContextManager[Connection]:
        """Yield a connection for reads; all that is read inside is of one moment.

        Args:
            long: whether it may take minutes.
        """
        ...

    async def state(self) -> object:
        """Return a value that is another one after any commit of any process; None where it can't be read in time.

        What was committed before the call counts.
        """
        ...

    def listing(self) -> AbstractContextManager[Connection]:
        """Yield a connection for reads of many rows, which hold up no other reads."""
        ...

    def writing(self, *, long: bool = False) -> AbstractContextManager[Connection]:
        """Yield a connection in a transaction that is on the disk when the block ends, or was never made.

        One such block runs at a time, of all processes that have the database open: what it reads stays true in it.

        Args:
            long: whether it, or the one before it, may take minutes.
        """
        ...

    def checkpoint(self) -> None:
        """Move what was written into the file that a copy would be made of, as far as no reader prevents it."""
        ...

    def check_file(self) -> None:
        """Check that the open file is still the one at its path.

        Raises:
            MovedError: It was moved, deleted or replaced.
        """
        ...

    def refusal(self, error: SQLAlchemyError) -> ApiError:
        """Turn a failure of the database into the error that the request is answered with."""
        ...

    def close(self) -> None:
        """Let go of all connections."""
        ...

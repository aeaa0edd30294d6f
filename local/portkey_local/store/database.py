"""What the store asks of a kind of database; `sqlite` and `postgres` give it, each in its own way."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from portkey_local.errors import ApiError

LONG_SECONDS = 600.0
"""How long a migration, an import or an export waits for others, who may be at the same."""


class Database(Protocol):
    """An open database.

    Attributes:
        reads_wait: whether a read waits for something outside of this process, and so belongs on a thread.
    """

    reads_wait: bool

    def settle(self) -> None:
        """Make it ready for this program; called once it is known to be one of this program's."""
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
        """Return what is another one after any commit, by whatever process; None where it can't be told in time.

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
        """Bring what was written to where a copy of the database finds it, as far as nobody is in the way."""
        ...

    def check_file(self) -> None:
        """Check that what is written still goes where it is found.

        Raises:
            MovedError: It does not.
        """
        ...

    def refusal(self, error: SQLAlchemyError) -> ApiError:
        """Say a failure of the database as an answer to whoever asked."""
        ...

    def close(self) -> None:
        """Let go of all connections."""
        ...

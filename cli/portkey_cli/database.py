"""The database behind a server, opened by commands that work on it without the server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from portkey_ai.errors import PortkeyError
from portkey_cli.extras import load

if TYPE_CHECKING:
    from portkey_local.store import Store

DEFAULT = "sqlite:///portkey.db"
VARIABLE = "PORTKEY_DATABASE"
HELP = "Where prompts are kept: sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME."


@contextmanager
def opened(url: str, *, create: bool = False) -> Iterator[Store]:
    """Open a database for a command; a server may have it open too.

    Args:
        url: the database's URL.
        create: whether a file that is not there is made.

    Raises:
        PortkeyError: where it can't be used, or what is asked of it is refused.
    """
    store = load("portkey_local.store", "local")
    errors = load("portkey_local.errors", "local")
    if not create:
        _check_file(url)
    try:
        database: Store = store.Store(url)
    except store.DatabaseError as error:
        raise PortkeyError(str(error)) from None
    try:
        yield database
    except errors.ApiError as error:
        raise PortkeyError(error.message) from None
    finally:
        database.close()


def _check_file(url: str) -> None:
    """Refuse a SQLite file that is not there: a mistyped path would be answered with an empty database."""
    kind, _, path = url.partition(":///")
    file = path.partition("?")[0].removeprefix("file:")
    if kind.startswith("sqlite") and path and not Path(file).is_file():
        raise PortkeyError(f"There is no database {path}. Give its URL with --database, or set {VARIABLE}.")

"""A server's database, opened by commands without the server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from portkey_ai.errors import PortkeyError
from portkey_cli.extras import needing
from portkey_cli.failures import NoFileError

if TYPE_CHECKING:
    from portkey_local.admin import Admin

DEFAULT = "sqlite:///portkey.db"
VARIABLE = "PORTKEY_DATABASE"
HELP = "Where prompts are kept: sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME."


@contextmanager
def opened(url: str, *, create: bool = False, source: str = "") -> Iterator[Admin]:
    """Open a database for a command; a server may have it open too.

    Args:
        url: the database's URL.
        create: whether a file that is not there is made.
        source: the name of what is read into it, for errors.

    Raises:
        NoFileError: where its file is not there.
        PortkeyError: where it can't be used, or what is asked of it is refused.
    """
    with needing("local"):
        from portkey_local.admin import REFUSALS, Admin, ArchiveError, NoDatabaseError
    try:
        with Admin(url, create=create) as admin:
            yield admin
    except NoDatabaseError as error:
        raise NoFileError(str(error)) from None
    except ArchiveError as error:
        raise PortkeyError(f"{source}: {error}") from None
    except REFUSALS as error:
        raise PortkeyError(str(error)) from None

"""A database's URL: read in one place, for the server and for the command line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

from attrs import frozen
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.util import asbool

from .problems import BUSY_SECONDS, DatabaseError

TEMPORARY = "temporary"
"""Written instead of a URL: a database of its own that is deleted at the end."""
_FORMS = "Write sqlite:///prompts.db, or postgresql+psycopg://user@host/name."
_SQLITE = ("sqlite", "sqlite+pysqlite")
_POSTGRESQL = ("postgresql+psycopg", "postgresql", "postgres")
"""What the kind is called in URLs; the first is the driver's own."""
# SQLAlchemy 2.0 leaves the escapes of a database's name as they are, 2.1 does not.
_LEAVES_ESCAPES = make_url("sqlite:///%20").database == "%20"
_MAKING_MODES = (None, "rwc")
"""What SQLite's `mode` is where it makes a file that is not there."""


@frozen
class Address:
    """Where a database is, and how it is opened.

    Args:
        url: The URL for the driver.
        kind: `sqlite` or `postgresql`.
        timeout: Seconds that a change waits for its turn.
        file: The file of SQLite; None for a temporary one, and for PostgreSQL.
        makes_file: Whether opening it makes a file that is not there.
        is_named: Whether a temporary database is asked for by name, and not by leaving the file out.
    """

    url: URL
    kind: Literal["sqlite", "postgresql"]
    timeout: float
    file: Path | None = None
    makes_file: bool = False
    is_named: bool = True

    @classmethod
    def read(cls, text: str) -> Address:
        """Read a URL.

        Raises:
            DatabaseError: It is none, of another kind of database, or sets what is not known.
        """
        if text == TEMPORARY:
            return cls(make_url("sqlite://"), "sqlite", BUSY_SECONDS)
        try:
            url = _url(text)
        except (ArgumentError, ValueError) as error:
            raise DatabaseError(_no_url(text)) from error
        if url.drivername not in _SQLITE + _POSTGRESQL:
            raise DatabaseError(f"No database of the kind {url.drivername!r}. {_FORMS}")
        try:
            _check_options(text, is_file=url.drivername in _SQLITE)
            timeout = _timeout(url.query.get("timeout", str(BUSY_SECONDS)))
            bare = url.difference_update_query(["timeout"])
            if url.drivername in _POSTGRESQL:
                return cls(bare.set(drivername=_POSTGRESQL[0]), "postgresql", timeout)
            return cls._of_sqlite(bare, timeout)
        except DatabaseError as error:
            raise DatabaseError(f"The database {_shown(url)} can't be used: {error}.") from error

    @classmethod
    def _of_sqlite(cls, url: URL, timeout: float) -> Address:
        name = url.database or ""
        is_uri = _is_set(url.query.get("uri", "false")) and name.startswith("file:")
        unknown = url.query.keys() - ({*url.query} if is_uri else {"uri"})
        if unknown:
            raise DatabaseError(
                f"`{min(unknown)}` in its URL is not known. What SQLite itself is told stands in a URL such as "
                "sqlite:///file:/PATH?mode=ro&uri=true"
            )
        path, mode = (_path_in(name), url.query.get("mode")) if is_uri else (name, None)
        if path.strip() in ("", ":memory:") or mode == "memory":
            return cls(make_url("sqlite://"), "sqlite", timeout, is_named=path.strip() != "")
        # Whatever folder the process goes to later.
        return cls(url, "sqlite", timeout, file=Path(path).absolute(), makes_file=mode in _MAKING_MODES)

    @property
    def is_temporary(self) -> bool:
        """Whether it is deleted at the end."""
        return self.kind == "sqlite" and self.file is None

    @property
    def shown(self) -> str:
        """The URL without its password, for people."""
        if self.is_temporary:
            return TEMPORARY
        return f"sqlite:///{self.file}" if self.file is not None else _shown(self.url)

    @property
    def for_tools(self) -> str:
        """The URL of PostgreSQL as its own programs take it, without its password: other users may see a command."""
        return self.url._replace(drivername="postgresql", password=None).render_as_string()


def _url(text: str) -> URL:
    """Take a URL apart, its database's name without escapes."""
    url = make_url(text)
    return url.set(database=unquote(url.database)) if _LEAVES_ESCAPES and url.database else url


def _check_options(text: str, *, is_file: bool) -> None:
    """Refuse what follows a `?` and sets nothing: it may be the rest of a path, or a shell's variable is empty.

    Raises:
        DatabaseError: It is no NAME=VALUE.
    """
    behind_password = text if is_file else text.rpartition("@")[2]
    for option in filter(None, behind_password.partition("?")[2].split("&")):
        name, _, value = option.partition("=")
        if not (name and value):
            raise DatabaseError(f"`{option}` in its URL is no NAME=VALUE. In a path, write %3F for a question mark")


def _no_url(text: str) -> str:
    """Say what to write; what has the look of a URL may hold a password, and is not repeated."""
    if "://" in text or "@" in text or not text.strip():
        return f"The database's URL is none. {_FORMS}"
    return f"The database {text!r} is no URL. If it is SQLite's file, write sqlite:///{text}. {_FORMS}"


def _path_in(uri: str) -> str:
    """Return the path in a URI of SQLite's, as SQLite reads it."""
    path = unquote(uri.removeprefix("file:").partition("#")[0])
    if path.startswith("//"):  # in between stands a host, which is this machine
        return "/" + path.removeprefix("//").partition("/")[2]
    return path


def _is_set(text: str | Sequence[str]) -> bool:
    try:
        return bool(asbool(text))
    except ValueError as error:
        raise DatabaseError(f"`uri` in its URL is {text!r}, and must be true or false") from error


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=True)


def _timeout(text: str | Sequence[str]) -> float:
    try:
        seconds = float(text if isinstance(text, str) else "")
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < math.inf:
        raise DatabaseError("`timeout` in its URL must be seconds, more than 0, such as ?timeout=10")
    return seconds

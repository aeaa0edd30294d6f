"""Empty databases to test on. `PORTKEY_TEST_POSTGRES` names a PostgreSQL server where databases may be made."""

from __future__ import annotations

import getpass
import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

KINDS = ("sqlite", "postgresql")
SERVER = os.environ.get("PORTKEY_TEST_POSTGRES", "postgresql://127.0.0.1:5432/postgres?connect_timeout=3")


def check_reachable(kind: str) -> None:
    """Skip a test whose kind of database is not there."""
    reason = _unreachable() if kind == "postgresql" else ""
    if reason:
        pytest.skip(f"{reason}; PORTKEY_TEST_POSTGRES names another")


@contextmanager
def empty_database(kind: str) -> Iterator[str]:
    """Make an empty database and yield the URL that the server takes; remove it at the end."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="portkey-test-") as folder:
            yield f"sqlite:///{Path(folder) / 'prompts.db'}"
        return
    name = f"portkey_test_{uuid.uuid4().hex[:12]}"
    _run(f'CREATE DATABASE "{name}"')
    try:
        yield _url(name)
    finally:
        _run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _url(name: str) -> str:
    from sqlalchemy.engine import make_url

    server = make_url(SERVER)
    if server.username is None:
        server = server.set(username=_login())
    query = {key: value for key, value in server.query.items() if key != "connect_timeout"}
    return server.set(drivername="postgresql+psycopg", database=name, query=query).render_as_string(hide_password=False)


def _run(statement: str) -> None:
    import psycopg

    with psycopg.connect(SERVER, user=None if "@" in SERVER else _login(), autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


@cache
def _unreachable() -> str:
    """Return why PostgreSQL can't be tested on, empty where it can."""
    try:
        _run("SELECT 1")
    except ImportError as error:
        return f"the extra [postgres] is not installed: no {error.name}"
    except Exception as error:
        return f"no PostgreSQL is reachable at {SERVER.partition('?')[0]}: {str(error).splitlines()[0]}"
    return ""


def _login() -> str:
    return os.environ.get("PGUSER") or getpass.getuser()

"""Empty databases to test on. `PORTKEY_TEST_POSTGRES` names a PostgreSQL server where databases may be made.

A database of PostgreSQL that a test is done with is emptied and given to the next one: making one and dropping it makes
the whole server write to the disk, where all that run at the same time wait for it.
"""

from __future__ import annotations

import atexit
import getpass
import os
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

KINDS = ("sqlite", "postgresql")
SERVER = os.environ.get("PORTKEY_TEST_POSTGRES", "postgresql://127.0.0.1:5432/postgres?connect_timeout=3")

_DROP = 'DROP DATABASE IF EXISTS "{}" WITH (FORCE)'
_CUT = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
"""Ends the connections that a test left, as dropping the database would; answers how many there were."""
_EMPTY = """
    SET client_min_messages = warning;
    DROP SCHEMA public CASCADE;
    CREATE SCHEMA public AUTHORIZATION pg_database_owner;
    GRANT USAGE ON SCHEMA public TO PUBLIC
"""
_LEFT = """
    SELECT
        (SELECT count(*) FROM pg_namespace
            WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('public', 'information_schema'))
        + (SELECT count(*) FROM pg_database LEFT JOIN pg_db_role_setting ON setdatabase = pg_database.oid
            WHERE datname = current_database() AND (setconfig, datacl, datconnlimit) IS DISTINCT FROM (NULL, NULL, -1))
        + (SELECT count(*) FROM pg_extension WHERE extname <> 'plpgsql')
        + (SELECT count(*) FROM pg_largeobject_metadata)
        + (SELECT count(*) FROM pg_default_acl)
"""
"""How much there is that a new database has not, outside of the schema `public`."""
_emptied: list[str] = []
"""The databases of this process that no test has."""


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
    name = _emptied.pop() if _emptied else _made()
    try:
        yield _url(name)
    finally:
        if _empty(name):
            _emptied.append(name)
        else:
            _run(_DROP.format(name))


def _made() -> str:
    name = f"portkey_test_{uuid.uuid4().hex[:12]}"
    _run(f'CREATE DATABASE "{name}"')
    return name


def _empty(name: str) -> bool:
    """Bring a database to what a new one is, and say whether it is that: what belongs to no schema stays."""
    import psycopg

    try:
        with psycopg.connect(SERVER, dbname=name, user=None if "@" in SERVER else _login(), autocommit=True) as found:
            while found.execute(_CUT).fetchone() != (0,):
                time.sleep(0.01)
            found.execute(_EMPTY)
            return found.execute(_LEFT).fetchone() == (0,)
    except psycopg.Error:  # a test may have renamed or dropped it, or let nobody in
        return False


@atexit.register
def _drop_emptied() -> None:
    while _emptied:
        _run(_DROP.format(_emptied.pop()))


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

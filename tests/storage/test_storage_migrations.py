"""Databases of older, newer and other programs: brought up to date whole, or left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from checked_client import CheckedClient
from crowd import servers
from serving_process import Serving
from sqlalchemy.engine import make_url
from tables import connected, described, make_old, run

from portkey_local import DatabaseError
from portkey_local.store import Store, migration, prompts, schema

SCRIPTS = Path(migration.__file__).parent / "migrations"
KILLED = """
import os, signal, sys
from sqlalchemy import Engine, event
from portkey_local.store import Store

@event.listens_for(Engine, "after_cursor_execute")
def stop(connection, cursor, statement, *_):
    if statement.strip().startswith(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

Store(sys.argv[1])
"""


def open_and_close(url: str) -> None:
    Store(url).close()


def snapshot(url: str) -> object:
    """Everything that a database has: on SQLite its bytes."""
    path = make_url(url).database
    if url.startswith("sqlite"):
        return Path(str(path)).read_bytes()
    return described(url), run(url, "SELECT * FROM alembic_version")


def test_a_database_of_1_0_0_0_is_migrated_with_what_it_holds(database: str) -> None:
    make_old(database)
    with Serving(database) as serving, CheckedClient(serving.base_url) as api:
        old = api.get("/prompts/pp-old").json()
        assert (old["string"], old["parameters"]) == ("Hello {{name}}, äöü ☃", {"temperature": 0.5, "name": ""})
        assert api.get("/prompts/pp-old@production").json()["prompt_version_id"] == "v-2"
        assert [each["id"] for each in api.get("/prompts/pp-old/versions").json()["data"]] == ["v-2", "v-1"]
        assert api.get("/prompts/partials/pp-tone").json()["string"] == "Be kind."
        assert {label["id"] for label in api.get("/labels").json()["data"]} == {"l-1", "l-2", "l-3"}
        made = api.put("/prompts/pp-old", json={"string": "third"}).json()["prompt_version_id"]
        assert api.get(f"/prompts/pp-old/versions/{made}").json()["prompt_version"] == 3
        serving.end()
    assert run(database, "SELECT version_num FROM alembic_version") == [(migration.NEWEST,)]


def test_every_way_leads_to_the_tables_that_the_schema_describes(
    database_kind: str, new_database: Callable[[str], str]
) -> None:
    made, migrated, upgraded = (new_database(database_kind) for _ in range(3))
    open_and_close(made)
    make_old(migrated)
    open_and_close(migrated)
    with connected(upgraded) as connection:
        migration.upgrade(connection, None)
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
    assert described(made) == described(migrated) == described(upgraded)
    for url in (made, migrated, upgraded):
        with connected(url) as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, schema.metadata) == []


def test_the_newest_revision_is_the_head_of_the_scripts() -> None:
    scripts = ScriptDirectory(str(SCRIPTS))
    assert scripts.get_heads() == [migration.NEWEST]
    assert {path.name.partition("_")[0] for path in (SCRIPTS / "versions").glob("*.py")} == {
        script.revision for script in scripts.walk_revisions()
    }


@pytest.mark.parametrize("logging", ["wal", "delete"])
def test_a_newer_database_is_refused_and_not_touched(database: str, logging: str) -> None:
    open_and_close(database)
    run(database, "UPDATE alembic_version SET version_num = '9999'")
    if database.startswith("sqlite"):
        run(database, f"PRAGMA journal_mode={logging}")
    before = snapshot(database)
    with Serving(database) as serving:
        code, output, errors = serving.wait()
    assert (code, output) == (2, "")
    assert len(errors.splitlines()) == 1
    assert "a newer portkey-prompts has brought it to revision 9999" in errors
    assert "Install the newer one" in errors
    assert snapshot(database) == before


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE prompts (id TEXT)", "CREATE TABLE alembic_version (version_num TEXT)", "CREATE TABLE runs (x TEXT)"],
)
def test_a_database_of_another_program_is_refused(database: str, statement: str) -> None:
    run(database, statement)
    with pytest.raises(DatabaseError, match=r"tables of another program: .*Use a database of its own"):
        Store(database)
    name = statement.split()[2]
    assert run(database, f"SELECT * FROM {name}") == []
    with pytest.raises(DatabaseError):
        Store(database)


def test_further_tables_of_another_program_are_left_alone(database: str) -> None:
    run(database, "CREATE TABLE bills (id TEXT)", "INSERT INTO bills VALUES ('b')")
    open_and_close(database)
    assert run(database, "SELECT id FROM bills") == [("b",)]


@pytest.mark.parametrize("old", [False, True], ids=["empty", "old"])
def test_servers_that_start_at_the_same_moment_all_come_up(database: str, old: bool) -> None:
    if old:
        make_old(database)
    with servers(3, database) as servings:
        for serving in servings:
            with CheckedClient(serving.base_url) as api:
                assert api.get("/labels").json()["total"] == 3
                assert api.get("/collections").json()["total"] == 1
                assert api.get("/prompts").json()["total"] == int(old)


@pytest.mark.parametrize("at", ["CREATE TABLE api_keys", "CREATE INDEX runs_by_prompt", "INSERT INTO alembic_version"])
def test_a_migration_that_is_killed_in_the_middle_leaves_the_database_as_it_was(database: str, at: str) -> None:
    make_old(database)
    tables = described_without_version(database)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", KILLED, database, at], env=environment, timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL
    assert described_without_version(database) == tables
    store = Store(database)
    try:
        assert store.read_now(prompts.find, "pp-old").latest_number == 2
    finally:
        store.close()


def described_without_version(url: str) -> object:
    """The tables by name: `described` takes alembic's own for granted on PostgreSQL."""
    if url.startswith("sqlite"):
        return described(url)
    return run(url, "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")

"""A process that opens one database after another: what was learned of the first is not learned again."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

import pytest
from checked_client import CheckedClient
from databases import empty_database
from tables import run

from portkey_local import LocalServer
from portkey_local.store import Store


def use(database: str) -> None:
    with LocalServer(database) as server, CheckedClient(server.base_url) as api:
        slug = api.post(
            "/prompts", json={"name": "x", "collection_id": "default", "parameters": {}, "string": "Hi {{x}}"}
        ).json()["slug"]
        assert api.post(f"/prompts/{slug}/render", json={"variables": {"x": "a"}}).json()["data"]["prompt"] == "Hi a"
        assert [each["slug"] for each in api.get("/prompts").json()["data"]] == [slug]


def test_no_statement_is_compiled_for_a_second_server(
    database_kind: str, new_database: Callable[[str], str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "sqlalchemy.engine.Engine")
    use(new_database(database_kind))
    assert "[cached since" in caplog.text
    caplog.clear()
    use(new_database(database_kind))
    assert "[cached since" in caplog.text
    later = caplog.text[caplog.text.index("FROM prompts") :]  # before that, it is found out what the database is
    assert re.findall(r"\[generated in", later) == []


def test_two_schemas_of_one_server_are_told_apart(new_database: Callable[[str], str]) -> None:
    url = new_database("postgresql")
    run(url, "CREATE SCHEMA shelf")
    use(url)
    use(f"{url}?options=-csearch_path%3Dshelf")  # which finds no prompt of the other
    for schema in ("public", "shelf"):
        assert run(url, f"SELECT count(*) FROM {schema}.prompts") == [(1,)]


@pytest.mark.parametrize(
    "left",
    [
        "CREATE TABLE bills (id TEXT)",
        "CREATE SCHEMA shelf",
        "ALTER DATABASE {} SET synchronous_commit = off",
        "REVOKE ALL ON DATABASE {} FROM PUBLIC",
        "GRANT CREATE ON SCHEMA public TO PUBLIC",
        "CREATE FUNCTION one() RETURNS int AS 'SELECT 1' LANGUAGE sql",
        "SELECT lo_create(0)",
    ],
)
def test_a_test_s_database_of_postgresql_has_nothing_of_an_earlier_test(
    new_database: Callable[[str], str], left: str
) -> None:
    new = described(new_database("postgresql"))
    with empty_database("postgresql") as url:
        Store(url).close()
        run(url, left.format(url.rpartition("/")[2]))
        assert described(url) != new
    with empty_database("postgresql") as url:
        assert described(url) == new
        Store(url).close()


def described(url: str) -> object:
    return [
        run(url, statement)
        for statement in (
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace",
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
            "SELECT nspname, nspowner, nspacl::text FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_toast%' ORDER BY 1",
            "SELECT datacl::text, datconnlimit FROM pg_database WHERE datname = current_database()",
            "SELECT count(*) FROM pg_db_role_setting JOIN pg_database ON setdatabase = pg_database.oid "
            "WHERE datname = current_database()",
            "SELECT count(*) FROM pg_largeobject_metadata",
        )
    ]

"""PostgreSQL goes away and comes back: a 5xx meanwhile, and nobody has to start the server again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from checked_client import CheckedClient, message_of
from crowd import at_once, servers
from proxies import Proxy
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from tables import run
from writings import add_version, new_prompt, rendered, texts

from portkey_local import LocalServer
from portkey_local.store import Store, labels
from portkey_local.store.problems import UncertainError, UnreachableError


@pytest.fixture
def url(new_database: Callable[[str], str]) -> str:
    return new_database("postgresql")


@pytest.fixture
def proxy(url: str) -> Iterator[Proxy]:
    with Proxy(url) as running:
        yield running


def terminate(url: str) -> None:
    """End all other sessions of a database, as its server's restart would."""
    name = make_url(url).database
    others = f"FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()"
    run(url, f"SELECT pg_terminate_backend(pid, 5000) {others}")


def is_alive(api: CheckedClient) -> bool:
    return api.get(str(api.base_url.copy_with(path="/healthz"))).status_code == 200


def test_sessions_that_the_database_ends_between_calls_are_not_noticed(url: str) -> None:
    with LocalServer(url) as server, CheckedClient(server.base_url) as api:
        slug = new_prompt(api)["slug"]
        for number in range(5):
            terminate(url)
            assert add_version(api, slug, str(number)).status_code == 200
            terminate(url)
            assert api.get(f"/prompts/{slug}@latest").json()["string"] == str(number)
        assert texts(api, slug) == ["first", "0", "1", "2", "3", "4"]


def test_a_database_that_is_gone_is_said_until_it_is_back(proxy: Proxy) -> None:
    with LocalServer(proxy.url) as server, CheckedClient(server.base_url) as api:
        slug = new_prompt(api)["slug"]
        proxy.cut()
        for refused in (add_version(api, slug, "no"), api.get(f"/prompts/{slug}"), api.get("/labels")):
            assert refused.status_code == 503, refused.text
            assert refused.json()["data"]["errorCode"] == "AB04"
        assert is_alive(api)
        proxy.mend()
        assert add_version(api, slug, "second").status_code == 200
        assert texts(api, slug) == ["first", "second"]
        assert rendered(api, slug) == "first"


def test_a_network_that_stalls_holds_nobody_for_ever(proxy: Proxy) -> None:
    with LocalServer(f"{proxy.url}?timeout=0.5") as server, CheckedClient(server.base_url) as api:
        slug = new_prompt(api)["slug"]
        proxy.stall()
        answers = [add_version(api, slug, "no"), api.get(f"/prompts/{slug}"), api.get("/labels")]
        assert {answer.status_code for answer in answers} <= {500, 503}
        assert is_alive(api)
        proxy.cut()
        proxy.mend()
        deadline = time.monotonic() + 30
        while (response := add_version(api, slug, "second")).status_code != 200:
            assert time.monotonic() < deadline, response.text
        assert texts(api, slug)[0] == "first"
        assert rendered(api, slug) == "first"


def test_a_commit_whose_answer_is_lost_is_said_to_be_uncertain(proxy: Proxy) -> None:
    store = Store(proxy.url)
    try:
        proxy.swallowing = b"COMMIT\0"
        with pytest.raises(UncertainError, match="it may have been"):
            store.write_now(labels.create, {"name": "maybe"})
        assert store.read_now(labels.find_named, "maybe").name == "maybe"  # here it was
    finally:
        store.close()


def test_an_uncertain_change_is_answered_500_and_does_not_say_that_nothing_was_changed(proxy: Proxy) -> None:
    with LocalServer(proxy.url) as server, CheckedClient(server.base_url) as api:
        slug = new_prompt(api)["slug"]
        proxy.swallowing = b"COMMIT\0"
        response = add_version(api, slug, "maybe")
        assert response.status_code == 500
        assert "may have been" in message_of(response)
        assert "Nothing was changed" not in message_of(response)
        assert texts(api, slug) == ["first", "maybe"]


def test_a_change_that_is_cut_off_before_its_commit_was_not_made(proxy: Proxy) -> None:
    with LocalServer(proxy.url) as server, CheckedClient(server.base_url) as api:
        slug = new_prompt(api)["slug"]
        proxy.swallowing = b"INSERT INTO prompt_versions"
        response = add_version(api, slug, "no")
        assert response.status_code == 503
        assert "Nothing was changed" in message_of(response)
        assert texts(api, slug) == ["first"]
        assert add_version(api, slug, "second").status_code == 200


def test_a_server_that_is_cut_off_in_a_change_does_not_keep_others_from_theirs(proxy: Proxy, url: str) -> None:
    Store(url).close()
    store = Store(f"{proxy.url}?timeout=0.4")

    def stall(connection: Connection) -> None:
        labels.create(connection, {"name": "no"})
        proxy.stall()
        connection.exec_driver_sql("SELECT 1")

    try:
        with pytest.raises(UnreachableError, match="Nothing was changed"):
            store.write_now(stall)
        with LocalServer(url) as server, httpx.Client(base_url=server.base_url, trust_env=False, timeout=120) as api:
            assert api.post("/labels", json={"name": "theirs"}).status_code == 200
    finally:
        proxy.mend()
        store.close()


def test_what_a_stricter_isolation_by_default_sees_is_what_is_there(url: str) -> None:
    name = make_url(url).database
    run(url, f"ALTER DATABASE \"{name}\" SET default_transaction_isolation = 'serializable'")
    with servers(2, url) as (one, two), CheckedClient(one.base_url) as api:
        slug = new_prompt(api)["slug"]

        def write(writer: int) -> None:
            with CheckedClient((one, two)[writer % 2].base_url) as own:
                for number in range(10):
                    assert add_version(own, slug, f"{writer}-{number}").status_code == 200

        at_once(4, write)
        assert sorted(texts(api, slug)) == sorted(["first", *(f"{w}-{n}" for w in range(4) for n in range(10))])


@pytest.mark.parametrize(("server_has", "commits_with"), [("off", "on"), ("on", "on"), ("local", "local")])
def test_commits_wait_for_the_disk_whatever_the_server_is_set_to(url: str, server_has: str, commits_with: str) -> None:
    run(url, f'ALTER DATABASE "{make_url(url).database}" SET synchronous_commit = {server_has}')
    store = Store(url)
    try:
        shown = store.write_now(lambda connection: connection.exec_driver_sql("SHOW synchronous_commit").scalar())
        assert shown == commits_with
    finally:
        store.close()


@pytest.mark.parametrize(("is_kept", "waits"), [(True, 2), (False, 0)])
def test_sqlite_waits_for_the_disk_on_the_connection_that_writes_what_is_kept(
    new_database: Callable[[str], str], is_kept: bool, waits: int
) -> None:
    store = Store(new_database("sqlite") if is_kept else "temporary")
    try:
        for write in (store.write_now, store.write_long):
            shown = write(
                lambda connection: [
                    connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                    for name in ("synchronous", "journal_mode", "foreign_keys")
                ]
            )
            assert shown == [waits, "wal", 1]
    finally:
        store.close()

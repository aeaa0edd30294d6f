"""Pages of lists are kept in memory, and none is older than the database, whoever has changed it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from checked_client import CheckedClient
from crowd import servers
from proxies import Proxy
from tables import connected, run
from writings import new_prompt

from portkey_local import LocalServer
from portkey_local.store import Store

LISTERS = 6
"""So many ask at once that most share a look at the database."""


def slugs(api: CheckedClient) -> list[str]:
    return [each["slug"] for each in api.get("/prompts", params={"page_size": 20}).json()["data"]]


@contextmanager
def listing(base_url: str) -> Iterator[None]:
    """Ask for a list all the time, on several connections."""
    done = threading.Event()

    def ask() -> None:
        with CheckedClient(base_url) as api:
            while not done.is_set():
                slugs(api)

    threads = [threading.Thread(target=ask) for _ in range(LISTERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join()


def test_a_list_shows_what_another_server_has_just_made_however_many_ask(database: str) -> None:
    with ExitStack() as opened:
        one, two = (each.base_url for each in opened.enter_context(servers(2, database)))
        here, there = (opened.enter_context(CheckedClient(url)) for url in (one, two))
        opened.enter_context(listing(one))
        for _ in range(150):
            made = new_prompt(there)["slug"]
            assert made in slugs(here)


@pytest.mark.parametrize("kind", ["prompts", "prompts/partials"])
def test_versions_show_what_another_server_has_just_made(database: str, kind: str) -> None:
    with (
        LocalServer(database) as one,
        LocalServer(database) as two,
        CheckedClient(one.base_url) as here,
        CheckedClient(two.base_url) as there,
    ):
        body = {
            "name": "x",
            "string": "1",
            **({"collection_id": "default", "parameters": {}} if kind == "prompts" else {}),
        }
        made = there.post(f"/{kind}", json=body).json()["slug"]
        for number in range(2, 8):
            for _ in range(2):
                assert len(here.get(f"/{kind}/{made}/versions").json()["data"]) == number - 1
                assert here.get("/prompts/partials").json()["total"] == int(kind != "prompts")
            assert there.put(f"/{kind}/{made}", json={"string": str(number)}).status_code == 200
        assert there.delete(f"/{kind}/{made}").status_code == 200
        assert here.get(f"/{kind}/{made}/versions").status_code == 404
        assert here.get("/prompts/partials").json()["total"] == 0


def test_a_list_shows_what_another_program_commits_when_it_commits_it(database: str) -> None:
    with LocalServer(database) as server, CheckedClient(server.base_url) as api:
        made = new_prompt(api)["slug"]
        assert slugs(api) == [made]
        with connected(database) as connection:
            connection.exec_driver_sql("UPDATE prompts SET slug = 'pp-other'")
            for _ in range(3):
                assert slugs(api) == [made]
        assert slugs(api) == ["pp-other"]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The queries of lists that reach the database, in this process."""
    seen: list[Any] = []
    read_list = Store.read_list

    def noted(store: Store, query: Any, *args: Any) -> Any:
        seen.append(query)
        return read_list(store, query, *args)

    monkeypatch.setattr(Store, "read_list", noted)
    return seen


def is_kept(api: CheckedClient, reads: list[Any]) -> bool:
    """Tell whether a list was answered from memory, before long.

    On PostgreSQL what is committed to other databases of the server makes a moment another one too.
    """
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        reads.clear()
        slugs(api)
        if not reads:
            return True
    return False


def test_a_list_is_not_read_again_before_something_changes(database: str, reads: list[Any]) -> None:
    with LocalServer(database) as server, CheckedClient(server.base_url) as api:
        for expected in (1, 2):
            new_prompt(api)
            reads.clear()
            assert len(slugs(api)) == expected
            assert reads
            assert is_kept(api, reads)


def test_a_connection_that_has_ended_is_made_again_for_lists(
    new_database: Callable[[str], str], reads: list[Any]
) -> None:
    with (
        Proxy(new_database("postgresql")) as proxy,
        LocalServer(proxy.url) as server,
        CheckedClient(server.base_url) as api,
    ):
        made = new_prompt(api)["slug"]
        assert slugs(api) == [made]
        proxy.cut()
        assert api.get("/prompts").status_code == 503
        proxy.mend()
        run(proxy.url, "UPDATE prompts SET slug = 'pp-meanwhile'")
        assert slugs(api) == ["pp-meanwhile"]
        assert is_kept(api, reads)
        assert slugs(api) == ["pp-meanwhile"]


async def test_a_list_that_takes_long_holds_up_no_other(database: str) -> None:
    store, over = Store(database), threading.Event()
    try:
        long = asyncio.create_task(store.read_list(lambda connection: over.wait(60)))
        assert await asyncio.wait_for(store.read_list(lambda connection: True), 30)
        assert not long.done()
        over.set()
        await long
    finally:
        over.set()
        store.close()

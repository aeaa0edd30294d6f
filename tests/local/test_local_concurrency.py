"""Writers at the same time: threads of one server, and two servers on one database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from checked_client import CheckedClient
from serving_process import Serving

from portkey_local import LocalServer

WRITERS = 8
WRITES = 15


def at_once(count: int, work: Callable[[int], None]) -> None:
    """Run some work on several threads and raise what goes wrong in any."""
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def new_prompt(api: CheckedClient) -> str:
    body = {"name": "Busy", "collection_id": "default", "string": "first", "parameters": {}}
    return str(api.post("/prompts", json=body).json()["slug"])


def check_numbers(api: CheckedClient, slug: str, texts: set[str]) -> None:
    versions: list[dict[str, Any]] = api.get(f"/prompts/{slug}/versions").json()["data"]
    assert [version["prompt_version"] for version in versions] == list(range(len(texts) + 1, 0, -1))
    assert {version["prompt_template"] for version in versions} == {"first", *texts}
    assert len({version["id"] for version in versions}) == len(versions)


def test_numbers_have_no_gaps_and_no_duplicates_under_concurrent_threads(server: LocalServer) -> None:
    with CheckedClient(server.base_url) as api:
        slug = new_prompt(api)

        def write(writer: int) -> None:
            with CheckedClient(server.base_url) as own:
                for number in range(WRITES):
                    text = f"{writer}-{number}"
                    # Refused writes between the good ones must leave no hole.
                    assert own.put(f"/prompts/{slug}", json={"string": "{{broken"}).status_code == 400
                    made = own.put(f"/prompts/{slug}", json={"string": text}).json()
                    found = own.get(f"/prompts/{slug}/versions/{made['prompt_version_id']}").json()
                    assert found["string"] == text

        at_once(WRITERS, write)
        check_numbers(api, slug, {f"{writer}-{number}" for writer in range(WRITERS) for number in range(WRITES)})


def test_a_label_sits_on_one_version_however_many_give_it(server: LocalServer) -> None:
    with CheckedClient(server.base_url) as api:
        slug = new_prompt(api)
        for number in range(WRITERS - 1):
            api.put(f"/prompts/{slug}", json={"string": str(number)})
        ids = [version["id"] for version in api.get(f"/prompts/{slug}/versions").json()["data"]]
        label = next(each["id"] for each in api.get("/labels").json()["data"] if each["name"] == "production")

        def give(writer: int) -> None:
            with CheckedClient(server.base_url) as own:
                for turn in range(WRITES):
                    version = ids[(writer + turn) % len(ids)]
                    response = own.put(f"/prompts/{slug}/versions/{version}", json={"label_id": label})
                    assert response.status_code == 200, response.text
                    assert own.get(f"/prompts/{slug}@production").status_code == 200

        at_once(WRITERS, give)
        bearers = [each for each in api.get(f"/prompts/{slug}/versions").json()["data"] if each["label_id"]]
        assert len(bearers) == 1


def test_the_same_label_name_is_made_once_however_many_ask(server: LocalServer) -> None:
    statuses: list[int] = []

    def create(_: int) -> None:
        with CheckedClient(server.base_url) as own:
            statuses.append(own.post("/labels", json={"name": "contested"}).status_code)

    at_once(WRITERS, create)
    assert sorted(statuses) == [200] + [409] * (WRITERS - 1)


def test_readers_see_whole_writes_only(server: LocalServer) -> None:
    with CheckedClient(server.base_url) as api:
        slug = new_prompt(api)
        stopped = threading.Event()

        def read() -> None:
            with CheckedClient(server.base_url) as own:
                while not stopped.is_set():
                    page = own.get(f"/prompts/{slug}/versions").json()
                    assert [each["status"] for each in page["data"]].count("active") == 1
                    latest = own.get(f"/prompts/{slug}@latest")
                    assert latest.status_code == 200

        def write() -> None:
            try:
                for number in range(2, 40):
                    api.put(f"/prompts/{slug}", json={"string": str(number)})
                    api.put(f"/prompts/{slug}/makeDefault", json={"version": number})
            finally:
                stopped.set()

        at_once(3, lambda number: write() if number == 0 else read())


def test_two_servers_on_one_database_number_versions_as_one(database: str) -> None:
    with Serving(database) as one, Serving(database) as two:
        servers = (one, two)
        with CheckedClient(one.base_url) as api:
            slug = new_prompt(api)

            def write(writer: int) -> None:
                with CheckedClient(servers[writer % 2].base_url) as own:
                    for number in range(WRITES):
                        response = own.put(f"/prompts/{slug}", json={"string": f"{writer}-{number}"})
                        assert response.status_code == 200, response.text

            at_once(4, write)
            check_numbers(api, slug, {f"{writer}-{number}" for writer in range(4) for number in range(WRITES)})
        with CheckedClient(two.base_url) as other:
            other.put(f"/prompts/{slug}/makeDefault", json={"version": 5})
            assert other.get(f"/prompts/{slug}").json()["prompt_version"] == 5
        with CheckedClient(one.base_url) as api:
            assert api.get(f"/prompts/{slug}").json()["prompt_version"] == 5


def test_servers_that_start_at_the_same_time_share_one_new_database(database: str) -> None:
    servings: list[Serving] = []

    def start(_: int) -> None:
        servings.append(Serving(database).__enter__())

    try:
        at_once(3, start)
        for serving in servings:
            with CheckedClient(serving.base_url) as api:
                assert api.get("/labels").json()["total"] == 3
                assert api.get("/collections").json()["total"] == 1
    finally:
        for serving in servings:
            serving.__exit__(None, None, None)
    assert len(servings) == 3

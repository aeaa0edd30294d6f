"""Reads by reference come from memory, with a tag by which a client asks for news, and are never outdated for long."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from checked_client import CheckedClient

from portkey_local import LocalServer
from portkey_local.config import Config, LocalLimits
from portkey_local.read_through import TRUST_SECONDS


@pytest.fixture
def server(database: str) -> Iterator[LocalServer]:
    with LocalServer(database) as server:
        server.add_prompt(slug="p", versions=["one {{>tone}}", "two"], labels={"staging": 1})
        server.add_partial(slug="tone", versions=["calm", "loud"])
        yield server


@pytest.fixture
def api(server: LocalServer) -> Iterator[CheckedClient]:
    with CheckedClient(server.base_url) as client:
        yield client


@pytest.mark.parametrize("path", ["/prompts/p", "/prompts/p@staging", "/prompts/p@2", "/prompts/partials/tone@1"])
def test_whoever_has_the_answer_already_gets_no_body(api: CheckedClient, path: str) -> None:
    whole = api.get(path)
    tag = whole.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = api.get(path, headers={"if-none-match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    for unknown in ('"other"', tag.strip('"'), ""):
        answer = api.get(path, headers={"if-none-match": unknown})
        assert (answer.status_code, answer.content) == (200, whole.content)


def test_an_answer_without_a_body_leaves_its_connection_as_it_was(server: LocalServer, api: CheckedClient) -> None:
    tag = api.get("/prompts/p").headers["etag"]
    head = f"GET /v1/prompts/p HTTP/1.1\r\nhost: localhost\r\nif-none-match: {tag}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", server.port), 60) as connection:
        for _ in range(3):
            connection.sendall(head)
            answer = b""
            while not answer.endswith(b"\r\n\r\n"):
                answer += connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 304 ")
        connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_every_change_is_news(server: LocalServer, api: CheckedClient) -> None:
    label = next(each for each in api.get("/labels").json()["data"] if each["name"] == "staging")["id"]
    versions = {each["prompt_version"]: each["id"] for each in api.get("/prompts/p/versions").json()["data"]}

    def news_after(path: str, method: str, url: str, body: dict[str, object]) -> bool:
        tag = api.get(path).headers["etag"]
        assert api.request(method, url, json=body).status_code == 200
        return api.get(path, headers={"if-none-match": tag}).status_code == 200

    assert news_after("/prompts/p", "PUT", "/prompts/p/makeDefault", {"version": 1})
    assert news_after("/prompts/p@staging", "PUT", f"/prompts/p/versions/{versions[2]}", {"label_id": label})
    assert news_after("/prompts/p@1", "PUT", "/prompts/p", {"name": "Renamed"})
    assert news_after("/prompts/p@2", "PUT", f"/prompts/p/versions/{versions[2]}", {"label_id": None})
    assert news_after("/prompts/partials/tone", "PUT", "/prompts/partials/tone/makeDefault", {"version": 2})
    assert not news_after("/prompts/p@1", "PUT", "/prompts/partials/tone", {"string": "of partials it holds the name"})
    tag = api.get("/prompts/p").headers["etag"]
    assert api.delete("/prompts/p").status_code == 200
    assert api.get("/prompts/p", headers={"if-none-match": tag}).status_code == 404


def test_another_server_on_the_database_tells_before_a_second_is_over(database: str, server: LocalServer) -> None:
    with LocalServer(database) as other, CheckedClient(server.base_url) as here, CheckedClient(other.base_url) as there:
        assert there.get("/prompts/p").json()["prompt_version"] == 2
        assert here.put("/prompts/p", json={"string": "three"}).status_code == 200
        # What the next version is made from is never a moment old.
        assert there.get("/prompts/p@latest").json()["string"] == "three"
        assert there.get("/prompts/p", params={"version": "latest"}).json()["string"] == "three"
        assert here.put("/prompts/p/makeDefault", json={"version": 3}).status_code == 200
        changed = time.monotonic()
        while (asked := time.monotonic()) < changed + 2 * TRUST_SECONDS:
            number = there.get("/prompts/p").json()["prompt_version"]
            assert number == 3 or asked < changed + TRUST_SECONDS
            time.sleep(0.02)


def test_the_same_answer_has_the_same_tag_in_every_process(database: str, server: LocalServer) -> None:
    with LocalServer(database) as other, CheckedClient(server.base_url) as here, CheckedClient(other.base_url) as there:
        tag = here.get("/prompts/p@1").headers["etag"]
        assert there.get("/prompts/p@1", headers={"if-none-match": tag}).status_code == 304


def test_a_tag_opens_no_door(server: LocalServer, api: CheckedClient) -> None:
    tag = api.get("/prompts/p").headers["etag"]
    run, read = server.add_key("run"), server.add_key("read")

    def status(**headers: str) -> int:
        return api.get("/prompts/p", headers={"if-none-match": tag, **headers}).status_code

    assert status() == 401
    assert status(**{"x-portkey-api-key": run}) == 403
    assert status(**{"x-portkey-api-key": read}) == 304


def test_a_kept_answer_that_is_too_long_is_refused(database: str) -> None:
    with LocalServer(database, config=Config(limits=LocalLimits(answer=20_000))) as server:
        server.add_prompt(slug="long", versions=["x" * 21_000])
        with CheckedClient(server.base_url) as api:
            assert [api.get("/prompts/long").status_code for _ in range(2)] == [413, 413]


@pytest.mark.parametrize("kind", ["/prompts", "/labels", "/collections"])
def test_a_list_shows_at_once_what_another_server_has_made(database: str, kind: str) -> None:
    body = {"collection_id": "default", "string": "x", "parameters": {}} if kind == "/prompts" else {}
    with (
        LocalServer(database) as one,
        LocalServer(database) as two,
        CheckedClient(one.base_url) as here,
        CheckedClient(two.base_url) as there,
    ):
        for number in range(5):
            before = here.get(kind).json()
            assert here.get(kind).json() == before
            for api in (there, here):
                name = f"made-{number}-{api is here}"
                assert api.post(kind, json={"name": name, **body}).status_code == 200
                names = [each["name"] for each in here.get(kind).json()["data"]]
                assert name in names
            assert here.get(kind).json()["total"] == before["total"] + 2


def test_pages_of_a_list_are_told_apart(api: CheckedClient, server: LocalServer) -> None:
    server.add_prompt(slug="q", versions=["x"], name="Other")

    def slugs(**asked: object) -> list[str]:
        return [each["slug"] for each in api.get("/prompts", params=asked).json()["data"]]

    for _ in range(2):
        assert sorted(slugs()) == ["p", "q"]
        assert sorted(slugs(page_size=1) + slugs(page_size=1, current_page=1)) == ["p", "q"]
        assert slugs(search="oth") == ["q"]
        assert slugs(search="none") == []

"""`LocalServer`: its start, its end, and what is seeded in it."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from checked_client import CheckedClient

from portkey_local import ApiError, Config, ConfigError, DatabaseError, LocalServer, StartError


def test_a_server_is_there_inside_of_its_block_only() -> None:
    before = threading.enumerate()
    with LocalServer() as server:
        url, port = server.base_url, server.port
        assert url == f"http://127.0.0.1:{port}/v1"
        with CheckedClient(url) as api:
            assert api.get("/labels").status_code == 200
    assert threading.enumerate() == [thread for thread in before if thread.is_alive()]  # others may end meanwhile
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    for use in (lambda: server.base_url, lambda: server.port, lambda: server.add_prompt(slug="x", versions=["x"])):
        with pytest.raises(StartError, match="does not run"):
            use()


def test_a_server_stops_quickly_with_a_client_connected() -> None:
    with LocalServer() as server, CheckedClient(server.base_url) as api:
        api.get("/labels")
        started = time.monotonic()
        server.stop()
        assert time.monotonic() - started < 1


def test_a_server_can_be_started_again_and_stopped_twice() -> None:
    server = LocalServer()
    for _ in range(2):
        assert server.start() is server
        with CheckedClient(server.base_url) as api:
            assert api.get("/prompts").json()["total"] == 0
            server.add_prompt(slug="x", versions=["x"])
        server.stop()
        server.stop()


def test_a_server_that_runs_can_not_be_started(server: LocalServer) -> None:
    with pytest.raises(StartError, match="runs already, at http"):
        server.start()


def test_a_port_in_use_raises_in_the_caller() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = LocalServer(port=taken.getsockname()[1])
        with pytest.raises(StartError, match="is in use"):
            server.start()
    with server:
        assert server.port


@pytest.mark.parametrize("port", [-1, 70000])
def test_a_port_that_can_not_be_is_refused(port: int) -> None:
    with pytest.raises(StartError, match=str(port)):
        LocalServer(port=port).start()


def test_a_host_beyond_loopback_is_refused() -> None:
    with pytest.raises(StartError, match=r"0\.0\.0\.0"):
        LocalServer(host="0.0.0.0").start()


def test_a_failure_inside_of_the_thread_raises_in_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    from portkey_local.operations import HANDLERS

    # An operation without a handler no longer fails the start; a handler of no operation does.
    monkeypatch.setitem(HANDLERS, "inventPrompt", HANDLERS["renderPrompt"])
    before = threading.enumerate()
    with pytest.raises(StartError, match="inventPrompt"):
        LocalServer().start()
    assert threading.enumerate() == [thread for thread in before if thread.is_alive()]  # others may end meanwhile


@pytest.mark.parametrize("host", ["localhost", "::1"])
def test_other_names_of_loopback_are_served(host: str) -> None:
    try:
        socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError:
        pytest.skip(f"{host} can't be bound on this machine")
    with LocalServer(host=host) as server, CheckedClient(server.base_url) as api:
        assert api.get("/labels").status_code == 200


def test_a_temporary_database_is_deleted_at_the_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with LocalServer():
        assert len(list(tmp_path.rglob("*.db"))) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_database_file_is_kept(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'a folder' / 'kept.db'}"
    (tmp_path / "a folder").mkdir()
    with LocalServer(database) as server:
        server.add_prompt(slug="kept", versions=["x"])
    with LocalServer(database) as server, CheckedClient(server.base_url) as api:
        assert api.get("/prompts/kept").status_code == 200


@pytest.mark.parametrize(
    "database", ["mysql://x", "postgresql+psycopg://x/y", "nonsense", "sqlite:////no/such/place.db"]
)
def test_a_database_that_can_not_be_used_raises_in_the_caller(database: str) -> None:
    with pytest.raises(DatabaseError):
        LocalServer(database).start()


def test_a_seeded_prompt_has_what_it_was_given(server: LocalServer) -> None:
    versions: list[Any] = [
        "Hello {{name}}",
        [{"role": "user", "content": "Hi {{name}}"}],
        {
            "string": "Hey {{name}}",
            "model": "gpt-4",
            "parameters": {"name": "you"},
            "id": "my-id",
            "virtual_key": "echo",
        },
        {"string": [{"role": "user", "content": "Yo"}], "version_description": "Short", "is_raw_template": 1},
    ]
    labels = {"production": 2, "staging": 2, "development": 4}
    seeded = server.add_prompt(slug="template_123", versions=versions, name="Greeting", labels=labels, published=3)
    with CheckedClient(server.base_url) as api:
        found = {n: api.get(f"/prompts/template_123@{n}").json() for n in (1, 2, 3, 4)}
        assert api.get("/prompts/template_123").json() == found[3]
    assert [found[n]["prompt"] for n in (1, 2, 3, 4)] == ["Hello {{name}}", "Hi {{name}}", "Hey {{name}}", "Yo"]
    assert [found[n]["prompt_version_id"] for n in (1, 2, 3, 4)] == list(seeded.version_ids)
    assert seeded.version_ids[2] == "my-id"
    assert (seeded.slug, seeded.id) == ("template_123", found[1]["id"])
    assert [label["name"] for label in found[2]["prompt_version_labels"]] == ["production", "staging"]
    assert found[4]["prompt_version_label_name"] == "development"
    assert (found[3]["model"], found[3]["virtual_key"], found[3]["name"]) == ("gpt-4", "echo", "Greeting")
    assert (found[4]["prompt_version_description"], found[4]["is_raw_template"]) == ("Short", 1)


def test_the_last_version_is_published_unless_another_is_named(server: LocalServer) -> None:
    server.add_prompt(slug="last", versions=["one", "two"])
    server.add_partial(slug="pp-last", versions=["one", {"string": "two", "id": "partial-two"}])
    server.add_partial(slug="pp-first", versions=["one", "two"], published=1, name="First")
    with CheckedClient(server.base_url) as api:
        assert api.get("/prompts/last").json()["string"] == "two"
        assert api.get("/prompts/partials/pp-last").json()["prompt_partial_version_id"] == "partial-two"
        assert api.get("/prompts/partials/pp-first").json()["string"] == "one"


def test_a_seeded_slug_can_be_used_again_after_its_prompt_was_deleted(server: LocalServer) -> None:
    with CheckedClient(server.base_url) as api:
        for text in ("before", "after"):
            server.add_prompt(slug="reused", versions=[{"string": text, "id": "reused-id"}])
            assert api.post("/prompts/reused/render", json={"variables": {}}).json()["prompt"] == text
            api.delete("/prompts/reused")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"versions": ["{{x"]}, "line 1"),
        ({"versions": ["x"], "labels": {"nope": 1}}, "`nope`"),
        ({"versions": ["x"], "labels": {"production": 2}}, "version 2"),
        ({"versions": ["x"], "published": 2}, "no version 2"),
        ({"versions": ["x"], "collection_id": "nowhere"}, "`nowhere`"),
        ({"versions": [{"model": "x"}]}, "`string`"),
    ],
)
def test_what_can_not_be_seeded_is_refused_and_leaves_nothing(
    server: LocalServer, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(ApiError, match=message):
        server.add_prompt(slug="refused", **fields)
    with CheckedClient(server.base_url) as api:
        assert api.get("/prompts/refused").status_code == 404


def test_a_slug_that_is_taken_or_can_not_stand_in_a_reference_is_refused(server: LocalServer) -> None:
    server.add_prompt(slug="taken", versions=["x"])
    server.add_partial(slug="taken", versions=["x"])
    with pytest.raises(ApiError, match="already"):
        server.add_prompt(slug="taken", versions=["x"])
    with pytest.raises(ApiError, match="already"):
        server.add_partial(slug="taken", versions=["x"])
    for slug in ("", "a b", "a@1", "a/b"):
        with pytest.raises(ValueError, match="slug"):
            server.add_prompt(slug=slug, versions=["x"])
    with pytest.raises(ValueError, match="no version"):
        server.add_prompt(slug="empty", versions=[])


def test_upstreams_are_given_by_argument_or_configuration(tmp_path: Path) -> None:
    path = tmp_path / "portkey-local.toml"
    path.write_text('[upstreams.filed]\nkind = "echo"\n[limits]\ntemplate = 10\n')
    for config in (path, str(path), Config.read(path)):
        with LocalServer(config=config, upstreams={"given": "echo"}) as server, CheckedClient(server.base_url) as api:
            server.add_prompt(slug="p", versions=["x"])
            for name in ("filed", "given", "echo"):
                assert api.post("/prompts/p/completions", json={"virtual_key": name}).status_code == 200
            with pytest.raises(ApiError, match="10"):
                server.add_prompt(slug="q", versions=["x" * 11])


def test_a_wrong_upstream_raises_in_the_caller() -> None:
    with pytest.raises(ConfigError, match=r"upstreams\.x\.kind"):
        LocalServer(upstreams={"x": "magic"}).start()

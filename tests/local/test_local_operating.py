"""Operating the server: health, readiness, the log, and the way to the end."""

from __future__ import annotations

import itertools
import json
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from checked_client import CheckedClient, document, message_of
from puppet_upstream import Exchange, Puppet, chunk, wait_for
from serving_process import Serving
from sqlalchemy.engine import make_url
from stalling_proxy import StallingProxy

from portkey_local import Config, ConfigError, LocalServer
from portkey_local.http.logs import CAPACITY, writing

TEXT = {"name": "P", "collection_id": "default", "string": "Hi {{x}}", "parameters": {}}


def ask(base_url: str, path: str, method: str = "GET", **options: Any) -> httpx.Response:
    return httpx.request(
        method, base_url.removesuffix("/v1") + path, trust_env=False, verify=False, timeout=120, **options
    )


# Health and readiness


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/v1/healthz", "/v1/readyz"])
def test_health_is_told_without_a_key(server: LocalServer, path: str) -> None:
    response = ask(server.base_url, path)
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    head = ask(server.base_url, path, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == response.headers["content-length"]
    assert ask(server.base_url, path, "POST").status_code == 405


def test_health_is_told_without_a_key_where_keys_are_needed(fresh_server: LocalServer) -> None:
    fresh_server.add_key("read", name="one")
    assert ask(fresh_server.base_url, "/v1/labels").status_code == 401
    assert ask(fresh_server.base_url, "/healthz").json() == {"status": "ok"}
    ready = {"status": "ready", "parts": {"server": "ok", "database": "ok"}}
    assert ask(fresh_server.base_url, "/readyz").json() == ready


@pytest.fixture
def proxied(new_database: Callable[[str], str]) -> Iterator[tuple[StallingProxy, str]]:
    """A PostgreSQL database behind a proxy, and its URL there, with a password in it."""
    url = make_url(new_database("postgresql"))
    with StallingProxy(url.host or "127.0.0.1", url.port or 5432) as proxy:
        through = url.set(host="127.0.0.1", port=proxy.port, password="pg-secret", username=url.username or "root")
        yield proxy, through.render_as_string(hide_password=False)


def test_a_stalled_database_is_told_in_time_and_does_not_concern_health(proxied: tuple[StallingProxy, str]) -> None:
    proxy, url = proxied
    with LocalServer(url) as server:
        assert ask(server.base_url, "/readyz").status_code == 200
        proxy.stall()
        try:
            assert wait_for(lambda: ask(server.base_url, "/readyz").status_code == 503, 60)
            answers: list[httpx.Response] = []
            askers = [
                threading.Thread(target=lambda: answers.append(ask(server.base_url, "/readyz"))) for _ in range(20)
            ]
            for asker in askers:
                asker.start()
            assert ask(server.base_url, "/healthz").status_code == 200
            for asker in askers:
                asker.join()
        finally:
            proxy.flow()
        assert {answer.status_code for answer in answers} == {503}
        assert answers[0].json()["parts"] == {"server": "ok", "database": "No answer within 2 s."}
        assert "pg-secret" not in "".join(answer.text for answer in answers)
        assert wait_for(lambda: ask(server.base_url, "/readyz").status_code == 200, 60)


def test_a_database_that_is_gone_is_told(proxied: tuple[StallingProxy, str], caplog: pytest.LogCaptureFixture) -> None:
    proxy, url = proxied
    with LocalServer(url) as server:
        assert ask(server.base_url, "/readyz").status_code == 200
        proxy.__exit__()
        assert wait_for(lambda: ask(server.base_url, "/readyz").status_code == 503, 60)
        said = ask(server.base_url, "/readyz")
        assert said.json()["status"] == "not ready"
        assert "can't be reached" in said.json()["parts"]["database"]
        assert ask(server.base_url, "/healthz").status_code == 200
    assert "pg-secret" not in said.text + caplog.text


# The end


def test_while_draining_everything_is_answered_but_readiness() -> None:
    with Serving(drain=60) as serving:
        with CheckedClient(serving.base_url) as api:
            slug = api.post("/prompts", json=TEXT).json()["slug"]
            serving.process.send_signal(signal.SIGTERM)
            assert wait_for(lambda: ask(serving.base_url, "/readyz").status_code == 503)
            said = ask(serving.base_url, "/readyz")
            assert said.json()["parts"] == {"server": "stopping", "database": "ok"}
            assert ask(serving.base_url, "/healthz").status_code == 200
            rendered = api.post(f"/prompts/{slug}/render", json={"variables": {"x": "Ada"}})
            assert rendered.json()["prompt"] == "Hi Ada"
            assert rendered.headers["connection"] == "close"
        started = time.monotonic()
        assert serving.end() == (0, "", "")
        assert time.monotonic() - started < 30


def test_after_the_drain_it_ends_by_itself() -> None:
    with Serving(drain=1) as serving:
        serving.process.send_signal(signal.SIGTERM)
        assert serving.wait() == (0, "", "")


def test_a_connection_that_was_kept_is_closed_and_a_new_one_refused(tmp_path: Path, puppet: Puppet) -> None:
    go_on = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(chunk("a"))
        go_on.wait(60)
        exchange.event("[DONE]")

    puppet.script = script
    with Serving(config_path=str(upstream_config(tmp_path, puppet))) as serving:
        url = httpx.URL(serving.base_url)
        with (
            CheckedClient(serving.base_url) as api,
            socket.create_connection((url.host, url.port or 0)) as kept,
            api.stream("POST", run(api), json={"stream": True}) as stream,
        ):
            kept.settimeout(20)
            kept.sendall(b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
            while not kept.recv(65536).endswith(b"}"):
                pass
            pieces = stream.iter_raw()
            next(pieces)
            serving.process.send_signal(signal.SIGTERM)
            try:
                assert kept.recv(1) == b""
                with pytest.raises(OSError, match="refused"):
                    socket.create_connection((url.host, url.port or 0), timeout=60)
            finally:
                go_on.set()
            assert b"".join(pieces).endswith(b"data: [DONE]\n\n")
        assert serving.wait() == (0, "", "")


def test_what_the_grace_does_not_suffice_for_is_told_so(tmp_path: Path, puppet: Puppet) -> None:
    def script(exchange: Exchange) -> None:
        if exchange.body.get("stream"):
            exchange.begin_stream()
            exchange.event(chunk("a"))
        exchange.wait_until_gone(30)

    puppet.script = script
    with Serving(config_path=str(upstream_config(tmp_path, puppet)), grace=1, log="json") as serving:
        whole: list[httpx.Response] = []
        with CheckedClient(serving.base_url) as api:
            path = run(api)
            caller = threading.Thread(target=lambda: whole.append(ask(serving.base_url, f"/v1{path}", "POST", json={})))
            caller.start()
            with api.stream("POST", path, json={"stream": True}) as stream:
                pieces = stream.iter_raw()
                received = next(pieces)
                assert wait_for(lambda: len(puppet.seen) == 2)
                serving.process.send_signal(signal.SIGTERM)
                received += b"".join(pieces)
            caller.join()
        code, _, errors = serving.wait()
    assert code == 0
    assert json.loads(received.split(b"data: ")[-1])["error"]["type"] == "stopping"
    assert whole[0].status_code == 503
    assert "stopping" in message_of(whole[0])
    assert_signed(whole[0])
    assert [line["level"] for line in map(json.loads, errors.splitlines()) if "timeout" in line["message"]] == ["error"]


def test_a_database_that_never_answers_keeps_nobody_from_ending_it(proxied: tuple[StallingProxy, str]) -> None:
    proxy, url = proxied
    with Serving(url, grace=1) as serving:
        assert ask(serving.base_url, "/readyz").status_code == 200
        proxy.stall()
        assert wait_for(lambda: ask(serving.base_url, "/readyz").status_code == 503, 60)
        serving.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        code, _, errors = serving.end()
    assert code == 1
    assert "The database does not let go" in errors
    assert "Traceback" not in errors


def upstream_config(folder: Path, puppet: Puppet) -> Path:
    path = folder / "portkey-local.toml"
    path.write_text(f'[upstreams.up]\nkind = "openai"\nbase_url = "{puppet.base_url}"\n')
    return path


def run(api: CheckedClient) -> str:
    """Make a prompt that runs on the upstream `up` and return the path that runs it."""
    return f"/prompts/{api.post('/prompts', json={**TEXT, 'virtual_key': 'up'}).json()['slug']}/completions"


def assert_signed(response: httpx.Response) -> None:
    assert response.headers["x-portkey-trace-id"]
    assert response.headers["x-portkey-api-version"] == document()["info"]["version"]


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/healthz", {}, 200),
        ("GET", "/readyz", {}, 200),
        ("GET", "/nowhere", {}, 404),
        ("PATCH", "/v1/labels", {}, 405),
        ("GET", "/v1/labels", {"host": "elsewhere.example"}, 403),
        ("POST", "/v1/labels", {"content-type": "application/json"}, 413),
        ("POST", "/v1/labels", {"content-type": "text/plain"}, 415),
        ("OPTIONS", "/v1/labels", {"origin": "https://app.example", "access-control-request-method": "GET"}, 200),
    ],
)
def test_every_answer_bears_the_version_and_the_trace_id(
    method: str, path: str, headers: dict[str, str], status: int
) -> None:
    config = Config.of({"access": {"origins": ["https://app.example"]}, "limits": {"body": 10}})
    content = b'{"name": "longer"}' if method == "POST" else None
    with LocalServer(config=config) as server:
        sent = {"x-portkey-trace-id": "mine", **headers}
        response = ask(server.base_url, path, method, headers=sent, content=content)
        assert response.status_code == status
        assert_signed(response)
        assert response.headers.get_list("x-portkey-trace-id") == ["mine"]


def test_an_answer_to_what_is_no_http_bears_them_too(server: LocalServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.settimeout(20)
        connection.sendall(b"nonsense\r\n\r\n")
        head = connection.recv(65536)
    assert head.startswith(b"HTTP/1.1 400")
    assert b"x-portkey-trace-id: " in head
    assert b"x-portkey-api-version: " in head


# The log


def test_the_log_is_a_line_of_json_for_each_request() -> None:
    with Serving(log="json") as serving, CheckedClient(serving.base_url) as api:
        slug = api.post("/prompts", json=TEXT).json()["slug"]
        secrets = {"x-portkey-api-key": "pk-secret", "authorization": "Bearer sk-secret"}
        traced = {**secrets, "x-portkey-trace-id": "mine-7"}
        size = len(api.post(f"/prompts/{slug}@1/render", json={"variables": {"x": "v-secret"}}, headers=traced).content)
        api.get("/prompts", params={"search": "q-secret"}, headers=secrets)
        api.get("/nowhere%0A%E2%80%A8x")
        ask(serving.base_url, "/readyz")
        code, output, errors = serving.end()
    assert (code, output) == (0, "")
    assert "secret" not in errors
    lines = [json.loads(line) for line in errors.removesuffix("\n").split("\n")]
    assert lines[0]["message"] == f"Listening on {serving.base_url}"
    requests = [line for line in lines if line["message"] == "request"]
    assert [(line["method"], line["path"], line["status"]) for line in requests] == [
        ("POST", "/v1/prompts", 200),
        ("POST", f"/v1/prompts/{slug}@1/render", 200),
        ("GET", "/v1/prompts", 200),
        ("GET", "/v1/nowhere\n\u2028x", 404),
    ]
    render = requests[1]
    assert render["time"].endswith("Z")
    assert 0 < render["duration_ms"] < 60_000
    kept = {name: render[name] for name in ("level", "trace_id", "bytes", "client", "prompt")}
    assert kept == {"level": "info", "trace_id": "mine-7", "bytes": size, "client": "127.0.0.1", "prompt": f"{slug}@1"}


def test_the_log_names_the_key_by_its_public_part(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'guarded.db'}"
    with LocalServer(database) as server:
        key = server.add_key("read", name="one")
    with Serving(database, log="json") as serving:
        ask(serving.base_url, "/v1/labels", headers={"x-portkey-api-key": key})
        ask(serving.base_url, "/v1/labels", headers={"x-portkey-api-key": f"{key}x"})
        errors = serving.end()[2]
    good, bad = [line for line in map(json.loads, errors.splitlines()) if line["message"] == "request"]
    assert good["key_id"]
    assert good["key_id"] in key
    assert (bad["status"], "key_id" in bad) == (401, False)
    assert key not in errors


def test_the_log_as_text_says_only_what_a_person_must_know() -> None:
    with Serving() as serving, CheckedClient(serving.base_url) as api:
        api.get("/labels")
        api.get("/nowhere")
        assert serving.end() == (0, "", "")


def test_a_refusal_to_start_is_a_line_of_json_too(refused: Callable[..., Any], tmp_path: Path) -> None:
    code, _, errors = refused(f"sqlite:///{tmp_path / 'missing' / 'x.db'}", log="json")
    (line,) = map(json.loads, errors.splitlines())
    assert (code, line["level"]) == (3, "critical")
    assert "can't be used" in line["message"]


def test_the_log_may_be_chosen_by_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "portkey-local.toml"
    path.write_text('[log]\nformat = "json"\n\n[server]\ndrain = 1\ngrace = 3\n')
    with Serving(config_path=str(path)) as serving:
        errors = serving.end()[2]
    assert [json.loads(line)["message"] for line in errors.splitlines()][-1] == "Stopped"
    assert (Config.read(path).server.drain, Config.read(path).server.grace) == (1, 3)


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ({"log": {"format": "xml"}}, "log.format"),
        ({"log": {"level": 1}}, "log.level"),
        ({"server": {"grace": -1}}, "server.grace"),
        ({"server": {"drain": True}}, "server.drain"),
        ({"server": {"port": 1}}, "server.port"),
    ],
)
def test_a_wrong_setting_is_named(table: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigError, match=named.replace(".", r"\.")):
        Config.of(table)


def test_a_log_that_nobody_reads_holds_nobody_up() -> None:
    with Serving(log="json") as serving, CheckedClient(serving.base_url) as api:
        path = "/" + "x" * 400
        for _ in range(400):  # more than a pipe takes
            assert api.get(path).status_code == 404
        serving.process.send_signal(signal.SIGTERM)
        assert wait_for(lambda: serving.process.poll() is not None, 60)
        assert serving.process.returncode == 0


def read_all(descriptor: int) -> list[str]:
    with os.fdopen(descriptor, encoding="utf-8") as file:
        return file.read().splitlines()


def test_lines_beyond_what_can_wait_are_dropped_and_counted() -> None:
    reader, writer = os.pipe()
    read: list[str] = []
    with writing("json", writer) as journal:
        assert journal is not None
        # The thread that writes has taken what there was when it had its turn, and as much may wait again.
        count = 2 * CAPACITY // 10_000 + 50
        for number in range(count):
            journal.note("info", "x" * 10_000, {"number": number})
        reading = threading.Thread(target=lambda: read.extend(read_all(reader)))
        reading.start()
    os.close(writer)
    reading.join()
    lines = [json.loads(line) for line in read]
    numbers = [line["number"] for line in lines if "number" in line]
    dropped = [int(line["message"].split()[0]) for line in lines if "lines of this log were dropped" in line["message"]]
    # Which ones are dropped depends on when the writing thread has its turn.
    assert numbers == sorted(set(numbers))
    assert len(numbers) + len(dropped) == len(lines)
    assert dropped
    assert len(numbers) + sum(dropped) == count


@pytest.mark.parametrize("form", ["json", "text"])
def test_an_error_is_logged_with_its_traceback(form: Any) -> None:
    reader, writer = os.pipe()
    with writing(form, writer):
        for name in ("portkey_local", "uvicorn.error", "somebody.else"):
            try:
                raise ValueError("several\nlines")
            except ValueError:
                logging.getLogger(name).exception("It failed\nbadly")
        logging.getLogger("somebody.else").info("of no interest")
    os.close(writer)
    lines = read_all(reader)
    if form == "text":
        assert [line[20:] for line in lines if "ERROR" in line] == ["ERROR   It failed"] * 3
        assert lines.count("Traceback (most recent call last):") == 3
        return
    fields = [json.loads(line) for line in lines]
    assert [line["logger"] for line in fields] == ["portkey_local", "uvicorn.error", "somebody.else"]
    for line in fields:
        assert (line["level"], line["message"]) == ("error", "It failed\nbadly")
        assert line["exception"] == "ValueError: several\nlines"
        assert line["traceback"].startswith("Traceback (most recent call last):\n")


def test_afterwards_logging_is_as_it_was() -> None:
    root = logging.getLogger()
    before = (list(root.handlers), root.level, logging.getLogger("portkey_local").level)
    reader, writer = os.pipe()
    with writing("json", writer):
        assert root.handlers != before[0]
    os.close(reader)
    os.close(writer)
    assert (list(root.handlers), root.level, logging.getLogger("portkey_local").level) == before


def test_however_often_readiness_is_asked_for_the_database_is_asked_twice_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from portkey_local.store import engine

    asked: list[float] = []
    probe = engine._probe
    monkeypatch.setattr(engine, "_probe", lambda connection: (asked.append(time.monotonic()), probe(connection)))
    with LocalServer() as server, httpx.Client() as client:
        asked.clear()
        answers, until = 0, time.monotonic() + 2
        while time.monotonic() < until:
            assert client.get(f"{server.base_url}/readyz").status_code == 200
            answers += 1
    assert answers > 20
    assert 2 <= len(asked) <= 5
    assert all(later - earlier >= 0.45 for earlier, later in itertools.pairwise(asked))

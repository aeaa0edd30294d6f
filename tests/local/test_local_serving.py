"""The server as a program."""

from __future__ import annotations

import errno
import json
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import httpx
import pytest
from checked_client import CheckedClient, events_of
from puppet_upstream import Exchange, Puppet, chunk, wait_for
from serving_process import Serving

from portkey_local import LocalServer, program

Refused = Callable[..., tuple[int, str, str]]


def test_one_line_tells_the_url_when_requests_are_answered() -> None:
    with Serving() as serving:
        assert serving.line.startswith("Listening on http://127.0.0.1:")
        assert serving.base_url.endswith("/v1")
        with CheckedClient(serving.base_url) as api:
            assert api.get("/labels").status_code == 200
        assert serving.end() == (0, "", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_quickly_and_quietly(number: int, tmp_path: Path) -> None:
    with Serving(environment={"TMPDIR": str(tmp_path)}) as serving:
        assert list(tmp_path.iterdir())
        started = time.monotonic()
        assert serving.end(number) == (0, "", "")
        assert time.monotonic() - started < 3
    assert not list(tmp_path.iterdir())  # a temporary database leaves no texts behind


def test_what_nohup_keeps_off_ends_no_server() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert program._ending_signals() == [signal.SIGTERM, signal.SIGINT]
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_page_that_can_not_be_loaded_is_no_failure_of_the_server(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def no_descriptors() -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    import_module("portkey_local.ui.app")  # which takes `assets` by name: the first import must not find another one
    monkeypatch.setattr("portkey_local.ui.html.assets", no_descriptors)
    program._load_page()
    assert "Too many open files" in caplog.text


def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'kept.db'}"
    with Serving(database) as serving, CheckedClient(serving.base_url) as api:
        body = {"name": "Kept", "collection_id": "default", "string": "x {{y}}", "parameters": {"a": [1, None]}}
        slug = api.post("/prompts", json=body).json()["slug"]
        before = api.get(f"/prompts/{slug}").json()
        serving.end()
    with Serving(database) as serving, CheckedClient(serving.base_url) as api:
        assert api.get(f"/prompts/{slug}").json() == before


def test_what_was_answered_is_there_after_a_kill(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'killed.db'}"
    with Serving(database) as serving, CheckedClient(serving.base_url) as api:
        made = [api.post("/labels", json={"name": f"label-{number}"}).json()["id"] for number in range(20)]
        serving.end(signal.SIGKILL)
    with Serving(database) as serving, CheckedClient(serving.base_url) as api:
        assert {label["id"] for label in api.get("/labels").json()["data"]} >= set(made)


def test_an_answer_under_way_is_finished_before_the_end(tmp_path: Path, puppet: Puppet) -> None:
    go_on = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(chunk("a"))
        go_on.wait(60)
        exchange.event(chunk("b", finish="stop"))
        exchange.event("[DONE]")

    puppet.script = script
    with Serving(config_path=str(upstream_config(tmp_path, puppet))) as serving:
        with CheckedClient(serving.base_url) as api, api.stream("POST", run(api), json={"stream": True}) as response:
            pieces = response.iter_raw()
            received = next(pieces)
            serving.process.send_signal(signal.SIGTERM)
            assert wait_for(lambda: refuses(serving.base_url))
            go_on.set()
            received += b"".join(pieces)
        assert received.endswith(b"data: [DONE]\n\n")
        assert serving.wait()[0] == 0


def test_a_second_signal_ends_it_at_once(tmp_path: Path, puppet: Puppet) -> None:
    puppet.script = lambda exchange: exchange.wait_until_gone(20) and None
    with Serving(config_path=str(upstream_config(tmp_path, puppet))) as serving, CheckedClient(serving.base_url) as api:
        path = run(api)
        answers: list[httpx.Response | httpx.HTTPError] = []

        def call() -> None:
            try:
                answers.append(httpx.post(serving.base_url + path, json={}, timeout=120, trust_env=False))
            except httpx.HTTPError as error:
                answers.append(error)

        caller = threading.Thread(target=call)
        caller.start()
        assert wait_for(lambda: bool(puppet.seen))
        started = time.monotonic()
        serving.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert serving.process.poll() is None
        assert serving.end()[0] == 0
        assert time.monotonic() - started < 5
        caller.join()
        assert len(answers) == 1


def upstream_config(folder: Path, puppet: Puppet) -> Path:
    path = folder / "portkey-local.toml"
    path.write_text(f'[upstreams.up]\nkind = "openai"\nbase_url = "{puppet.base_url}"\n')
    return path


def run(api: CheckedClient) -> str:
    """Make a prompt that runs on the upstream `up` and return the path that runs it."""
    body = {"name": "P", "collection_id": "default", "string": "x", "parameters": {}, "virtual_key": "up"}
    return f"/prompts/{api.post('/prompts', json=body).json()['slug']}/completions"


def refuses(base_url: str) -> bool:
    url = httpx.URL(base_url)
    try:
        socket.create_connection((url.host, url.port or 0), timeout=1).close()
    except OSError:
        return True
    return False


def test_a_port_in_use_is_said_and_nothing_is_left_behind(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        database = tmp_path / "untouched.db"
        with Serving(f"sqlite:///{database}", port=taken.getsockname()[1]) as serving:
            code, output, errors = serving.wait()
    assert (code, output) == (6, "")
    assert "is in use" in errors
    assert len(errors.splitlines()) == 1
    assert not database.exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "example.com", "::", "192.168.0.1", ""])
def test_a_host_beyond_loopback_is_refused(refused: Refused, host: str) -> None:
    code, _, errors = refused(host=host)
    assert code == 2
    assert "127.0.0.1" in errors


def test_a_database_that_can_not_be_used_is_said(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is no database, however long it goes on " * 100)
    urls = [f"sqlite:///{tmp_path / 'text.db'}", f"sqlite:///{tmp_path / 'missing' / 'x.db'}", "postgresql://x/y", "x"]
    for url in urls:
        code, output, errors = refused(url)
        assert (code, output) == (2 if url == "x" else 3, "")
        assert "database" in errors
        assert len(errors.splitlines()) == 1


@pytest.mark.parametrize(("database", "said"), [("team.db", "write sqlite:///team.db"), ("x:secret@host", "none")])
def test_what_is_no_url_is_said_with_what_to_write(refused: Refused, database: str, said: str) -> None:
    code, _, errors = refused(database)
    assert code == 2
    assert said in errors
    assert "secret" not in errors


def test_a_server_for_other_machines_says_where_they_find_it(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'prompts.db'}"
    with LocalServer(database) as server:
        server.add_key("read")
    with Serving(database, host="0.0.0.0") as serving:
        assert serving.process.stdout is not None
        port = serving.base_url.split(":")[2].removesuffix("/v1")
        line = serving.process.stdout.readline()
        assert line == f"Other machines reach it too, at http://{socket.gethostname()}:{port}/v1\n"
        assert serving.end() == (0, "", "")


def test_a_wrong_configuration_is_said(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "portkey-local.toml"
    path.write_text('[upstreams.up]\nkind = "openai"\n')
    code, _, errors = refused(config_path=str(path))
    assert code == 2
    assert "upstreams.up.base_url is missing" in errors
    assert str(path) in errors


def test_keys_come_from_the_environment(tmp_path: Path, puppet: Puppet) -> None:
    path = upstream_config(tmp_path, puppet)
    path.write_text(path.read_text() + 'api_key_env = "MY_KEY"\n')
    with Serving(config_path=str(path), environment={"MY_KEY": "sk-mine"}) as serving:
        with CheckedClient(serving.base_url) as api:
            assert api.post(run(api), json={}).status_code == 200
        assert puppet.seen[0].headers["authorization"] == "Bearer sk-mine"
        assert "sk-mine" not in json.dumps(serving.end())


def test_the_database_is_durable(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    with Serving(f"sqlite:///{path}") as serving:
        serving.end()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_stream_that_is_under_way_at_the_end_says_so(tmp_path: Path, puppet: Puppet) -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(chunk("a"))
        exchange.wait_until_gone(20)

    puppet.script = script
    config = {"kind": "openai", "base_url": puppet.base_url}
    from portkey_local import LocalServer

    with (
        LocalServer(upstreams={"up": config}) as server,
        CheckedClient(server.base_url) as api,
        api.stream("POST", run(api), json={"stream": True}) as response,
    ):
        pieces = response.iter_raw()
        received = next(pieces)
        stopper = threading.Thread(target=server.stop)
        stopper.start()
        received += b"".join(pieces)
        stopper.join()
    assert json.loads(received.split(b"data: ")[-1])["error"]["type"] == "stopping"
    assert puppet.seen[0].gone.is_set()


def test_events_of_refuses_what_is_no_stream() -> None:
    with pytest.raises(AssertionError):
        events_of(httpx.Response(200, text="data: x", headers={"content-type": "text/event-stream; charset=utf-8"}))

"""The load balancers' configurations in `docs/scaling.md` are run, with two servers on one database behind them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from tutorial_text import blocks_of

from portkey_local import Config

PAGE = Path(__file__).resolve().parents[2] / "docs/scaling.md"
NAME = "prompts.example.com"
COMMANDS = {
    "haproxy": ["haproxy", "-db", "-q", "-f"],
    "nginx": ["nginx", "-g", "daemon off; pid nginx.pid; error_log stderr warn;", "-p", ".", "-c"],
}


class SlowUpstream:
    """An upstream that sends one event, and the rest when it is told to."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"

    def __enter__(self) -> SlowUpstream:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_on.set()
        with socket.create_connection(self._listener.getsockname()):
            pass
        self._thread.join(60)
        self._listener.close()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            if not connection.recv(65536):
                return
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
            for word in ("first", "second"):
                chunk = {"choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]}
                connection.sendall(f"data: {json.dumps(chunk)}\n\n".encode())
                self.go_on.wait(60)
            connection.sendall(b"data: [DONE]\n\n")
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass


class Serving:
    """A server as the page starts it."""

    def __init__(self, database: str, config: Path) -> None:
        program = Path(sys.executable).with_name("portkey-prompts")
        arguments = ["--port", "0", "--database", database, "--config", str(config), "--drain", "4", "--log", "json"]
        self.process = subprocess.Popen([program, "serve", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert self.process.stdout is not None
        self.base_url = self.process.stdout.readline().decode().split()[-1]
        self.port = str(httpx.URL(self.base_url).port)
        self._errors = b""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        self._errors = self.process.stderr.read()

    def end(self) -> list[dict[str, object]]:
        """Stop it, if that was not done, and return what it logged."""
        if self.process.poll() is None:
            for _ in range(2):
                self.process.send_signal(signal.SIGTERM)
                time.sleep(0.1)
        code = self.process.wait(120)
        self._reader.join(60)
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.process.stdout.close()
        self.process.stderr.close()
        assert code == 0
        return [json.loads(line) for line in self._errors.splitlines()]


@contextmanager
def balanced(program: str, ports: tuple[str, str], folder: Path) -> Iterator[str]:
    """Run a load balancer as the page configures it, on free ports, and yield its URL."""
    if shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin") is None:
        pytest.skip(f"{program} is not installed; Debian: apt install {program}")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
    (text,) = blocks_of(PAGE, program)
    for said, really in zip(("8790", "8791", "8792"), (port, *ports), strict=True):
        assert said in text
        text = text.replace(said, really)
    (folder / "balancer.conf").write_text(text)
    path = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"}
    command = [*COMMANDS[program], str(folder / "balancer.conf")]
    with (folder / "balancer.log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, env=path, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: answers(f"{url}/healthz") or process.poll() is not None)
        if process.poll() is not None and "ermission denied" in (folder / "balancer.log").read_text():
            pytest.skip(f"{program} may not run here: {(folder / 'balancer.log').read_text()}")
        assert process.poll() is None, (folder / "balancer.log").read_text()
        yield url
    finally:
        process.terminate()
        process.wait(120)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False, headers={"host": NAME}).status_code == 200
    except httpx.HTTPError:
        return False


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def upstream() -> Iterator[SlowUpstream]:
    with SlowUpstream() as running:
        yield running


@pytest.fixture
def servings(
    new_database: Callable[[str], str], upstream: SlowUpstream, tmp_path: Path
) -> Iterator[tuple[Serving, Serving]]:
    """Two servers on one PostgreSQL, configured as the page says, and an upstream besides."""
    rules, _ = blocks_of(PAGE, "toml")
    config = tmp_path / "portkey-local.toml"
    config.write_text(f'{rules}\n[upstreams.up]\nkind = "openai"\nbase_url = "{upstream.base_url}"\n')
    database = new_database("postgresql")
    with ExitStack() as stack:
        started = []
        for _ in range(2):
            started.append(Serving(database, config))
            stack.callback(started[-1].end)
        yield started[0], started[1]


@pytest.mark.parametrize("program", sorted(COMMANDS))
def test_two_servers_behind_a_load_balancer_stream_and_may_be_stopped_in_turn(
    program: str, servings: tuple[Serving, Serving], upstream: SlowUpstream, tmp_path: Path
) -> None:
    one, two = servings
    with (
        balanced(program, (one.port, two.port), tmp_path) as url,
        httpx.Client(base_url=f"{url}/v1", trust_env=False, timeout=120, headers={"host": NAME}) as client,
    ):
        body = {"name": "P", "collection_id": "default", "string": "Hi {{x}}", "parameters": {}, "virtual_key": "up"}
        made = client.post("/prompts", json=body)
        assert made.status_code == 200, made.text
        slug = made.json()["slug"]

        with client.stream("POST", f"/prompts/{slug}/completions", json={"variables": {}, "stream": True}) as stream:
            pieces = stream.iter_raw()
            received = next(pieces)
            assert b"first" in received  # while the upstream still waits: nothing is held back
            assert b"second" not in received
            upstream.go_on.set()
            received += b"".join(pieces)
        assert b"second" in received
        assert received.endswith(b"data: [DONE]\n\n")

        def render() -> int:
            status = client.post(f"/prompts/{slug}/render", json={"variables": {"x": "Ada"}}).status_code
            time.sleep(0.01)
            return status

        assert {render() for _ in range(20)} == {200}
        one.process.send_signal(signal.SIGTERM)
        seen = {render()}
        while one.process.poll() is None:
            seen.add(render())
        seen |= {render() for _ in range(20)}
        assert seen == {200}
    rendered = [sum(line.get("prompt") == slug for line in serving.end()) for serving in (one, two)]
    assert all(rendered), rendered


def test_the_configurations_are_understood() -> None:
    import tomllib

    rules, gateway = (Config.of(tomllib.loads(text)) for text in blocks_of(PAGE, "toml"))
    assert rules.access.hosts == {NAME}
    assert set(gateway.upstreams) == {"gateway"}


def test_the_files_that_it_names_exist(root: Path) -> None:
    text = PAGE.read_text()
    for path in ("tests/docs/test_scaling.py", "tests/peers/test_gateway.py"):
        assert path in text
        assert (root / path).exists()


def test_the_commands_are_commands() -> None:
    program = Path(sys.executable).with_name("portkey-prompts")
    described = subprocess.run([program, "serve", "--help"], capture_output=True, text=True, check=True).stdout
    (commands,) = blocks_of(PAGE, "sh")
    for option in {word for word in commands.split() if word.startswith("--")}:
        assert option in described

"""Each row of the table of exit codes, by a process that ends so, and each reason for it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli_process import COMMAND, environment, piped
from in_process import command
from slow_model import SlowModel

from portkey_cli.failures import (
    EXIT_CODES,
    INTERRUPTED,
    NO_ANSWER,
    NO_FILE,
    NO_KEY,
    NO_PORT,
    NOBODY_READS,
    NOT_AS_ASKED,
    OK,
    WRONG_USAGE,
)
from portkey_local import LocalServer

NOBODY = "http://127.0.0.1:9/v1"
ELSEWHERE = "https://prompts.invalid/v1"


@contextmanager
def answering(status: int, body: bytes = b"{}") -> Iterator[str]:
    """A service that answers everything alike; lends its base URL."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    from threading import Thread

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as there:
        thread = Thread(target=there.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{there.server_port}/v1"
        there.shutdown()
        thread.join()


def to(base_url: str) -> Callable[[LocalServer], list[str]]:
    return lambda server: ["--base-url", base_url, "list"]


ENDS: list[tuple[int, str, Callable[[LocalServer], list[str]]]] = [
    (OK, "as asked", lambda server: ["--base-url", server.base_url, "list"]),
    (NOT_AS_ASKED, "no such prompt", lambda server: ["--base-url", server.base_url, "show", "pp-nope"]),
    (NOT_AS_ASKED, "differs", lambda server: ["--base-url", server.base_url, "status", "--exit-code"]),
    (NOT_AS_ASKED, "another contract", lambda server: ["contract", "--expect", "0.0.1"]),
    (WRONG_USAGE, "no such option", lambda server: ["list", "--nope"]),
    (WRONG_USAGE, "no such command", lambda server: ["nope"]),
    (WRONG_USAGE, "bad base URL", to("nope")),
    (WRONG_USAGE, "bad port in the base URL", to("http://127.0.0.1:x/v1")),
    (NO_FILE, "template", lambda server: ["--base-url", server.base_url, "create", "--name", "x", "-f", "nope.txt"]),
    (
        NO_FILE,
        "variables",
        lambda server: ["--base-url", server.base_url, "render", "pp-greeting", "--vars", "no.json"],
    ),
    (NO_FILE, "partial", lambda server: ["--base-url", server.base_url, "partials", "create", "x", "-f", "nope.txt"]),
    (NO_FILE, "prompt", lambda server: ["--base-url", server.base_url, "diff", "pp-greeting", "prompts/nope.prompt"]),
    (NO_FILE, "lock file", lambda server: ["lock", "--frozen", "pp-greeting"]),
    (
        NO_FILE,
        "a lock file's folder",
        lambda server: ["--base-url", server.base_url, "lock", "--file", "no/x.lock", "pp-greeting@1"],
    ),
    (NO_FILE, "sources", lambda server: ["lock", "--frozen", "--scan", "nope"]),
    (NO_FILE, "database", lambda server: ["export", "--database", "sqlite:///nope.db"]),
    (NO_FILE, "archive", lambda server: ["import", "nope.jsonl"]),
    (NO_FILE, "a server's settings", lambda server: ["serve", "--config", "nope.toml", "--database", "temporary"]),
    (NO_KEY, "of the hosted service", lambda server: ["list"]),
    (NO_KEY, "of another service", to(ELSEWHERE)),
    (NO_ANSWER, "refused", to(NOBODY)),
    (NO_ANSWER, "no such host", lambda server: ["--base-url", ELSEWHERE, "--api-key", "x", "list"]),
]


@pytest.mark.parametrize(
    ("code", "arguments"), [(code, ask) for code, _, ask in ENDS], ids=[f"{c} {n}" for c, n, _ in ENDS]
)
def test_a_command_ends_as_the_table_says(server: LocalServer, code: int, arguments: Callable[..., list[str]]) -> None:
    asked, first = arguments(server), next(ask for each, _, ask in ENDS if each == code)
    done = (piped if arguments is first or asked[0] == "serve" else command)(*asked)  # a process for each code
    assert done.returncode == code, done.stderr
    assert (done.stderr.count("\n") == 1) or code in (OK, NOT_AS_ASKED), done.stderr


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, b"{}", NO_KEY),
        (403, b"{}", NO_KEY),
        (404, b"{}", NOT_AS_ASKED),
        (409, b"{}", NOT_AS_ASKED),
        (500, b"{}", NO_ANSWER),
        (200, b"<html>", NO_ANSWER),
        (200, b'"text"', NO_ANSWER),
    ],
)
def test_an_answer_ends_as_the_table_says(status: int, body: bytes, code: int) -> None:
    with answering(status, body) as base_url:
        assert command("--base-url", base_url, "list").returncode == code


def test_a_port_in_use_is_told_apart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = piped("serve", "--database", "temporary", "--port", str(taken.getsockname()[1]))
    assert (done.returncode, "in use" in done.stderr) == (NO_PORT, True)


def test_ctrl_c_and_a_reader_that_went_away_are_told_apart(server: LocalServer) -> None:
    with SlowModel() as model, LocalServer(upstreams={"slow": {"kind": "openai", "base_url": model.url}}) as there:
        there.add_prompt(slug="pp-slow", versions=[{"string": "Hi", "virtual_key": "slow", "model": "m"}])
        asked = [COMMAND, "--base-url", there.base_url, "run", "pp-slow"]
        with subprocess.Popen(asked, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
            assert running.stdout is not None
            assert running.stdout.read(5) == b"Hello"
            running.send_signal(signal.SIGINT)
            assert running.wait(60) == INTERRUPTED
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as closed:  # noqa: PTH123
        asked = [COMMAND, "--base-url", server.base_url, "list", "--json"]
        assert subprocess.run(asked, env=environment(), stdout=closed, timeout=60).returncode == NOBODY_READS


def test_every_row_of_the_table_is_shown_here() -> None:
    shown = {code for code, _, _ in ENDS} | {NO_PORT, INTERRUPTED, NOBODY_READS}
    assert shown == EXIT_CODES.keys()
    page = (Path(__file__).resolve().parents[2] / "docs/commands.md").read_text()
    assert all(f"| {code} | {name} | {says} |" in page for code, (name, says) in EXIT_CODES.items())

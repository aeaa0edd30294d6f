"""`portkey-prompts`, as a shell sees it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import warm
from whole_runs import Run

from portkey_ai import API_VERSION, Portkey, __version__

COMMAND = str(Path(sys.executable).with_name("portkey-prompts"))


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `serve`, and hand over the process and its URL."""
    server = warm.Program(
        [COMMAND, "serve", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("PORTKEY_")},
    )
    assert server.stdout
    assert server.stderr
    try:
        line = server.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, line + server.stderr.read()
        yield server, found[0]
    finally:
        server.kill()
        server.communicate()


def test_contract_prints_what_this_was_compiled_from(run: Run, root: Path) -> None:
    done = run(COMMAND, "contract", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == {
        "api_version": API_VERSION,
        "contract_sha256": hashlib.sha256((root / "openapi.yaml").read_bytes()).hexdigest(),
        "generator": "openapi-python-client 0.29.1",
        "distribution": f"portkey-prompts {__version__}",
    }


def test_contract_for_people_has_a_fact_a_line(run: Run) -> None:
    done = run(COMMAND, "contract")
    assert done.stdout.splitlines()[0].split() == ["api", "version", API_VERSION]
    assert len(done.stdout.splitlines()) == 4


def test_contract_expect_agrees_or_exits_with_1_and_says_what_to_install(run: Run) -> None:
    assert run(COMMAND, "contract", "--expect", API_VERSION).returncode == 0
    done = run(COMMAND, "contract", "--expect", "9.9.9")
    assert done.returncode == 1
    assert "portkey-prompts==9.9.9.*" in done.stderr


def test_wrong_usage_exits_with_2_and_one_line_of_reason(run: Run) -> None:
    assert run(COMMAND).returncode == 2
    done = run(COMMAND, "serve", "--port", "70000")
    assert done.returncode == 2
    assert "70000 is no port" in done.stderr


def test_version_is_the_distribution_s(run: Run) -> None:
    assert run(COMMAND, "--version").stdout == f"portkey-prompts {__version__}\n"


def test_help_of_each_command_says_enough(run: Run) -> None:
    for command, words in {"serve": ("--port", "--database", "--config", "8790"), "contract": ("--expect",)}.items():
        shown = run(COMMAND, command, "--help").stdout
        assert all(word in shown for word in words), shown


def test_serve_prints_its_url_when_it_answers_and_ends_gracefully(tmp_path: Path) -> None:
    with serving(tmp_path, "--port", "0") as (server, url):
        assert httpx.get(url.removesuffix("/v1") + "/healthz").status_code == 200
        assert server.stdout is not None
        kept = server.stdout.readline()
        with Portkey(base_url=url) as portkey:
            portkey.collections.create(name="Kept")
        server.send_signal(signal.SIGTERM)
        rest, errors = server.communicate(timeout=120)
    assert (server.returncode, rest, errors) == (0, "", "")
    assert kept == f"Prompts are kept in sqlite:///{tmp_path / 'portkey.db'}, which is new\n"


def test_serve_keeps_what_it_was_told_in_the_database_file(tmp_path: Path) -> None:
    for names in (["First"], ["First", "Second"]):
        with (
            serving(tmp_path, "--port", "0", "--database", "sqlite:///kept.db") as (_, url),
            Portkey(base_url=url) as portkey,
        ):
            portkey.collections.create(name=names[-1])
            known = [collection.name for collection in portkey.collections.list()]
            assert [name for name in names if name in known] == names
    assert (tmp_path / "kept.db").exists()


def test_serve_reads_portkey_local_toml_where_there_is_one(tmp_path: Path) -> None:
    written = '[upstreams.mine]\nkind = "echo"\n'
    (tmp_path / "portkey-local.toml").write_text(written, encoding="utf-8-sig")  # as editors of Windows save it
    with serving(tmp_path, "--port", "0", "--database", "temporary") as (_, url), Portkey(base_url=url) as portkey:
        folder = portkey.collections.list().data[0]
        made = portkey.prompts.create(
            name="Hi", collection_id=folder.id, string="Hi", parameters={}, virtual_key="mine"
        )
        assert portkey.prompts.completions(prompt_id=made.slug).choices[0].message.content == "Hi"


@pytest.mark.parametrize("redirection", [">&-", ">/dev/full", "2>&-", "<&- >&- 2>&-"])
def test_serve_goes_on_where_its_output_is_closed(tmp_path: Path, redirection: str) -> None:
    port = _free_port()
    script = f"exec '{COMMAND}' serve --port {port} --database sqlite:///kept.db {redirection}"
    with subprocess.Popen(["bash", "-c", script], cwd=tmp_path, stdout=subprocess.DEVNULL) as server:
        try:
            transport = httpx.HTTPTransport(retries=8)  # while it starts, for 0.5 s, 1 s, 2 s, …
            with httpx.Client(transport=transport) as http:
                assert http.get(f"http://127.0.0.1:{port}/v1/prompts").json()["data"] == []
        finally:
            server.terminate()
    assert server.returncode == 0
    assert (tmp_path / "kept.db").read_bytes().startswith(b"SQLite format 3")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_serve_on_a_taken_port_says_so_in_one_line(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(COMMAND, "serve", "--port", str(taken.getsockname()[1]), "--database", "temporary")
    assert done.returncode != 0
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_serve_refuses_to_leave_loopback(run: Run) -> None:
    done = run(COMMAND, "serve", "--host", "0.0.0.0", "--database", "temporary")
    assert done.returncode != 0
    assert "0.0.0.0" in done.stderr
    assert len(done.stderr.splitlines()) == 1

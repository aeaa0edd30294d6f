"""A real local server, and the command line on it."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from portkey_ai import Portkey
from portkey_cli.main import main
from portkey_local import LocalServer

ROOT = Path(__file__).resolve().parents[2]
GREETING = [{"role": "system", "content": "Be {{mood}}."}, {"role": "user", "content": "Greet {{name}}."}]


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Cli = Callable[..., Done]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder, and nothing of whoever runs the tests in the environment."""
    for name in list(os.environ):
        if name.startswith("PORTKEY_") or name in ("EDITOR", "VISUAL", "NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def server() -> Iterator[LocalServer]:
    """A server with one prompt of two versions: pp-greeting."""
    with LocalServer() as running:
        running.add_prompt(
            slug="pp-greeting",
            name="Greeting",
            versions=[
                {"string": "Hello {{name}}!", "virtual_key": "echo"},
                {"string": json.dumps(GREETING), "virtual_key": "echo", "parameters": {"mood": "kind"}},
            ],
            labels={"production": 1},
            published=2,
        )
        yield running


@pytest.fixture
def portkey(server: LocalServer) -> Iterator[Portkey]:
    with Portkey(base_url=server.base_url) as client:
        yield client


@pytest.fixture
def cli(server: LocalServer, alone: Cli) -> Cli:
    """Run a command against the server."""
    return lambda *arguments, **options: alone("--base-url", server.base_url, *arguments, **options)


@pytest.fixture
def alone(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Run a command without a server."""

    def run(*arguments: str, stdin: str | bytes = b"") -> Done:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        return Done(code, *capsys.readouterr())

    return run


def assert_one_line(done: Done, code: int, *words: str) -> None:
    """Hold that a command failed with one line that holds these words, and printed nothing else."""
    assert (done.code, done.out) == (code, ""), done
    assert done.err.startswith("portkey-prompts: "), done.err
    assert done.err.count("\n") == 1, done.err
    assert not [word for word in words if word not in done.err], done.err


@pytest.fixture
def fails() -> Callable[..., None]:
    return assert_one_line

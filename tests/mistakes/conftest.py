"""The likeliest mistakes of those who use this, each made by a process, and what it is told."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import warm
from told import Run, Told

from portkey_local import LocalServer

COMMAND = str(Path(sys.executable).with_name("portkey-prompts"))
SHELL = re.compile(r"[$`\\;&|<>()*?~#!{}\[\]\n]|^(?!portkey-prompts )")
"""What in a line takes a shell to read."""


@pytest.fixture(scope="module")
def service() -> Iterator[LocalServer]:
    """A server with one prompt, which nothing changes."""
    with LocalServer() as server:
        server.add_prompt(slug="pp-greeting", name="Greeting", versions=["Hello {{name}}!"], labels={"production": 1})
        yield server


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a program in an empty folder, with nothing of this run's settings."""
    strange = ("PORTKEY_", "PYTEST_", "PYTHON", "COV_", "EDITOR", "VISUAL")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(strange)}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def start(*command: str, **more: str) -> Told:
        environment = {**clean, "PATH": path, **more}
        if command[0] == "portkey-prompts":
            done = warm.run(COMMAND, *command[1:], cwd=tmp_path, env=environment)
        else:
            done = subprocess.run(
                command, cwd=tmp_path, env=environment, input="", capture_output=True, text=True, timeout=120
            )
        return Told(done.returncode, done.stdout, done.stderr)

    return start


@pytest.fixture
def app(tmp_path: Path, service: LocalServer) -> Run:
    """Run a program in Python that knows the service as BASE, where `run` would."""
    strange = ("PORTKEY_", "PYTEST_", "PYTHON", "COV_")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(strange)}

    def start(program: str) -> Told:
        done = warm.run(sys.executable, "-c", f"BASE = {service.base_url!r}\n{program}", cwd=tmp_path, env=clean)
        return Told(done.returncode, done.stdout, done.stderr)

    return start


@pytest.fixture
def command(run: Run) -> Run:
    """Run a line of a shell, and hold that what is said of a failure is one line."""

    def start(line: str, **more: str) -> Told:
        told = run("bash", "-c", line, **more) if SHELL.search(line) else run(*shlex.split(line), **more)
        assert "Traceback" not in told.err
        return told

    return start

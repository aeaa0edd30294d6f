"""The programs that the interface was given with run as they stand, against the local server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from seed_server import SYNC_OUTPUT, seed_server
from whole_runs import Run

from portkey_local import LocalServer

PROGRAMS = Path(__file__).with_name("seed")
INTERFACE = Path(__file__).resolve().parents[3] / "shared/seed/prompt-management.md"


@pytest.fixture
def server(database: str) -> Iterator[LocalServer]:
    with seed_server(database) as server:
        yield server


@pytest.mark.parametrize("name", ["sync", "async"])
def test_the_programs_are_the_interface_s_own(name: str) -> None:
    if not INTERFACE.exists():
        pytest.skip("the interface's document is not beside this checkout")
    examples = INTERFACE.read_text().partition("## Usage Examples")[2]
    assert PROGRAMS.joinpath(f"{name}_program.py").read_text() in re.findall(r"```python\n(.*?)```", examples, re.S)


def test_the_sync_program_renders_runs_lists_reads_and_streams(python: Run, server: LocalServer) -> None:
    done = python(str(PROGRAMS / "sync_program.py"), PORTKEY_BASE_URL=server.base_url)
    assert done.stderr == ""
    assert done.stdout.splitlines() == SYNC_OUTPUT


def test_the_async_program_renders_and_runs(python: Run, server: LocalServer) -> None:
    program = PROGRAMS.joinpath("async_program.py").read_text()
    shown = program + "\nprint(rendered.prompt, '|', response.choices[0].message.content, '|', response.object)"
    done = python("-c", shown, PORTKEY_BASE_URL=server.base_url)
    assert done.stderr == ""
    assert done.stdout == "Dear Bob: Machine Learning! | Dear Bob: Machine Learning! | prompt.completion\n"

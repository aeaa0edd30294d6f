"""The newest Python that is here runs what the oldest one does; `make check` gives it an environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from whole_runs import Run, load_tool

NEWEST = Path(__file__).resolve().parents[2] / ".venvs/newest/bin/python"
FILES = (
    "tests/local/test_local_contexts.py",
    "tests/facade/test_facade_streams.py",
    "tests/facade/test_type_hints.py",
    "tests/source/test_client_rendering.py",
    "tests/cli/test_cli_render.py",
)
"""Of each room what meets most of it: all of them on each Python would take an hour."""


def test_the_newest_python_runs_each_room(run: Run, root: Path) -> None:
    if not NEWEST.exists():
        if load_tool("distribute").newest() is None:
            pytest.skip("no Python newer than this one is here")
        pytest.skip("the newest Python has no environment: make .venvs/newest/.installed")
    arguments = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", root, *(root / name for name in FILES))
    done = run(NEWEST, "-W", "default", *arguments, timeout=600)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]

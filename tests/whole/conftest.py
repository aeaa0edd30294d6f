"""What the tests of the whole share: a way to run a program as its user would, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from whole_runs import Run

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command in an empty folder, without this shell's Portkey settings."""

    def runner(*command: str, timeout: float = 60, **environment: str) -> subprocess.CompletedProcess[str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("PORTKEY_")}
        return subprocess.run(
            [str(part) for part in command],
            cwd=tmp_path,
            env={**ours, **environment},
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    return runner


@pytest.fixture
def python(run: Run) -> Run:
    """Run Python, with every warning an error."""

    def runner(*arguments: str, **options: str) -> subprocess.CompletedProcess[str]:
        return run(sys.executable, "-W", "error", *arguments, **options)

    return runner

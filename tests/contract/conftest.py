"""What the tests of the way from the contract to the app share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from repository_copy import (
    PACKAGES,
    Run,
    copy_of_the_repository,
    generate,
    grow,
    grow_fields,
    read_contract,
    write_contract,
)


@pytest.fixture
def run_python(tmp_path: Path) -> Run:
    """Run a script with a tree's packages in a fresh interpreter; returns what it printed, read as JSON."""

    def run(script: str, root: Path, **environment: str) -> Any:
        path = os.pathsep.join(str(root / name) for name in PACKAGES)
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": path, "PYTHONWARNINGS": "error", **environment},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="session")
def grown(once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """A copy of the repository with the grown contract, generated anew; what was said is in `said.txt`."""

    def make(folder: Path) -> None:
        root = copy_of_the_repository(folder / "tree")
        document = read_contract(root)
        grow(document)
        grow_fields(document)
        write_contract(root, document)
        (root / "said.txt").write_text(generate(root), encoding="utf-8")

    return once("grown", make) / "tree"

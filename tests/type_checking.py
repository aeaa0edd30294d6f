"""mypy as the tests run it: with a copy of the cache that `make mypy` keeps, since a run from nothing takes seconds."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".mypy_cache"


def mypy(folder: Path, *arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run `mypy --strict`.

    Args:
        folder: where it may keep its cache.
        arguments: what to check, and other options.
        cwd: where to run.
    """
    with _alone():
        if not any(CACHE.glob("*/*.db")):
            _run(["--config-file", "pyproject.toml", "generated/portkey_openapi", "overlay/portkey_ai"], ROOT)
        shutil.copytree(CACHE, folder / "mypy_cache", dirs_exist_ok=True)
    return _run(["--strict", "--cache-dir", folder / "mypy_cache", *arguments], cwd)


def _run(arguments: list[str | Path], cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mypy", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time fill the cache or copy it."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

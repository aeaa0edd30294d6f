"""A test that fails leaves nothing behind that another one stumbles over."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FAILING = """
import subprocess, sys
from pathlib import Path
def test_one_that_fails():
    program = subprocess.Popen([sys.executable, "-c", "print('up', flush=True); input()"], stdin=-1, stdout=-1)
    assert program.stdout.read(2) == b"up"
    Path("pid").write_text(str(program.pid))
    assert False, "as it should"
def test_another():
    import gc
    gc.collect()
    assert not Path("/proc", Path("pid").read_text()).exists()
"""


def test_a_failing_test_ends_the_programs_that_it_started(tmp_path: Path, root: Path) -> None:
    (tmp_path / "test_failing.py").write_text(FAILING)
    (tmp_path / "conftest.py").write_text((root / "tests/conftest.py").read_text())
    for name in ("databases.py", "example_counts.py", "skipping.py"):
        (tmp_path / name).write_text((root / "tests" / name).read_text())
    run = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-c",
        str(root / "pyproject.toml"),
        "-p",
        "no:cacheprovider",
        str(tmp_path),
    ]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert "1 failed, 1 passed" in done.stdout, done.stdout
    assert "as it should" in done.stdout

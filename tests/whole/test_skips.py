"""In CI a test is skipped for what the machine forbids, or for what CI says it could not get, and for nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
PROGRAM = """
import pytest
pytest.importorskip("no_such_module", reason="{whole}") if {whole!r} else None

def test_a_program_runs():
    pytest.skip("promtool is not installed: apt-get install prometheus")

def test_an_address_is_there():
    pytest.skip("this machine has no IPv6")

@pytest.mark.xfail
def test_what_is_known_to_fail():
    assert not 1
"""


@pytest.mark.parametrize(
    ("ci", "without", "whole", "ends"),
    [
        ("", "", "", "2 skipped, 1 xfailed"),
        ("true", "", "", "1 failed, 1 skipped, 1 xfailed"),
        ("true", "wrk promtool", "", "2 skipped, 1 xfailed"),
        ("true", "prom tool", "", "1 failed, 1 skipped, 1 xfailed"),
        ("", "", "nothing to test with", "1 skipped"),
        ("true", "", "nothing to test with", "1 error"),
    ],
)
def test_what_ci_would_skip_fails_there(tmp_path: Path, ci: str, without: str, whole: str, ends: str) -> None:
    (tmp_path / "test_some.py").write_text(PROGRAM.format(whole=whole))
    (tmp_path / "pytest.ini").write_text("[pytest]")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", "-q", "test_some.py"],
        cwd=tmp_path,
        env={**os.environ, "CI": ci, "PORTKEY_TEST_WITHOUT": without, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.stdout.splitlines()[-1].startswith(ends), done.stdout + done.stderr
    assert ("CI has to run this. " in done.stdout) is ("1 failed" in ends or "error" in ends)

"""Schemathesis finds no answer that the contract does not describe: `--soak` makes it long, with seeds of the day.

It lives in an environment of its own, which `make` makes: `.venvs/fuzz`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from fuzz_server import serving

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PROGRAM = ROOT / ".venvs" / "fuzz" / "bin" / "schemathesis"
SEED = 20
EXAMPLES = 12
LONG_EXAMPLES = 500


@pytest.fixture(scope="module")
def schemathesis() -> Path:
    """The program, where its environment was made."""
    if not PROGRAM.exists():
        pytest.skip(f"{PROGRAM.relative_to(ROOT)} is not there: make .venvs/fuzz/.installed")
    return PROGRAM


def fuzzed(program: Path, database: str, folder: Path, *, seed: int, examples: int) -> dict[str, Any]:
    """Run Schemathesis against a server of its own and return its report."""
    report = folder / f"report-{seed}.json"
    with serving(database) as target:
        command = [
            *(str(program), "--no-color", "--config-file", str(HERE / "schemathesis.toml")),
            *("run", str(ROOT / "openapi.yaml"), "--url", target.base_url),
            *("--header", f"x-portkey-api-key: {target.key}", "--checks", "all", "--workers", "1"),
            *("--max-examples", str(examples), "--seed", str(seed), "--generation-database", "none"),
            *("--report-json-path", str(report)),
        ]
        environment = {
            **os.environ,
            "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py"),
            "HYPOTHESIS_STORAGE_DIRECTORY": str(ROOT / ".hypothesis"),  # a table of all characters is there already
        }
        run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    print(run.stdout[-4000:])
    assert run.returncode == 0, run.stdout + run.stderr
    return dict(json.loads(report.read_text()))


def successes(report: dict[str, Any]) -> dict[str, int]:
    """Count, by operation, the well-formed requests that were answered with a success."""
    return {
        operation: sum(phase["accepted"] for phase in phases.values())
        for operation, phases in report["valid_rates"].items()
    }


def test_no_answer_is_other_than_the_contract_says(
    schemathesis: Path, database: str, tmp_path: Path, soaking: bool
) -> None:
    seed, examples = (int(time.time()), LONG_EXAMPLES) if soaking else (SEED, EXAMPLES)
    report = fuzzed(schemathesis, database, tmp_path, seed=seed, examples=examples)
    assert report["complete"]
    count = len(re.findall(r"^ {6}operationId:", (ROOT / "openapi.yaml").read_text(), re.M))
    assert report["operations"] == {**report["operations"], "total": count, "tested": count, "errored": 0, "skipped": 0}
    assert {phase["status"] for phase in report["phases"].values()} == {"success"}
    assert [operation for operation, count in successes(report).items() if not count] == []
    assert len(successes(report)) == count

"""`docs/sdk.md`: each of its programs prints what stands below it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import warm
from tutorial_text import FENCE

from portkey_local import LocalServer

PAGE = Path(__file__).resolve().parents[2] / "docs/sdk.md"
BLOCKS = [(block["kind"], block["text"]) for block in FENCE.finditer(PAGE.read_text(encoding="utf-8"))]
PROGRAMS = list(zip(BLOCKS[::2], BLOCKS[1::2], strict=True))


def test_each_program_has_what_it_prints() -> None:
    assert len(PROGRAMS) >= 10
    assert {(program[0], said[0]) for program, said in PROGRAMS} == {("python", "text")}


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_the_program_prints_what_stands_below_it(number: int, tmp_path: Path) -> None:
    (_, program), (_, said) = PROGRAMS[number]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PORTKEY_", "PYTHON"))}
    with LocalServer() as server:
        versions = ["Hello {{name}}!", "Good morning, {{name}}!"]
        server.add_prompt(slug="pp-greeting", versions=versions, labels={"production": 1}, published=1)
        environment = {**clean, "PORTKEY_BASE_URL": server.base_url, "HOME": str(tmp_path)}
        done = warm.run(sys.executable, "-W", "error", "-c", program, env=environment)
    assert (done.stdout, done.stderr) == (said, "")

"""What type checkers say of the public API: nothing of a right program, and the line of each mistake in a wrong one."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOUR = ROOT / "tests/typing/api.py"

WRONG = """
from portkey_ai import AsyncPortkey, NotFoundError, Portkey, Stream
portkey, other = Portkey(), AsyncPortkey()
Portkey(api_kee="k")
Portkey("k")
Portkey(timeout="soon")
portkey.with_options(retries=3)
portkey.promps
rendered = portkey.prompts.render(prompt_id="pp-x", variables={})
rendered.promt
portkey.prompts.render(prompt_id="pp-x")
portkey.prompts.completions(prompt_id="pp-x", stream="yes")
portkey.prompts.completions(prompt_id="pp-x", temprature=0.7)
portkey.prompts.completions(prompt_id="pp-x", temperature="hot")
portkey.prompts.completions("pp-x")
portkey.prompts.completions(prompt_id="pp-x").choises
portkey.prompts.completions(prompt_id="pp-x", stream=True).choices
stream: Stream[int] = portkey.prompts.completions(prompt_id="pp-x")
portkey.prompts.list().totl
portkey.prompts.publish("pp-x")
portkey.prompts.create(name="n", colection_id="c", string="s", parameters={})
portkey.prompts.versions.update("pp-x", "v2")
portkey.prompts.versions.create("pp-x", strng="s")
portkey.prompts.partials.render("pp-x", missing="ignore")
other.prompts.completions(prompt_id="pp-x", stream=True).text_deltas()
from portkey_ai import Protkey
"""
FIRST_WRONG = 4


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the wrong program down, beside a configuration that finds the packages."""
    folder = tmp_path_factory.mktemp("wrong")
    paths = [str(ROOT / name) for name in ("generated", "prompts", "overlay")]
    (folder / "pyrightconfig.json").write_text(json.dumps({"extraPaths": paths}), encoding="utf-8")
    program = folder / "wrong.py"
    program.write_text(WRONG, encoding="utf-8")
    return program


def mypy(program: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file", str(ROOT / "pyproject.toml"), str(program)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


def pyright(program: Path, project: Path) -> str:
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable]
    target = ["--project", str(project)] if project != ROOT else [str(program)]
    return subprocess.run([*command, *target], cwd=project, capture_output=True, text=True).stdout


def lines_with_errors(said: str) -> set[int]:
    return {int(line) for line in re.findall(r"wrong\.py:(\d+)(?::\d+)?(?: -|:) error", said)}


def all_wrong_lines() -> set[int]:
    return set(range(FIRST_WRONG, WRONG.count("\n") + 1)) - {WRONG[: WRONG.index("rendered = ")].count("\n") + 1}


def test_mypy_has_nothing_to_say_of_the_tour() -> None:
    assert mypy(TOUR).startswith("Success")


def test_pyright_has_nothing_to_say_of_the_tour() -> None:
    assert pyright(TOUR, ROOT).startswith("0 errors, 0 warnings")


def test_mypy_finds_every_mistake(wrong: Path) -> None:
    said = mypy(wrong)
    assert lines_with_errors(said) == all_wrong_lines(), said


def test_pyright_finds_every_mistake(wrong: Path) -> None:
    said = pyright(wrong, wrong.parent)
    assert lines_with_errors(said) == all_wrong_lines(), said

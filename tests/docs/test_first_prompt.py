"""The README's first prompt: from an empty folder to a run, as it is printed there."""

from __future__ import annotations

from pathlib import Path

from tutorial_run import run
from tutorial_text import Step, blocks_of, normalised

README = Path(__file__).resolve().parents[2] / "README.md"


def test_it_prints_what_the_readme_says(root: Path, tmp_path: Path) -> None:
    (commands,), (said,) = blocks_of(README, "sh first"), blocks_of(README, "text first")
    (outcome,) = run([Step("", commands, said, False)], root, tmp_path)
    assert outcome.failures == []
    assert normalised([outcome.output or ""]) == normalised([said])

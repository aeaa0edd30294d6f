"""`docs/testing-prompts.md`: its files are written, its commands run, and they print what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from portkey_local import LocalServer
from portkey_prompts.testing.assertions import TYPES
from portkey_prompts.testing.cases import ASSERTION_FIELDS, CASE_FIELDS, THEIR_FIELDS, TOP_FIELDS

PAGE = (Path(__file__).resolve().parents[2] / "docs/testing-prompts.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)


class Block(NamedTuple):
    kind: str
    word: str
    text: str


BLOCKS = [Block(*found) for found in FENCE.findall(PAGE)]


def normalised(text: str) -> list[str]:
    """What differs from run to run: the end of a slug, milliseconds, and so the width of columns."""
    text = re.sub(r"(pp-[a-z]+)-[0-9a-f]{6}", r"\1-000000", text)
    return [" ".join(re.sub(r"\d+ ms", "0 ms", line).split()) for line in text.splitlines()]


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PORTKEY_", "PYTEST_"))}
    with LocalServer() as server:
        path = f"{Path(sys.executable).parent}{os.pathsep}{ours['PATH']}"
        yield {**ours, "PORTKEY_BASE_URL": server.base_url, "PATH": path, "COLUMNS": "80"}


def test_the_page_is_followed_from_its_first_block_to_its_last(tmp_path: Path, environment: dict[str, str]) -> None:
    printed, runs = "", 0
    for block in BLOCKS:
        if block.kind == "text":
            assert normalised(printed)[: len(normalised(block.text))] == normalised(block.text), printed
        elif block.kind == "sh":
            command = ["sh", "-e", "-c", block.text]
            done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
            assert done.returncode == (1 if block.word == "fails" else 0), done.stdout + done.stderr
            printed, runs = done.stdout, runs + 1
        else:
            assert block.word.startswith("prompts/"), block
            (tmp_path / block.word).parent.mkdir(exist_ok=True)
            (tmp_path / block.word).write_text(block.text)
    assert runs == 6
    assert (tmp_path / "tests.xml").exists()


def test_every_word_that_is_known_stands_on_the_page() -> None:
    for word in (*TYPES, *ASSERTION_FIELDS, *CASE_FIELDS, *TOP_FIELDS, *THEIR_FIELDS):
        assert f"`{word}`" in PAGE or f"`{word}:" in PAGE, word

"""`docs/from-the-official-sdk.md`: its programs print what it says, with the SDKs that it says; its tables are true."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement
from tutorial_text import FENCE

from portkey_local import LocalServer

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs/from-the-official-sdk.md"
OURS = os.pathsep.join(str(ROOT / name) for name in ("generated", "prompts", "overlay"))
PYTHONS = {
    "official": (ROOT / ".venvs/official/bin/python", ""),
    "openai": (ROOT / ".venvs/openai/bin/python", OURS),
    "here": (Path(sys.executable), OURS),
}
"""Interpreters, and what they find besides."""


class Program(NamedTuple):
    code: str
    with_: str
    expected: str


def programs() -> list[Program]:
    """The guide's programs with what they print, once for each SDK that they are for."""
    found: list[Program] = []
    blocks = [(match["kind"], match["text"]) for match in FENCE.finditer(GUIDE.read_text())]
    for (kind, code), (after, expected) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if kind.startswith("python"):
            assert after == "text", f"what does this print?\n{code}"
            which = {"both": ["official", "here"], "": ["here"]}.get(kind.removeprefix("python").strip(), ["openai"])
            found += [Program(code, one, expected) for one in which]
    return found


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    chat = json.dumps([{"role": "user", "content": "Hello {{name}}!"}])
    with LocalServer() as server:
        server.add_prompt(slug="pp-greeting", versions=[{"string": chat, "model": "gpt-4o", "virtual_key": "echo"}])
        yield server.base_url


@pytest.mark.parametrize(
    "program", programs(), ids=lambda one: f"{one.with_}: {one.code.strip().splitlines()[-1].strip()[:40]}"
)
def test_the_program_prints_what_the_guide_says(program: Program, base_url: str) -> None:
    python, folders = PYTHONS[program.with_]
    if not python.exists():
        pytest.skip(f"{python} is missing; `make peers` makes it")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PORTKEY_", "PYTHON"))}
    done = subprocess.run(
        [str(python), "-c", program.code],
        env={**clean, "PYTHONPATH": folders, "PORTKEY_API_KEY": "k", "PORTKEY_PROXY": base_url},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == (program.expected, "")


def test_every_block_is_run_or_compared() -> None:
    kinds = [match["kind"] for match in FENCE.finditer(GUIDE.read_text())]
    assert set(kinds) == {"sh", "python", "python both", "python openai", "text"}
    assert kinds.count("text") == len([kind for kind in kinds if kind.startswith("python")])
    assert GUIDE.read_text().count("```") == 2 * len(kinds)


def test_the_readme_has_the_lines_to_move_over_and_back() -> None:
    lines = [
        line
        for match in FENCE.finditer(GUIDE.read_text())
        if match["kind"] == "sh"
        for line in match["text"].splitlines()
    ]
    assert len(lines) == 4
    readme = (ROOT / "README.md").read_text()
    assert all(line in readme for line in lines)


def test_it_says_what_each_requires() -> None:
    theirs, ours = re.findall(r"\| requires \| (.+?) \| (.+?) \|", GUIDE.read_text())[0]
    names = {Requirement(line).name for line in requires("portkey-prompts") or () if "extra ==" not in line}
    assert set(ours.split(", ")) == names
    for path in PYTHONS["official"][0].parents[1].glob("lib/*/site-packages/portkey_ai-*.dist-info/METADATA"):
        lines = [line.partition(": ")[2] for line in path.read_text().splitlines() if line.startswith("Requires-Dist")]
        plain = {Requirement(line).name for line in lines if "extra ==" not in line}
        assert {"httpx", "pydantic"} <= plain
        assert theirs == f"httpx, Pydantic and {len(plain) - 2} more"


def test_the_files_that_it_links_to_exist() -> None:
    for path in re.findall(r"\]\(([^)#]+)[^)]*\)", GUIDE.read_text()):
        assert (GUIDE.parent / path).exists(), path

"""`docs/architecture.md` names what is there, and a call goes the way that it says."""

from __future__ import annotations

import re
import subprocess
import traceback
from pathlib import Path

import httpx

from portkey_ai import Portkey

PAGE = Path(__file__).resolve().parents[2] / "docs/architecture.md"
PATH = re.compile(r"`([\w./-]*/[\w./-]*|[\w-]+\.(?:ya?ml|toml|md)|Makefile)`")
CONFIGURATION = "portkey-local.toml"
"""What a reader writes, and no file of this repository."""


def section(title: str) -> str:
    return PAGE.read_text().partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_file_that_it_names_exists(root: Path) -> None:
    named = set(PATH.findall(PAGE.read_text())) - {CONFIGURATION, "_sync/", "_async/"}
    assert len(named) > 30
    assert [path for path in sorted(named) if not (root / path).exists()] == []
    assert [
        path for path in re.findall(r"\]\(([\w./]+)\)", PAGE.read_text()) if not (PAGE.parent / path).exists()
    ] == []


def test_everything_at_the_top_level_is_said_to_be_there_for_a_reason(root: Path) -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout.split()
    tops = {path.partition("/")[0] for path in tracked}
    usual = {"README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", *(name for name in tops if name.startswith("."))}
    said = {path.partition("/")[0] for path in PATH.findall(section("The top level") + section("The packages"))}
    assert tops - usual - said == set()


def test_a_call_goes_through_the_files_that_it_names(root: Path) -> None:
    seen: list[traceback.FrameSummary] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.extend(traceback.extract_stack())
        return httpx.Response(200, json={"id": "l-1", "object": "label"})

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        Portkey(base_url="http://127.0.0.1/v1", http_client=http).labels.create(name="beta")
    called = [(Path(frame.filename), frame.name) for frame in seen]
    ours = [
        (path.relative_to(root).as_posix(), name)
        for path, name in called
        if path.is_relative_to(root / "generated") or path.is_relative_to(root / "overlay")
    ]
    told = re.findall(r"^\d\. `([\w/.]+)`: `(\w+)`", section("The way of a call"), re.M)
    assert ours == told
    assert len(ours) <= 6


def test_it_is_one_page() -> None:
    assert len(PAGE.read_text().splitlines()) <= 70

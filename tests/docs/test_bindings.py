"""`docs/bindings.md`: its commands print what it says, its programs run, its wrong lines are found wrong."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from type_checking import mypy

from portkey_local import LocalServer
from portkey_prompts.picoschema import schema_from
from portkey_prompts.project import Project
from portkey_prompts.prompt_file import parse

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/bindings.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```([\w ]+)\n(.*?)^```$", PAGE, re.M | re.S)
SH = [text for kind, text in BLOCKS if kind == "sh"]
TEXT = [text for kind, text in BLOCKS if kind == "text"]
PYTHON = [text for kind, text in BLOCKS if kind == "python"]
WRONG = [text for kind, text in BLOCKS if kind == "python wrong"]
SLUG = "pp-invoice-5cd6b6"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder in which the page's first commands were run, and the environment for further ones."""
    path = tmp_path_factory.mktemp("page")
    with LocalServer() as server:
        version = {"string": TEXT[1], "parameters": {"tone": "kind"}, "virtual_key": "echo"}
        server.add_prompt(slug=SLUG, name="Invoice", versions=["a", "b", version], labels={"production": 3})
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTKEY")}
        environment["PORTKEY_BASE_URL"] = server.base_url
        environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
        done = run(["sh", "-e", "-c", SH[0]], path, environment)
        assert (done.returncode, done.stdout) == (0, TEXT[0]), done.stderr
        yield path, environment


def run(command: list[str], path: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=path, env=environment, capture_output=True, text=True, timeout=300)


def test_its_program_runs_and_its_types_hold(folder: tuple[Path, dict[str, str]]) -> None:
    path, environment = folder
    (path / "app.py").write_text(PYTHON[0], encoding="utf-8")
    done = run([sys.executable, "app.py"], path, environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Write to Ada about:\n- Tea, 2 €\n Be kind.")
    assert done.stdout.endswith(TEXT[2])
    assert not errors(path, PYTHON[0])


def test_each_of_its_wrong_lines_is_found_wrong(folder: tuple[Path, dict[str, str]]) -> None:
    path, _ = folder
    before = PYTHON[0].count("\n")
    assert errors(path, PYTHON[0] + WRONG[0]) == {before + line for line in range(1, WRONG[0].count("\n") + 1)}


def errors(path: Path, program: str) -> set[int]:
    """Ask mypy for the lines of a program with mistakes."""
    (path / "checked.py").write_text(program, encoding="utf-8")
    options = ("--output", "json", "--config-file", ROOT / "pyproject.toml")
    done = mypy(path, *options, path / "checked.py", path / "prompts_gen.py")
    found: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {each["line"] for each in found if each["severity"] == "error"}


def test_its_check_passes(folder: tuple[Path, dict[str, str]]) -> None:
    path, environment = folder
    assert run(["sh", "-e", "-c", SH[1]], path, environment).returncode == 0


def test_its_file_and_its_settings_are_read(folder: tuple[Path, dict[str, str]]) -> None:
    path, environment = folder
    (text,) = [text for kind, text in BLOCKS if kind == "yaml"]
    prompt = parse(text)
    assert schema_from(prompt.further["input"]["schema"])
    (settings,) = [text for kind, text in BLOCKS if kind == "toml"]
    (path / "pyproject.toml").write_text(settings, encoding="utf-8")
    (path / "app").mkdir()
    assert Project.find(path).bindings["names"] == {SLUG: "bill"}
    assert run(["portkey-prompts", "bindings"], path, environment).returncode == 0
    assert "\nbill = BillPrompt()\n" in (path / "app/prompts_gen.py").read_text(encoding="utf-8")

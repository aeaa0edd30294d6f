"""A copy of the repository, to change its contract and to generate anew."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., Any]
PACKAGES = ("generated", "prompts", "overlay", "local", "cli")


def read_contract(root: Path) -> dict[str, Any]:
    """Read a tree's contract."""
    document: dict[str, Any] = yaml.load((root / "openapi.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    return document


def write_contract(root: Path, document: dict[str, Any]) -> None:
    """Write a tree's contract, as JSON, which is YAML."""
    (root / "openapi.yaml").write_text(json.dumps(document, default=str), encoding="utf-8")


def copy_of_the_repository(target: Path) -> Path:
    """Copy what `make generate` and the packages need."""
    for name in (*PACKAGES, "generator-templates", "tools"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("openapi.yaml", "generator-config.yaml", "pyproject.toml", "Makefile"):
        shutil.copy(ROOT / name, target / name)
    return target


def generate(root: Path) -> str:
    """Run the commands of `make generate`; return what they said."""
    recipe = (root / "Makefile").read_text(encoding="utf-8").split("\ngenerate:")[1].split("\n\n")[0]
    commands = re.findall(r"\$\(BIN\)/python (\S+)", recipe)
    assert commands == ["tools/compile_client.py", "tools/derive_sync.py"]
    said = ""
    for command in commands:
        done = subprocess.run([sys.executable, command], cwd=root, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        said += done.stdout
    return said

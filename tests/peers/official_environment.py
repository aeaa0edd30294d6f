"""The environment that the official SDK is installed in, since it bears the same import name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

OFFICIAL = Path(__file__).resolve().parents[2] / ".venvs/official"


def official_python() -> str:
    """The interpreter that has the official SDK; where it is missing the test is skipped."""
    python = OFFICIAL / "bin/python"
    if not python.exists():
        pytest.skip("the official SDK is not installed; `make peers` installs it into an environment of its own")
    return str(python)


def clean_environment() -> dict[str, str]:
    """This process's environment without what would bring this package, or a setting, into the other."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PORTKEY_", "PYTHON"))}

"""The version that a change asks for, and what importing all this costs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_contract import base, changed, operation

from portkey_prompts.contract_diff import bump_ok, compare_contracts, required_bump

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("old", "new", "verdict", "allowed"),
    [
        ("1.0.0", "2.0.0", "breaking", True),
        ("1.4.2", "2.0.0", "breaking", True),
        ("1.0.0", "1.9.9", "breaking", False),
        ("1.0.0", "1.0.0", "breaking", False),
        ("1.0.0", "1.1.0", "compatible", True),
        ("1.0.9", "1.0.10", "compatible", False),
        ("1.0.0", "2.0.0", "compatible", True),
        ("1.0.0", "1.0.1", "documentation", True),
        ("1.0.0", "1.0.0", "documentation", False),
        ("1.9.0", "1.10.0", "compatible", True),
        ("1.10.0", "1.9.0", "none", False),
        ("1.0.0", "1.0.0", "none", True),
        ("1.0.0", "1.0.1", "none", True),
    ],
)
def test_a_version_has_to_rise_as_far_as_the_change_asks_for(old: str, new: str, verdict: str, allowed: bool) -> None:
    edits: dict[str, Callable[[dict[str, Any]], Any]] = {
        "breaking": lambda d: d["paths"].pop("/items"),
        "compatible": lambda d: operation(d).update(deprecated=True),
        "documentation": lambda d: d["info"].update(title="Other"),
        "none": lambda d: None,
    }
    diff = compare_contracts(base(), changed(base(), edits[verdict]))
    assert bump_ok(old, new, diff) is allowed


@pytest.mark.parametrize(
    "version", ["1.0", "v1.0.0", "1.0.0-rc.1", "01.0.0", "", "1.0.0\n", "\u0661.0.0", "1" * 5000 + ".0.0"]
)
def test_what_is_no_version_is_refused(version: str) -> None:
    with pytest.raises(ValueError, match="three numbers joined by dots"):
        bump_ok("1.0.0", version, compare_contracts(base(), base()))


def test_nothing_to_raise_is_said_as_none() -> None:
    assert required_bump(compare_contracts(base(), base())) == "none"


PATHS = f"import sys; sys.path[:0] = {[str(ROOT / name) for name in ('overlay', 'prompts', 'generated')]!r}; "


def test_importing_the_package_loads_none_of_its_modules() -> None:
    script = (
        "import sys; import portkey_prompts.diff; heavy = ('difflib', 'json', 'dataclasses', 'enum', 'httpx');"
        " print([name for name in sys.modules if name.startswith('portkey_prompts.diff.') or name in heavy])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", PATHS + script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_comparing_loads_no_http_library() -> None:
    script = (
        "import sys; from portkey_prompts.contract_diff import compare_contracts;"
        " from portkey_prompts.diff import compare;"
        " compare({'string': ''}, {'string': 'a'});"
        " print([name for name in ('httpx', 'attrs', 'attr', 'yaml', 'dataclasses') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", PATHS + script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"

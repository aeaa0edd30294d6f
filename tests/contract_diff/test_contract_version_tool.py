"""The check of the contract's version, run as `make check` runs it."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "check_contract_version.py"

CONTRACT = """\
openapi: 3.1.0
info:
  title: Prompts
  version: 1.0.0
paths:
  /prompts/{prompt_id}/render:
    post:
      operationId: renderPrompt
      summary: Render a prompt
      responses:
        200:
          description: It is rendered.
  /labels:
    get:
      operationId: listLabels
      responses:
        '200':
          description: The labels.
"""

Check = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_contract_version", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(TOOL.parent)  # as Python does for a script
        spec.loader.exec_module(module)
    return module


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    """A small contract, released as 1.0.0."""
    copy = tmp_path / "openapi.yaml"
    copy.write_text(CONTRACT, encoding="utf-8")
    (tmp_path / "contracts").mkdir()
    shutil.copy(copy, tmp_path / "contracts" / "1.0.0.yaml")
    return copy


@pytest.fixture
def options(contract: Path) -> list[str]:
    return ["--contract", str(contract), "--releases", str(contract.parent / "contracts")]


@pytest.fixture
def check(options: list[str], tool: ModuleType, capsys: pytest.CaptureFixture[str]) -> Check:
    def run(*arguments: str) -> tuple[int, str]:
        code = tool.main([*options, *arguments])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def edit(contract: Path, old: str, new: str) -> None:
    text = contract.read_text(encoding="utf-8")
    assert old in text
    contract.write_text(text.replace(old, new, 1), encoding="utf-8")


def raise_to(contract: Path, version: str) -> None:
    edit(contract, "  version: 1.0.0", f"  version: {version}")


def rename_an_operation(contract: Path) -> None:
    edit(contract, "operationId: renderPrompt", "operationId: fillPrompt")


def test_the_tool_runs_as_a_program_and_its_exit_code_says_how_it_went(contract: Path, options: list[str]) -> None:
    def run() -> int:
        return subprocess.run([sys.executable, str(TOOL), *options], capture_output=True).returncode

    assert run() == 0
    rename_an_operation(contract)
    assert run() == 1
    contract.unlink()
    assert run() == 2


def test_the_released_contract_passes(check: Check) -> None:
    assert check() == (0, "openapi.yaml bears the right version\n")


def test_the_real_contract_bears_the_right_version(tool: ModuleType) -> None:
    assert tool.main([]) == 0


def test_the_file_of_each_release_bears_its_version() -> None:
    for path in (ROOT / "contracts").glob("*.yaml"):
        assert f"\n  version: {path.stem}\n" in path.read_text(encoding="utf-8")


def test_a_breaking_change_under_the_same_version_fails_and_says_what_to_do(contract: Path, check: Check) -> None:
    rename_an_operation(contract)
    code, said = check()
    assert code == 1
    assert "POST /prompts/{prompt_id}/render: the operation was renamed from renderPrompt to fillPrompt" in said
    assert "set info.version to 2.0.0 or higher" in said


@pytest.mark.parametrize(("version", "code"), [("1.0.1", 1), ("1.1.0", 1), ("2.0.0", 0), ("2.3.4", 0), ("0.9.0", 1)])
def test_a_breaking_change_needs_a_major_version(contract: Path, check: Check, version: str, code: int) -> None:
    rename_an_operation(contract)
    raise_to(contract, version)
    assert check()[0] == code


@pytest.mark.parametrize(("version", "code"), [("1.0.1", 1), ("1.1.0", 0)])
def test_a_compatible_change_needs_a_minor_version(contract: Path, check: Check, version: str, code: int) -> None:
    edit(contract, "      operationId: listLabels\n", "      operationId: listLabels\n      deprecated: true\n")
    raise_to(contract, version)
    assert check()[0] == code


def test_a_change_of_words_needs_a_patch(contract: Path, check: Check) -> None:
    edit(contract, "summary: Render a prompt", "summary: Fill a prompt")
    code, said = check()
    assert code == 1
    assert "set info.version to 1.0.1 or higher" in said
    raise_to(contract, "1.0.1")
    assert check()[0] == 0


def test_a_comment_makes_another_file_and_needs_a_patch(contract: Path, check: Check) -> None:
    contract.write_text(contract.read_text(encoding="utf-8") + "# the end\n", encoding="utf-8")
    code, said = check()
    assert code == 1
    assert "differs in comments or white space" in said
    assert "1.0.1" in said


def test_line_ends_of_another_system_are_no_change(contract: Path, check: Check) -> None:
    contract.write_bytes(contract.read_bytes().replace(b"\n", b"\r\n"))
    assert check()[0] == 0


def test_changes_between_releases_are_measured_against_the_last_release(contract: Path, check: Check) -> None:
    edit(contract, "      operationId: listLabels\n", "      operationId: listLabels\n      deprecated: true\n")
    raise_to(contract, "1.1.0")
    assert check()[0] == 0
    edit(contract, "summary: Render a prompt", "summary: Fill a prompt")
    assert check()[0] == 0
    rename_an_operation(contract)
    assert check()[0] == 1


def test_a_release_is_recorded_and_is_what_comes_next_is_compared_with(contract: Path, check: Check) -> None:
    edit(contract, "summary: Render a prompt", "summary: Fill a prompt")
    raise_to(contract, "1.0.10")
    assert check("--record")[0] == 0
    released = contract.parent / "contracts" / "1.0.10.yaml"
    assert released.read_text(encoding="utf-8") == contract.read_text(encoding="utf-8")
    edit(contract, "summary: Fill a prompt", "summary: Make a prompt")
    code, said = check()
    assert code == 1
    assert "1.0.11" in said


def test_a_release_whose_version_is_too_low_is_not_recorded(contract: Path, check: Check) -> None:
    rename_an_operation(contract)
    raise_to(contract, "1.1.0")
    assert check("--record")[0] == 1
    assert not (contract.parent / "contracts" / "1.1.0.yaml").exists()


def test_a_released_contract_is_replaced_only_where_it_was_never_published(contract: Path, check: Check) -> None:
    rename_an_operation(contract)
    assert check("--record")[0] == 1
    assert check("--record", "--unpublished")[0] == 0
    assert check()[0] == 0


def test_another_base_can_be_named(contract: Path, check: Check, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    shutil.copy(contract, other)
    rename_an_operation(contract)
    code, said = check("--base", str(other))
    assert code == 1
    assert "renamed" in said


def test_the_first_release_needs_no_other(contract: Path, check: Check) -> None:
    (contract.parent / "contracts" / "1.0.0.yaml").unlink()
    code, said = check()
    assert (code, "--record" in said) == (2, True)
    assert check("--record")[0] == 0
    assert check()[0] == 0


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "openapi: 3.1.0", "info: {version: 1.0}", "info: {version: v1}", "info: 5"]
)
def test_a_file_that_is_no_contract_is_wrong_usage_and_named(contract: Path, check: Check, text: str) -> None:
    contract.write_text(text, encoding="utf-8")
    code, said = check()
    assert code == 2
    assert "openapi.yaml" in said
    assert "Traceback" not in said


def test_a_file_of_another_name_than_its_version_is_named(contract: Path, check: Check) -> None:
    shutil.copy(contract, contract.parent / "contracts" / "3.0.0.yaml")
    code, said = check()
    assert code == 2
    assert "name it 1.0.0.yaml" in said

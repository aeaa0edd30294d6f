"""`docs/pinning.md` is followed from its first line to its last, and prints what it says it prints."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
import yaml
from tutorial_run import INSTALL, MAKE, PORT, Once, Outcome, run, run_once
from tutorial_text import FENCE, PINNED, Step, blocks_of, normalised, steps_of

from portkey_prompts.contract_diff.report import parse_version

TUTORIAL = Path(__file__).resolve().parents[2] / "docs/pinning.md"
STEPS = steps_of(TUTORIAL)


@pytest.fixture(scope="session")
def outcomes(root: Path, built_wheel: Path, once: Once) -> list[Outcome]:
    return run_once(once, "pinning", STEPS, root, built_wheel)


@pytest.mark.parametrize("index", range(len(STEPS)), ids=[step.name for step in STEPS])
def test_the_step_prints_and_exits_as_the_tutorial_says(index: int, outcomes: list[Outcome]) -> None:
    step, outcome = STEPS[index], outcomes[index]
    assert outcome.output is not None, "the shell did not get here"
    said = normalised(each.expected for each in STEPS)[index]
    printed = normalised(each.output or "" for each in outcomes)[index]
    assert printed == said
    assert outcome.exit_codes == step.exit_codes, outcome.failures


def test_every_block_is_run_or_compared_or_read_by_a_test() -> None:
    kinds = [block["kind"] for block in FENCE.finditer(TUTORIAL.read_text())]
    assert set(kinds) == {"sh", "sh checkout", "text", "yaml"}
    assert TUTORIAL.read_text().count("```") == 2 * len(kinds)
    assert kinds.count("sh") + kinds.count("sh checkout") == len(STEPS) > 20


def test_what_is_substituted_stands_in_the_tutorial() -> None:
    commands = "".join(step.commands for step in STEPS)
    assert commands.count(INSTALL) == commands.count("pip install") == 1
    assert commands.count(MAKE) == commands.count("venv ") == 1
    assert set(re.findall(r"127\.0\.0\.1:(\d+)|--port (\d+)", commands)) == {(PORT, ""), ("", PORT)}


def test_the_job_installs_and_runs_the_script_that_the_tutorial_ran() -> None:
    (text,) = blocks_of(TUTORIAL, "yaml")
    job = yaml.safe_load(text)["jobs"]["pinned"]
    assert [step["run"] for step in job["steps"] if "run" in step] == [INSTALL, "sh ci.sh"]
    assert any(step.commands.rstrip().endswith("sh ci.sh") for step in STEPS)


def test_it_pins_the_version_that_was_released_last(root: Path) -> None:
    text = TUTORIAL.read_text()
    released = max((path.stem for path in (root / "contracts").glob("*.yaml")), key=parse_version)
    assert set(PINNED.findall(text)) == {released, "0.9.0"}  # and one that is wanted in vain
    assert set(re.findall(r'api_version="([\d.]+)"', text)) == {released}


def test_it_shows_the_contract_that_it_pins(root: Path) -> None:
    released = max((root / "contracts").glob("*.yaml"), key=lambda path: parse_version(path.stem))
    shown = re.findall(r"^contract sha256  ([0-9a-f]{64})$", TUTORIAL.read_text(), re.M)
    assert len(shown) == 2
    assert set(shown) == {hashlib.sha256(released.read_bytes()).hexdigest()}, "`make record` brings it to the page"


def test_a_log_that_is_waited_for_is_not_an_earlier_one_s() -> None:
    commands = "".join(step.commands for step in STEPS)
    for start in list(re.finditer(r"^portkey-prompts serve .*> serve\.log", commands, re.M))[1:]:
        assert commands[: start.start()].endswith("rm serve.log\n")  # else grep may find the earlier one's line


def test_the_app_is_short() -> None:
    apps = re.findall(r"cat > app\.py <<END\n(.*?)^END$", TUTORIAL.read_text(), re.M | re.S)
    assert len(apps) == 2
    assert all(len(app.splitlines()) <= 15 for app in apps)


def test_the_files_that_it_links_to_exist() -> None:
    linked = re.findall(r"\]\(([^)#]+)", TUTORIAL.read_text())
    assert linked
    assert all((TUTORIAL.parent / path).exists() for path in linked)


def test_a_command_that_fails_unannounced_is_noticed(root: Path, tmp_path: Path) -> None:
    (outcome,) = run([Step("", "false\necho seen\n", "seen\n", False)], root, tmp_path)
    assert outcome == Outcome("seen\n", ["1 false"])


def test_an_exit_code_that_is_shown_is_announced(root: Path, tmp_path: Path) -> None:
    step = Step("", '(exit 3); echo "exit code $?"\n', "exit code 3\n", False)
    (outcome,) = run([step], root, tmp_path)
    assert (outcome.output, outcome.exit_codes) == (step.expected, step.exit_codes)


def test_a_step_that_ends_the_shell_leaves_the_next_without_output(root: Path, tmp_path: Path) -> None:
    outcomes = run([Step("", "exit 0\n", "", False), Step("", "echo\n", "\n", False)], root, tmp_path)
    assert outcomes[1].output is None


def test_ids_are_the_same_where_they_should_be_the_same() -> None:
    one, same, other = (f"pp-greeting-{end}" for end in ("aaaaaa", "bbbbbb", "cccccc"))
    assert normalised([one, one]) == normalised([same, same]) != normalised([same, other])

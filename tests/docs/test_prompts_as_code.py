"""`docs/prompts-as-code.md` is followed from its first line to its last, and its CI job is run step by step."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from tutorial_run import PORT, Once, Outcome, run_once
from tutorial_text import FENCE, PINNED, Step, normalised, steps_of

from portkey_prompts.contract_diff.report import parse_version

PAGE = Path(__file__).resolve().parents[2] / "docs/prompts-as-code.md"
STEPS = steps_of(PAGE)
JOB_FILE = ".github/workflows/prompts.yml"
INSTALL = r"pip install 'portkey-prompts\[cli\]==[\d.]+\.\*' mypy"


def job() -> dict[str, Any]:
    """Read the job as the page writes it."""
    (written,) = re.findall(rf"cat > {re.escape(JOB_FILE)} <<'END'\n(.*?)^END$", PAGE.read_text(), re.M | re.S)
    read: dict[str, Any] = yaml.safe_load(written)["jobs"]["prompts"]
    return read


def commands_of_the_job() -> list[str]:
    """List what the job runs, but the line that installs: what it installs is here already."""
    commands = [step["run"] for step in job()["steps"] if "run" in step]
    assert re.fullmatch(INSTALL, commands[0])
    return commands[1:]


def as_steps() -> list[Step]:
    """Carry the job out as a service for CI does: on a checkout of what was committed, a step after the other."""
    begin = Step("job", "git clone --quiet . ../ci && cd ../ci\n", "", False)
    end = Step("job", "cd ../greeter && rm -rf ../ci\n", "", False)
    return [begin, *(Step("job", f"{command}\n", "", False) for command in commands_of_the_job()), end]


@pytest.fixture(scope="session")
def outcomes(root: Path, once: Once) -> dict[str, list[Outcome]]:
    """Follow the page, and run the job where the pull request was made."""
    cut = 1 + max(index for index, step in enumerate(STEPS) if step.section == "A pull request")
    found = run_once(once, "prompts-as-code", [*STEPS[:cut], *as_steps(), *STEPS[cut:]], root)
    end = cut + len(as_steps())
    return {"page": found[:cut] + found[end:], "job": found[cut:end]}


@pytest.mark.parametrize("index", range(len(STEPS)), ids=[step.name for step in STEPS])
def test_the_step_prints_and_exits_as_the_page_says(index: int, outcomes: dict[str, list[Outcome]]) -> None:
    step, outcome = STEPS[index], outcomes["page"][index]
    assert outcome.output is not None, "the shell did not get here"
    said = normalised(each.expected for each in STEPS)[index]
    printed = normalised(each.output or "" for each in outcomes["page"])[index]
    assert printed == said
    assert outcome.exit_codes == step.exit_codes, outcome.failures


def test_every_step_of_the_job_passes_on_what_was_committed(outcomes: dict[str, list[Outcome]]) -> None:
    for step, outcome in zip(as_steps(), outcomes["job"], strict=True):
        assert outcome.output is not None, step.commands
        assert outcome.failures == [], (step.commands, outcome.output)


def test_the_job_asks_the_service_first_and_nobody_after_that() -> None:
    commands = commands_of_the_job()
    assert commands[0] == "portkey-prompts status --exit-code"
    assert [command.split()[1] for command in commands[1:-1]] == ["lock", "bindings", "test"]
    assert {"--frozen", "--check", "--render-only"} <= {word for command in commands for word in command.split()}


def test_drift_fails_the_job_s_first_step() -> None:
    drift = [step for step in STEPS if step.section == "Drift" and commands_of_the_job()[0] in step.commands]
    assert [step.exit_codes for step in drift] == [[1]]


def test_it_pins_the_version_that_was_released_last(root: Path) -> None:
    released = max((path.stem for path in (root / "contracts").glob("*.yaml")), key=parse_version)
    assert set(PINNED.findall(PAGE.read_text())) == {released}


def test_every_block_is_run_or_compared() -> None:
    text = PAGE.read_text()
    kinds = [block["kind"] for block in FENCE.finditer(text)]
    assert set(kinds) == {"sh", "text"}
    assert text.count("```") == 2 * len(kinds)
    assert set(re.findall(r"127\.0\.0\.1:(\d+)|--port (\d+)", text)) == {(PORT, ""), ("", PORT)}


def test_the_pages_that_it_links_to_exist() -> None:
    linked = re.findall(r"\]\(([^)#]+)[^)]*\)", PAGE.read_text())
    assert linked
    assert all((PAGE.parent / path).exists() for path in linked)

"""The example in each command's help, run as a person who copies it would run it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from cli_process import COMMAND, environment
from in_process import command

from portkey_ai import Portkey
from portkey_cli.app import application
from portkey_cli.commands import COMMANDS
from portkey_local import LocalServer

ROOT = Path(__file__).resolve().parents[2]
NOT_RUN = {
    "serve": "its example is an app's; the test of README.md and docs/server.md runs serve",
    "completion": "lines for a shell's start; tests/cli/test_cli_completion.py has them evaluated",
    "mcp": "speaks to an editor until that ends; its own tests run it",
}


def commands() -> dict[str, Any]:
    """All commands, without groups, which only hold others."""
    program: Any = typer.main.get_command(application())
    found = {name: program.get_command(typer.Context(program), name) for name in COMMANDS}
    for name, group in list(found.items()):
        below = getattr(group, "commands", {})
        found.update({f"{name} {own}": each for own, each in below.items()})
        if below and not group.invoke_without_command:
            del found[name]
    return found


def examples() -> dict[str, str]:
    """The example of each command's help; none where it has none."""
    found = {}
    for name, each in commands().items():
        example = re.search(r"^(?:For example|In CI): (portkey-prompts .*)$", each.epilog or "", re.M)
        found[name] = example[1] if example else ""
    return found


EXAMPLES = examples()


def test_every_command_has_an_example_of_itself() -> None:
    assert {name for name, example in EXAMPLES.items() if not example} == {"serve", "completion"}
    for name, example in EXAMPLES.items():
        assert example.startswith(f"portkey-prompts {name}" if example else "")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[LocalServer, dict[str, str]]]:
    """A server on portkey.db in the working directory, with all that the examples name, and names that differ there."""
    with LocalServer(f"sqlite:///{tmp_path}/portkey.db") as server, Portkey(base_url=server.base_url) as portkey:
        server.add_partial(slug="pp-tone", versions=["softly", "warmly"])
        server.add_prompt(
            slug="pp-greeting",
            name="Greeting",
            versions=[{"string": f"Hello {{{{name}}}}{'!' * number}", "virtual_key": "echo"} for number in range(13)],
            labels={"production": 12, "staging": 12},
            published=12,
        )
        portkey.labels.create(name="beta")
        support = portkey.collections.create(name="Support").slug or ""
        portkey.prompts.completions(prompt_id="pp-greeting", variables={"name": "Ann"})
        (tmp_path / "greeting.txt").write_text("Good day {{name}}\n")
        (tmp_path / "tone.txt").write_text("kindly\n")
        (tmp_path / "src").mkdir()
        (tmp_path / "src/app.py").write_text(
            'portkey.prompts.render(prompt_id="pp-greeting@production", variables={})\n'
        )
        (tmp_path / "app").mkdir()
        shutil.copy(ROOT / "openapi.yaml", tmp_path / "openapi.yaml")
        shutil.copy(ROOT / "openapi.yaml", tmp_path / "released.yaml")
        yield server, {"collections list --search support": "", "support": support}


BEFORE = {
    "status": ["pull"],
    "push": ["pull"],
    "test": ["pull"],
    "pull": ["pull"],
    "bindings": ["lock", "pp-greeting@production"],
    "import": ["export", "--output", "prompts.jsonl"],
}


@pytest.mark.parametrize("name", [name for name, example in EXAMPLES.items() if example and name not in NOT_RUN])
def test_an_example_can_be_copied(place: tuple[LocalServer, dict[str, str]], name: str) -> None:
    server, named = place
    line = EXAMPLES[name]
    there = {"PORTKEY_BASE_URL": server.base_url}
    if name in BEFORE:
        assert command(*BEFORE[name], **there).returncode == 0
    if name == "test":
        case = "tests:\n  - vars: {name: Ann}\n    assert:\n      - {type: contains, value: Ann}\n"
        Path("prompts/greeting.test.yaml").write_text(case)
    if name == "labels create":
        command("labels", "delete", "beta", "--yes", **there)
    if name.startswith("collections") and name not in ("collections list", "collections create"):
        line = re.sub(r"\bsupport\b", named["support"], line, count=1)  # a slug ends as the service likes
    if name == "partials list":
        line = line.replace("support", named["support"])
    line = re.sub(r"postgresql\S+", "sqlite:///other.db", line)
    if name in ("keys revoke", "keys rotate"):
        made = command("keys", "create", "--scope", "run", "--json", **there)
        line = re.sub(r"[0-9a-f]{16}", re.search(r'"id": "(\w+)"', made.stdout)[1], line)  # type: ignore[index]
    if not set(line) & set("|&;<>$`*?~#"):
        done = command(*shlex.split(line)[1:], **there)
    else:
        path = f"{Path(COMMAND).parent}{os.pathsep}{os.environ['PATH']}"
        shell = ["bash", "-ec", line]
        done = subprocess.run(shell, env=environment(PATH=path, **there), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{line}: {done.stderr}"

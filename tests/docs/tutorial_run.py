"""A tutorial's steps, run in one shell in an empty folder, as its reader would."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from offline_install import install_command
from tutorial_text import Step

Once = Callable[[str, Callable[[Path], object]], Path]
"""The fixture of that name."""
PORT = "8790"
MAKE = "python3 -m venv .venv"
INSTALL = "pip install --quiet -r requirements.txt"
TIMEOUT = 300
CHECKOUT = (
    ".gitignore",
    "Makefile",
    "openapi.yaml",
    "generator-config.yaml",
    "generator-templates",
    "generated",
    "overlay",
    "prompts",
    "pyproject.toml",
    "requirements",
    "tools",
)
"""What compiling takes of this repository."""
GIT = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in {"NAME": "Ada", "EMAIL": "ada@example.org"}.items()
}


class Outcome(NamedTuple):
    """What came of a step."""

    output: str | None
    """All that it printed; None where the shell did not get to it."""
    failures: list[str]
    """Exit code and command of all that failed in it."""

    @property
    def exit_codes(self) -> list[int]:
        return [int(failure.split()[0]) for failure in self.failures]


def run(steps: Sequence[Step], root: Path, folder: Path, wheel: Path | None = None) -> list[Outcome]:
    """Run steps in order in one shell, changing nothing in them but the port and how packages are installed.

    Args:
        steps: the commands.
        root: this repository.
        folder: an empty folder.
        wheel: this repository's, where a step installs it.
    """
    records, port = folder / "records", str(_free_port())
    records.mkdir()
    (folder / "home").mkdir()
    substitutes = {PORT: port}
    if any(INSTALL in step.commands for step in steps):
        assert wheel is not None
        substitutes[MAKE] = f"{MAKE} --without-pip"  # which takes longer to put there than all else
        substitutes[INSTALL] = install_command(wheel, folder)
    script = records / "all.sh"
    script.write_text(_script(steps, records, folder, substitutes), encoding="utf-8")
    if any(step.in_checkout for step in steps):
        _check_out(root, folder / "checkout")
    _run_script(script, folder, records / "shell.log")
    return [_outcome(records, index, port) for index in range(len(steps))]


def run_once(once: Once, name: str, steps: Sequence[Step], root: Path, wheel: Path | None = None) -> list[Outcome]:
    """Run steps once for all processes of a test run."""

    def fill(folder: Path) -> None:
        (folder / "tutorial").mkdir()
        outcomes = run(steps, root, folder / "tutorial", wheel)
        (folder / "outcomes.json").write_text(json.dumps(outcomes), encoding="utf-8")

    made = json.loads((once(name, fill) / "outcomes.json").read_text(encoding="utf-8"))
    return [Outcome(*outcome) for outcome in made]


def _script(steps: Sequence[Step], records: Path, folder: Path, substitutes: dict[str, str]) -> str:
    """Write a file for each step, and a script that reads them all into one shell."""
    lines, nothing = ["mkdir workplace && cd workplace"], records / "nothing"
    nothing.touch()
    in_checkout = False
    for index, step in enumerate(steps):
        commands = step.commands
        for old, new in substitutes.items():
            commands = commands.replace(old, new)
        path = records / f"{index}.sh"
        trap = f"trap 'echo \"$? $BASH_COMMAND\" >> {records}/{index}.failed' ERR\n"
        path.write_text(f"{trap}{commands}trap - ERR\n", encoding="utf-8")
        if step.in_checkout and not in_checkout:
            in_checkout = True
            lines.append(f"cd {folder}/checkout")
        lines.append(f". {path} < {nothing} > {records}/{index}.out 2>&1")
    return "\n".join(lines) + "\n"


def _run_script(script: Path, folder: Path, log: Path) -> None:
    """Run a script; whatever it leaves running ends with it."""
    with log.open("w", encoding="utf-8") as written:
        shell = subprocess.Popen(
            ["bash", "--noprofile", "--norc", str(script)],
            cwd=folder,
            env=_environment(folder),
            start_new_session=True,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    with suppress(subprocess.TimeoutExpired):  # what hung, and all after it, is told by what it did not print
        shell.wait(TIMEOUT)
    with suppress(ProcessLookupError):
        os.killpg(shell.pid, signal.SIGKILL)
    shell.wait()


def _environment(folder: Path) -> dict[str, str]:
    """Give a reader's environment: nothing of this test run's settings, and output as it comes on a terminal."""
    strange = ("PORTKEY_", "PYTEST_", "GIT_", "PIP_", "MAKE", "COV_")
    plain = {name: value for name, value in os.environ.items() if not name.startswith((*strange, "PYTHON"))}
    return {
        **plain,
        **GIT,
        "GIT_CONFIG_NOSYSTEM": "1",
        "HOME": str(folder / "home"),
        "LC_ALL": "C.UTF-8",
        "MAKEFLAGS": "-o .venv/.installed",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONUNBUFFERED": "1",
    }


def _check_out(root: Path, copy: Path) -> None:
    """Make a checkout in which `make install` was run, without this one's being touched."""
    copy.mkdir()
    for name in CHECKOUT:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
        else:
            shutil.copy2(source, copy / name)
    (copy / ".venv").mkdir()
    for entry in Path(sys.prefix).iterdir():
        if entry.name != ".installed":
            (copy / ".venv" / entry.name).symlink_to(entry)
    (copy / ".venv/.installed").touch()
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "As released"]):
        subprocess.run(["git", *command], cwd=copy, env=_environment(copy.parent), check=True, capture_output=True)


def _outcome(records: Path, index: int, port: str) -> Outcome:
    output, failed = records / f"{index}.out", records / f"{index}.failed"
    failures = failed.read_text(encoding="utf-8").splitlines() if failed.exists() else []
    if not output.exists():
        return Outcome(None, failures)
    return Outcome(output.read_text(encoding="utf-8").replace(port, PORT), failures)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port

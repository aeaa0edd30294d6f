"""`docs/commands.md` is what the commands say of themselves. Written anew by: python tests/docs/test_commands.py"""

from __future__ import annotations

import io
import os
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

import typer.main

from portkey_cli.app import application
from portkey_cli.commands import COMMANDS
from portkey_cli.failures import EXIT_CODES
from portkey_cli.main import main
from portkey_openapi import API_VERSION

PAGE = Path(__file__).resolve().parents[2] / "docs/commands.md"
HEAD = """# Commands

What `portkey-prompts COMMAND --help` says, for all commands. Installed with `pip install 'portkey-prompts[cli]'`,
so far [from a checkout](../README.md#install).
"""


def names_of_all() -> list[str]:
    """Name all commands, those of a group after it."""
    program: Any = typer.main.get_command(application())
    context = typer.Context(program)
    groups = {name: getattr(program.get_command(context, name), "commands", {}) for name in COMMANDS}
    return [name for command in COMMANDS for name in (command, *(f"{command} {own}" for own in groups[command]))]


def help_of(command: str) -> str:
    """Ask a command for its help, as wide as a page."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(("PORTKEY", "FORCE"))}
    # Without a terminal, the width is 80 whatever COLUMNS says.
    with patch.dict(os.environ, others, clear=True), redirect_stdout(io.StringIO()) as said:
        assert main([*command.split(), "--help"]) == 0
    return "\n".join(line.rstrip() for line in said.getvalue().strip().splitlines()).replace(API_VERSION, "VERSION")


def page() -> str:
    """Make the page."""
    names = names_of_all()
    said = {name: help_of(name) for name in ("", *names)}
    codes = "".join(f"| {code} | {name} | {says} |\n" for code, (name, says) in EXIT_CODES.items())
    table = f"\n## Exit codes\n\n| code | in short | when |\n|---|---|---|\n{codes}"
    return (
        HEAD + table + "".join(f"\n## {name or 'portkey-prompts'}\n\n```\n{text}\n```\n" for name, text in said.items())
    )


def test_the_page_says_what_the_commands_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), f"Write it anew: python {Path(__file__).name}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

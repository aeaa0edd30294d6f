"""`portkey-prompts`: from the arguments of the process to its exit code."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import pairwise

from portkey_cli.failures import NOT_AS_ASKED, UsageError, complain, guarded, warn_in_one_line
from portkey_prompts import installed

_MAY_BE_EMPTY = frozenset(
    ("--message", "-m", "--description", "--name", "--search", "--model", "--virtual-key", "--scope", "--expires")
)
"""Options of which an empty text says something, or of which the command says better what is to be written."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code, which `portkey_cli.failures` lists.

    Args:
        arguments: what follows the program's name; by default what this process was started with.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    _replace_closed_streams()
    _write_any_text()
    warn_in_one_line()
    if (fault := installed.fault()) is not None:
        return complain(fault, NOT_AS_ASKED)
    installed.warn_of_conflict()
    return guarded(lambda: _run(given))


def _run(arguments: list[str]) -> int:
    _check_values(arguments)
    if find_spec("typer") is None or find_spec("rich") is None:
        from portkey_cli import plain
        from portkey_cli.commands import COMMANDS

        return plain.run(arguments, COMMANDS)
    from portkey_cli.app import run

    return run(arguments)


def _check_values(arguments: list[str]) -> None:
    """Check that no option has an empty value, which could mean this folder, stdin, or that there was no option.

    Raises:
        UsageError: where one has; as a rule a variable of the shell is not set.
    """
    for word, following in pairwise([*arguments, "--"]):
        if word == "--":
            return
        option, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        is_empty = not value if equals else following == ""
        if option.startswith("-") and is_empty and option not in _MAY_BE_EMPTY:
            raise UsageError(f"{option} has an empty value. Is a variable not set? Write a value, or leave it out.")


def _replace_closed_streams() -> None:
    """Replace standard streams that were closed before the start.

    Reading stdin and writing to stdout then fail as they should; what is written to stderr is lost.
    """
    # In this order, each gets its own number; else the next file opened, such as the database, would get it.
    for number, name, access in ((0, "stdin", os.O_WRONLY), (1, "stdout", os.O_RDONLY), (2, "stderr", os.O_WRONLY)):
        if getattr(sys, name) is not None:
            continue
        opened = os.open(os.devnull, access)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)
        setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))  # noqa: SIM115


def _write_any_text() -> None:
    """Write escapes for what an output's encoding lacks: half a surrogate pair, or anything but ASCII."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())

"""Asking before something is done that can't be undone."""

from __future__ import annotations

import sys
from typing import Annotated, TypeAlias

import typer

from portkey_cli.failures import UsageError
from portkey_cli.output import tame

Yes: TypeAlias = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def check_askable(yes: bool) -> None:
    """Check, before anything is sent, that there is a terminal to ask at, or that `--yes` was given.

    Args:
        yes: whether the command line agrees.

    Raises:
        UsageError: neither is there.
    """
    if not yes and not sys.stdin.isatty():
        raise UsageError("Nobody can be asked here, so say that you mean it: --yes")


def agreed(question: str) -> bool:
    """Ask on the terminal; anything but a yes is a no."""
    sys.stderr.write(tame(f"{question} [y/N] "))
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")

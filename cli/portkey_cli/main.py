"""`portkey-prompts`: from what a shell hands over to an exit code."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from portkey_cli.failures import guarded, warn_in_one_line


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code, which `portkey_cli.failures` lists.

    Args:
        arguments: what stands behind the program's name; by default what this process was started with.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    _write_any_text()
    warn_in_one_line()
    return guarded(lambda: _run(given))


def _run(arguments: list[str]) -> int:
    if find_spec("typer") is None or find_spec("rich") is None:
        from portkey_cli.plain import run
    else:
        from portkey_cli.app import run
    return run(arguments)


def _write_any_text() -> None:
    """Write escapes for what an output's encoding lacks: half a surrogate pair, or anything but ASCII."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())

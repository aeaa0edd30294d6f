"""`portkey-prompts`: what it can do, and what it answers the shell.

Exit codes: 0 as asked, 1 not as asked, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from portkey_ai import __version__
from portkey_ai.errors import PortkeyError
from portkey_cli import contract, serve

EPILOG = "Exit codes: 0 as asked, 1 not as asked, 2 wrong usage."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="portkey-prompts", description="Prompts that live outside of an app's code.", epilog=EPILOG
    )
    parser.add_argument("--version", action="version", version=f"portkey-prompts {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (contract, serve):
        command.add_to(commands)
    options = parser.parse_args(arguments)
    try:
        code: int = options.run(options)
    except PortkeyError as error:
        print(f"portkey-prompts: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())

"""The command line of a plain install, where typer is missing: `contract`, and with the extra [local] `serve`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from portkey_ai._version import __version__
from portkey_ai.errors import PortkeyError
from portkey_cli import contract, database, serve
from portkey_cli.failures import EXIT_CODES, PROGRAM, UsageError

HERE = ("contract", "serve")
ELSEWHERE = (
    "list",
    "show",
    "versions",
    "render",
    "run",
    "runs",
    "create",
    "update",
    "publish",
    "label",
    "diff",
    "lock",
    "export",
    "import",
    "keys",
)
"""Commands that take the extra [cli]."""


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code.

    Raises:
        PortkeyError: where the command takes an extra that is not installed, naming it.
        UsageError: where the command line is written wrongly.
    """
    command = next((argument for argument in arguments if argument in HERE + ELSEWHERE), None)
    if command in ELSEWHERE or (command == "contract" and "diff" in arguments):
        raise PortkeyError(f"`{command}` needs the extra [cli]: pip install 'portkey-prompts[cli]'")
    options = _parser().parse_args(arguments)
    if options.command == "contract":
        return contract.report(options.expect, as_json=options.json)
    ending = {"drain": options.drain, "grace": options.grace}
    return serve.serve(options.host, options.port, options.database, options.config, **ending, log=options.log)


class _Parser(argparse.ArgumentParser):
    """A parser that leaves it to the caller how a mistake is shown."""

    def error(self, message: str) -> None:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        """Raise the mistake."""
        raise UsageError(f"{message}. See: {self.prog} --help")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        description="Prompts that live outside of an app's code. All commands: pip install 'portkey-prompts[cli]'",
        epilog=EXIT_CODES,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True)
    _describe_contract(commands.add_parser("contract", help=contract.SUMMARY, description=contract.SUMMARY))
    _describe_serve(commands.add_parser("serve", help=serve.SUMMARY, description=f"{serve.SUMMARY} {serve.DETAILS}"))
    return parser


def _describe_contract(parser: argparse.ArgumentParser) -> None:
    parser.epilog = contract.EXAMPLE
    parser.add_argument("--expect", metavar="VERSION", help=contract.EXPECT_HELP)
    parser.add_argument("--json", action="store_true", help="Print JSON.")


def _describe_serve(parser: argparse.ArgumentParser) -> None:
    parser.epilog = serve.EXAMPLE
    default = "(default: %(default)s)"
    parser.add_argument("--host", default=serve.HOST, help=f"{serve.HOST_HELP} {default}")
    parser.add_argument("--port", type=_port, default=serve.PORT, help=f"{serve.PORT_HELP} {default}")
    parser.add_argument(
        "--database",
        metavar="URL",
        default=os.environ.get(database.VARIABLE) or database.DEFAULT,
        help=f"{database.HELP} {default}",
    )
    parser.add_argument("--config", metavar="FILE", type=Path, help=serve.CONFIG_HELP)
    parser.add_argument("--drain", metavar="SECONDS", type=_seconds, help=serve.DRAIN_HELP)
    parser.add_argument("--grace", metavar="SECONDS", type=_seconds, help=serve.GRACE_HELP)
    parser.add_argument("--log", choices=serve.LOGS, help=serve.LOG_HELP)


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of seconds, 0 or more")
    return int(text)


def _port(text: str) -> int:
    try:
        return serve.checked_port(int(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None

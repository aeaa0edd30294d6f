"""What a plain install can do, where typer is missing: `contract`, and with the extra [local] `serve`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal

from portkey_ai._version import __version__
from portkey_ai.errors import PortkeyError
from portkey_cli import database
from portkey_cli.extras import needing
from portkey_cli.failures import EXIT_CODES_IN_SHORT, NOT_AS_ASKED, OK, PROGRAM, UsageError, complain
from portkey_openapi.contract import API_VERSION, CONTRACT_SHA256, GENERATOR_VERSION
from portkey_openapi.requests import LOCAL_PORT, LOCAL_URL

HERE = ("contract", "serve")
"""Commands that take no extra [cli]."""

CONTRACT_SUMMARY = "Print which contract this was compiled from."
EXPECT_HELP = f"The API version that there should be, such as {API_VERSION}; exit with 1 where it is another."
CONTRACT_EXAMPLE = f"In CI: portkey-prompts contract --expect {API_VERSION}"

SERVE_SUMMARY = "Serve the prompt API from a database on this machine."
SERVE_DETAILS = "Prints its URL when it is ready; Ctrl-C ends it."
SERVE_EXAMPLE = f"Then: PORTKEY_BASE_URL={LOCAL_URL} python app.py"
HOST = "127.0.0.1"
HOST_HELP = "The address to listen on. Beyond loopback the database has to have API keys."
PORT_HELP = "The port to listen on, 0 for a free one."
CONFIG = Path("portkey-local.toml")
CONFIG_HELP = f"Upstreams and limits. By default {CONFIG}, where there is one."
DRAIN_HELP = "Told to stop, go on for so long with /readyz saying 503, for a load balancer to notice. By default 0."
GRACE_HELP = "How long answers under way then get to finish. By default 10."
MOST_SECONDS = 2**31 - 1
"""More than that no timer takes."""
LOGS = ("text", "json")
LOG_HELP = "What goes to stderr: text, only what a person must know, or json, a line for each request. By default text."


def run(arguments: Sequence[str], commands: Collection[str]) -> int:
    """Run one command; returns the exit code.

    Args:
        arguments: what follows the program's name.
        commands: the names of all commands, most of which take the extra.

    Raises:
        PortkeyError: where the command takes an extra that is not installed, naming it.
        UsageError: where the command line is written wrongly.
    """
    command = next((argument for argument in arguments if argument in commands), None)
    if command not in (None, *HERE) or (command == "contract" and "diff" in arguments):
        raise PortkeyError(f"`{command}` needs the extra [cli]: pip install 'portkey-prompts[cli]'")
    options = _parser().parse_args(arguments)
    if options.command == "contract":
        return report_contract(options.expect, as_json=options.json)
    ending = {"drain": options.drain, "grace": options.grace}
    return serve(options.host, options.port, options.database, options.config, **ending, log=options.log)


def serve(
    host: str,
    port: int,
    database: str,
    config: Path | None,
    *,
    drain: int | None = None,
    grace: int | None = None,
    log: Literal["text", "json"] | None = None,
) -> int:
    """Serve until a signal ends it.

    Args:
        host: an address of this machine.
        port: the port, 0 for a free one.
        database: where prompts are kept, as a URL.
        config: a file of upstreams and limits; None for `portkey-local.toml`, where there is one.
        drain: seconds between "not ready" and refusing; None for the file's.
        grace: seconds that answers under way get at the end; None for the file's.
        log: `text` or `json`; None for the file's.

    Returns:
        The exit code.

    Raises:
        PortkeyError: where the extra `[local]` is not installed.
    """
    with needing("local"):
        from portkey_local import program
    return program.serve(host, port, database, config or config_here(), drain=drain, grace=grace, log=log)


def config_here() -> Path | None:
    """Return `portkey-local.toml`, where there is one: also one that can't be read, so that this is said."""
    return CONFIG if os.path.lexists(CONFIG) else None


def checked_port(port: int) -> int:
    """Check that a number can be a port.

    Raises:
        ValueError: where it can't, saying which can.
    """
    if not 0 <= port <= 65535:
        raise ValueError(f"{port} is no port: choose one from 0 to 65535")
    return port


def report_contract(expected: str | None, *, as_json: bool) -> int:
    """Print the facts, and compare the API version with the expected one.

    Args:
        expected: an API version, such as `1.0.0`; None for any.
        as_json: whether to print JSON.

    Returns:
        The exit code: 1 where the version is another.
    """
    sys.stdout.write(_as_json() if as_json else _as_text())
    if expected is None or expected == API_VERSION:
        return OK
    remedy = f"Install it: pip install 'portkey-prompts=={expected}.*'"
    return complain(f"The API version is {API_VERSION}, and {expected} was expected. {remedy}", NOT_AS_ASKED)


def contract_facts() -> dict[str, str]:
    """Return what the compiled client and this distribution are."""
    return {
        "api_version": API_VERSION,
        "contract_sha256": CONTRACT_SHA256,
        "generator": f"openapi-python-client {GENERATOR_VERSION}",
        "distribution": f"portkey-prompts {__version__}",
    }


class _Parser(argparse.ArgumentParser):
    """A parser that leaves it to the caller how a mistake is shown."""

    def error(self, message: str) -> None:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        """Raise the mistake."""
        raise UsageError(f"{message}. See: {self.prog} --help")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        description="Prompts that live outside of an app's code. All commands: pip install 'portkey-prompts[cli]'",
        epilog=EXIT_CODES_IN_SHORT,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True)
    _describe_contract(commands.add_parser("contract", help=CONTRACT_SUMMARY, description=CONTRACT_SUMMARY))
    _describe_serve(commands.add_parser("serve", help=SERVE_SUMMARY, description=f"{SERVE_SUMMARY} {SERVE_DETAILS}"))
    return parser


def _describe_contract(parser: argparse.ArgumentParser) -> None:
    parser.epilog = CONTRACT_EXAMPLE
    parser.add_argument("--expect", metavar="VERSION", help=EXPECT_HELP)
    parser.add_argument("--json", action="store_true", help="Print JSON.")


def _describe_serve(parser: argparse.ArgumentParser) -> None:
    parser.epilog = SERVE_EXAMPLE
    default = "(default: %(default)s)"
    parser.add_argument("--host", default=HOST, help=f"{HOST_HELP} {default}")
    parser.add_argument("--port", type=_port, default=LOCAL_PORT, help=f"{PORT_HELP} {default}")
    parser.add_argument(
        "--database",
        metavar="URL",
        default=os.environ.get(database.VARIABLE) or database.DEFAULT,
        help=f"{database.HELP} {default}",
    )
    parser.add_argument("--config", metavar="FILE", type=Path, help=CONFIG_HELP)
    parser.add_argument("--drain", metavar="SECONDS", type=_seconds, help=DRAIN_HELP)
    parser.add_argument("--grace", metavar="SECONDS", type=_seconds, help=GRACE_HELP)
    parser.add_argument("--log", choices=LOGS, help=LOG_HELP)


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST_SECONDS)) and int(text) <= MOST_SECONDS):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of seconds, 0 to {MOST_SECONDS}")
    return int(text)


def _port(text: str) -> int:
    try:
        return checked_port(int(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _as_json() -> str:
    return json.dumps(contract_facts(), indent=2) + "\n"


def _as_text() -> str:
    return "".join(f"{name.replace('_', ' '):<16} {value}\n" for name, value in contract_facts().items())

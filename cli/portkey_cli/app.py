"""The command line, where typer is installed: the options that stand before a command, and how it is found."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from math import inf
from typing import Annotated, Any, Literal

import typer
import typer.main
from typer._completion_classes import completion_init
from typer.core import TyperGroup

from portkey_ai._version import __version__
from portkey_cli.clients import Connection
from portkey_cli.commands import COMMANDS
from portkey_cli.failures import COMPLETING, EXIT_CODES_IN_SHORT, PROGRAM, WRONG_USAGE, UsageError, complain, guarded
from portkey_cli.output import has_colour
from portkey_openapi.requests import LOCAL_URL

_EVERYWHERE = ("--base-url", "--api-key", "--timeout")
"""Options of the program itself, which all take a value."""
_CLICK_ERROR: type[Exception] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
"""What the parser raises: some releases of typer bring it along, others take it from click."""


class Commands(TyperGroup):
    """The commands, each loaded when it is asked for; what goes wrong in one is a line on stderr."""

    def list_commands(self, ctx: Any) -> list[str]:
        """List the names of all, without loading one."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Load a command; for an unknown name load all, from which typer suggests the most similar one."""
        for name in [cmd_name] if cmd_name in COMMANDS else COMMANDS:
            if name not in self.commands:
                self.commands[name] = _loaded(name, _markup())
        return self.commands.get(cmd_name)

    def invoke(self, ctx: Any) -> Any:
        """Run the command and return the exit code, so that typer handles no error itself."""
        return guarded(lambda: super(Commands, self).invoke(ctx) or 0)


def application(markup: Literal["rich"] | None = None) -> typer.Typer:
    """Make the program without its commands."""
    app = typer.Typer(
        name=PROGRAM,
        cls=Commands,
        add_completion=False,  # its options ask which shell is a parent process; `completion` is told
        rich_markup_mode=markup,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
        epilog=f"{EXIT_CODES_IN_SHORT}\n\nTo begin: portkey-prompts serve, and PORTKEY_BASE_URL={LOCAL_URL}",
    )
    app.callback()(options)
    completion_init()
    return app


# Cached for processes that run many commands: to build the parser takes longer than most commands do.
@cache
def _program(markup: Literal["rich"] | None) -> Any:
    """Build the parser of the program."""
    return typer.main.get_command(application(markup))


@cache
def _loaded(name: str, markup: Literal["rich"] | None) -> Any:
    """Import a command's module, and build the parser of the command."""
    alone = typer.Typer(add_completion=False, rich_markup_mode=markup, pretty_exceptions_enable=False)
    import_module(f"portkey_cli.commands.{COMMANDS[name]}").register(alone)
    return typer.main.get_group(alone).commands[name]


def _markup() -> Literal["rich"] | None:
    return "rich" if has_colour(sys.stdout) else None


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code."""
    app = _program(_markup())
    if not arguments and COMPLETING not in os.environ:
        app(["--help"], prog_name=PROGRAM, standalone_mode=False)
        return WRONG_USAGE
    try:
        code = app(hoisted(arguments), prog_name=PROGRAM, complete_var=COMPLETING, standalone_mode=False)
    except _CLICK_ERROR as error:
        return complain(_advice(error), WRONG_USAGE)
    return int(code or 0)


def hoisted(arguments: Sequence[str]) -> list[str]:
    """Put the program's own options before the command, so that one may write them after it too.

    What follows `--` is left alone.

    Raises:
        UsageError: where one of them has no value, or a word is no text.

    Example:
        >>> hoisted(["list", "--base-url", "http://127.0.0.1:8790/v1", "--json"])
        ['--base-url', 'http://127.0.0.1:8790/v1', 'list', '--json']
    """
    first: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in map(_readable, words):
        if word == "--":
            rest.append(word)
            break
        if word in _EVERYWHERE:
            first.extend([word, _readable(_value(word, words))])
        elif word.startswith(tuple(f"{option}=" for option in _EVERYWHERE)):
            first.append(word)
        else:
            rest.append(word)
    return [*first, *rest, *map(_readable, words)]


def options(
    context: typer.Context,
    base_url: Annotated[
        str | None,
        typer.Option("--base-url", metavar="URL", envvar="PORTKEY_BASE_URL", help="Where the service is."),
    ] = None,
    api_key: Annotated[
        str | None,
        typer.Option(
            "--api-key",
            metavar="KEY",
            envvar="PORTKEY_API_KEY",
            help="The service's key. Better in the environment: other users may see a command line.",
        ),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", metavar="SECONDS", help="To connect, to write, and between two reads."),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", is_eager=True, callback=lambda asked: _version(asked)),
    ] = False,
) -> None:
    """Write, version, publish, render and run prompts that live outside of an app's code."""
    if timeout is not None and not 0 < timeout < inf:
        raise UsageError("--timeout must be seconds, more than 0.")
    context.obj = Connection(base_url=base_url or None, api_key=api_key or None, timeout=timeout)


def _told_once(message: str) -> str:
    """Remove click's suggestion of a similar name where typer has added the same one."""
    first, guess, rest = message.partition(" Did you mean")
    again = rest.find("Did you mean")
    return message if again < 0 else f"{first}{guess}{rest[:again].rstrip(' (')}"


def _value(option: str, words: Iterator[str]) -> str:
    value = next(words, None)
    if value is None:
        raise UsageError(f"{option} needs a value after it.")
    return value


def _readable(word: str) -> str:
    """Check that a word is text: bytes that are not in the terminal's encoding can't be sent."""
    try:
        word.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{word!r} is no text in this terminal's encoding.") from None
    return word


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"{PROGRAM} {__version__}")
        raise typer.Exit


def _advice(error: Any) -> str:
    """Say what is wrong with the command line, and where to read how it is written."""
    context = getattr(error, "ctx", None)
    message = _told_once(error.format_message())
    ended = message if message.endswith((".", "?")) else f"{message}."
    return f"{ended} See: {context.command_path if context else PROGRAM} --help"

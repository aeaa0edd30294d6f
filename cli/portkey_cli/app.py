"""The command line, where typer is installed: every command, and the options that stand before them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from math import inf
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from portkey_ai._version import __version__
from portkey_cli import contract as contract_facts
from portkey_cli import serve as service
from portkey_cli.arguments import hoisted
from portkey_cli.clients import Connection
from portkey_cli.commands import (
    catalogue,
    contract,
    create,
    diff,
    export,
    import_,
    keys,
    lock,
    release,
    render,
    runs,
    serve,
    update,
)
from portkey_cli.commands import run as running
from portkey_cli.failures import EXIT_CODES, PROGRAM, WRONG_USAGE, UsageError, complain, guarded
from portkey_cli.output import has_colour

_PROMPT = "PROMPT is a slug or UUID; behind it may stand which version: @12, @latest or @label."
_COMPLETING = "_PORTKEY_PROMPTS_COMPLETE"
_CLICK_ERROR: type[Exception] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
"""What the parser raises: some releases of typer bring it along, others take it from click."""


class Commands(TyperGroup):
    """The commands; what goes wrong in one becomes a line on stderr before typer has a look at it."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; returns the exit code."""
        return guarded(lambda: super(Commands, self).invoke(ctx) or 0)


def application() -> typer.Typer:
    """Put the command line together."""
    app = typer.Typer(
        name=PROGRAM,
        cls=Commands,
        rich_markup_mode="rich" if has_colour(sys.stdout) else None,
        pretty_exceptions_enable=False,
        epilog=f"{EXIT_CODES}\n\nTo begin: portkey-prompts serve, and PORTKEY_BASE_URL=http://127.0.0.1:8790/v1",
    )
    app.callback()(options)
    _add(app, "list", catalogue.list_prompts, "portkey-prompts list --search greeting")
    _add(app, "show", catalogue.show, "portkey-prompts show pp-greeting@production")
    _add(app, "versions", catalogue.versions, "portkey-prompts versions pp-greeting")
    _add(
        app,
        "render",
        render.render,
        "portkey-prompts render pp-greeting@12 --var name=Alice --var-json items='[1, 2]'",
    )
    _add(app, "run", running.run, "portkey-prompts run pp-greeting --var name=Alice --temperature 0")
    _add(app, "runs", runs.list_runs, runs.EXAMPLE)
    _add(app, "create", create.create, "portkey-prompts create --name Greeting --file greeting.txt")
    _add(
        app,
        "update",
        update.update,
        "portkey-prompts update pp-greeting --file greeting.txt -m 'Says who asks'",
    )
    _add(app, "publish", release.publish, "portkey-prompts publish pp-greeting@12")
    _add(app, "label", release.label, "portkey-prompts label pp-greeting@12 production")
    _add(app, "diff", diff.diff, "portkey-prompts diff pp-greeting@12 pp-greeting@13 --exit-code")
    _add(app, "lock", lock.lock, lock.EXAMPLE)
    _add(app, "serve", serve.serve, service.EXAMPLE)
    _add(app, "export", export.export, export.EXAMPLE)
    _add(app, "import", import_.import_archive, import_.EXAMPLE)
    contracts = typer.Typer(invoke_without_command=True, epilog=contract_facts.EXAMPLE)
    contracts.callback()(contract.contract)
    _add(
        contracts,
        "diff",
        diff.diff_contracts,
        "portkey-prompts contract diff released.yaml openapi.yaml --exit-code",
    )
    app.add_typer(contracts, name="contract")
    guarded_by = typer.Typer(help=keys.SUMMARY)
    _add(guarded_by, "create", keys.create, keys.CREATE_EXAMPLE)
    _add(guarded_by, "list", keys.list_keys, keys.LIST_EXAMPLE)
    _add(guarded_by, "revoke", keys.revoke, keys.REVOKE_EXAMPLE)
    app.add_typer(guarded_by, name="keys")
    return app


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code."""
    app = application()
    if not arguments and _COMPLETING not in os.environ:
        app(["--help"], prog_name=PROGRAM, standalone_mode=False)
        return WRONG_USAGE
    try:
        code = app(hoisted(arguments), prog_name=PROGRAM, complete_var=_COMPLETING, standalone_mode=False)
    except _CLICK_ERROR as error:
        return complain(_advice(error), WRONG_USAGE)
    return int(code or 0)


def options(
    context: typer.Context,
    base_url: Annotated[
        str | None,
        typer.Option(
            "--base-url", metavar="URL", envvar="PORTKEY_BASE_URL", help="Where the service is.", show_default=False
        ),
    ] = None,
    api_key: Annotated[
        str | None,
        typer.Option(
            "--api-key",
            metavar="KEY",
            envvar="PORTKEY_API_KEY",
            help="The service's key. Better in the environment: other users may see a command line.",
            show_default=False,
        ),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(
            "--timeout", metavar="SECONDS", help="To connect, to write, and between two reads.", show_default=False
        ),
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


def _add(app: typer.Typer, name: str, command: Callable[..., Any], example: str) -> None:
    """Add a command, with an example below its help, and what a PROMPT is where it takes one."""
    takes_prompt = "Reference" in map(str, command.__annotations__.values())
    shown = f"For example: {example}" if example.startswith(PROGRAM) else example
    app.command(name, epilog=f"{_PROMPT}\n\n{shown}" if takes_prompt else shown)(command)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"{PROGRAM} {__version__}")
        raise typer.Exit


def _advice(error: Any) -> str:
    """Say what is wrong with the command line, and where to read how it is written."""
    context = getattr(error, "ctx", None)
    message, _, again = error.format_message().partition(" (Did you mean")
    if again and "Did you mean" not in message:
        message = error.format_message()
    ended = message if message.endswith((".", "?", ")")) else f"{message}."
    return f"{ended} See: {context.command_path if context else PROGRAM} --help"

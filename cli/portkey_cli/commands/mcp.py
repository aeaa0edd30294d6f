"""`mcp`: prompts for programs that speak the Model Context Protocol."""

from __future__ import annotations

from typing import Annotated

import typer

from portkey_cli.clients import connect
from portkey_cli.extras import needing
from portkey_cli.failures import UsageError
from portkey_cli.options import Collection, add_command, option


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "mcp", mcp, "portkey-prompts mcp --label production")


def mcp(
    context: typer.Context,
    label: Annotated[str | None, option("--label NAME", "Versions with this label. By default the published.")] = None,
    collection: Collection = None,
    lock: Annotated[str | None, option("--lock FILE", "What is locked, without asking the service.")] = None,
    poll: Annotated[float, option("--poll SECONDS", "How often to look for changes.", min=1)] = 30,
) -> None:
    """Offer prompts to an editor or an assistant that speaks MCP, on standard input and output.

    The program that uses it starts it. Prompts are listed with their arguments and rendered; nothing can be changed.
    """
    if lock and (label or collection):
        raise UsageError("--lock holds versions already: leave out --label and --collection.")
    with needing("mcp"):
        import anyio

        from portkey_cli.mcp_server import LockedPrompts, PromptServer, ServicePrompts
    if lock:
        anyio.run(PromptServer(LockedPrompts(lock), poll).serve)
        return
    with connect(context) as portkey:
        anyio.run(PromptServer(ServicePrompts(portkey, label, collection), poll).serve)

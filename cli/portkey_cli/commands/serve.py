"""`serve`: the prompt service on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from portkey_cli import plain
from portkey_cli.database import DEFAULT
from portkey_cli.options import Database, add_command, option
from portkey_openapi.requests import LOCAL_PORT


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "serve", serve, plain.SERVE_EXAMPLE)


def _port(port: int) -> int:
    try:
        return plain.checked_port(port)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def serve(
    host: Annotated[str, option("--host", plain.HOST_HELP)] = plain.HOST,
    port: Annotated[int, option("--port", plain.PORT_HELP, callback=_port)] = LOCAL_PORT,
    database: Database = DEFAULT,
    config: Annotated[Path | None, option("--config FILE", plain.CONFIG_HELP)] = None,
    drain: Annotated[int | None, option("--drain SECONDS", plain.DRAIN_HELP, min=0, max=plain.MOST_SECONDS)] = None,
    grace: Annotated[int | None, option("--grace SECONDS", plain.GRACE_HELP, min=0, max=plain.MOST_SECONDS)] = None,
    log: Annotated[Literal["text", "json"] | None, option("--log", plain.LOG_HELP)] = None,
) -> int:
    """Serve the prompt API from a database on this machine. Prints its URL when it is ready; Ctrl-C ends it."""
    return plain.serve(host, port, database, config, drain=drain, grace=grace, log=log)

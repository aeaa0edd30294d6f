"""`serve`: the prompt service on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from portkey_cli import serve as service
from portkey_cli.database import DEFAULT
from portkey_cli.options import Database


def _port(port: int) -> int:
    try:
        return service.checked_port(port)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def serve(
    host: Annotated[str, typer.Option("--host", help=service.HOST_HELP)] = service.HOST,
    port: Annotated[int, typer.Option("--port", help=service.PORT_HELP, callback=_port)] = service.PORT,
    database: Database = DEFAULT,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help=service.CONFIG_HELP, show_default=False)
    ] = None,
    drain: Annotated[
        int | None, typer.Option("--drain", metavar="SECONDS", min=0, help=service.DRAIN_HELP, show_default=False)
    ] = None,
    grace: Annotated[
        int | None, typer.Option("--grace", metavar="SECONDS", min=0, help=service.GRACE_HELP, show_default=False)
    ] = None,
    log: Annotated[
        Literal["text", "json"] | None, typer.Option("--log", help=service.LOG_HELP, show_default=False)
    ] = None,
) -> int:
    """Serve the prompt API from a database on this machine. Prints its URL when it is ready; Ctrl-C ends it."""
    return service.serve(host, port, database, config, drain=drain, grace=grace, log=log)

"""`backup`: a copy of a database in one file, made while it is served."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from portkey_cli.database import DEFAULT, opened
from portkey_cli.failures import UsageError
from portkey_cli.options import Database, add_command, option
from portkey_cli.output import note, progress

EXAMPLE = "portkey-prompts backup portkey-2026-11-29.db"


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "backup", backup, EXAMPLE)


def backup(
    file: Annotated[str, typer.Argument(metavar="FILE")],
    database: Database = DEFAULT,
    force: Annotated[bool, option("--force", "Replace the file, where there is one.")] = False,
) -> None:
    """Copy a SQLite database as it is at one moment, while it is served; API keys and runs come too.

    FILE is there when it is whole, for this user alone. To restore: stop the server, remove what stands beside the
    database with -wal and -shm at the end of its name, and copy FILE over it. PostgreSQL has pg_dump for that.
    """
    if file in ("", "-"):
        raise UsageError("FILE must be a file's name. What goes through a pipe is an export: portkey-prompts export")
    with opened(database) as admin, progress("Backing up …") as show:
        size = admin.back_up(Path(file), force=force, progress=show)
    note(f"Backed up {admin.address.shown} to {file}: {size:,} bytes.")

"""`import`: an export put into a database, all of it or nothing."""

from __future__ import annotations

from typing import Annotated

import typer
from attrs import asdict

from portkey_cli.commands.export import Everything
from portkey_cli.database import DEFAULT, opened
from portkey_cli.failures import OK
from portkey_cli.files import named, open_input
from portkey_cli.options import AsJson, Database, add_command, option
from portkey_cli.output import note, progress, summed, write_json

EXAMPLE = "portkey-prompts import prompts.jsonl --database postgresql+psycopg://user@host/name"


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "import", import_archive, EXAMPLE)


def import_archive(
    file: Annotated[str, typer.Argument(metavar="FILE")],
    database: Database = DEFAULT,
    replace: Annotated[bool, option("--replace", "Remove first what the database holds, in the same step.")] = False,
    everything: Everything = False,
    as_json: AsJson = False,
) -> int:
    """Put an export into an empty database, ids and time stamps kept: all of it, or nothing where a line is wrong.

    FILE is what export wrote; - reads stdin. With --replace the database need not be empty. API keys and recorded runs
    stay as they are, unless --all takes the file's in their place.
    """
    with (
        open_input(file) as source,
        opened(database, create=True, source=named(file)) as admin,
        progress("Importing …"),
    ):
        imported = admin.load(source, replace=replace, everything=everything)
    if as_json:
        write_json(asdict(imported))
    left_out = f" Left out: {summed(imported.left_out)}; --all takes them too." if imported.left_out else ""
    note(f"Imported {summed(imported.counts)}.{left_out}")
    return OK

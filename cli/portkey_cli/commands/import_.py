"""`import`: an export put into a database, all of it or nothing."""

from __future__ import annotations

from typing import Annotated

import typer
from attrs import asdict

from portkey_ai.errors import PortkeyError
from portkey_cli import archive
from portkey_cli.commands.export import Everything
from portkey_cli.database import DEFAULT, opened
from portkey_cli.extras import load
from portkey_cli.failures import OK
from portkey_cli.options import AsJson, Database
from portkey_cli.output import note, progress, write_json

EXAMPLE = "portkey-prompts import prompts.jsonl --database postgresql+psycopg://user@host/name"


def import_archive(
    file: Annotated[str, typer.Argument(metavar="FILE", show_default=False)],
    database: Database = DEFAULT,
    replace: Annotated[
        bool, typer.Option("--replace", help="Remove first what the database holds, in the same step.")
    ] = False,
    everything: Everything = False,
    as_json: AsJson = False,
) -> int:
    """Put an export into an empty database, ids and time stamps kept: all of it, or nothing where a line is wrong.

    FILE is what export wrote; - reads stdin. With --replace the database need not be empty. API keys and recorded runs
    stay as they are, unless --all takes the file's in their place.
    """
    archives = load("portkey_local.archive.archive", "local")
    with archive.read(file) as source, opened(database, create=True) as store, progress("Importing …"):
        try:
            imported = archives.load(store, source, replace=replace, everything=everything)
        except archives.ArchiveError as error:
            raise PortkeyError(str(error)) from None
    if as_json:
        write_json(asdict(imported))
    left_out = f" Left out: {archive.summed(imported.left_out)}; --all takes them too." if imported.left_out else ""
    note(f"Imported {archive.summed(imported.counts)}.{left_out}")
    return OK

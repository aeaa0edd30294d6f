"""`export`: all that a database holds, as lines of JSON."""

from __future__ import annotations

from typing import Annotated

import typer

from portkey_cli import archive
from portkey_cli.database import DEFAULT, opened
from portkey_cli.extras import load
from portkey_cli.failures import OK
from portkey_cli.options import Database
from portkey_cli.output import note, progress

EXAMPLE = "portkey-prompts export --output prompts.jsonl"
Everything = Annotated[bool, typer.Option("--all", help="API keys, as their digests, and recorded runs too.")]


def export(
    database: Database = DEFAULT,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where to write; - is stdout.")
    ] = archive.STDOUT,
    everything: Everything = False,
) -> int:
    """Write prompts, partials, labels and collections with all versions as lines of JSON, for import.

    All lines are of one moment, and the same content gives the same bytes, whichever database it is in. Servers may go
    on meanwhile.
    """
    archives = load("portkey_local.archive.archive", "local")
    with opened(database) as store, archive.written(output) as file, progress("Exporting …"):
        counts = archives.export(store, file.write, everything=everything)
        file.flush()
    note(f"Exported {archive.summed(counts)}.")
    return OK

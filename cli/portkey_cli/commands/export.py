"""`export`: all that a database holds, as lines of JSON."""

from __future__ import annotations

from typing import Annotated

import typer

from portkey_cli.database import DEFAULT, opened
from portkey_cli.failures import OK
from portkey_cli.files import STDOUT, open_output
from portkey_cli.options import Database, add_command, option
from portkey_cli.output import note, progress, summed

EXAMPLE = "portkey-prompts export --output prompts.jsonl"
Everything = Annotated[bool, option("--all", "API keys, as their digests, and recorded runs too.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "export", export, EXAMPLE)


def export(
    database: Database = DEFAULT,
    output: Annotated[str, option("--output -o FILE", "Where to write; - is stdout.")] = STDOUT,
    everything: Everything = False,
) -> int:
    """Write prompts, partials, labels and collections with all versions as lines of JSON, for import.

    All lines are of one moment, and the same content gives the same bytes, whichever database it is in. Servers may go
    on meanwhile.
    """
    with opened(database) as admin, open_output(output) as file, progress("Exporting …"):
        counts = admin.export(file.write, everything=everything)
        file.flush()
    note(f"Exported {summed(counts)}.")
    return OK

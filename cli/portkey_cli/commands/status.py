"""`status`: how the files of prompts and the service differ."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from portkey_cli.clients import connect
from portkey_cli.failures import NOT_AS_ASKED, OK
from portkey_cli.options import AsJson, add_command, option
from portkey_cli.output import note, progress, write_json, write_table
from portkey_cli.sync import At, FolderOption, Names, Sync
from portkey_prompts.folder import State


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "status", status, "portkey-prompts status --exit-code")


def status(
    context: typer.Context,
    names: Names = None,
    folder: FolderOption = None,
    at: At = "latest",
    exit_code: Annotated[bool, option("--exit-code", "Exit with 1 where anything differs.")] = False,
    as_json: AsJson = False,
) -> int:
    """Say how the files of prompts and the service differ.

    A prompt is the same, changed here, changed there, both (a conflict), only here or only there. Nothing is changed.
    """
    with connect(context) as portkey, progress("Comparing …"):
        sync = Sync(portkey, folder, at)
        found = sync.differences(names)
    if as_json:
        rows = [{"file": each.key.file_name, "state": each.state, "slug": each.slug} for each in found]
        write_json(rows)
    else:
        other = [[each.key.file_name, str(each.state), each.slug or ""] for each in found if each.state != State.SAME]
        if other:
            write_table(["file", "state", "slug"], other, whole=["state"])
        counts = Counter(each.state for each in found)
        note(", ".join(f"{count} {state}" for state, count in counts.items()) or "No prompts here or there.")
    differs = any(each.state != State.SAME for each in found)
    return NOT_AS_ASKED if exit_code and differs else OK

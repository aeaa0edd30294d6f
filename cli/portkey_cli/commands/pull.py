"""`pull`: prompts of the service, as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from portkey_cli import settings
from portkey_cli.clients import connect
from portkey_cli.failures import NOT_AS_ASKED, OK
from portkey_cli.options import add_command, option
from portkey_cli.output import note, progress, write_line
from portkey_cli.sync import At, Difference, FolderOption, Force, Names, Sync, show_conflict
from portkey_prompts.files import exclusively
from portkey_prompts.folder import State, Synced


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "pull", pull, "portkey-prompts pull greeting --at production")


def pull(
    context: typer.Context,
    names: Names = None,
    folder: FolderOption = None,
    at: At = "latest",
    delete: Annotated[bool, option("--delete", "Delete files whose prompts are gone from the service.")] = False,
    force: Force = False,
) -> int:
    """Write the service's prompts into files, and the partials that they include.

    Files that were changed stay as they are. What was changed here and there is a conflict: it is shown, and the
    exit code is 1; --force takes the service's.
    """
    path = Path(settings.folder(folder).value)
    with exclusively(path), connect(context) as portkey:
        with progress("Comparing …"):
            sync = Sync(portkey, path, at)
            found = sync.differences(names)
        refused = [each for each in found if each.state == State.CONFLICT and not force]
        counts = [_pulled(sync, each, force, delete) for each in found if each not in refused]
    for each in refused:
        show_conflict(sync, each)
    note(f"{sum(counts)} written, {len(found) - sum(counts) - len(refused)} left, {len(refused)} in conflict.")
    return NOT_AS_ASKED if refused else OK


def _pulled(sync: Sync, each: Difference, force: bool, delete: bool) -> bool:
    """Carry out what one difference asks for; say whether a file was written or deleted."""
    folder, remote = sync.folder, each.remote
    if each.state == State.ONLY_HERE:
        was_there = each.synced is not None and each.synced.digest is not None
        if not (delete and was_there) or sync.is_there(each.key.kind, each.slug or ""):
            return False
        folder.remove(each.key)
        write_line(f"deleted {each.key.file_name}")
        return True
    assert remote is not None
    if each.state == State.CHANGED_HERE and not force:
        return False
    if each.state != State.SAME:
        folder.save(each.key, sync.file_of(each))
        write_line(f"{remote.slug}@{remote.number} -> {each.key.file_name}")
    folder.note(each.key, Synced(remote.slug, remote.digest))
    return each.state != State.SAME

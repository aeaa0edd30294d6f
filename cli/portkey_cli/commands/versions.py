"""`versions`: what versions a prompt has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from portkey_cli.clients import connect
from portkey_cli.labels import label_names
from portkey_cli.options import AsJson, Reference, add_command
from portkey_cli.output import moment, progress, version_status, without_empty, write_json, write_table
from portkey_cli.references import split

if TYPE_CHECKING:
    from portkey_ai import Portkey
    from portkey_ai.types import PromptVersion


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "versions", versions, "portkey-prompts versions pp-greeting")


def versions(context: typer.Context, reference: Reference, as_json: AsJson = False) -> None:
    """List a prompt's versions, the newest first."""
    prompt, _ = split(reference)
    with connect(context) as portkey, progress("Listing versions …"):
        page = portkey.prompts.versions.list(prompt)
        found = list(iter(page))
        labels = {} if as_json else {item.id: _labels_of(portkey, prompt, item) for item in found if item.label_id}
    if as_json:
        write_json({**dict(page), "data": found})
        return
    rows = [_version_row(item, labels.get(item.id, "")) for item in found]
    columns = ["version", "status", "labels", "created (UTC)", "by", "description"]
    write_table(*without_empty(columns, rows, "by"))


def _labels_of(portkey: Portkey, prompt: str, version: PromptVersion) -> str:
    """Name all labels of a version; the list of versions has one of them, by its id."""
    return ", ".join(label_names(portkey.prompts.versions.retrieve(prompt, version.id)))


def _version_row(version: PromptVersion, labels: str) -> list[str]:
    number = "" if version.prompt_version is None else str(version.prompt_version)
    return [
        number,
        version_status(version.status),
        labels,
        moment(version.get("created_at")),
        version.created_by or "",
        version.prompt_description or "",
    ]

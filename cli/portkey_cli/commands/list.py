"""`list`: what prompts there are."""

from __future__ import annotations

from itertools import islice

import typer

from portkey_cli.clients import connect
from portkey_cli.options import AsJson, Collection, Limit, Search, add_command
from portkey_cli.output import moment, note, progress, write_json, write_table

_LARGEST_PAGE = 1000


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "list", list_prompts, "portkey-prompts list --search greeting")


def list_prompts(
    context: typer.Context,
    search: Search = None,
    collection: Collection = None,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """List prompts, the newest first."""
    with connect(context) as portkey, progress("Listing prompts …"):
        size = min(limit, _LARGEST_PAGE) if limit else None
        page = portkey.prompts.list(search=search, collection_id=collection, page_size=size)
        found = list(islice(iter(page), limit))
    if as_json:
        write_json({**dict(page), "data": found})
    elif found:
        rows = [
            [it.slug, it.name or "", it.model or "", it.status or "", moment(it.get("last_updated_at"))] for it in found
        ]
        write_table(["slug", "name", "model", "status", "updated (UTC)"], rows)
    else:
        note("There are no prompts like that." if search or collection else "There are no prompts yet.")

"""`keys`: the API keys of a server of one's own."""

from __future__ import annotations

from typing import Annotated

import typer

from portkey_cli import keys
from portkey_cli.commands.catalogue import moment
from portkey_cli.database import DEFAULT
from portkey_cli.failures import UsageError
from portkey_cli.options import AsJson, Database
from portkey_cli.output import note, write_json, write_line, write_table

SUMMARY = "Make, list and revoke the API keys of a server of one's own, in its database."
CREATE_EXAMPLE = "portkey-prompts keys create --scope read,run --name my-app"
LIST_EXAMPLE = "portkey-prompts keys list --json"
REVOKE_EXAMPLE = "portkey-prompts keys revoke 3f9a4c2be07d1865"


def create(
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            metavar="SCOPES",
            help="What it is for: read (also render), write (also publish and label), run. With commas between, or "
            "repeated.",
            show_default=False,
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="TEXT", help="What people call it.", show_default=False)
    ] = None,
    database: Database = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Make an API key and print it.

    It is shown this once, and can't be read again. As soon as a database has had one, its server asks for one with
    every request.
    """
    key, facts = keys.create(database, scope or (), name)
    if as_json:
        write_json({**facts, "key": key})
        return
    write_line(key)
    note(
        f"Keep it: it can't be shown again. Apps send it as PORTKEY_API_KEY; it is for {', '.join(facts['scopes'])}. "
        f"To end it: portkey-prompts keys revoke {facts['id']}"
    )


def list_keys(database: Database = DEFAULT, as_json: AsJson = False) -> None:
    """List API keys, the oldest first. The keys themselves are not kept."""
    found = keys.every(database)
    if as_json:
        write_json({"object": "list", "total": len(found), "data": found})
    elif found:
        rows = [
            [it["id"], it["name"] or "", ", ".join(it["scopes"]), moment(it["created_at"]), moment(it["revoked_at"])]
            for it in found
        ]
        write_table(["id", "name", "scopes", "created (UTC)", "revoked (UTC)"], rows)
    else:
        note("There are no API keys yet, and nobody needs one.")


def revoke(
    key: Annotated[str, typer.Argument(metavar="KEY", show_default=False)],
    database: Database = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Revoke an API key: within a second no server of the database lets it in.

    KEY is its id, its name where no other key bears it, or the key itself.
    """
    if not key:
        raise UsageError(f"Which key? Write its id, such as: {REVOKE_EXAMPLE}")
    facts = keys.revoke(database, key)
    if as_json:
        write_json(facts)
    else:
        note(f"The API key {facts['id']} is revoked.")

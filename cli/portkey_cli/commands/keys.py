"""`keys`: the API keys of a server of one's own, in its database; a server that runs takes notice within a second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from portkey_cli.database import DEFAULT, opened
from portkey_cli.extras import needing
from portkey_cli.failures import UsageError
from portkey_cli.options import AsJson, Database, add_command, option
from portkey_cli.output import moment, note, write_json, write_line, write_table

SUMMARY = "Make, list, rotate and revoke the API keys of a server of one's own, in its database."
CREATE_EXAMPLE = "portkey-prompts keys create --scope read,run --name my-app --expires 90d"
LIST_EXAMPLE = "portkey-prompts keys list --json"
ROTATE_EXAMPLE = "portkey-prompts keys rotate 3f9a4c2be07d1865 --grace 1d"
REVOKE_EXAMPLE = "portkey-prompts keys revoke 3f9a4c2be07d1865"

_SOON = timedelta(days=14)
Expires = Annotated[
    str | None,
    option(
        "--expires WHEN",
        "When it ends by itself: after a length of time, such as 90d or 12h, or on a day, such as 2027-01-31, at "
        "00:00 UTC.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the group and its commands."""
    group = typer.Typer(help=SUMMARY)
    add_command(group, "create", create, CREATE_EXAMPLE)
    add_command(group, "list", list_keys, LIST_EXAMPLE)
    add_command(group, "rotate", rotate, ROTATE_EXAMPLE)
    add_command(group, "revoke", revoke, REVOKE_EXAMPLE)
    app.add_typer(group, name="keys")


def create(
    scope: Annotated[
        list[str] | None,
        option(
            "--scope SCOPES",
            "What it is for: read (also render), write (also label), run, release (publish; with write, move "
            "protected labels such as production). With commas between, or repeated.",
        ),
    ] = None,
    name: Annotated[str | None, option("--name TEXT", "What people call it.")] = None,
    expires: Expires = None,
    database: Database = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Make an API key and print it.

    It is shown this once, and can't be read again. As soon as a database has had one, its server asks for one with
    every request.
    """
    with needing("local"):
        from portkey_local.api_keys import check_name, read_scopes
    try:
        wanted = read_scopes(scope or [])
    except ValueError as error:
        raise UsageError(f"{error} For example: --scope read,run") from None
    named = None if name is None else name.strip()
    try:
        if named is not None:
            check_name(named)
    except ValueError as error:
        raise UsageError(f"--name: {error}") from None
    expiry = _expiry(expires)
    with opened(database, create=True) as admin:
        key, facts = admin.create_key(wanted, named, expiry)
    if as_json:
        write_json({**facts, "key": key})
    else:
        _show_new(key, facts)


def list_keys(database: Database = DEFAULT, as_json: AsJson = False) -> None:
    """List API keys, the oldest first. The keys themselves are not kept."""
    with opened(database) as admin:
        found = admin.list_keys()
    if as_json:
        write_json({"object": "list", "total": len(found), "data": found})
        return
    if found:
        stamps = ("created_at", "expires_at", "revoked_at")
        rows = [
            [it["id"], it["name"] or "", ", ".join(it["scopes"]), *(moment(it[stamp]) for stamp in stamps)]
            for it in found
        ]
        write_table(["id", "name", "scopes", "created (UTC)", "expires (UTC)", "revoked (UTC)"], rows)
    else:
        note("There are no API keys yet, and nobody needs one.")
    _warn(found, datetime.now(UTC))


def rotate(
    key: Annotated[str, typer.Argument(metavar="KEY")],
    grace: Annotated[str, option("--grace TIME", "How long KEY works still, such as 1d, 12h or 0s.")] = "1d",
    expires: Expires = None,
    database: Database = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Make an API key that replaces another one, with its scopes and name, and print it.

    KEY is the old one's id, its name where no other working key has it, or the key itself. It works until the
    grace is over, so that apps can be given the new one meanwhile. The new one lasts as long as KEY was made to, unless
    --expires says otherwise.
    """
    if not key:
        raise UsageError(f"Which key? Write its id, such as: {ROTATE_EXAMPLE}")
    with needing("local"):
        from portkey_local.api_keys import read_duration
    try:
        left = read_duration(grace)
    except ValueError as error:
        raise UsageError(f"--grace: {error}") from None
    expiry = _expiry(expires)
    with opened(database) as admin:
        made, facts, old = admin.rotate_key(key, left, expiry)
    if as_json:
        write_json({**facts, "key": made, "replaces": old})
        return
    _show_new(made, facts)
    note(f"The API key {old['id']}, whose place it takes, works until {moment(old['expires_at'])} (UTC).")


def revoke(
    key: Annotated[str, typer.Argument(metavar="KEY")],
    database: Database = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Revoke an API key: within a second no server of the database lets it in.

    KEY is its id, its name where no other working key has it, or the key itself.
    """
    if not key:
        raise UsageError(f"Which key? Write its id, such as: {REVOKE_EXAMPLE}")
    with opened(database) as admin:
        facts = admin.revoke_key(key)
    if as_json:
        write_json(facts)
    else:
        note(f"The API key {facts['id']} is revoked.")


def _expiry(text: str | None) -> datetime | None:
    with needing("local"):
        from portkey_local.api_keys import read_expiry
    try:
        return None if text is None else read_expiry(text, datetime.now(UTC))
    except ValueError as error:
        raise UsageError(f"--expires: {error}") from None


def _show_new(key: str, facts: dict[str, Any]) -> None:
    write_line(key)
    until = f" until {moment(facts['expires_at'])} (UTC)" if facts["expires_at"] else ""
    note(
        f"Keep it: it can't be shown again. Apps send it as PORTKEY_API_KEY; it is for {', '.join(facts['scopes'])}"
        f"{until}. To end it: portkey-prompts keys revoke {facts['id']}"
    )


def _warn(found: list[dict[str, Any]], now: datetime) -> None:
    """Say which keys end soon: whoever uses one has to be given another."""
    for key in found:
        if key["expires_at"] is None or key["revoked_at"] is not None:
            continue
        left = datetime.fromisoformat(key["expires_at"]) - now
        if timedelta(0) < left <= _SOON:
            called = f"{key['id']} ({key['name']})" if key["name"] else key["id"]
            successor = key["replaced_by"]
            remedy = f"{successor} takes its place" if successor else f"portkey-prompts keys rotate {key['id']}"
            note(f"The API key {called} expires in {_days(left)}, at {moment(key['expires_at'])} (UTC): {remedy}")


def _days(left: timedelta) -> str:
    if left < timedelta(days=1):
        return "less than a day"
    return "1 day" if left.days == 1 else f"{left.days} days"

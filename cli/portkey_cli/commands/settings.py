"""`settings`: the settings in use, and where each comes from."""

from __future__ import annotations

import os

import typer

from portkey_cli import settings
from portkey_cli.clients import Connection
from portkey_cli.options import AsJson, add_command
from portkey_cli.output import write_json, write_table

EXAMPLE = "portkey-prompts settings --json"


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "settings", show_settings, EXAMPLE)


def show_settings(context: typer.Context, as_json: AsJson = False) -> None:
    """Print which service, folder and lock file the commands use here, and what says so.

    An option wins over the environment, and that over [tool.portkey-prompts] in pyproject.toml or .portkey.toml, of
    this folder or one above it, up to the repository's root. Of the API key only where it comes from is told.
    """
    connection = Connection.of(context)
    found = {
        "base_url": connection.service(),
        "api_key": _key(connection.api_key),
        "folder": settings.folder(),
        "lock": settings.lock_file(),
    }
    if as_json:
        write_json({name: {"value": each.value, "source": each.source} for name, each in found.items()})
    else:
        rows = [[name, each.value, each.source] for name, each in found.items()]
        write_table(["setting", "value", "from"], rows, whole=["setting"])


def _key(key: str | None) -> settings.Setting:
    if not key:
        return settings.Setting("none", "default")
    is_set = key == os.environ.get(settings.KEY_VARIABLE)
    return settings.Setting("***", settings.KEY_VARIABLE if is_set else "--api-key")

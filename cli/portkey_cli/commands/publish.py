"""`publish`: which version a prompt means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from portkey_ai.errors import PortkeyError
from portkey_cli.clients import connect
from portkey_cli.failures import UsageError
from portkey_cli.options import AsJson, Reference, add_command
from portkey_cli.output import note, write_json
from portkey_cli.references import is_number, split

if TYPE_CHECKING:
    from portkey_ai.types import PromptDetail


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "publish", publish, "portkey-prompts publish pp-greeting@12")


def publish(context: typer.Context, reference: Reference, as_json: AsJson = False) -> None:
    """Publish a version.

    The reference without a version means it from then on.
    """
    prompt, version = split(reference)
    if not version:
        raise UsageError(f"Which version? Write {prompt}@12, {prompt}@latest or {prompt}@staging.")
    with connect(context) as portkey:
        number = int(version) if is_number(version) else _number(portkey.prompts.retrieve(reference))
        done = portkey.prompts.publish(prompt, version=number)
    if as_json:
        write_json(done)
    else:
        note(f"{prompt} means version {number} now.")


def _number(version: PromptDetail) -> int:
    if version.prompt_version is None:
        raise PortkeyError("The service does not say which number the version has. Publish it by its number.")
    return version.prompt_version

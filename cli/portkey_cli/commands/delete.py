"""`delete`: a prompt and all of its versions, permanently."""

from __future__ import annotations

import typer

from portkey_cli.asking import Yes, agreed, check_askable
from portkey_cli.clients import connect
from portkey_cli.failures import NOT_AS_ASKED, OK, UsageError
from portkey_cli.options import AsJson, Reference, add_command
from portkey_cli.output import note, write_json
from portkey_cli.references import split
from portkey_prompts.errors import command


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "delete", delete, "portkey-prompts delete pp-greeting --yes")


def delete(
    context: typer.Context,
    reference: Reference,
    yes: Yes = False,
    as_json: AsJson = False,
) -> int:
    """Delete a prompt with all of its versions, permanently.

    Apps that name it get an error from then on, but for those that locked it.
    """
    prompt, version = split(reference)
    if version:
        raise UsageError(f"A version can't be deleted, only the whole prompt: {command('delete', prompt)}")
    check_askable(yes)
    with connect(context) as portkey:
        found = portkey.prompts.retrieve(f"{prompt}@latest")  # so that what is asked about is what is there
        if not yes and not agreed(f"Delete {found.slug}, versions 1 to {found.prompt_version}, permanently?"):
            note("Nothing was deleted.")
            return NOT_AS_ASKED
        done = portkey.prompts.delete(found.slug)
    if as_json:
        write_json(done)
    else:
        note(f"Deleted {found.slug}.")
    return OK

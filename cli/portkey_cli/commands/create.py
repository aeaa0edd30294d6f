"""`create`: a new prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from portkey_ai.errors import PortkeyError
from portkey_cli.clients import connect
from portkey_cli.completing import collections
from portkey_cli.contents import check_stdin, read_content, settings
from portkey_cli.failures import listed
from portkey_cli.options import (
    AsJson,
    AsText,
    Description,
    Model,
    Parameters,
    ParametersFile,
    TemplateFile,
    VirtualKey,
    add_command,
    option,
)
from portkey_cli.output import note, write_json, write_line
from portkey_cli.partials import note_unknown

if TYPE_CHECKING:
    from portkey_ai import Portkey


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "create", create, "portkey-prompts create --name Greeting --file greeting.txt")


def create(
    context: typer.Context,
    name: Annotated[str, option("--name TEXT", "Its name; the slug is made from it.")],
    file: TemplateFile,
    collection: Annotated[
        str | None,
        option(
            "--collection SLUG",
            "Where to put it, by slug or UUID. By default the default one.",
            autocompletion=collections,
        ),
    ] = None,
    text: AsText = False,
    parameters: ParametersFile = None,
    param: Parameters = None,
    model: Model = None,
    virtual_key: VirtualKey = None,
    message: Description = None,
    as_json: AsJson = False,
) -> None:
    """Create a prompt. Prints its slug.

    Its version 1 is published at once.
    """
    check_stdin(file, parameters)
    content: dict[str, Any] = {"parameters": {}, **read_content(file or "-", as_text=text)}
    content.update(settings(parameters, param, content["parameters"]))
    given = {"model": model, "virtual_key": virtual_key, "version_description": message}
    content.update({field: value for field, value in given.items() if value is not None})
    with connect(context) as portkey:
        made = portkey.prompts.create(name=name, collection_id=collection or _default_collection(portkey), **content)
        note_unknown(portkey, content["string"])
    if as_json:
        write_json(made)
        return
    write_line(made.slug)
    note("Created. Version 1 is published.")


def _default_collection(portkey: Portkey) -> str:
    """Find the default collection, or the only one."""
    known = list(iter(portkey.collections.list()))
    default = [collection for collection in known if collection.is_default]
    if default or len(known) == 1:
        return (default or known)[0].id
    names = listed(str(collection.slug or collection.id) for collection in known) or "none yet"
    raise PortkeyError(f"No collection is the default one. Choose with --collection: {names}")

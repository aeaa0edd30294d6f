"""`label`: which version a label means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from portkey_ai.errors import PortkeyError
from portkey_cli.clients import connect
from portkey_cli.completing import labels
from portkey_cli.failures import UsageError, listed
from portkey_cli.labels import label_id, label_names
from portkey_cli.options import AsJson, Reference, add_command, option
from portkey_cli.output import note, write_json
from portkey_cli.references import checked

if TYPE_CHECKING:
    from portkey_ai.types import PromptDetail

LabelName = Annotated[str | None, typer.Argument(metavar="[LABEL]", autocompletion=labels)]


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "label", label, "portkey-prompts label pp-greeting@12 production")


def label(
    context: typer.Context,
    reference: Reference,
    name: LabelName = None,
    create: Annotated[bool, option("--create", "Make the label where there is none.")] = False,
    remove: Annotated[
        bool, option("--remove", "Take the label from the version; without a label, all of them.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a label on a version of a prompt, or take it off.

    LABEL is a name, such as production. It sits on one version; the one that bore it loses it. To list, make or delete
    labels themselves: portkey-prompts labels
    """
    if not remove and not name:
        raise UsageError("Which label? Write it after the prompt, such as: label pp-greeting@12 production")
    if remove and create:
        raise UsageError("Choose one of --create and --remove.")
    with connect(context) as portkey:
        version = portkey.prompts.retrieve(checked(reference))
        identifier = None if remove else label_id(portkey, name or "", create=create)
        if remove:
            _check_alone(version, name)
        done = portkey.prompts.versions.update(version.slug, version.prompt_version_id, label_id=identifier)
    if as_json:
        write_json(done)
    else:
        note(_moved(version, name, remove))


def _check_alone(version: PromptDetail, name: str | None) -> None:
    """Check that a version has a label and no other: the API removes all of them at once, and others may be in use."""
    borne = label_names(version)
    if name is None or borne == [name]:
        return
    if name not in borne:
        raise PortkeyError(f"Version {version.prompt_version} of {version.slug} does not bear the label {name!r}.")
    others = listed(label for label in borne if label != name)
    raise PortkeyError(
        f"Version {version.prompt_version} also bears {others}, and the API takes all labels off at once. "
        f"Move {name!r} to another version, or leave it out to remove all."
    )


def _moved(version: PromptDetail, name: str | None, remove: bool) -> str:
    source = f"version {version.prompt_version} of {version.slug}"
    if remove:
        return f"Removed {name or 'all labels'} from {source}."
    return f"{version.slug}@{name} means version {version.prompt_version} now."

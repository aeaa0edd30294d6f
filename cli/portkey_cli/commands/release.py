"""`publish`, `label`: which version a reference means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from portkey_ai.errors import PortkeyError
from portkey_cli.clients import connect
from portkey_cli.commands.catalogue import label_names
from portkey_cli.failures import UsageError
from portkey_cli.options import AsJson, Reference
from portkey_cli.output import note, write_json
from portkey_cli.references import checked, is_number, split

if TYPE_CHECKING:
    from portkey_ai import Portkey
    from portkey_ai.types import PromptDetail

LabelName = Annotated[str | None, typer.Argument(metavar="[LABEL]", show_default=False)]


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


def label(
    context: typer.Context,
    reference: Reference,
    name: LabelName = None,
    create: Annotated[bool, typer.Option("--create", help="Make the label where there is none.")] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help="Take the label from the version; without a label, all of them.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a label on a version of a prompt, or take it off.

    LABEL is a name, such as production. It sits on one version; the one that bore it loses it.
    """
    if not remove and not name:
        raise UsageError("Which label? Write it behind the prompt, such as: label pp-greeting@12 production")
    if remove and create:
        raise UsageError("Choose one of --create and --remove.")
    with connect(context) as portkey:
        version = portkey.prompts.retrieve(checked(reference))
        label_id = None if remove else _label_id(portkey, name or "", create)
        if remove:
            _check_alone(version, name)
        done = portkey.prompts.versions.update(version.slug, version.prompt_version_id, label_id=label_id)
    if as_json:
        write_json(done)
    else:
        note(_moved(version, name, remove))


def _number(version: PromptDetail) -> int:
    if version.prompt_version is None:
        raise PortkeyError("The service does not say which number the version has. Publish it by its number.")
    return version.prompt_version


def _label_id(portkey: Portkey, name: str, create: bool) -> str:
    """Find a label, or make it."""
    known = {label.name: label.id for label in portkey.labels.list()}
    if name in known:
        return known[name]
    if create:
        return portkey.labels.create(name=name).id
    names = ", ".join(sorted(label for label in known if label))
    raise PortkeyError(f"There is no label {name!r}. Make it with --create, or choose one: {names}")


def _check_alone(version: PromptDetail, name: str | None) -> None:
    """Check that a version bears a label and no other: the API takes all from it at once, and others may be in use."""
    borne = label_names(version)
    if name is None or borne == [name]:
        return
    if name not in borne:
        raise PortkeyError(f"Version {version.prompt_version} of {version.slug} does not bear the label {name!r}.")
    others = ", ".join(label for label in borne if label != name)
    raise PortkeyError(
        f"Version {version.prompt_version} also bears {others}, and the API takes all labels off at once. "
        f"Move {name!r} to another version, or leave it out to remove all."
    )


def _moved(version: PromptDetail, name: str | None, remove: bool) -> str:
    place = f"version {version.prompt_version} of {version.slug}"
    if remove:
        return f"Removed {name or 'all labels'} from {place}."
    return f"{version.slug}@{name} means version {version.prompt_version} now."

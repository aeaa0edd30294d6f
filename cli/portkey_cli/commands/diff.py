"""`diff`: what a change of a prompt means."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from portkey_ai.errors import NotFoundError, PortkeyError
from portkey_cli.clients import connect
from portkey_cli.completing import slugs
from portkey_cli.failures import NoFileError
from portkey_cli.options import AsJson, ExitCode, Reference, add_command
from portkey_cli.output import progress, write_comparison
from portkey_cli.partials import includes
from portkey_cli.prompt_files import folder_of, is_file, key_of_prompt, slug_reference
from portkey_cli.references import checked, split
from portkey_prompts.folder import PARTIAL, sent

if TYPE_CHECKING:
    from portkey_ai import Portkey

NewReference = Annotated[str, typer.Argument(metavar="[NEW]", autocompletion=slugs)]


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "diff", diff, "portkey-prompts diff pp-greeting@12 pp-greeting@13 --exit-code")


def diff(
    context: typer.Context,
    old: Reference,
    new: NewReference = "@latest",
    exit_code: ExitCode = False,
    as_json: AsJson = False,
) -> int:
    """Compare two versions of a prompt.

    NEW is another reference, or @13 of the same prompt; by default the latest version. Each may be a prompt's file
    too, whose partials are the folder's; a file alone is compared with the service. The verdict says what the change
    means for who calls the prompt: breaking, compatible, text only or none.
    """
    from portkey_prompts.diff import compare

    if is_file(old) and "@" not in old and new == "@latest":
        old, new = f"{slug_reference(context, old)}@latest", old
    after = f"{split(old)[0]}{new}" if new.startswith("@") else new
    references = checked(old), checked(after)
    with connect(context) as portkey, progress("Comparing …"):
        one, other = (_side(context, portkey, each) for each in references)
    try:
        found = compare(one.version, other.version, old_partials=one.partials, new_partials=other.partials)
    except (TypeError, ValueError) as error:
        raise PortkeyError(f"{old} and {after} can't be compared: {error}") from None
    return write_comparison(found, found.unified(), exit_code, as_json)


class _Side(NamedTuple):
    version: Mapping[str, Any]
    partials: dict[str, str]


def _side(context: typer.Context, portkey: Portkey, reference: str) -> _Side:
    """Read one side of a comparison: a file with the folder's partials, or what the service holds."""
    if not is_file(reference) or "@" in reference:
        version = portkey.prompts.retrieve(checked(slug_reference(context, reference)))
        return _Side(version, _partials(portkey, version.variable_components, {}))
    file = Path(reference)
    key, folder = key_of_prompt(file), folder_of(portkey, file.parent)
    prompt = folder.files.get(key)
    if prompt is None:
        raise NoFileError(f"{reference}: there is no such file.")
    slugs = folder.slugs()
    texts = {
        slugs.get(key.stem, key.stem): sent(each, slugs)["string"]
        for key, each in folder.files.items()
        if key.kind == PARTIAL
    }
    here = {**sent(prompt, slugs), "slug": reference}  # what it is called in the comparison
    return _Side(here, _partials(portkey, {"partials": includes(here["string"])}, texts))


def _partials(portkey: Portkey, used: Mapping[str, Any] | None, here: Mapping[str, str]) -> dict[str, str]:
    """Fetch the partials that a version includes, and theirs; those that do not exist are left out.

    What is included without a version has today's published text, on both sides of a comparison.

    Args:
        portkey: the service.
        used: the names that the template uses.
        here: the texts that are known, by reference.
    """
    waiting, texts = list((used or {}).get("partials") or ()), dict[str, str]()
    while waiting:
        reference = waiting.pop()
        if reference in texts:
            continue
        try:
            text = here[reference] if reference in here else portkey.prompts.partials.retrieve(reference).string
        except NotFoundError:
            continue
        texts[reference] = text or ""
        waiting.extend(includes(texts[reference]))
    return texts

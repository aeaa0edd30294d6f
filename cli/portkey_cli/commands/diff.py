"""`diff`, `contract diff`: what a change means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from portkey_ai.errors import NotFoundError, PortkeyError
from portkey_cli.clients import connect
from portkey_cli.extras import load
from portkey_cli.failures import NOT_AS_ASKED, OK, UsageError
from portkey_cli.files import named, read_text
from portkey_cli.options import AsJson, ExitCode, Reference
from portkey_cli.output import progress, write_diff, write_json, write_line
from portkey_cli.references import checked, split

if TYPE_CHECKING:
    from portkey_ai import Portkey
    from portkey_ai.diff import ContractDiff, PromptDiff
    from portkey_ai.types import PromptDetail

NewReference = Annotated[
    str,
    typer.Argument(metavar="[NEW]"),
]
OldContract = Annotated[str, typer.Argument(metavar="OLD", show_default=False)]
NewContract = Annotated[str, typer.Argument(metavar="NEW", show_default=False)]


def diff(
    context: typer.Context,
    old: Reference,
    new: NewReference = "@latest",
    exit_code: ExitCode = False,
    as_json: AsJson = False,
) -> int:
    """Compare two versions of a prompt.

    NEW is another reference, or @13 of the same prompt; by default the latest version. The verdict says what the
    change means for who calls the prompt: breaking, compatible, text only or none.
    """
    from portkey_ai.diff import compare

    after = f"{split(old)[0]}{new}" if new.startswith("@") else new
    references = checked(old), checked(after)
    with connect(context) as portkey, progress("Comparing …"):
        one, other = portkey.prompts.retrieve(references[0]), portkey.prompts.retrieve(references[1])
        partials = {"old_partials": _partials(portkey, one), "new_partials": _partials(portkey, other)}
    try:
        found = compare(one, other, **partials)
    except (TypeError, ValueError) as error:
        raise PortkeyError(f"{old} and {after} can't be compared: {error}") from None
    return _report(found, found.unified(), exit_code, as_json)


def diff_contracts(old: OldContract, new: NewContract, exit_code: ExitCode = False, as_json: AsJson = False) -> int:
    """Compare two OpenAPI documents.

    OLD and NEW are files, YAML or JSON; - is stdin. The verdict says what the change means for the clients of the API.
    """
    from portkey_ai.diff import compare_contracts

    documents = [_document(path) for path in (old, new)]
    try:
        found = compare_contracts(*documents)
    except (TypeError, ValueError) as error:
        raise PortkeyError(f"{old} and {new} can't be compared: {error}") from None
    return _report(found, "", exit_code, as_json)


def _report(found: PromptDiff | ContractDiff, text: str, exit_code: bool, as_json: bool) -> int:
    """Print a comparison, and choose the exit code.

    Args:
        found: what the comparison found.
        text: the changed lines themselves, "" where there are none to show.
        exit_code: whether a breaking change ends with 1.
        as_json: whether to print JSON.
    """
    if as_json:
        write_json(found.as_dict())
    else:
        if text:
            write_diff(text)
            write_line("")
        write_line(str(found))
    return NOT_AS_ASKED if exit_code and any(change.breaking for change in found.changes) else OK


def _partials(portkey: Portkey, version: PromptDetail) -> dict[str, str]:
    """Fetch the partials that a version includes, and theirs; those that do not exist are left out.

    What is included without a version has today's published text, on both sides of a comparison.
    """
    used: Mapping[str, Any] = version.variable_components or {}
    waiting, texts = list(used.get("partials") or ()), dict[str, str]()
    while waiting:
        reference = waiting.pop()
        if reference in texts:
            continue
        try:
            texts[reference] = portkey.prompts.partials.retrieve(reference).string or ""
        except NotFoundError:
            continue
        waiting.extend(_included(texts[reference]))
    return texts


def _included(text: str) -> list[str]:
    """List the partials that a partial includes; of a malformed one, none."""
    from portkey_ai.templates import Template, TemplateError

    try:
        return list(Template(text).components["partials"])
    except TemplateError:
        return []


def _document(path: str) -> dict[str, Any]:
    """Read an OpenAPI document, YAML or JSON."""
    yaml = load("yaml", "cli")
    try:
        document = yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        raise UsageError(f"{named(path)} is no YAML: {error}") from None
    if not isinstance(document, dict) or "openapi" not in document:
        raise UsageError(f"{named(path)} is no OpenAPI document: it has no field openapi.")
    return document

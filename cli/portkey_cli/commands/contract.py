"""`contract`: what this installation was compiled from, and how contracts differ."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from portkey_ai.errors import PortkeyError
from portkey_cli import plain
from portkey_cli.extras import needing
from portkey_cli.failures import UsageError
from portkey_cli.files import named, read_text
from portkey_cli.options import AsJson, ExitCode, add_command, option
from portkey_cli.output import write_comparison

Expect = Annotated[str | None, option("--expect VERSION", plain.EXPECT_HELP)]
OldContract = Annotated[str, typer.Argument(metavar="OLD")]
NewContract = Annotated[str, typer.Argument(metavar="NEW")]


def register(app: typer.Typer) -> None:
    """Add the command, and below it `contract diff`."""
    group = typer.Typer(invoke_without_command=True, epilog=plain.CONTRACT_EXAMPLE)
    group.callback()(contract)
    add_command(group, "diff", diff, "portkey-prompts contract diff released.yaml openapi.yaml --exit-code")
    app.add_typer(group, name="contract")


def contract(context: typer.Context, expect: Expect = None, as_json: AsJson = False) -> int:
    """Print which contract this was compiled from.

    That is the API version, the contract's SHA-256, the generator's version and the distribution's.
    """
    if context.invoked_subcommand is not None:
        return 0
    return plain.report_contract(expect, as_json=as_json)


def diff(old: OldContract, new: NewContract, exit_code: ExitCode = False, as_json: AsJson = False) -> int:
    """Compare two OpenAPI documents.

    OLD and NEW are files, YAML or JSON; - is stdin. The verdict says what the change means for the clients of the API.
    """
    from portkey_prompts.contract_diff import compare_contracts

    documents = [_document(path) for path in (old, new)]
    try:
        found = compare_contracts(*documents)
    except (TypeError, ValueError) as error:
        raise PortkeyError(f"{old} and {new} can't be compared: {error}") from None
    return write_comparison(found, "", exit_code, as_json)


def _document(path: str) -> dict[str, Any]:
    """Read an OpenAPI document, YAML or JSON."""
    with needing("cli"):
        import yaml  # type: ignore[import-untyped]
    try:
        document = yaml.load(read_text(path), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise UsageError(f"{named(path)} is no YAML: {error}") from None
    if not isinstance(document, dict) or "openapi" not in document:
        raise UsageError(f"{named(path)} is no OpenAPI document: it has no field openapi.")
    return document

"""`contract`: what this installation was compiled from, and how contracts differ."""

from __future__ import annotations

from typing import Annotated

import typer

from portkey_cli import contract as facts
from portkey_cli.options import AsJson

Expect = Annotated[str | None, typer.Option("--expect", metavar="VERSION", help=facts.EXPECT_HELP, show_default=False)]


def contract(context: typer.Context, expect: Expect = None, as_json: AsJson = False) -> int:
    """Print which contract this was compiled from.

    That is the API version, the contract's SHA-256, the generator's version and the distribution's.
    """
    if context.invoked_subcommand is not None:
        return 0
    return facts.report(expect, as_json=as_json)

"""Arguments and options that several commands have, written once.

Arguments have no help of their own: with some releases of click, those of typer lose it. Commands describe them.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from portkey_cli import database
from portkey_cli.completion import slugs

Reference: TypeAlias = Annotated[str, typer.Argument(metavar="PROMPT", show_default=False, autocompletion=slugs)]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print the API's JSON.")]

Variables: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--var", metavar="NAME=TEXT", help="A variable that is text. May be repeated.", show_default=False),
]
JsonVariables: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--var-json", metavar="NAME=JSON", help="A variable of any kind, as JSON. May be repeated.", show_default=False
    ),
]
VariablesFile: TypeAlias = Annotated[
    str | None,
    typer.Option("--vars", metavar="FILE", help="Variables as a JSON object; - reads stdin.", show_default=False),
]

TemplateFile: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--file",
        "-f",
        metavar="FILE",
        help="The template: text, a JSON array of messages, or a JSON object with string and further fields of a "
        "version, as show --json prints it. - reads stdin.",
        show_default=False,
    ),
]
ParametersFile: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--parameters",
        metavar="FILE",
        help="Model settings and defaults of variables, as a JSON object; - reads stdin.",
        show_default=False,
    ),
]
Parameters: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--param", metavar="NAME=JSON", help="One of the parameters, as JSON. May be repeated.", show_default=False
    ),
]
Model: TypeAlias = Annotated[
    str | None, typer.Option("--model", metavar="NAME", help="The model to run.", show_default=False)
]
VirtualKey: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--virtual-key", metavar="NAME", help="Names the provider and the key to run with.", show_default=False
    ),
]
Description: TypeAlias = Annotated[
    str | None,
    typer.Option("--message", "-m", metavar="TEXT", help="What is new in the version.", show_default=False),
]
ExitCode: TypeAlias = Annotated[bool, typer.Option("--exit-code", help="Exit with 1 where the change is breaking.")]
Database: TypeAlias = Annotated[
    str, typer.Option("--database", metavar="URL", envvar=database.VARIABLE, help=database.HELP)
]

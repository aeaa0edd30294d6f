"""Arguments and options that several commands have, written once.

Arguments have no help of their own: with some releases of click, those of typer lose it. Commands describe them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

import typer

from portkey_cli import completing, database
from portkey_cli.failures import PROGRAM

_PROMPT = "PROMPT is a slug or UUID; a version may follow it: @12, @latest or @label."


def add_command(app: typer.Typer, name: str, command: Callable[..., Any], example: str) -> None:
    """Add a command, with an example below its help, and what a PROMPT is where it takes one."""
    takes_prompt = "Reference" in map(str, command.__annotations__.values())
    shown = f"For example: {example}" if example.startswith(PROGRAM) else example
    app.command(name, epilog=f"{_PROMPT}\n\n{shown}" if takes_prompt else shown)(command)


Reference: TypeAlias = Annotated[str, typer.Argument(metavar="PROMPT", autocompletion=completing.slugs)]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print the API's JSON.")]

Search: TypeAlias = Annotated[
    str | None, typer.Option("--search", metavar="TEXT", help="Only those whose name contains this text.")
]
Collection: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--collection",
        metavar="SLUG",
        help="Only those in this collection, by slug or UUID.",
        autocompletion=completing.collections,
    ),
]
Limit: TypeAlias = Annotated[
    int | None, typer.Option("--limit", min=1, help="How many to list at most. By default all.")
]

Variables: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--var", "-v", metavar="NAME=TEXT", help="A variable that is text. May be repeated."),
]
JsonVariables: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--var-json", metavar="NAME=JSON", help="A variable of any kind, as JSON. May be repeated."),
]
VariablesFile: TypeAlias = Annotated[
    str | None,
    typer.Option("--vars", metavar="FILE", help="Variables as a JSON object; - reads stdin."),
]
Strict: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--strict",
        help="Fail where a variable is missing or is not used. Without it stderr names them, and the exit code is 0.",
    ),
]

TemplateFile: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--file",
        "-f",
        metavar="FILE",
        help="The template: text, a JSON array of messages, or a JSON object with string and further fields of a "
        "version, as show --json prints it. - reads stdin.",
    ),
]
AsText: TypeAlias = Annotated[bool, typer.Option("--text", help="The template is text, even if it looks like JSON.")]
ParametersFile: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--parameters",
        metavar="FILE",
        help="Model settings and defaults of variables, as a JSON object; - reads stdin.",
    ),
]
Parameters: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--param", metavar="NAME=JSON", help="One of the parameters, as JSON; null takes it away. May be repeated."
    ),
]
Model: TypeAlias = Annotated[str | None, typer.Option("--model", metavar="NAME", help="The model to run.")]
VirtualKey: TypeAlias = Annotated[
    str | None,
    typer.Option("--virtual-key", metavar="NAME", help="Names the provider and the key to run with."),
]
Description: TypeAlias = Annotated[
    str | None,
    typer.Option("--message", "-m", metavar="TEXT", help="What is new in the version."),
]
ExitCode: TypeAlias = Annotated[bool, typer.Option("--exit-code", help="Exit with 1 where the change is breaking.")]
Database: TypeAlias = Annotated[
    str, typer.Option("--database", metavar="URL", envvar=database.VARIABLE, help=database.HELP)
]

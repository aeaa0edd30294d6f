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


def option(declared: str, says: str, **further: Any) -> Any:
    """Describe an option in the form in which a usage line has it: its names, then what stands for its value.

    Args:
        declared: for example `--file -f FILE`; a flag has no value.
        says: its help.
        **further: what else `typer.Option` takes.
    """
    words = declared.split()
    value = None if words[-1].startswith("-") else words.pop()
    return typer.Option(*words, metavar=value, help=says, **further)


Reference: TypeAlias = Annotated[str, typer.Argument(metavar="PROMPT", autocompletion=completing.slugs)]
AsJson: TypeAlias = Annotated[bool, option("--json", "Print the API's JSON.")]

Search: TypeAlias = Annotated[str | None, option("--search TEXT", "Only those whose name contains this text.")]
Collection: TypeAlias = Annotated[
    str | None,
    option(
        "--collection SLUG", "Only those in this collection, by slug or UUID.", autocompletion=completing.collections
    ),
]
Limit: TypeAlias = Annotated[int | None, option("--limit", "How many to list at most. By default all.", min=1)]

Variables: TypeAlias = Annotated[
    list[str] | None, option("--var -v NAME=TEXT", "A variable that is text. May be repeated.")
]
JsonVariables: TypeAlias = Annotated[
    list[str] | None, option("--var-json NAME=JSON", "A variable of any kind, as JSON. May be repeated.")
]
VariablesFile: TypeAlias = Annotated[str | None, option("--vars FILE", "Variables as a JSON object; - reads stdin.")]
Strict: TypeAlias = Annotated[
    bool,
    option(
        "--strict",
        "Fail where a variable is missing or is not used. Without it stderr names them, and the exit code is 0.",
    ),
]

TemplateFile: TypeAlias = Annotated[
    str | None,
    option(
        "--file -f FILE",
        "The template: text, a JSON array of messages, or a JSON object with string and further fields of a "
        "version, as show --json prints it. - reads stdin.",
    ),
]
AsText: TypeAlias = Annotated[bool, option("--text", "The template is text, even if it looks like JSON.")]
ParametersFile: TypeAlias = Annotated[
    str | None,
    option("--parameters FILE", "Model settings and defaults of variables, as a JSON object; - reads stdin."),
]
Parameters: TypeAlias = Annotated[
    list[str] | None,
    option("--param NAME=JSON", "One of the parameters, as JSON; null takes it away. May be repeated."),
]
Model: TypeAlias = Annotated[str | None, option("--model NAME", "The model to run.")]
VirtualKey: TypeAlias = Annotated[
    str | None, option("--virtual-key NAME", "Names the provider and the key to run with.")
]
Description: TypeAlias = Annotated[str | None, option("--message -m TEXT", "What is new in the version.")]
ExitCode: TypeAlias = Annotated[bool, option("--exit-code", "Exit with 1 where the change is breaking.")]
Database: TypeAlias = Annotated[str, option("--database URL", database.HELP, envvar=database.VARIABLE)]

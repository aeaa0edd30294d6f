"""`render`: a prompt filled with variables."""

from __future__ import annotations

from typing import Annotated

import typer

from portkey_cli.clients import connect
from portkey_cli.files import gather_variables
from portkey_cli.options import AsJson, JsonVariables, Reference, Strict, Variables, VariablesFile, add_command, option
from portkey_cli.output import write_json, write_line, write_messages
from portkey_cli.references import checked
from portkey_cli.variables import check_variables


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(
        app, "render", render, "portkey-prompts render pp-greeting@12 --var name=Alice --var-json items='[1, 2]'"
    )


def render(
    context: typer.Context,
    reference: Reference,
    var: Variables = None,
    var_json: JsonVariables = None,
    vars_file: VariablesFile = None,
    strict: Strict = False,
    messages: Annotated[bool, option("--messages", "Print each message under its role.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fill a prompt with variables, and print its text."""
    variables = gather_variables(vars_file, var, var_json)
    with connect(context) as portkey:
        check_variables(portkey, checked(reference), variables, strict=strict)
        rendered = portkey.prompts.render(prompt_id=reference, variables=variables)
    if as_json:
        write_json(rendered)
    elif messages and rendered.messages:
        write_messages(rendered.messages)
    else:
        write_line(rendered.prompt)

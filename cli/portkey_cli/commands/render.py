"""`render`: a prompt filled with variables."""

from __future__ import annotations

from typing import Annotated

import typer

from portkey_cli.clients import connect
from portkey_cli.messages import write_messages
from portkey_cli.options import AsJson, JsonVariables, Reference, Variables, VariablesFile
from portkey_cli.output import write_json, write_line
from portkey_cli.references import checked
from portkey_cli.variables import gather


def render(
    context: typer.Context,
    reference: Reference,
    var: Variables = None,
    var_json: JsonVariables = None,
    vars_file: VariablesFile = None,
    messages: Annotated[bool, typer.Option("--messages", help="Print each message under its role.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fill a prompt with variables, and print its text."""
    variables = gather(vars_file, var, var_json)
    with connect(context) as portkey:
        rendered = portkey.prompts.render(prompt_id=checked(reference), variables=variables)
    if as_json:
        write_json(rendered)
    elif messages and rendered.messages:
        write_messages(rendered.messages)
    else:
        write_line(rendered.prompt)

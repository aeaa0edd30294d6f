"""`show`: one version of a prompt."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from portkey_cli.clients import connect
from portkey_cli.labels import label_names
from portkey_cli.options import AsJson, Reference, add_command, option
from portkey_cli.output import moment, write_facts, write_json, write_line, write_messages
from portkey_cli.references import checked
from portkey_prompts.templates.messages import messages_in

if TYPE_CHECKING:
    from portkey_ai.types import PromptDetail


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "show", show, "portkey-prompts show pp-greeting@production")


def show(
    context: typer.Context,
    reference: Reference,
    template: Annotated[bool, option("--template", "Print the template alone, as it is stored.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a prompt: one version's template and settings."""
    with connect(context) as portkey:
        prompt = portkey.prompts.retrieve(checked(reference))
    if as_json:
        write_json(prompt)
    elif template:
        write_line(prompt.string or "")
    else:
        write_facts(_facts(prompt))
        write_line("")
        _write_template(prompt.string or "")


def _facts(prompt: PromptDetail) -> dict[str, str]:
    published = " (published)" if prompt.prompt_version_status == "active" else ""
    used: Mapping[str, Any] = prompt.variable_components or {}
    return {
        "prompt": prompt.slug,
        "name": prompt.name or "",
        "version": f"{prompt.prompt_version}{published}",
        "description": prompt.prompt_version_description or "",
        "labels": ", ".join(label_names(prompt)),
        "made by": prompt.prompt_version_created_by or "",
        "published by": prompt.prompt_version_published_by or "",
        "labelled by": _givers(prompt),
        "model": prompt.model or "",
        "virtual key": prompt.virtual_key or "",
        "variables": _names(used, "variables"),
        "sections": _names(used, "sections"),
        "partials": _names(used, "partials"),
        "parameters": _json(prompt.parameters),
        "tools": _tools(prompt.tools),
        "tool choice": _json(prompt.tool_choice),
        "updated": moment(prompt.get("last_updated_at")),
    }


def _givers(prompt: PromptDetail) -> str:
    given = [(label.get("name"), label.get("given_by")) for label in prompt.prompt_version_labels or ()]
    return ", ".join(f"{giver} ({name})" for name, giver in given if giver)


def _names(used: Mapping[str, Any], kind: str) -> str:
    return ", ".join(map(str, used.get(kind) or ()))


def _tools(tools: Sequence[Mapping[str, Any]] | None) -> str:
    named = [(tool.get("function") or {}).get("name") if isinstance(tool, Mapping) else None for tool in tools or ()]
    return ", ".join(str(name) for name in named if name)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str) if value else ""


def _write_template(string: str) -> None:
    messages = messages_in(string)
    if messages is None:
        write_line(string)
    else:
        write_messages(messages)

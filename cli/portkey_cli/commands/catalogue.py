"""`list`, `show`, `versions`: what prompts there are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from portkey_cli.clients import connect
from portkey_cli.contents import messages_in
from portkey_cli.messages import write_messages
from portkey_cli.options import AsJson, Reference
from portkey_cli.output import note, progress, write_facts, write_json, write_line, write_table
from portkey_cli.references import checked, split

if TYPE_CHECKING:
    from portkey_ai import Portkey
    from portkey_ai.types import PromptDetail, PromptVersion

_LARGEST_PAGE = 1000


def list_prompts(
    context: typer.Context,
    search: Annotated[
        str | None, typer.Option("--search", metavar="TEXT", help="Only what bears this text in its name.")
    ] = None,
    collection: Annotated[
        str | None,
        typer.Option("--collection", metavar="SLUG", help="Only what lies in this collection, by slug or UUID."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="How many to list at most. By default all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List prompts, the newest first."""
    with connect(context) as portkey, progress("Listing prompts …"):
        size = min(limit, _LARGEST_PAGE) if limit else None
        page = portkey.prompts.list(search=search, collection_id=collection, page_size=size)
        found = list(islice(iter(page), limit))
    if as_json:
        write_json({**dict(page), "data": found})
    elif found:
        rows = [
            [it.slug, it.name or "", it.model or "", it.status or "", moment(it.get("last_updated_at"))] for it in found
        ]
        write_table(["slug", "name", "model", "status", "updated (UTC)"], rows)
    else:
        note("There are no prompts like that." if search or collection else "There are no prompts yet.")


def show(
    context: typer.Context,
    reference: Reference,
    template: Annotated[bool, typer.Option("--template", help="Print the template alone, as it is stored.")] = False,
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


def versions(context: typer.Context, reference: Reference, as_json: AsJson = False) -> None:
    """List a prompt's versions, the newest first."""
    prompt, _ = split(reference)
    with connect(context) as portkey, progress("Listing versions …"):
        page = portkey.prompts.versions.list(prompt)
        found = list(iter(page))
        labels = {} if as_json else {item.id: _labels_of(portkey, prompt, item) for item in found if item.label_id}
    if as_json:
        write_json({**dict(page), "data": found})
        return
    rows = [_version_row(item, labels.get(item.id, "")) for item in found]
    write_table(["version", "status", "labels", "created (UTC)", "description"], rows)


def moment(stamp: object) -> str:
    """Write a time stamp to the minute, as far as it is one."""
    return stamp[:16].replace("T", " ") if isinstance(stamp, str) else ""


def label_names(prompt: PromptDetail) -> list[str]:
    """List the labels that a version bears."""
    borne = [str(label.get("name")) for label in prompt.prompt_version_labels or () if label.get("name")]
    return borne or ([prompt.prompt_version_label_name] if prompt.prompt_version_label_name else [])


def _labels_of(portkey: Portkey, prompt: str, version: PromptVersion) -> str:
    """Name all labels of a version; the list itself tells of one, and by its id."""
    return ", ".join(label_names(portkey.prompts.versions.retrieve(prompt, version.id)))


def _version_row(version: PromptVersion, labels: str) -> list[str]:
    status = {"active": "published", "archived": ""}.get(version.status or "", version.status or "")
    number = "" if version.prompt_version is None else str(version.prompt_version)
    return [number, status, labels, moment(version.get("created_at")), version.prompt_description or ""]


def _facts(prompt: PromptDetail) -> dict[str, str]:
    published = " (published)" if prompt.prompt_version_status == "active" else ""
    used: Mapping[str, Any] = prompt.variable_components or {}
    return {
        "prompt": prompt.slug,
        "name": prompt.name or "",
        "version": f"{prompt.prompt_version}{published}",
        "description": prompt.prompt_version_description or "",
        "labels": ", ".join(label_names(prompt)),
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

"""The content of a version: its template and settings, as files hold them and as the API takes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from portkey_cli.failures import UsageError
from portkey_cli.files import STDIN, json_assignments, named, parse_json, read_object, read_text

FIELDS = (
    "string",
    "parameters",
    "tools",
    "tool_choice",
    "functions",
    "model",
    "virtual_key",
    "template_metadata",
    "is_raw_template",
)
"""The fields that make up a version's content."""


def read_content(path: str) -> dict[str, Any]:
    """Read a version's content from a file, or from stdin for `-`.

    A JSON array is a chat prompt's messages. A JSON object that has `string` is taken field by field. Anything else is
    a text prompt, whose last line break is the file's and not the prompt's.

    Raises:
        UsageError: where it can't be read, or a file called `.json` holds neither.
    """
    text = read_text(path)
    value = _json_in(text, path)
    if is_chat(value):
        return {"string": dumped(value)}
    if isinstance(value, dict) and isinstance(value.get("string"), str):
        return {name: value[name] for name in FIELDS if value.get(name) is not None}
    if path.endswith(".json"):
        raise UsageError(f"{path} must hold an array of messages with a role, or an object with string.")
    if not text.strip():
        raise UsageError(f"{named(path)} is empty. Write a template into it.")
    return {"string": text.removesuffix("\n")}


def settings(
    parameters_file: str | None, parameters: list[str] | None, base: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Gather parameters: those of a file, or else of `base`, and single ones on top.

    Returns:
        `{"parameters": …}`, or nothing where the command line says nothing of them.

    Raises:
        UsageError: where one can't be read.
    """
    single = json_assignments("--param", parameters)
    if parameters_file is None and not single:
        return {}
    return {"parameters": {**(read_object(parameters_file) if parameters_file else base or {}), **single}}


def check_stdin(*paths: str | None) -> None:
    """Check that stdin is asked for one thing only.

    Raises:
        UsageError: where two options ask for it.
    """
    if paths.count(STDIN) > 1:
        raise UsageError("Only one option can read stdin (-). Give a file for the others.")


def messages_in(string: str) -> list[dict[str, Any]] | None:
    """Read a template as a chat prompt's messages; None where it is text, or no JSON before it is rendered."""
    try:
        value = json.loads(string)
    except (ValueError, RecursionError):
        return None
    return value if is_chat(value) else None


def is_chat(value: object) -> bool:
    """Say whether a decoded JSON value is an array of messages."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, dict) and isinstance(item.get("role"), str) for item in value)
    )


def dumped(messages: object) -> str:
    """Write messages as the API stores them."""
    return json.dumps(messages, ensure_ascii=False)


def _json_in(text: str, path: str) -> Any:
    """Decode a file's JSON; of a file that need not be JSON, None where it is none."""
    if path.endswith(".json"):
        return parse_json(text, path)
    try:
        return parse_json(text, path) if text.lstrip()[:1] in ("[", "{") else None
    except UsageError:
        return None

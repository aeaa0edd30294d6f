"""The content of a version: its template and settings, as files hold them and as the API takes them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from portkey_cli.failures import UsageError
from portkey_cli.files import STDIN, json_assignments, named, parse_json, read_object, read_text
from portkey_prompts.rendering import content_fields
from portkey_prompts.templates.messages import is_chat

NOTHING: dict[str, Any] = {"parameters": {}, "template_metadata": {}, "is_raw_template": 0}
"""Values that empty a field: one that is left out of a body keeps what there is."""

_LIKE_JSON = re.compile(r"""\s*(?:\[\s*(?:\{(?!\{)|"|\])|\{\s*(?:"|\}(?!\})))""")
"""The beginning of JSON, which no template that people write has: `{{` begins a tag, `[Note] …` a text."""


def read_content(path: str, *, as_text: bool = False) -> dict[str, Any]:
    """Read a version's content from a file, or from stdin for `-`.

    A JSON array is a chat prompt's messages. A JSON object that has `string` is taken field by field. Anything else is
    a text prompt, whose last line break is the file's and not the prompt's.

    Args:
        path: the file.
        as_text: whether it is a text prompt, whatever it looks like.

    Raises:
        UsageError: where it can't be read, a file called `.json` holds neither messages nor an object with `string`,
            or what begins like JSON is malformed.
    """
    text = read_text(path)
    value = None if as_text else _json_in(text, path)
    if is_chat(value):
        return {"string": dumped(value)}
    if isinstance(value, dict) and isinstance(value.get("string"), str):
        return {name: value[name] for name in content_fields() if value.get(name) is not None}
    if path.endswith(".json") and not as_text:
        raise UsageError(f"{path} must hold an array of messages with a role, or an object with string.")
    return {"string": _template(text, path)}


def read_template(path: str) -> str:
    """Read a template that is text, whatever it looks like; its last line break is the file's.

    Raises:
        UsageError: where it can't be read, or is empty.
    """
    return _template(read_text(path), path)


def settings(
    parameters_file: str | None, parameters: list[str] | None, base: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Gather parameters: those of a file, else of `base`, with single ones over them; a single null removes one.

    Returns:
        `{"parameters": …}`, or nothing where the command line says nothing of them.

    Raises:
        UsageError: where one can't be read.
    """
    single = json_assignments("--param", parameters)
    if parameters_file is None and not single:
        return {}
    gathered = {**(read_object(parameters_file) if parameters_file else base or {}), **single}
    return {"parameters": {name: value for name, value in gathered.items() if name not in single or value is not None}}


def check_stdin(*paths: str | None) -> None:
    """Check that stdin is asked for one thing only.

    Raises:
        UsageError: where two options ask for it.
    """
    if paths.count(STDIN) > 1:
        raise UsageError("Only one option can read stdin (-). Give a file for the others.")


def dumped(messages: object) -> str:
    """Write messages as the API stores them."""
    return json.dumps(messages, ensure_ascii=False)


def _template(text: str, path: str) -> str:
    if not text.strip():
        raise UsageError(f"{named(path)} is empty. Write a template into it.")
    return text.removesuffix("\n")


def _json_in(text: str, path: str) -> Any:
    """Decode JSON; None where a file that need not be JSON does not begin like it."""
    if path.endswith(".json"):
        return parse_json(text, path)
    if not _LIKE_JSON.match(text):
        return None
    try:
        return parse_json(text, named(path))
    except UsageError as error:
        raise UsageError(f"{error} Mend it, or say with --text that it is a text prompt.") from None

"""Messages, as a person reads them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from portkey_cli.output import write_heading, write_line


def write_messages(messages: Iterable[Mapping[str, Any]]) -> None:
    """Write messages one below the other, each under its role."""
    for index, message in enumerate(messages):
        if index:
            write_line("")
        write_heading(heading(message))
        for line in texts(message):
            write_line(line)


def heading(message: Mapping[str, Any]) -> str:
    """Say whose message it is."""
    role, name = str(message.get("role") or "message"), message.get("name")
    return f"{role} ({name}):" if name else f"{role}:"


def texts(message: Mapping[str, Any]) -> Iterator[str]:
    """Iterate what a message holds as text: its content, part by part, and the tools that it calls."""
    content = message.get("content")
    parts = content if isinstance(content, list) else [content] if content is not None else []
    for part in parts:
        yield part if isinstance(part, str) else _part(part)
    yield from calls(message)


def calls(message: Mapping[str, Any]) -> Iterator[str]:
    """Iterate the tools that a message calls, each as `name(arguments)`."""
    for call in message.get("tool_calls") or ():
        function = call.get("function") if isinstance(call, Mapping) else None
        if isinstance(function, Mapping):
            yield f"{function.get('name')}({function.get('arguments') or ''})"


def _part(part: Any) -> str:
    if isinstance(part, Mapping) and isinstance(part.get("text"), str):
        return str(part["text"])
    return json.dumps(part, ensure_ascii=False, default=str)

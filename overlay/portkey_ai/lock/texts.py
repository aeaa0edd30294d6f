"""Texts in a form in which a changed line of a prompt is a changed line of the file, and back, byte for byte.

| a value | stands in the file as |
|---|---|
| a text of one line | that |
| a text with line breaks (LF; a CR stays at the end of its line) | `{"lines": ["…", "…"]}` |
| a chat prompt's `string`, whose JSON can be written again exactly | `{"style": "compact", "messages": […]}` |
| an object whose one key is `lines` or `literal` | `{"literal": {…}}`, so that it is not taken for the above |
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

_LINES, _LITERAL = "lines", "literal"


def _writer(**layout: Any) -> Callable[[Any], str]:
    return lambda value: json.dumps(value, allow_nan=False, **layout)


_STYLES: dict[str, Callable[[Any], str]] = {
    "spaced": _writer(ensure_ascii=False),
    "compact": _writer(ensure_ascii=False, separators=(",", ":")),
    "indent 2": _writer(ensure_ascii=False, indent=2),
    "indent 4": _writer(ensure_ascii=False, indent=4),
    "indent tab": _writer(ensure_ascii=False, indent="\t"),
    "spaced ascii": _writer(),
    "compact ascii": _writer(separators=(",", ":")),
    "indent 2 ascii": _writer(indent=2),
    "indent 4 ascii": _writer(indent=4),
    "indent tab ascii": _writer(indent="\t"),
}
"""The ways in which programs write JSON, by the names that the file has for them."""

_UNSEEN = re.compile(
    "[\x7f-\x9f\xad\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""What a reviewer would not see, or would see elsewhere than it is; and half characters, which no file can hold."""


def laid_out(value: Any) -> Any:
    """Lay out a JSON value: texts in it become lines where they have some."""
    if isinstance(value, str):
        return {_LINES: value.split("\n")} if "\n" in value else value
    if isinstance(value, list):
        return [laid_out(item) for item in value]
    if isinstance(value, dict):
        members = {name: laid_out(member) for name, member in value.items()}
        return {_LITERAL: members} if _is_mark(value) else members
    return value


def restored(value: Any) -> Any:
    """Undo `laid_out`.

    Raises:
        ValueError: the value was not laid out like this.
    """
    if isinstance(value, list):
        return [restored(item) for item in value]
    if not isinstance(value, dict):
        return value
    if not _is_mark(value):
        return {name: restored(member) for name, member in value.items()}
    ((mark, inner),) = value.items()
    if mark == _LINES:
        return _joined(inner)
    if not isinstance(inner, dict):
        raise ValueError('"literal" holds an object')
    return {name: restored(member) for name, member in inner.items()}


def template_laid_out(string: str) -> Any:
    """Lay out a prompt's `string`: a chat as its messages, where exactly the same JSON can be written from them."""
    messages = _messages(string)
    style = None if messages is None else _style_of(messages, string)
    return laid_out(string) if style is None else {"style": style, "messages": laid_out(messages)}


def template_restored(value: Any) -> str:
    """Undo `template_laid_out`.

    Raises:
        ValueError: the value was not laid out like this.
    """
    if isinstance(value, dict) and value.keys() == {"style", "messages"}:
        write = _STYLES.get(value["style"]) if isinstance(value["style"], str) else None
        if write is None:
            raise ValueError(f'"style" is {value["style"]!r}, and none of: {", ".join(_STYLES)}')
        return write(restored(value["messages"]))
    text = restored(value)
    if not isinstance(text, str):
        raise ValueError("a template is a text, lines, or messages in a style")
    return text


def to_text(value: Any) -> str:
    """Write a JSON value for people: indented, in readable letters, everything that can't be seen escaped."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=False, indent=2)
    return _UNSEEN.sub(_escaped, text) + "\n"


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}" if found[0] < "\x80" else json.dumps(found[0])[1:-1]


def _is_mark(value: dict[str, Any]) -> bool:
    return len(value) == 1 and (_LINES in value or _LITERAL in value)


def _joined(lines: Any) -> str:
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise ValueError('"lines" holds a list of texts')
    return "\n".join(lines)


def _style_of(messages: list[Any], string: str) -> str | None:
    """Find the style in which exactly this text comes out; None where none does, so that nothing is lost."""
    try:
        return next((style for style, write in _STYLES.items() if write(messages) == string), None)
    except (ValueError, RecursionError):
        return None


def _messages(string: str) -> list[Any] | None:
    """Parse what may be a chat; None where it is none."""
    if not string.startswith("["):
        return None
    try:
        value = json.loads(string)
    except (ValueError, RecursionError):
        return None
    return value if value and all(isinstance(item, dict) for item in value) else None

"""The text of messages, as one reads it; no more than that, so that whoever only needs this loads no engine."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any


def messages_text(messages: Iterable[Any]) -> str:
    """Join the texts of messages, with a blank line between; of several parts, with a line break between.

    Args:
        messages: messages with `content` that is text, a list of parts, null or not there. Parts without `text`,
            messages without any text, and what is no message are left out.
    """
    return "\n\n".join(filter(None, map(_message_text, messages)))


def template_text(string: Any, template_type: str | None = None) -> str:
    """Show a stored template as text: of a chat its messages' texts, anything else as it is.

    Args:
        string: the template as it is stored.
        template_type: `completion` where it is known to be no chat.
    """
    if not isinstance(string, str):
        return messages_text(string) if isinstance(string, list) else ""
    if template_type == "completion" or not string.lstrip().startswith("["):
        return string
    try:
        messages = json.loads(string)
    except (ValueError, RecursionError):
        return string
    is_chat = isinstance(messages, list) and messages and all(isinstance(m, dict) and "role" in m for m in messages)
    return messages_text(messages) if is_chat else string


def _message_text(message: Any) -> str:
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    texts = (part.get("text") if isinstance(part, dict) else part for part in content)
    return "\n".join(text for text in texts if isinstance(text, str) and text)

"""The text of messages, as one reads it; no more than that, so that whoever only needs this loads no engine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def messages_text(messages: Iterable[Any]) -> str:
    """Join the texts of messages, with a blank line between; of several parts, with a line break between.

    Args:
        messages: messages with `content` that is text, a list of parts, null or not there. Parts without `text`,
            messages without any text, and what is no message are left out.
    """
    return "\n\n".join(filter(None, map(_message_text, messages)))


def _message_text(message: Any) -> str:
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    texts = (part.get("text") if isinstance(part, dict) else part for part in content)
    return "\n".join(text for text in texts if isinstance(text, str) and text)

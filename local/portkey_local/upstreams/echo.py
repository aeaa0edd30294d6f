"""An upstream without a model: it answers with the last message of the rendered prompt.

For tests and for a first look. Its answers name it as the model, so that nobody takes it for one.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from portkey_local.ids import new_id
from portkey_prompts.templates import messages_text

from .base import Run

ECHO = MODEL = "echo"
_PIECES = re.compile(r"\s*\S+|\s+")


class EchoUpstream:
    """Answer with what was asked, a word a chunk; tokens are counted as words."""

    span_attributes: Mapping[str, Any] = {"gen_ai.provider.name": ECHO}

    async def complete(self, run: Run) -> dict[str, Any]:
        """Answer whole."""
        text = asked(run)
        choice = {"index": 0, "finish_reason": "stop"}
        choice |= {"text": text} if run.kind == "completion" else {"message": {"role": "assistant", "content": text}}
        return {**_head(), "choices": [choice], "usage": usage(run, text)}

    async def stream(self, run: Run) -> AsyncGenerator[dict[str, Any], None]:
        """Answer word by word."""
        head, text = _head(), asked(run)
        if run.kind == "chat":
            yield {**head, "choices": [_delta({"role": "assistant", "content": ""})]}
        for found in _PIECES.finditer(text):
            piece = found[0]
            delta = {"index": 0, "text": piece, "finish_reason": None}
            yield {**head, "choices": [delta if run.kind == "completion" else _delta({"content": piece})]}
        last = {"index": 0, "text": "", "finish_reason": "stop"}
        yield {**head, "choices": [last if run.kind == "completion" else _delta({}, "stop")]}
        if run.wants_usage:
            yield {**head, "choices": [], "usage": usage(run, text)}

    async def close(self) -> None:
        """Let go of nothing."""


def asked(run: Run) -> str:
    """Return what is answered: a text prompt's text, or the text of the last message."""
    if run.kind == "completion":
        return str(run.body.get("prompt", ""))
    messages = run.body.get("messages") or [{}]
    return messages_text(messages[-1:])


def usage(run: Run, answer: str) -> dict[str, int]:
    """Count words where a model would count tokens."""
    prompt = messages_text(run.body["messages"]) if run.kind == "chat" else asked(run)
    given, answered = len(prompt.split()), len(answer.split())
    return {"prompt_tokens": given, "completion_tokens": answered, "total_tokens": given + answered}


def _head() -> dict[str, Any]:
    return {"id": f"echo-{new_id()}", "created": int(time.time()), "model": MODEL}


def _delta(delta: dict[str, str], finish_reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish_reason}

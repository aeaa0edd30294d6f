"""What all libraries are given to do: the same calls, and the same bytes in answer."""

import json
from typing import Any

API_KEY = "benchmark"
RENDER = "pp-render"
STREAM_AT_ONCE = "pp-at-once"
"""Streams in one big write."""
STREAM_BY_CHUNKS = "pp-by-chunks"
"""Streams in one write a chunk."""
CHUNKS = 500
"""How many chunks a stream has before its `[DONE]`."""

VARIABLES: dict[str, Any] = {"name": "Alice", "topic": "the weather", "orders": [{"number": "A-1"}, {"number": "A-2"}]}
TEXT = "Hello Alice, let us talk about the weather. " * 8
RENDERED: dict[str, Any] = {
    "success": True,
    "data": {
        "model": "gpt-4",
        "temperature": 0,
        "max_tokens": 256,
        "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": TEXT}],
    },
}
WORD = "word "


def chunk(index: int) -> dict[str, Any]:
    """Make one piece of a streamed answer, as a provider words it."""
    last = index == CHUNKS - 1
    return {
        "id": "chatcmpl-benchmark",
        "object": "chat.completion.chunk",
        "created": 1780000000,
        "model": "gpt-4",
        "choices": [{"index": 0, "delta": {"content": WORD}, "finish_reason": "stop" if last else None}],
    }


def events() -> list[bytes]:
    """Make a stream's server-sent events, `[DONE]` last."""
    texts = [json.dumps(chunk(index)) for index in range(CHUNKS)]
    return [f"data: {text}\n\n".encode() for text in (*texts, "[DONE]")]


def check(text: str | None, wanted: str) -> None:
    """Check that a library did the work that it is timed for.

    Raises:
        RuntimeError: where what it read is not what was sent.
    """
    if text != wanted:
        raise RuntimeError(f"read {text!r} where {wanted!r} was sent")

"""Answers as the hosted service was seen to give them, and as streams are written."""

from __future__ import annotations

import json
from typing import Any

VERSION_1, VERSION_2, VERSION_3 = (f"{number}fb0a9a2-43a1-4d21-b1ee-2ad2b5d7f5a{number}" for number in (1, 2, 3))

MESSAGES = [
    {"role": "system", "content": "You are brief."},
    {"role": "user", "content": [{"type": "text", "text": "Tell Alice about AI."}]},
]
RENDER: dict[str, Any] = {
    "success": True,
    "data": {"model": "gpt-4", "temperature": 0, "max_tokens": 256, "messages": MESSAGES},
}
COMPLETION: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1780017118,
    "model": "gpt-4-0613",
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "Hello, Alice."}, "finish_reason": "stop"},
    ],
    "usage": {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13},
    "system_fingerprint": None,
}
PROMPT: dict[str, Any] = {
    "id": "5fb0a9a2-43a1-4d21-b1ee-2ad2b5d7f5a5",
    "slug": "pp-greeting-5cd6b6",
    "collection_id": None,
    "name": "Greeting",
    "created_at": "2026-05-29T01:11:58.000Z",
    "last_updated_at": None,
    "status": "half-archived",
    "model": None,
    "object": "prompt",
    "access_level": "all",
    "prompt_version": 2,
    "prompt_version_id": VERSION_2,
    "prompt_version_description": None,
    "prompt_version_status": "active",
    "prompt_version_labels": [{"id": "l-1", "name": "production"}],
    "string": '[{"role": "system", "content": "Be {{tone}}."}, {"role": "user", "content": "Hi {{name}}"}]',
    "parameters": {"temperature": 0, "name": ""},
    "functions": None,
    "tools": None,
    "tool_choice": None,
    "template_metadata": {"template_type": "chat"},
    "is_raw_template": 0,
}


def version(number: int, uuid: str) -> dict[str, Any]:
    """Say a version as lists show it."""
    return {
        "id": uuid,
        "prompt_id": PROMPT["id"],
        "prompt_template": {"string": f"template {number}"} if number % 2 else f"template {number}",
        "prompt_version": number,
        "prompt_description": None,
        "label_id": None,
        "created_at": "2026-05-29T01:11:58.000Z",
        "status": "archived",
        "object": "prompt",
    }


VERSIONS: dict[str, Any] = {
    "object": "list",
    "total": 3,
    "data": [version(3, VERSION_3), version(2, VERSION_2), version(1, VERSION_1)],
}


def partial(slug: str, string: str | None, number: int = 1) -> dict[str, Any]:
    """Say a partial as it is read."""
    return {
        "id": "7fb0a9a2-43a1-4d21-b1ee-2ad2b5d7f5a7",
        "slug": slug,
        "name": slug,
        "collection_id": None,
        "string": string,
        "version": number,
        "version_description": None,
        "status": "active",
    }


def fitting(method: str, path: str) -> dict[str, Any]:
    """Say what any operation may answer."""
    last = path.rstrip("/").rpartition("/")[2]
    if last == "render":
        return RENDER
    if last in ("completions", "generate"):
        return COMPLETION
    if method == "GET" and last in ("prompts", "versions", "partials", "labels", "collections"):
        return {"object": "list", "total": 0, "data": []}
    return {} if method == "DELETE" else PROMPT


def control_plane_error(message: str, code: str = "AB02") -> dict[str, Any]:
    """Say a failure as the control plane does."""
    return {"success": False, "data": {"message": message, "errorCode": code}}


def chunk(content: str | None = None, finish_reason: str | None = None, index: int = 0, **delta: Any) -> dict[str, Any]:
    """Say one chunk of a streamed chat completion."""
    delta = {**({} if content is None else {"content": content}), **delta}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1780017118,
        "model": "gpt-4-0613",
        "choices": [{"index": index, "delta": delta, "finish_reason": finish_reason}],
    }


def event(data: Any) -> bytes:
    """Write one server-sent event."""
    return f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode()


DONE = event("[DONE]")
HELLO = [
    event(chunk("", role="assistant")),
    event(chunk("Hello, ")),
    event(chunk("Alice.")),
    event(chunk(None, "stop")),
    DONE,
]

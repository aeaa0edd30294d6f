"""Server-sent events, written; the compiled client's decoder reads them."""

from __future__ import annotations

from portkey_local.http.answers import to_json

DONE = "[DONE]"


def event(data: object) -> bytes:
    """Write an event whose data is a JSON value."""
    return b"data: " + to_json(data) + b"\n\n"


def done() -> bytes:
    """Write the event that ends a stream."""
    return f"data: {DONE}\n\n".encode()

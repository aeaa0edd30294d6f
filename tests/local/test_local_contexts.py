"""In which context a request is answered: its beginning and what waits share one, requests do not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import httpx
import pytest
from hosting import hosted

SEEN: ContextVar[str] = ContextVar("SEEN", default="")


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer what the request found in its context; with `/wait` in two steps."""
    found = SEEN.get()
    token = SEEN.set(scope["path"])
    if scope["path"] == "/wait":
        await asyncio.sleep(0.01)
        SEEN.reset(token)
    body = f"{found or 'nothing'}, then {SEEN.get() or 'nothing'}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def base_url() -> Iterator[str]:
    with hosted(app, grace=1) as server:
        yield f"http://127.0.0.1:{server.port}"


def test_what_waits_goes_on_in_its_own_context(base_url: str) -> None:
    with httpx.Client(base_url=base_url) as client:
        assert [client.get(path).text for path in ("/wait", "/once", "/wait", "/once")] == [
            "nothing, then nothing",
            "nothing, then /once",
            "nothing, then nothing",
            "nothing, then /once",
        ]

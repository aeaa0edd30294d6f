"""Answers that a client may walk away from: whole ones that take long, and streams."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing, suppress
from typing import Any, TypeVar

from starlette.types import Receive, Scope, Send

from portkey_local.errors import ApiError, StoppingError, UpstreamError
from portkey_local.http.calls import ClientGoneError

from .events import done, event

T = TypeVar("T")
_LAST_WORDS = 1.0
"""Seconds that a stream gets to say that the server stops."""
logger = logging.getLogger("portkey_local")
_HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache")]


async def unless_gone(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """Do some work, and stop it when the client goes away.

    Args:
        receive: The request's channel, its body already read.
        work: What to do.

    Raises:
        ClientGoneError: The client went away; the work was cancelled and has ended.
    """
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise ClientGoneError
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)


class EventStream:
    """Answer with server-sent events, ended by `[DONE]`.

    A failure before the first chunk is raised, so that it is answered with a status of its own. A later one is an
    event with an `error`, after which the stream ends without `[DONE]`.

    Args:
        chunks: What to send; closed when the client goes away.
    """

    def __init__(self, chunks: AsyncGenerator[dict[str, Any], None]) -> None:
        self._chunks = chunks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events for as long as the client listens."""
        await unless_gone(receive, self._send(send))

    async def _send(self, send: Send) -> None:
        async with aclosing(self._chunks) as chunks:
            first = await anext(chunks)
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            await _send_event(send, event(first))
            await _send_last(send, await self._send_rest(chunks, send))

    async def _send_rest(self, chunks: AsyncGenerator[dict[str, Any], None], send: Send) -> bytes:
        """Send what follows the first chunk and return the last event."""
        try:
            async for chunk in chunks:
                await _send_event(send, event(chunk))
        except asyncio.CancelledError:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_WORDS):
                    await _send_last(send, event(_stopping().body))
            raise
        except UpstreamError as error:
            return event(error.body)
        except Exception:
            logger.exception("A stream failed")
            failure = UpstreamError(ApiError.status, "The server failed in mid-stream; its log says more.")
            return event(failure.body)
        return done()


def _stopping() -> UpstreamError:
    return UpstreamError(StoppingError.status, StoppingError().message, kind="stopping")


async def _send_event(send: Send, data: bytes) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": True})


async def _send_last(send: Send, data: bytes) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

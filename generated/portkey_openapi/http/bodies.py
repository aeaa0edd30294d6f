# Compiled from openapi.yaml by `make generate`. Do not edit.
"""Answers' bodies: read whole, streamed or dropped; never more than a limit of bytes."""

from __future__ import annotations

import sys
import time
import weakref
from _thread import start_new_thread
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, cast

import httpx

from ..errors import AnswerTooLong
from . import AsyncHTTPClient, HTTPClient, Request, Response
from .loops import running_loop

if TYPE_CHECKING:
    import asyncio

MOST_BYTES = 256 * 1024 * 1024
"""Bytes that an answer may have by default, decompressed: enough for all events of the longest stream."""
DRAIN_SECONDS = 1.0
"""How long the end of a stream is waited for, so that its connection can be used again."""
_OTHER_ANSWERS = ("application/json", "text/html", "application/xml", "text/xml")


def send(http: HTTPClient, request: Request, most: int, *, stream: bool = False) -> Response:
    """Send a request, and read the answer: whole, unless it is a success that is to be streamed.

    Args:
        http: what to send with.
        request: the request.
        most: bytes that the answer may have, decompressed.
        stream: whether the body of a success is left to be read.

    Raises:
        AnswerTooLong: where it is longer.
        Exception: of httpx, and of an app's own client any.
    """
    response = http.send(request, stream=True)
    if not stream or not response.is_success:
        read_whole(response, most)
    return response


def read_whole(response: Response, most: int) -> None:
    """Read an answer's body into its `content`, as long as it has no more than so many bytes."""
    try:
        # httpx has no limit of its own, and no other way to keep what was read by somebody else.
        response._content = b"".join(limited(response, most))
    except BaseException:
        response.close()  # a body that was read to its end has closed it already
        raise


def limited(response: Response, most: int) -> Iterator[bytes]:
    """Iterate an answer's body as it arrives, decompressed, as long as it has no more than so many bytes.

    Raises:
        AnswerTooLong: where it has more.
    """
    taken = 0
    for part in response.iter_raw() if _is_as_sent(response) else response.iter_bytes():
        taken += len(part)
        if taken > most:
            raise AnswerTooLong(most)
        yield part


def _is_as_sent(response: Response) -> bool:
    """Say whether a body is neither compressed nor read already: `iter_raw` gives the same then, and faster."""
    return not response.is_stream_consumed and "content-encoding" not in response.headers


def body_of(owner: object, response: Response, most: int) -> Iterator[bytes]:
    """Iterate a streamed answer's body as `limited` does; its connection is closed once nobody has the owner any more.

    Args:
        owner: what reads the body.
        response: the answer.
        most: bytes that it may have, decompressed.
    """
    body = limited(response, most)
    # The finalizer holds the body: collected together with its owner, it would be closed within the collection.
    weakref.finalize(owner, _close_on_thread, response, body).atexit = False
    return body


def _close_on_thread(response: Response, body: Iterator[bytes]) -> None:
    if not response.is_closed:
        # On a thread: a collection may run while this very thread holds the lock that closing takes. The start of a
        # `threading.Thread` takes locks as well.
        with suppress(RuntimeError):  # the interpreter ends
            start_new_thread(_close_dropped, (response, body))


def _close_dropped(response: Response, body: Iterator[bytes]) -> None:
    with suppress(Exception):  # nobody is there to be told
        response.close()


def is_dropped() -> bool:
    """Say, in a generator's `finally`, whether it was left unfinished: a garbage collection may then be running."""
    return isinstance(sys.exception(), GeneratorExit)


def drain(response: Response, body: Iterator[bytes]) -> None:
    """Read a finished stream's end, at most DRAIN_SECONDS long and 8 pieces, and close it."""
    # At its end the connection returns to the pool; where the server sends on, it is closed.
    moment = time.monotonic() + DRAIN_SECONDS
    with suppress(httpx.RequestError, AnswerTooLong), closing(response), _reading_until(response, moment):
        for _ in zip(range(8), body, strict=False):
            pass


@contextmanager
def _reading_until(response: Response, moment: float) -> Iterator[None]:
    """Let reads of an answer's connection time out at a moment, whatever the request said."""
    connection = response.extensions.get("network_stream")
    if connection is None:
        yield
        return
    read = connection.read
    connection.read = lambda most, timeout=None: read(most, max(moment - time.monotonic(), 0.001))
    try:
        yield
    finally:
        connection.read = read


def may_be_event_stream(response: Response) -> bool:
    """Say whether an answer may be an event stream by its type."""
    # Some servers call it plain text, or nothing at all, so only what is certainly another kind is refused.
    kind = cast(str, response.headers.get("content-type", ""))
    return kind.partition(";")[0].strip().lower() not in _OTHER_ANSWERS


async def async_send(http: AsyncHTTPClient, request: Request, most: int, *, stream: bool = False) -> Response:
    """Send a request, and read the answer: whole, unless it is a success that is to be streamed; see `send`."""
    response = await http.send(request, stream=True)
    if not stream or not response.is_success:
        await async_read_whole(response, most)
    return response


async def async_read_whole(response: Response, most: int) -> None:
    """Read an answer's body into its `content`, as long as it has no more than so many bytes."""
    try:
        response._content = b"".join([part async for part in async_limited(response, most)])
    except BaseException:
        await response.aclose()
        raise


async def async_limited(response: Response, most: int) -> AsyncIterator[bytes]:
    """Iterate an answer's body as it arrives, as long as it has no more than so many bytes; see `limited`."""
    taken = 0
    async for part in response.aiter_raw() if _is_as_sent(response) else response.aiter_bytes():
        taken += len(part)
        if taken > most:
            raise AnswerTooLong(most)
        yield part


def async_body_of(owner: object, response: Response, most: int) -> AsyncIterator[bytes]:
    """Iterate a streamed answer's body; its connection is closed once nobody has the owner any more; see `body_of`."""
    loop = running_loop()
    if loop is not None:
        weakref.finalize(owner, _close_on_loop, loop, response).atexit = False
    return async_limited(response, most)


def _close_on_loop(loop: asyncio.AbstractEventLoop, response: Response) -> None:
    if not response.is_closed:
        with suppress(RuntimeError):  # the loop is closed, and its connections with it
            # Not left to the loop's own closing of generators: it does not know one that never began.
            loop.call_soon_threadsafe(lambda: loop.create_task(_async_close_dropped(response)))


async def _async_close_dropped(response: Response) -> None:
    with suppress(Exception):
        await response.aclose()


async def async_drain(response: Response, body: AsyncIterator[bytes]) -> None:
    """Read a finished stream's end, at most DRAIN_SECONDS long and 8 pieces, and close it; see `drain`."""
    import anyio

    try:
        with anyio.move_on_after(DRAIN_SECONDS):
            for _ in range(8):
                await anext(body)
    except (StopAsyncIteration, httpx.RequestError, AnswerTooLong):
        pass
    finally:
        with anyio.CancelScope(shield=True):
            await response.aclose()

"""One request and its answer, over a connection of the HTTP server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from .request import SIZE, STATUS

if TYPE_CHECKING:
    from .connection import Connection

LARGE = 64 * 1024
"""Bytes from which on a body or an answer is checked against `limits.buffers`; smaller ones are always taken."""
_NO_BODY = (204, 304)
_STATUS_LINES = {status: line.removesuffix(b"\r\n") for status, line in STATUS_LINE.items()}
logger = logging.getLogger("portkey_local")


class Exchange:
    """One request and its answer, with `receive` and `send` as ASGI has them.

    The head of an answer goes out with the beginning of its body: most answers are one write.

    Args:
        connection: What the request came over.
        scope: What is known of it.
        keep_alive: Whether another request may follow.
        expects_continue: Whether the client waits to be told to send the body.
    """

    def __init__(
        self, connection: Connection, scope: dict[str, Any], *, keep_alive: bool, expects_continue: bool
    ) -> None:
        self.scope = scope
        self.keep_alive = keep_alive
        self.body: bytes | bytearray = bytearray()
        self.received = self.waiting = 0
        self.more_body = True
        self.disconnected = self.response_started = self.response_complete = False
        self._connection = connection
        self._is_news = False
        self._waiter: asyncio.Future[None] | None = None
        self._expects_continue = expects_continue
        self._head = b""
        self._chunked = False

    async def run(self, app: Any) -> None:
        """Have the request answered; what is left unanswered ends the connection."""
        try:
            await app(self.scope, self.receive, self.send)
        except BaseException as error:
            logger.error("An answer failed", exc_info=error)
        finally:
            self.waiting = 0
            if not self.response_complete and not self.disconnected:
                self._connection.transport.close()

    def hold(self, body: bytes) -> None:
        """Take the whole body at once."""
        self.body, self.received, self.more_body, self._is_news = body, len(body), False, True

    async def receive(self) -> dict[str, Any]:
        """Return more of the body, or the news that the client has gone or has its answer."""
        connection = self._connection
        if self._expects_continue and not connection.transport.is_closing():
            self._expects_continue = False
            connection.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if not self.disconnected and not self.response_complete:
            if connection.flow.read_paused:
                connection.flow.resume_reading()
            if not self._is_news:
                await self._news()
            self._is_news = False
        if self.disconnected or self.response_complete:
            return {"type": "http.disconnect"}
        body, self.body = bytes(self.body), bytearray()
        return {"type": "http.request", "body": body, "more_body": self.more_body}

    def tell(self) -> None:
        """Tell whoever receives that there is news: more of the body, or an end."""
        self._is_news = True
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    async def _news(self) -> None:
        self._waiter = self._connection.loop.create_future()
        await self._waiter

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Send the head of an answer, or a piece of its body.

        Beyond ASGI, `http.response.start` may bring the whole `body`, and its `size` in bytes.

        Raises:
            OverloadedError: Too much waits to be read by other clients. Nothing was sent yet.
        """
        flow = self._connection.flow
        if message["type"] == "http.response.start":
            size = message.get("size", 0)
            if size >= LARGE:
                self._connection.check_room(size)
            self.waiting = size
            if flow.write_paused and not self.disconnected:
                await flow.drain()
            self._begin(message["status"], message["headers"])
            state = self.scope["state"]
            state[STATUS], state[SIZE] = message["status"], size
            if "body" in message and not self.disconnected:
                self._write(message["body"], more=False)
            return
        self.scope["state"][SIZE] += len(message.get("body", b""))
        if flow.write_paused and not self.disconnected:
            await flow.drain()
        if not self.disconnected and not self.response_complete:
            self._write(message.get("body", b""), more=message.get("more_body", False))

    def _begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self.response_started = True
        if self._expects_continue and self.more_body:
            self.keep_alive = False  # whether the body still comes is the client's choice, so nothing can follow
        lines = [_STATUS_LINES[status]]
        named = dict(headers)
        if named.get(b"connection") == b"close":
            self.keep_alive = False
        elif not self.keep_alive:
            headers = [*headers, (b"connection", b"close")]
        if b"content-length" not in named and self.scope["http_version"] == "1.1" and not self._is_bodiless(status):
            self._chunked = True
            headers = [*headers, (b"transfer-encoding", b"chunked")]
        lines += map(b": ".join, headers)
        head = b"\r\n".join(lines)
        if head.count(b"\n") >= len(lines) or head.count(b"\r") >= len(lines) or b"\0" in head:
            raise ValueError("a header of an answer holds the end of a line")
        self._head = head + b"\r\n\r\n"

    def _is_bodiless(self, status: int) -> bool:
        return self.scope["method"] == "HEAD" or status in _NO_BODY

    def _write(self, body: bytes, *, more: bool) -> None:
        transport = self._connection.transport
        head, self._head = self._head, b""
        if self.scope["method"] == "HEAD":
            body = b""
        elif self._chunked:
            body = (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + (b"" if more else b"0\r\n\r\n")
        if len(body) < LARGE:
            transport.write(head + body)
        else:  # a copy of it costs more than a second write
            transport.write(head)
            transport.write(body)
        self.waiting = 0
        if not more:
            self.response_complete = True
            self.received = 0
            self.tell()
            if not self.keep_alive:
                transport.close()
            self._connection.on_response_complete()

"""One connection of the HTTP server: what a client may not do to it, on top of what uvicorn sees to.

uvicorn reads heads of any size for as long as they take, answers malformed requests in plain text and in the middle of
other answers, reads pipelined requests faster than it answers them, takes trailers for headers, and waits for ever for
a client that does not read.
"""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from typing import Any, ClassVar, cast

import httptools
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from portkey_local.errors import ApiError, BadRequestError, HeadTooLargeError, SlowRequestError, TookTooLongError
from portkey_local.limits import LocalLimits
from portkey_local.states import DEADLINE, REFUSAL

_MOST_WAITING = 16
"""Pipelined requests that wait to be answered while more of them are read."""
_READ_AT_ONCE = 16 * 1024
_AROUND_A_HEADER = len(": \r\n")


class Stage(Enum):
    """What of a request is being received."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()


class Flow(FlowControl):
    """Hold reading back, whoever waits for more, while too much is waiting to be answered."""

    held = False

    def resume_reading(self) -> None:
        """Read on, unless held."""
        if not self.held:
            super().resume_reading()

    def hold(self, held: bool) -> None:
        """Hold reading back, or no longer."""
        self.held = held
        if held:
            self.pause_reading()
        else:
            self.resume_reading()


class Connection(HttpToolsProtocol):
    """Speak HTTP/1.1 with a client that may be slow, malformed or greedy."""

    limits: ClassVar[LocalLimits]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parser: Any = self.parser
        self._flow: Flow
        self._stage = Stage.NOTHING
        self._since: float | None = self.loop.time()
        self._named = self._silent = 0
        self._unread = b""
        self._over = False
        self._active: RequestResponseCycle | None = None
        self._task: asyncio.Task[None] | None = None
        self._stalled = (0.0, 0)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(transport)
        self.flow = self._flow = Flow(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """End; the request that is being answered is told, also where others wait behind it."""
        self.pipeline.clear()
        active = self._active
        if active is not None and not active.response_complete:
            active.disconnected = True
            active.message_event.set()
        super().connection_lost(exc)
        self._parser = None

    def data_received(self, data: bytes) -> None:
        """Parse what came, piece by piece, for as long as not too many requests wait."""
        if self._over:
            return
        self._unset_keepalive_if_required()
        if self._since is None:
            self._since = self.loop.time()
        if self._unread or self._flow.held or len(data) > _READ_AT_ONCE:
            self._unread += data
            self._read_on()
        else:
            self._feed(data)

    def on_response_complete(self) -> None:
        """Go on with what waited behind the answer."""
        super().on_response_complete()
        if self._flow.held and not self.transport.is_closing():
            self._since = self.loop.time()
            self._read_on()

    def check(self, now: float) -> None:
        """Cut off a client that is too slow, and an answer that is not there in time; called twice a second.

        Args:
            now: the loop's time.
        """
        if self._is_stalled(now):
            self.transport.abort()
            return
        self._check_answer(now)
        late = self._since is not None and now - self._since >= self.limits.seconds
        if not late or self._over or self._flow.held:
            return
        if self._stage is Stage.NOTHING:
            self.transport.close()
        else:
            self._give_up(SlowRequestError(self.limits.seconds))

    def resume_writing(self) -> None:
        """Go on writing to a client that has read."""
        self._stalled = (0.0, 0)
        super().resume_writing()

    # What the parser calls

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._stage, self._named, self._silent = Stage.HEAD, 0, 0
        self._since = self.loop.time()

    def on_url(self, url: bytes) -> None:
        """Take a piece of the first line."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; a trailer is none."""
        self._count(len(name) + len(value) + _AROUND_A_HEADER)
        if self._stage is Stage.HEAD:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin to answer, or note that this is to be answered."""
        super().on_headers_complete()
        self._stage = Stage.BODY
        if self._parser.should_upgrade():
            self.cycle.keep_alive = False  # what follows is not HTTP

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self._silent = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request."""
        super().on_message_complete()
        self._stage, self._since = Stage.NOTHING, None

    def _read_on(self) -> None:
        while self._unread and not self._over and len(self.pipeline) < _MOST_WAITING:
            piece, self._unread = self._unread[:_READ_AT_ONCE], self._unread[_READ_AT_ONCE:]
            self._unset_keepalive_if_required()
            self._feed(piece)
        self._flow.hold(bool(self._unread) or len(self.pipeline) >= _MOST_WAITING)

    def _feed(self, data: bytes) -> None:
        self._silent += len(data)
        try:
            self._parser.feed_data(data)
            if self._stage is not Stage.NOTHING:
                self._count(0)
        except httptools.HttpParserUpgrade:
            self._over = True
        except httptools.HttpParserError as error:
            self._give_up(_refusal_of(error))
        except ApiError as error:
            self._give_up(error)

    def _count(self, size: int) -> None:
        """Count what a head takes: what was understood, and what came without making any sense yet."""
        if size:
            self._named += size
            self._silent = 0
        if self._named + self._silent > self.limits.head:
            raise HeadTooLargeError(self.limits.head)

    def _give_up(self, error: ApiError) -> None:
        """Answer what is being received with an error, when its turn comes, and close."""
        self._over, self._unread = True, b""
        if self._stage is not Stage.BODY:
            self._begin_refused(error)
        elif self.cycle.response_complete:
            self.transport.close()
        else:
            _state(self.cycle)[REFUSAL] = error
            self.cycle.keep_alive = False
            self.cycle.message_event.set()

    def _begin_refused(self, error: ApiError) -> None:
        """Stand in for a request whose head was never understood."""
        before, app = self.cycle, cast("Any", self.app)
        self.on_message_begin()
        cast("dict[str, Any]", self.scope).update({"method": "GET", "path": "/", "raw_path": b"/", "query_string": b""})
        _state(self)[REFUSAL] = error
        self.cycle = RequestResponseCycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=False,
            on_response=self.on_response_complete,
        )
        self.cycle.more_body = False
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, app)
        else:
            self.pipeline.appendleft((self.cycle, app))

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        began = self._since if self._stage is Stage.HEAD and self._since is not None else self.loop.time()
        _state(cycle)[DEADLINE] = began + self.limits.seconds
        self._active = cycle
        self._task = self.loop.create_task(cycle.run_asgi(app))
        self._task.add_done_callback(self.tasks.discard)
        self.tasks.add(self._task)

    def _check_answer(self, now: float) -> None:
        """Stop the work for an answer that has not begun in time."""
        active, task = self._active, self._task
        if active is None or task is None or task.done() or active.response_started or active.more_body:
            return
        state = _state(active)
        if now >= state.get(DEADLINE, now + 1):
            del state[DEADLINE]
            state[REFUSAL] = TookTooLongError(self.limits.seconds)
            task.cancel()

    def _is_stalled(self, now: float) -> bool:
        """Tell whether the client has read nothing of what waits for it, for as long as a request may take."""
        size = self.transport.get_write_buffer_size()
        since, before = self._stalled
        if not size or size < before or not before:
            self._stalled = (now, size)
            return False
        self._stalled = (since, size)
        return now - since >= self.limits.seconds


def _state(request: RequestResponseCycle | Connection) -> dict[str, Any]:
    return cast("dict[str, Any]", request.scope)["state"]  # type: ignore[no-any-return]


def _refusal_of(error: httptools.HttpParserError) -> ApiError:
    """Say what the parser did not understand."""
    if isinstance(error.__context__, ApiError):
        return error.__context__
    is_target = isinstance(error, httptools.HttpParserCallbackError)
    problem = "its target can't be understood" if is_target else str(error).strip().rstrip(".")
    return BadRequestError(f"The request is no HTTP/1.1: {problem}.")


def connections_within(limits: LocalLimits) -> type[Connection]:
    """Return the connections' class for a server with these limits."""
    return type(Connection.__name__, (Connection,), {"limits": limits})

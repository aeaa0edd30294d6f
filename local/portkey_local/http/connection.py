"""One connection of the HTTP server: uvicorn's, with the limits and the parts of HTTP/1.1 that it does not see to.

By itself, uvicorn reads heads of any size for as long as they take, answers malformed requests in plain text and in
the middle of other answers, reads pipelined requests faster than it answers them, takes trailers for headers, writes
each answer in two pieces, in chunks also for HTTP/1.0, and waits for ever for a client that does not read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from contextlib import suppress
from contextvars import Context, copy_context
from enum import Enum, auto
from functools import lru_cache
from typing import Any, ClassVar, cast
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from portkey_local.config import LocalLimits
from portkey_local.errors import (
    ApiError,
    BadRequestError,
    HeadTooLargeError,
    OverloadedError,
    SlowRequestError,
    TookTooLongError,
)

from .exchange import LARGE, Exchange
from .request import BODY, DEADLINE, HEAD, HEADERS, REFUSAL, AnswerOf, Framed, Head, RequestHeaders, framed

_MOST_WAITING = 16
"""Pipelined requests that may wait for their answers; with so many, no more are read."""
_READ_AT_ONCE = 16 * 1024
_AROUND_A_HEADER = len(": \r\n")
_BEYOND = 50
"""Connections beyond `limits.connections` that are answered with an error; further ones are cut off."""
_BEYOND_SECONDS = 2.0
_LONG_URL = 200
"""Bytes up to which a request target is remembered."""
_LONG_HEAD = 2048
_LONG_BODY = _READ_AT_ONCE - _LONG_HEAD
_MISSES = 100
"""New heads in a row after which a connection stops looking them up: its client may send a trace id in each."""
MOST_HEADS = 1024
"""Heads that are remembered; the oldest one makes room."""


class Stage(Enum):
    """What of a request is being received."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()


_NOTHING, _HEAD, _BODY = Stage  # to look a member up in its class takes a tenth of a microsecond, ten times a request


class Flow(FlowControl):
    """Flow control whose reading can be held back: while it is, `resume_reading` does nothing."""

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
    longest_head: ClassVar[int]
    """Bytes up to which a head is remembered."""
    longest_body: ClassVar[int]
    """Bytes up to which what follows such a head is taken as a whole."""
    heads: ClassVar[dict[bytes, Head]]
    """Heads that were parsed before, by their bytes without the digits of their length (`Framed.key`)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parser: Any = self.parser
        self._flow: Flow
        self._stage = _NOTHING
        self._receiving_since: float | None = self.loop.time()  # None between two requests
        self._idle_since: float | None = None  # None while a request is received or answered
        self._head_size = self._unparsed = 0  # bytes: of the head so far, and what came after the parser's last event
        self._misses = 0  # requests in a row whose heads were not known
        self._unread = b""
        self._ahead = b""  # a known head whose body is still to come, as many clients send the two apart
        self._over = self._repeating = self._is_reading = False
        self._active: Exchange | None = None
        self._unstarted: Exchange | None = None
        self.cycle: Exchange  # type: ignore[assignment]
        self._task: asyncio.Task[None] | None = None
        self._stalled = (0.0, 0)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin; where there are far too many connections, this one is cut off."""
        super().connection_made(transport)
        self.flow = self._flow = Flow(transport)
        beyond = len(self.connections) - self.limits.connections
        self._is_beyond = beyond > 0
        if beyond > _BEYOND:
            self._over = True
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """End: tell the request that is being answered, and the last one that was read, that their client is gone."""
        self._feed_ahead()
        self._over, self._unread = True, b""
        self.pipeline.clear()
        self.connections.discard(self)
        for exchange in (self._active, self.cycle):
            if exchange is not None:
                exchange.disconnected = exchange.disconnected or not exchange.response_complete
                exchange.tell()
        self.flow.resume_writing()
        if exc is None:
            self.transport.close()
        self._parser = self.parser = None  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Parse what came, piece by piece, for as long as not too many requests wait."""
        if self._over:
            return
        self._idle_since = None
        if self._receiving_since is None:
            self._receiving_since = self.loop.time()
        if self._ahead:
            data, self._ahead = self._ahead + data, b""
        if self._unread or self._flow.held or len(data) > _READ_AT_ONCE:
            self._unread += data
            self._flow.hold(True)
            self._read_soon()
            return
        request = None
        if self._stage is _NOTHING and self._misses < _MISSES and not self._is_beyond:
            request = framed(data, self.longest_head)
        head = None if request is None else self.heads.get(request.key)
        if head is None or request is None or len(request.body) + request.missing > self.longest_body:
            self._feed(data, request)
        elif self.cycle is not None and not self.cycle.response_complete:
            self._feed(data)
        elif not request.missing:
            self._take_known(head, request)
        elif head.admitted is not None:
            self._ahead = data
        else:  # nobody was let in with this head yet: a refusal must not wait for the body
            self._feed(data)

    def shutdown(self) -> None:
        """Begin to end: a request that has begun to come is still answered."""
        self._feed_ahead()
        super().shutdown()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Keep the connection for an answer under way when the client sends no more, but not for a run.

        Most clients that close their side have gone away, and nobody would read what a model is paid for.
        """
        active = self._active
        if active is None or active.response_complete or active.more_body or self.pipeline or self._unread:
            return False
        if DEADLINE not in active.scope["state"]:
            return False
        self._over, active.keep_alive = True, False
        return True  # the connection stays open until the answer closes it

    def on_response_complete(self) -> None:
        """Go on with what waited for the answer to end."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if self._flow.read_paused:
            self._flow.resume_reading()
        if self.pipeline:
            self._start_waiting()
        else:
            self._idle_since = self.loop.time()
        if self._flow.held:
            self._receiving_since = self.loop.time()
            self._read_soon()

    def check(self, now: float) -> None:
        """Cut off a client that is too slow or idle, and an answer that is not there in time; called twice a second.

        Args:
            now: the loop's time.
        """
        self._feed_ahead()
        if self._is_stalled(now):
            self.transport.abort()
            return
        self._check_answer(now)
        if self._idle_since is not None and now - self._idle_since >= self.timeout_keep_alive:
            self.transport.close()
            return
        seconds = _BEYOND_SECONDS if self._is_beyond else self.limits.seconds
        late = self._receiving_since is not None and now - self._receiving_since >= seconds
        if not late or self._over or self._flow.held:
            return
        if self._stage is _NOTHING:
            self.transport.close()
        else:
            self._give_up(SlowRequestError(self.limits.seconds))

    def resume_writing(self) -> None:
        """Go on writing to a client that has read."""
        self._stalled = (0.0, 0)
        super().resume_writing()

    @property
    def held(self) -> int:
        """Bytes that the connection holds: bodies that come, answers about to be written, and what is not yet sent."""
        exchange = self.cycle
        under_way = exchange.received + exchange.waiting if exchange is not None else 0
        active = self._active
        if active is not None and active is not exchange:
            under_way += active.received + active.waiting
        return under_way + int(self.transport.get_write_buffer_size())

    def check_room(self, size: int) -> None:
        """Check that all connections together may hold so many bytes more.

        Raises:
            OverloadedError: They hold too many already.
        """
        held = sum(each.held for each in self.connections if isinstance(each, Connection))
        if held + size > self.limits.buffers:
            raise OverloadedError(
                f"Bodies and answers of {held:,} bytes are under way, and this one would make it more than "
                f"{self.limits.buffers:,} (limits.buffers). Call again when others have read theirs."
            )

    # The parser's callbacks. They run for each header and piece of a body: to call uvicorn's as well costs too much.

    def on_message_begin(self) -> None:
        """Begin a request."""
        if self._repeating:
            return
        self.url, self.headers, self.expect_100_continue = b"", [], False
        self.scope = {  # type: ignore[typeddict-item]
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": "1.1",
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,  # type: ignore[typeddict-item]
            "root_path": self.root_path,
            "headers": self.headers,
            "state": {},
        }
        self._stage, self._head_size, self._unparsed = _HEAD, 0, 0
        self._receiving_since = self.loop.time()

    def on_url(self, url: bytes) -> None:
        """Take a piece of the first line."""
        if self._repeating:
            return
        self._count(len(url))
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; a trailer is counted and left out."""
        if self._repeating:
            return
        self._head_size += len(name) + len(value) + _AROUND_A_HEADER
        self._unparsed = 0
        if self._head_size > self.limits.head:
            raise HeadTooLargeError(self.limits.head)
        if self._stage is not _HEAD:
            return
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Have the request answered, now or after those before it."""
        if self._repeating:
            return
        version = self._parser.get_http_version()
        scope = cast("dict[str, Any]", self.scope)
        target = _known_target(self.url) if len(self.url) <= _LONG_URL else _target(self.url)
        scope["path"], scope["raw_path"], scope["query_string"] = target
        scope["method"], scope["http_version"] = self._parser.get_method().decode("ascii"), version
        scope["state"][HEADERS] = RequestHeaders(scope)
        if self._is_beyond:
            scope["state"][REFUSAL] = OverloadedError(
                f"There are more than {self.limits.connections:,} connections (limits.connections). Call again later, "
                "and keep fewer of them open."
            )
        self._take(
            keep_alive=version == "1.1" and self._parser.should_keep_alive() and not self._is_beyond,
            expects_continue=self.expect_100_continue and version == "1.1",
        )
        self._stage = _BODY

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self._unparsed = 0
        exchange = self.cycle
        before, exchange.received = exchange.received, exchange.received + len(body)
        if before // LARGE != exchange.received // LARGE and not exchange.response_complete:
            self.check_room(0)
        if exchange.response_complete:
            return
        exchange.body += body
        if len(exchange.body) > HIGH_WATER_LIMIT:
            self._flow.pause_reading()
        exchange.tell()

    def on_message_complete(self) -> None:
        """End a request."""
        if self._parser.should_upgrade():  # the parser takes its body for another protocol
            return
        exchange = self.cycle
        if not exchange.response_complete:
            exchange.more_body = False
            exchange.tell()
        self._stage, self._receiving_since = _NOTHING, None

    def _read_on(self) -> None:
        """Parse one piece of what waits, and the next one when others have had their turn."""
        self._is_reading = False
        if self._over:
            return
        if self._unread and len(self.pipeline) < _MOST_WAITING:
            piece, self._unread = self._unread[:_READ_AT_ONCE], self._unread[_READ_AT_ONCE:]
            self._idle_since = None
            self._feed(piece)
        self._flow.hold(bool(self._unread) or len(self.pipeline) >= _MOST_WAITING)
        if self._unread and not self._over and len(self.pipeline) < _MOST_WAITING:
            self._read_soon()

    def _read_soon(self) -> None:
        if not self._is_reading:
            self._is_reading = True
            self.loop.call_soon(self._read_on)

    def _feed_ahead(self) -> None:
        """Parse a head that was kept for its body, which did not come soon."""
        if self._ahead:
            data, self._ahead = self._ahead, b""
            self._feed(data)

    def _take_known(self, head: Head, request: Framed) -> None:
        """Answer a whole request, with a head that was parsed before."""
        # The parser never sees this request, so it is still between two.
        self._receiving_since, self._unparsed, self._misses = None, 0, 0
        if head.at_once is not None and self._answer_at_once(head.at_once, request.body):
            return
        headers = head.headers if request.length == head.length else head.headers.with_length(request.length)
        scope = head.scope.copy()
        scope["headers"], scope["server"], scope["client"] = headers.raw, self.server, self.client
        deadline = self.loop.time() + self.limits.seconds
        scope["state"] = {HEADERS: headers, HEAD: head, BODY: request.body, DEADLINE: deadline}
        exchange = Exchange(self, scope, keep_alive=True, expects_continue=False)
        exchange.hold(request.body)
        self.cycle = exchange  # pyright: ignore[reportIncompatibleVariableOverride]
        self._start(exchange)

    def _answer_at_once(self, answer_of: AnswerOf, body: bytes) -> bool:
        """Answer a whole request without an exchange, where the application can and the client reads."""
        answer = None if self._flow.write_paused else answer_of(body, self.check_room)
        if answer is None:
            return False
        self.transport.write(answer)
        self.on_response_complete()
        return True

    def _remember(self, request: Framed) -> None:
        """Remember the head of a request that was just parsed, if the parser saw it end where `framed` did."""
        self._misses += 1
        exchange, stage = self._unstarted, _BODY if request.missing else _NOTHING
        if exchange is None or exchange is not self.cycle or self._stage is not stage or not exchange.keep_alive:
            return
        head = request.head(exchange.scope, _state(exchange)[HEADERS])
        if head is not None:
            if len(self.heads) >= MOST_HEADS:
                del self.heads[next(iter(self.heads))]
            self.heads[request.key] = _state(exchange)[HEAD] = head

    def _feed(self, data: bytes, request: Framed | None = None) -> None:
        """Parse what came.

        Args:
            data: What came.
            request: The same, where it looks like one request.
        """
        self._unparsed += len(data)
        try:
            while data:
                try:
                    self._parser.feed_data(data)
                    break
                except httptools.HttpParserUpgrade as end_of_head:
                    data = self._after_upgrade(data[end_of_head.args[0] :])
            if self._stage is not _NOTHING:
                self._count(0)
        except httptools.HttpParserError as error:
            # The parser remembers the method of the request before, where it finds none.
            has_method = not isinstance(error, httptools.HttpParserInvalidMethodError)
            self._give_up(_refusal_of(error), has_method=has_method)
        except ApiError as error:
            self._give_up(error)
        if request is not None:
            self._remember(request)
        if self._unstarted is not None:
            self._start_taken()

    def _after_upgrade(self, rest: bytes) -> bytes:
        """Go on after a head that offers another protocol, and return what is to be read; the offer is ignored.

        Args:
            rest: What came after the head.
        """
        # The parser stops at such a head. Another one reads it again without the offer, so that it is still the parser
        # that finds where the body ends.
        if self.scope["method"] == "CONNECT":  # what follows is never HTTP
            self._over, self.cycle.keep_alive, self.cycle.more_body = True, False, False
            self.cycle.tell()
            return b""
        head = [f"{self.scope['method']} / HTTP/{self.scope['http_version']}".encode()]
        head += [name + b": " + value for name, value in self.headers if name != b"upgrade"]
        self._parser = self.parser = _parser_for(self)
        self._repeating = True
        try:
            self._parser.feed_data(b"\r\n".join([*head, b"", b""]))
        finally:
            self._repeating = False
        self._unparsed = len(rest)
        return rest

    def _count(self, size: int) -> None:
        """Add to the size of a head, and check it together with what came and is not parsed yet.

        Raises:
            HeadTooLargeError: It is larger than the limit.
        """
        if size:
            self._head_size += size
            self._unparsed = 0
        if self._head_size + self._unparsed > self.limits.head:
            raise HeadTooLargeError(self.limits.head)

    def _give_up(self, error: ApiError, *, has_method: bool = True) -> None:
        """Answer what is being received with an error, when its turn comes, and close."""
        self._over, self._unread = True, b""
        if self._stage is not _BODY:
            self._begin_refused(error, has_method=has_method)
        elif self.cycle.response_complete:
            self.transport.close()
        else:
            _state(self.cycle)[REFUSAL] = error
            self.cycle.keep_alive = False
            self.cycle.tell()
        self._start_taken()

    def _begin_refused(self, error: ApiError, *, has_method: bool) -> None:
        """Begin a request in place of one whose head can't be parsed, to be refused; to HEAD no body is sent."""
        is_head = has_method and self._stage is _HEAD and self._parser.get_method() == b"HEAD"
        self.on_message_begin()
        method = "HEAD" if is_head else "GET"
        cast("dict[str, Any]", self.scope).update(method=method, path="/", raw_path=b"/", query_string=b"")
        _state(self).update({REFUSAL: error, HEADERS: RequestHeaders({"headers": []})})
        self._take(keep_alive=False, expects_continue=False)
        self.cycle.more_body = False

    def _take(self, *, keep_alive: bool, expects_continue: bool) -> None:
        """Have the request answered, now or when those before it have been."""
        before = self.cycle
        self.cycle = Exchange(  # pyright: ignore[reportIncompatibleVariableOverride]
            self, cast("dict[str, Any]", self.scope), keep_alive=keep_alive, expects_continue=expects_continue
        )
        if before is None or before.response_complete:
            self._unstarted = self.cycle
            began = self.loop.time() if self._receiving_since is None else self._receiving_since
            _state(self.cycle)[DEADLINE] = began + self.limits.seconds
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))  # type: ignore[arg-type]

    def _start_taken(self) -> None:
        """Begin to answer once all that came is parsed: then most requests have their whole body."""
        exchange, self._unstarted = self._unstarted, None
        if exchange is not None:
            self._start(exchange)

    def _start(self, exchange: Exchange) -> None:
        self._active, self._task = exchange, None
        answering = exchange.run(self.app)
        context = copy_context()
        # An answer that waits for nothing is made right here: a task and a turn of the loop cost a tenth of a render.
        try:
            awaited = context.run(answering.send, None)
        except StopIteration:
            return
        # The rest runs in the same context: it reads and resets the context variables that the beginning has set.
        self._go_on(_resumed(answering, awaited), context)

    def _start_waiting(self) -> None:
        """Begin to answer a request that waited for another one: its time begins now."""
        exchange = cast("Exchange", self.pipeline.pop()[0])
        _state(exchange)[DEADLINE] = self.loop.time() + self.limits.seconds
        self._active = exchange
        self._go_on(exchange.run(self.app))

    def _go_on(self, answering: Coroutine[Any, Any, None], context: Context | None = None) -> None:
        self._task = self.loop.create_task(answering, context=context)
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


class _Begun:
    """The rest of a coroutine that was begun without a task, from what it waits for; to be awaited once."""

    def __init__(self, begun: Coroutine[Any, Any, None], awaited: Any) -> None:
        self._begun = begun
        self._awaited = awaited

    def __await__(self) -> Generator[Any, Any, None]:
        awaited = self._awaited
        with suppress(StopIteration):
            while True:
                try:
                    value = yield awaited
                except BaseException as error:
                    awaited = self._begun.throw(error)
                else:
                    awaited = self._begun.send(value)


async def _resumed(begun: Coroutine[Any, Any, None], awaited: Any) -> None:
    """Go on with a coroutine that was begun without a task."""
    await _Begun(begun, awaited)  # a task takes no generator since Python 3.12


def _state(request: Exchange | Connection) -> dict[str, Any]:
    return cast("dict[str, Any]", request.scope)["state"]  # type: ignore[no-any-return]


def _target(url: bytes) -> tuple[str, bytes, bytes]:
    """Return a request target's path, as text and as it was sent, and its query."""
    parsed = httptools.parse_url(url)
    return unquote(parsed.path.decode("ascii")), parsed.path, parsed.query or b""


_known_target = lru_cache(1024)(_target)
"""As `_target`, which takes two microseconds: most requests ask for what was asked for before."""


def _parser_for(connection: Connection) -> Any:
    parser = httptools.HttpRequestParser(connection)
    parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn's own; `Connection` closes then
    return parser


def _refusal_of(error: httptools.HttpParserError) -> ApiError:
    """Say what the parser did not understand."""
    if isinstance(error.__context__, ApiError):
        return error.__context__
    is_target = isinstance(error, httptools.HttpParserCallbackError)
    problem = "its target can't be understood" if is_target else str(error).strip().rstrip(".")
    return BadRequestError(f"The request is no HTTP/1.1: {problem}.")


def connections_within(limits: LocalLimits) -> type[Connection]:
    """Return the connections' class for a server with these limits."""
    longest = {"longest_head": min(_LONG_HEAD, limits.head), "longest_body": min(_LONG_BODY, limits.body)}
    own = {"limits": limits, "heads": {}, **longest}
    return type(Connection.__name__, (Connection,), own)

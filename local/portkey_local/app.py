"""The ASGI application: one coroutine from a request's headers to its answer."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Mapping, MutableMapping
from functools import cached_property
from typing import Any, NamedTuple, NoReturn

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from portkey_openapi.contract import API_VERSION_HEADER, TRACE_ID_HEADER
from portkey_prompts.errors import quoted
from portkey_prompts.telemetry import VERSION_HEADER

from .access.entrance import Entrance, trace_id_of
from .access.keyring import KeysUnreadableError
from .api_keys import SCOPES
from .at_once import AtOnce, is_usual
from .errors import (
    ApiError,
    MethodNotAllowedError,
    NoHandlerError,
    NotFoundError,
    StoppingError,
    TooLargeError,
    UpstreamError,
)
from .http.calls import Call, ClientGoneError, Reader
from .http.contract import Contract, Operation
from .http.entity import Entity
from .http.health import OK, Readiness
from .http.logs import TRACE_ID, Journal
from .http.paths import Paths
from .http.request import DEADLINE, HEAD, HEADERS, REFUSAL, SIZE, STATUS
from .json import is_large, to_json, to_json_stepwise
from .metrics import CONTENT_TYPE as METRICS_TYPE
from .metrics import PATH as METRICS_PATH
from .metrics import database
from .operations import HANDLERS, QUICK_HANDLERS, Handler
from .parts import Parts
from .tracing import VERSION, RequestSpan
from .worker import answers

PREFIX = "/v1"
_ALIVE, _READY = "/healthz", "/readyz"
HEALTH_PATHS = (_ALIVE, _READY, PREFIX + _ALIVE, PREFIX + _READY)
"""Paths that need no API key. Each exists under `/v1` too, for clients that append it to the base URL."""
_CLOSE = (b"connection", b"close")
_JSON = (b"content-type", b"application/json")
_VERSION_HEADER = VERSION_HEADER.encode()
_TRACE_ID_HEADER = TRACE_ID_HEADER.encode()
_FINE = 200
_SAME = 304
Methods = Mapping[str, tuple[Operation, Handler]]
"""A path's operations by method, each with its handler."""
logger = logging.getLogger("portkey_local")


class Application:
    """Answer the contract's operations under `/v1`, `/healthz`, `/readyz` and `/metrics`.

    It leaves in a request's state `trace_id`, `trace`, `caller` and `operation`, and for the log `error` and `gone`.

    Args:
        parts: What the handlers work with.
        entrance: Who is let in.
        readiness: What `/readyz` asks, and what says that the server is about to end.
        journal: Where each request is noted; None for nowhere.

    Raises:
        LookupError: A handler answers no operation of the contract, or an operation asks for an unknown scope.
    """

    def __init__(self, parts: Parts, entrance: Entrance, readiness: Readiness, journal: Journal | None = None) -> None:
        self._parts = parts
        self._entrance = entrance
        self._readiness = readiness
        self._journal = journal
        self._reader = Reader(parts.limits)
        self._version = (API_VERSION_HEADER.encode(), parts.contract.version.encode())
        self._paths = _paths(parts.contract)
        self._for_pages = CORSMiddleware(
            self._answered,
            allow_origins=entrance.rules.origins,
            allow_methods=("GET", "POST", "PUT", "DELETE"),
            allow_headers=("*",),
            expose_headers=(
                TRACE_ID_HEADER,
                API_VERSION_HEADER,
                VERSION_HEADER,
                "retry-after",
                "retry-after-ms",
                "etag",
            ),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, with its trace id and the contract's version on the answer."""
        state = scope["state"]
        headers = state[HEADERS]
        span = RequestSpan(self._parts.telemetry, scope["method"], headers)
        trace_id = state["trace_id"] = trace_id_of(headers, span.trace_id)
        state["trace"] = span.trace_id
        TRACE_ID.set(trace_id)
        began = time.perf_counter()

        def signed(message: MutableMapping[str, Any]) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                said = message["headers"] = [
                    *message["headers"],
                    (_TRACE_ID_HEADER, trace_id.encode()),
                    self._version,
                ]
                if number := VERSION.get():
                    said.append((_VERSION_HEADER, number.encode()))
                if self._readiness.stopping:
                    said.append(_CLOSE)
            return send(message)

        try:
            # Only pages that may call get CORS headers: the entrance refuses all others, and `/ui` every other page.
            origin = headers.get("origin")
            is_page = origin is not None and origin in self._entrance.rules.origins and not _is_page_path(scope["path"])
            await (self._for_pages if is_page else self._answered)(scope, receive, signed)
        finally:
            seconds, status = time.perf_counter() - began, state.get(STATUS)
            span.end(scope, status)
            operation = state.get("operation")
            self._parts.metrics.request(operation and operation.id, status, seconds)
            if self._journal is not None:
                self._journal.request(scope, status, state.get(SIZE, 0), seconds)

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and turn errors into answers."""
        state = scope["state"]
        try:
            if REFUSAL in state:
                raise state[REFUSAL]
            answer = await self._answer(scope, receive)
            if isinstance(answer, bytes):
                await _send(send, _FINE, answer)
            elif isinstance(answer, Entity):
                await self._send_entity(send, answer, state[HEADERS])
            else:
                await answer(scope, receive, send)
        except ClientGoneError:
            state["gone"] = True
        except asyncio.CancelledError:
            # The answer took too long, or the grace period of a stop is over. Without an answer, the client would
            # take this for a failure of the network.
            if STATUS not in state:
                await _send_error(send, state.get(REFUSAL) or StoppingError())
        except (ApiError, UpstreamError) as error:
            if error.status >= ApiError.status:
                state["error"] = str(error)
            if STATUS not in state:
                await _send_error(send, error)
        except Exception as error:
            state["error"] = str(error)
            trace_id = TRACE_ID.get()
            logger.error("Request %s failed", trace_id, exc_info=error)
            if STATUS not in state:
                fault = ApiError(f"The server failed; its log has more under the trace id {trace_id}.")
                await _send_error(send, fault)

    async def _answer(self, scope: Scope, receive: Receive) -> bytes | Entity | ASGIApp:
        """Authenticate a request, check it, and return its answer: JSON, an entity, or an application that sends it.

        The key is checked before the path and the body, so that a caller without one learns nothing from the errors.
        """
        state = scope["state"]
        headers, head = state[HEADERS], state.get(HEAD)
        admitted: Admitted | None = None if head is None else head.admitted
        if admitted is None:
            path = scope["path"]
            if _is_page_path(path):
                await _in_a_task()
                return self._page
            self._entrance.check_names(headers)
            if path in HEALTH_PATHS:
                return await self._health(scope)
            if path == METRICS_PATH:
                return await self._metrics(scope["method"], headers)
        keyring = self._entrance.keyring
        caller = state["caller"] = keyring.at_hand(headers) or await keyring.caller(headers)
        if admitted is None:
            admitted = self._admitted(scope, headers)
            if head is not None:
                head.admitted = admitted
                head.at_once = self._at_once(admitted, headers, scope["query_string"])
        operation, handler, scope["path_params"] = admitted
        state["operation"] = operation
        caller.check_may(operation.scope)
        if operation.scope != "read":
            await _in_a_task()
        call = self._reader.at_once(operation, scope, receive) or await self._reader.read(operation, scope, receive)
        if operation.runs:
            state.pop(DEADLINE, None)
        answer = await handler(self._parts, call)
        if isinstance(answer, dict):
            answer = await answers.do(to_json_stepwise, answer) if is_large(answer) else to_json(answer)
        if isinstance(answer, bytes) and not operation.runs:
            self._check_size(answer)
        return answer

    def _admitted(self, scope: Scope, headers: Headers) -> Admitted:
        """Check a request's head and find the operation that it calls, as holds for all requests with that head."""
        self._entrance.check_custom_host(headers)
        self._entrance.check_body(headers, self._parts.limits.body)
        found = self._paths.at(scope["raw_path"])
        if found is None:
            where = f"The API lies under {PREFIX}/, and a page for people at /ui."
            raise NotFoundError(f"There is nothing at {quoted(scope['path'])}. {where}")
        methods, parameters = found
        operation, handler = methods.get(scope["method"]) or _not_allowed(methods, scope["method"])
        return Admitted(operation, handler, parameters)

    def _at_once(self, admitted: Admitted, headers: Headers, query: bytes) -> AtOnce | None:
        """Return what answers requests with a head that was let in without a coroutine; None where nothing does."""
        operation, _, path = admitted
        quick, parts = QUICK_HANDLERS.get(operation.id), self._parts
        is_noted = self._journal is not None or parts.telemetry is not None
        if quick is None or is_noted or not is_usual(headers, query):
            return None
        return AtOnce(
            operation=operation,
            handler=quick,
            path=path,
            headers=headers,
            parts=parts,
            keyring=self._entrance.keyring,
            reader=self._reader,
            readiness=self._readiness,
        )

    @cached_property
    def _page(self) -> ASGIApp:
        """What answers under `/ui`, made when somebody first looks at it: most servers are called by programs alone."""
        from .ui.app import PageApp

        return PageApp(self._parts, self._entrance)

    async def _health(self, scope: Scope) -> bytes | ASGIApp:
        """Answer `/healthz` at once, and `/readyz` with a reason for each part that is not ready for work."""
        _check_read(scope["method"])
        if scope["path"].endswith(_ALIVE):
            return to_json({"status": OK})
        await _in_a_task()
        parts = await self._readiness.parts()
        if all(part == OK for part in parts.values()):
            return to_json({"status": "ready", "parts": parts})

        async def not_ready(scope: Scope, receive: Receive, send: Send) -> None:
            await _send(send, StoppingError.status, to_json({"status": "not ready", "parts": parts}))

        return not_ready

    async def _metrics(self, method: str, headers: Headers) -> ASGIApp:
        """Answer `/metrics` to keys that may read; where keys can't be read, say only that the database is down.

        That is no secret: `/readyz` tells it without a key.
        """
        _check_read(method)
        try:
            (await self._entrance.keyring.caller(headers)).check_may("read")
        except KeysUnreadableError:
            return _text(database(up=False))
        await _in_a_task()
        parts = self._parts
        entities = (parts.entities.hits, parts.entities.misses)
        is_up = (await self._readiness.parts())["database"] == OK
        lookups = {"prompts": parts.prompts.lookups, "entities": entities}
        return _text(parts.metrics.text(slots=parts.run_limit.slots, database_up=is_up, lookups=lookups))

    def _check_size(self, body: bytes) -> None:
        most = self._parts.limits.answer
        if len(body) > most:
            raise TooLargeError(
                f"The answer would take {len(body):,} bytes of {most:,} (limits.answer). Ask for less at once."
            )

    async def _send_entity(self, send: Send, entity: Entity, headers: Headers) -> None:
        """Send an answer with its tag, or only that the client has it already."""
        if not entity.is_known(headers):
            self._check_size(entity.body)
            await _send(send, _FINE, entity.body, {"etag": entity.tag})
            return
        await send({"type": "http.response.start", "status": _SAME, "headers": [(b"etag", entity.tag.encode())]})
        await send({"type": "http.response.body", "body": b""})


class Admitted(NamedTuple):
    """What a request with a certain head calls. Whose key it bears is checked for each request anew."""

    operation: Operation
    handler: Handler
    parameters: Mapping[str, str]


def _paths(contract: Contract) -> Paths[Methods]:
    by_path: dict[str, dict[str, tuple[Operation, Handler]]] = {}
    check_known(contract, HANDLERS)
    for operation in contract.operations:
        handler = HANDLERS.get(operation.id, _no_handler(operation))
        by_path.setdefault(operation.path, {})[operation.method] = (operation, handler)
    paths: Paths[Methods] = Paths()
    for path, methods in by_path.items():
        paths.add(PREFIX + path, methods)
    return paths


def _is_page_path(path: str) -> bool:
    """Tell whether a path belongs to the server's own page, which refuses requests that other pages send."""
    return path.startswith("/ui") and path[3:4] in ("", "/")


def _not_allowed(methods: Methods, method: str) -> NoReturn:
    allowed = sorted(methods)
    raise MethodNotAllowedError(
        f"{quoted(method)} is not allowed here; {' or '.join(allowed)} is.", headers={"allow": ", ".join(allowed)}
    )


def check_known(contract: Contract, handlers: Mapping[str, Handler]) -> None:
    """Refuse handlers of what the contract does not describe, and scopes for which no key can be made.

    An operation without a handler is answered 501.

    Raises:
        LookupError: A handler answers no operation of the contract, or an operation asks for an unknown scope.
    """
    # A contract may grow before the server does. A handler that no operation leads to is a mistake.
    if extra := sorted(handlers.keys() - {operation.id for operation in contract.operations}):
        raise LookupError(f"Handlers of operations that the contract does not describe: {', '.join(extra)}")
    for each in contract.operations:
        if each.scope not in (None, *SCOPES):
            raise LookupError(f"The contract's x-scope of {each.id} is {each.scope!r}; it may be {', '.join(SCOPES)}.")


def _no_handler(operation: Operation) -> Handler:
    async def refuse(parts: Parts, call: Call) -> dict[str, Any]:
        raise NoHandlerError(operation.id)

    return refuse


def _check_read(method: str) -> None:
    if method not in ("GET", "HEAD"):
        raise MethodNotAllowedError("Only GET is allowed here.", headers={"allow": "GET, HEAD"})


async def _in_a_task() -> None:
    """Continue in a task, which `asyncio.timeout` needs: a request begins without one (`Connection._start`)."""
    await asyncio.sleep(0)


def _text(text: str) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await _send(send, _FINE, text.encode(), kind=(b"content-type", METRICS_TYPE.encode()))

    return answer


async def _send(
    send: Send,
    status: int,
    body: bytes,
    headers: Mapping[str, str] | None = None,
    kind: tuple[bytes, bytes] = _JSON,
) -> None:
    """Send a whole answer."""
    said = [(b"content-length", b"%d" % len(body)), kind]
    if headers:
        said += [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": said, "size": len(body), "body": body})


async def _send_error(send: Send, error: ApiError | UpstreamError) -> None:
    await _send(send, error.status, to_json(error.body), error.headers)

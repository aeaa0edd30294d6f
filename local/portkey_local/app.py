"""The ASGI application: the contract's operations behind the doors, and one place where every answer leaves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .contract import Contract, Operation
from .doors.doors import Doors, Entrance, Pages, trace_id_of
from .doors.keys import scope_for
from .errors import ApiError, MethodNotAllowedError, NotFoundError, StoppingError, UpstreamError, quoted
from .handlers import HANDLERS, Handler
from .http.answers import Json
from .http.calls import ClientGoneError, read_call
from .http.health import Readiness, Ready, alive
from .http.logs import TRACE_ID, Journal, Noted
from .http.request_headers import RequestHeaders
from .http.routing import Paths
from .service import Service
from .states import DEADLINE, REFUSAL

PREFIX = "/v1"
_ALIVE, _READY = "/healthz", "/readyz"
HEALTH_PATHS = (_ALIVE, _READY, PREFIX + _ALIVE, PREFIX + _READY)
"""Paths that need no API key; each is there below the printed URL too, for whoever appends to it."""
RUNS = frozenset({"createPromptCompletion", "createGeneration"})
"""Operations that take as long as a model does, once they were received."""
_CLOSE = (b"connection", b"close")
logger = logging.getLogger("portkey_local")


def build_app(service: Service, entrance: Entrance, readiness: Readiness, journal: Journal | None = None) -> ASGIApp:
    """Build the application that answers the contract's operations under `/v1`, `/healthz` and `/readyz`.

    Args:
        service: What the handlers work with.
        entrance: Who is let in.
        readiness: What `/readyz` asks, and what says that the server is about to end.
        journal: Where each request is noted; None for nowhere.

    Raises:
        LookupError: An operation of the contract has no handler, or a handler no operation.
    """
    doors = Doors(Rooms(service, readiness), entrance, largest_body=service.limits.body, open_paths=HEALTH_PATHS)
    app: ASGIApp = Answering(doors)
    if entrance.rules.origins:
        app = Pages(app, entrance.rules.origins)
    if journal is not None:
        app = Noted(app, journal)
    return Front(app, readiness, api_version=service.contract.version)


class Front:
    """Put the trace id and the contract's version on every answer, and ask clients to leave when the server is to end.

    In the request's state it leaves `headers`, `trace_id`, and `started` once an answer is under way.

    Args:
        app: The application inside.
        readiness: What says that the server is about to end.
        api_version: The version of the contract that the server speaks.
    """

    def __init__(self, app: ASGIApp, readiness: Readiness, *, api_version: str) -> None:
        self._app = app
        self._readiness = readiness
        self._version = (b"x-portkey-api-version", api_version.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        state = scope["state"]
        headers = state["headers"] = RequestHeaders(scope)
        trace_id = state["trace_id"] = trace_id_of(headers)
        TRACE_ID.set(trace_id)
        signature = [(b"x-portkey-trace-id", trace_id.encode()), self._version]

        async def signed(message: Message) -> None:
            if message["type"] == "http.response.start":
                state["started"] = True
                closing = [_CLOSE] if self._readiness.stopping else []
                message["headers"] = [*message["headers"], *signature, *closing]
            await send(message)

        await self._app(scope, receive, signed)


class Answering:
    """Turn errors into answers.

    Args:
        app: The application inside; it may raise `ApiError` and `UpstreamError`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        state = scope["state"]
        try:
            if REFUSAL in state:
                raise state[REFUSAL]
            await self._app(scope, receive, send)
        except ClientGoneError:
            state["gone"] = True
        except asyncio.CancelledError:
            # It took too long, or the server stops and the grace is over: whoever waits shall not think that the
            # network broke.
            if "started" not in state:
                await _answer_to(state.get(REFUSAL) or StoppingError())(scope, receive, send)
        except Exception as error:
            answer = _answer_to(error)
            if answer.status >= ApiError.status:
                state["error"] = str(error)
            if "started" not in state:
                await answer(scope, receive, send)


class Endpoint:
    """Answer one path of the contract: check the call, run the operation's handler, write its answer.

    Args:
        service: What handlers work with.
        operations: The path's operations and their handlers, by method.
    """

    def __init__(self, service: Service, operations: Mapping[str, tuple[Operation, Handler]]) -> None:
        self._service = service
        self._operations = {
            method: (operation, handler, scope_for(operation)) for method, (operation, handler) in operations.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request to the path."""
        method = scope["method"]
        if method not in self._operations:
            allowed = " or ".join(sorted(self._operations))
            raise MethodNotAllowedError(
                f"{quoted(method)} is not allowed here; {allowed} is.",
                headers={"allow": ", ".join(sorted(self._operations))},
            )
        operation, handler, needed = self._operations[method]
        scope["state"]["caller"].check_may(needed)
        call = await read_call(operation, scope, receive)
        if operation.id in RUNS:
            scope["state"].pop(DEADLINE, None)
        answer = await handler(self._service, call)
        await (Json(answer) if isinstance(answer, dict) else answer)(scope, receive, send)


class Rooms:
    """Lead a request to the endpoint of its path.

    Args:
        service: What handlers work with.
        readiness: What `/readyz` asks.

    Raises:
        LookupError: An operation of the contract has no handler, or a handler no operation.
    """

    def __init__(self, service: Service, readiness: Readiness) -> None:
        by_path: dict[str, dict[str, tuple[Operation, Handler]]] = {}
        handlers = paired(service.contract, HANDLERS)
        for operation in service.contract.operations:
            by_path.setdefault(operation.path, {})[operation.method] = (operation, handlers[operation.id])
        self._paths: Paths[ASGIApp] = Paths()
        for path, operations in by_path.items():
            self._paths.add(PREFIX + path, Endpoint(service, operations))
        for path in HEALTH_PATHS:
            self._paths.add(path, alive if path.endswith(_ALIVE) else Ready(readiness))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or raise the 404 of a path that is not there."""
        found = self._paths.find(scope["path"])
        if found is None:
            raise NotFoundError(f"There is nothing at {quoted(scope['path'])}. The API lies under {PREFIX}.")
        endpoint, scope["path_params"] = found
        await endpoint(scope, receive, send)


def paired(contract: Contract, handlers: Mapping[str, Handler]) -> Mapping[str, Handler]:
    """Return the handlers, each of which belongs to an operation of the contract.

    Raises:
        LookupError: An operation has no handler, or a handler no operation.
    """
    operations = {operation.id for operation in contract.operations}
    if operations != handlers.keys():
        missing, extra = sorted(operations - handlers.keys()), sorted(handlers.keys() - operations)
        raise LookupError(
            f"The contract and the handlers differ: without a handler {missing}, not in the contract {extra}"
        )
    return handlers


def _answer_to(error: Exception) -> Json:
    if isinstance(error, ApiError):
        return Json(error.body, error.status, error.headers)
    if isinstance(error, UpstreamError):
        return Json(error.body, error.status, error.headers)
    trace_id = TRACE_ID.get()
    logger.error("Request %s failed", trace_id, exc_info=error)
    fault: dict[str, Any] = ApiError(f"The server failed; its log has more under the trace id {trace_id}.").body
    return Json(fault, ApiError.status)

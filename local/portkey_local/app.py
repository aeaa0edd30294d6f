"""The ASGI application: the contract's operations behind the doors, and one place where every answer leaves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .answers import Json
from .calls import ClientGoneError, read_call
from .contract import Contract, Operation
from .doors import Doors, trace_id_of
from .errors import ApiError, MethodNotAllowedError, NotFoundError, StoppingError, UpstreamError, quoted
from .handlers import HANDLERS, Handler
from .routing import Paths
from .service import Service

PREFIX = "/v1"
logger = logging.getLogger("portkey_local")


def build_app(service: Service) -> ASGIApp:
    """Build the application that answers the contract's operations under `/v1`, and `/healthz`.

    Args:
        service: What the handlers work with.

    Raises:
        LookupError: An operation of the contract has no handler, or a handler no operation.
    """
    doors = Doors(Rooms(service), largest_body=service.limits.body)
    return Front(doors, api_version=service.contract.version)


class Front:
    """Turn errors into answers, and put the trace id and the contract's version on every answer.

    Args:
        app: The application inside; it may raise `ApiError` and `UpstreamError`.
        api_version: The version of the contract that the server speaks.
    """

    def __init__(self, app: ASGIApp, *, api_version: str) -> None:
        self._app = app
        self._version = (b"x-portkey-api-version", api_version.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        trace_id = trace_id_of(Headers(scope=scope))
        scope["state"] = {**scope.get("state", {}), "trace_id": trace_id}
        started = False

        async def signed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], (b"x-portkey-trace-id", trace_id.encode()), self._version]
            await send(message)

        try:
            await self._app(scope, receive, signed)
        except ClientGoneError:
            return
        except asyncio.CancelledError:
            # The server stops and the grace is over: whoever waits shall not think that the network broke.
            if not started:
                await _answer_to(StoppingError(), trace_id)(scope, receive, signed)
        except Exception as error:
            answer = _answer_to(error, trace_id)
            if not started:
                await answer(scope, receive, signed)


class Endpoint:
    """Answer one path of the contract: check the call, run the operation's handler, write its answer.

    Args:
        service: What handlers work with.
        operations: The path's operations and their handlers, by method.
    """

    def __init__(self, service: Service, operations: Mapping[str, tuple[Operation, Handler]]) -> None:
        self._service = service
        self._operations = operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request to the path."""
        method = scope["method"]
        if method not in self._operations:
            allowed = " or ".join(sorted(self._operations))
            raise MethodNotAllowedError(
                f"{quoted(method)} is not allowed here; {allowed} is.",
                headers={"allow": ", ".join(sorted(self._operations))},
            )
        operation, handler = self._operations[method]
        call = await read_call(operation, scope, receive)
        answer = await handler(self._service, call)
        await (Json(answer) if isinstance(answer, dict) else answer)(scope, receive, send)


class Rooms:
    """Lead a request to the endpoint of its path.

    Args:
        service: What handlers work with.

    Raises:
        LookupError: An operation of the contract has no handler, or a handler no operation.
    """

    def __init__(self, service: Service) -> None:
        by_path: dict[str, dict[str, tuple[Operation, Handler]]] = {}
        handlers = paired(service.contract, HANDLERS)
        for operation in service.contract.operations:
            by_path.setdefault(operation.path, {})[operation.method] = (operation, handlers[operation.id])
        self._paths: Paths[ASGIApp] = Paths()
        for path, operations in by_path.items():
            self._paths.add(PREFIX + path, Endpoint(service, operations))
        for path in ("/healthz", f"{PREFIX}/healthz"):  # the second for whoever appends to the URL that is printed
            self._paths.add(path, _health)

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


async def _health(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["method"] not in ("GET", "HEAD"):
        raise MethodNotAllowedError("Only GET is allowed here.", headers={"allow": "GET, HEAD"})
    await Json({"status": "ok"})(scope, receive, send)


def _answer_to(error: Exception, trace_id: str) -> Json:
    if isinstance(error, ApiError):
        return Json(error.body, error.status, error.headers)
    if isinstance(error, UpstreamError):
        return Json(error.body, error.status, error.headers)
    logger.error("Request %s failed", trace_id, exc_info=error)
    fault: dict[str, Any] = ApiError(f"The server failed; its log has more under the trace id {trace_id}.").body
    return Json(fault, ApiError.status)

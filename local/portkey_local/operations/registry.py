"""Which function answers which operation of the contract."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from starlette.types import ASGIApp

from portkey_local.http.calls import Call
from portkey_local.http.entity import Entity
from portkey_local.parts import Parts

Handler = Callable[[Parts, Call], Awaitable[dict[str, Any] | bytes | Entity | ASGIApp]]
"""Answers a call; an object, or the bytes of one, is answered as JSON with status 200."""

HANDLERS: dict[str, Handler] = {}
"""The handlers by `operationId`."""


class AnswerAtHand(NamedTuple):
    """An answer that nothing was waited for."""

    body: bytes
    version: bytes
    """The number of the version that was rendered."""


QuickHandler = Callable[[Parts, Mapping[str, str], Mapping[str, Any], int], AnswerAtHand | Entity | None]
"""Answers from memory: by the parts, the path's parameters, the checked body, and its size in bytes; there is no query.

None, or any error, means that the operation's handler has to answer; so it must not change anything.
"""

QUICK_HANDLERS: dict[str, QuickHandler] = {}
"""Those that there are, by `operationId`."""


def operation(operation_id: str) -> Callable[[Handler], Handler]:
    """Register the handler of an operation.

    Args:
        operation_id: The operation's `operationId` in the contract.
    """

    def register(handler: Handler) -> Handler:
        if operation_id in HANDLERS:
            raise LookupError(f"Two handlers for {operation_id}")
        HANDLERS[operation_id] = handler
        return handler

    return register


def quick(operation_id: str) -> Callable[[QuickHandler], QuickHandler]:
    """Register what answers an operation where memory has all that it takes.

    Args:
        operation_id: The operation's `operationId` in the contract.
    """

    def register(handler: QuickHandler) -> QuickHandler:
        QUICK_HANDLERS[operation_id] = handler
        return handler

    return register

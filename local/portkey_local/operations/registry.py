"""Which function answers which operation of the contract."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import ASGIApp

from portkey_local.http.calls import Call
from portkey_local.http.entity import Entity
from portkey_local.parts import Parts

Handler = Callable[[Parts, Call], Awaitable[dict[str, Any] | bytes | Entity | ASGIApp]]
"""Answers a call; an object, or the bytes of one, is answered as JSON with status 200."""

HANDLERS: dict[str, Handler] = {}
"""The handlers by `operationId`."""


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

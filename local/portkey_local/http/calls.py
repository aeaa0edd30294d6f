"""One call of an operation: what came in, checked against the contract."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from attrs import frozen
from starlette.datastructures import Headers, QueryParams
from starlette.types import Receive, Scope

from portkey_local.contract import Operation, Parameter
from portkey_local.errors import BadRequestError, quoted
from portkey_local.states import REFUSAL

from .bodies import read_json
from .validation import coerced

_LONG_BODY = 64 * 1024
"""Bytes from which on a body is read on a thread, so that others are answered meanwhile."""


class ClientGoneError(Exception):
    """The client went away before it was answered."""


@frozen
class Call:
    """One call of an operation."""

    path: Mapping[str, str]
    """Path parameters by name."""
    query: Mapping[str, Any]
    """Query parameters by name, as values; those left out have their default, or None."""
    body: Mapping[str, Any]
    """The JSON body; empty where there is none."""
    headers: Headers
    trace_id: str
    receive: Receive
    """After the body, brings only the news that the client went away."""
    size: int
    """Bytes of the body."""


async def read_call(operation: Operation, scope: Scope, receive: Receive) -> Call:
    """Read a request as a call of an operation.

    Query parameters that the contract does not name are ignored, as the hosted service does.

    Raises:
        BadRequestError: A parameter or the body is not what the contract says; the message names the field.
        ClientGoneError: The client went away before its body was whole.
    """
    state = scope["state"]
    raw = await _read_body(state, receive)
    query = _query(operation, scope["query_string"])
    body = await _body(operation, raw)
    return Call(scope["path_params"], query, body, state["headers"], state["trace_id"], receive, len(raw))


async def _read_body(state: Mapping[str, Any], receive: Receive) -> bytes:
    pieces = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        if REFUSAL in state:
            raise state[REFUSAL]
        pieces.append(message["body"])
        more = message["more_body"]
    return b"".join(pieces)


async def _body(operation: Operation, raw: bytes) -> Mapping[str, Any]:
    if operation.body is None:
        return {}
    if not raw:
        if operation.body_required:
            raise BadRequestError("The body is missing. Send a JSON object with the content-type application/json.")
        return {}
    body = read_json(raw) if len(raw) < _LONG_BODY else await asyncio.to_thread(read_json, raw)
    operation.body.check(body)
    return body  # type: ignore[no-any-return]


def _query(operation: Operation, text: bytes) -> dict[str, Any]:
    if not operation.query:
        return {}
    given = QueryParams(text)
    return {each.name: _query_value(each, given) for each in operation.query}


def _query_value(parameter: Parameter, query: QueryParams) -> Any:
    text = query.get(parameter.name)
    if text is not None:
        return coerced(parameter.schema, text, parameter.name)
    if parameter.required:
        raise BadRequestError(f"The query parameter {quoted(parameter.name)} is missing.")
    return parameter.default

"""One call of an operation: what came in, checked against the contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.datastructures import Headers, QueryParams
from starlette.types import Receive, Scope

from portkey_local.access.keyring import NOBODY, Caller
from portkey_local.config import LocalLimits
from portkey_local.errors import BadRequestError, BodyTooLargeError
from portkey_local.json import LARGE, read_json
from portkey_local.worker import Worker
from portkey_prompts.errors import quoted

from .contract import Operation, Parameter
from .request import BODY, HEADERS, REFUSAL
from .validation import Schema, coerced

_NAMED = 5
"""Unknown query parameters that a message names at the most."""


class ClientGoneError(Exception):
    """The client went away before it was answered."""


class Call(NamedTuple):
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
    caller: Caller = NOBODY
    """Whose call it is."""

    @property
    def given(self) -> dict[str, Any]:
        """The body's fields that are not null: in an update null is the same as left out."""
        return {name: value for name, value in self.body.items() if value is not None}


class Reader:
    """Read requests as calls of operations.

    Args:
        limits: What a body may hold.
    """

    def __init__(self, limits: LocalLimits) -> None:
        self._values, self._names, self._largest = limits.values, limits.names, limits.body
        self._worker = Worker()

    async def read(self, operation: Operation, scope: Scope, receive: Receive) -> Call:
        """Read a request.

        Where the operation changes something, a query parameter that the contract does not name is refused: it may be
        meant to narrow the change, which would be made to everything. A read ignores it, as the hosted service does.

        Args:
            operation: The operation that is called.
            scope: The request's scope.
            receive: Brings the body.

        Raises:
            BadRequestError: A parameter or the body is not what the contract says; the message names the field.
            TooLargeError: The body holds more than it may.
            ClientGoneError: The client went away before its body was whole.
        """
        raw = await whole_body(scope["state"], receive, self._largest)
        if operation.body is None or len(raw) < LARGE:
            return self._call(operation, scope, receive, raw)
        query = _query(operation, scope["query_string"])
        body = await self._worker.do(self._checked, operation.body, raw)
        return _call(scope, query, body, receive, len(raw))

    def at_once(self, operation: Operation, scope: Scope, receive: Receive) -> Call | None:
        """Read a request as `read` does, where its whole body is there and small; answer None where it is not."""
        raw = scope["state"].get(BODY)
        return None if raw is None else self._call(operation, scope, receive, raw)

    def body(self, operation: Operation, raw: bytes) -> Mapping[str, Any]:
        """Read a small body; empty where there is none.

        Raises:
            BadRequestError: It is not what the contract says; the message names the field.
            TooLargeError: It holds more than it may.
        """
        if operation.body is not None and raw:
            return self._checked(operation.body, raw)
        if operation.body_required:
            raise BadRequestError("The body is missing. Send a JSON object with the content-type application/json.")
        return {}

    def _call(self, operation: Operation, scope: Scope, receive: Receive, raw: bytes) -> Call:
        query = _query(operation, scope["query_string"])
        return _call(scope, query, self.body(operation, raw), receive, len(raw))

    def _checked(self, schema: Schema, raw: bytes) -> Mapping[str, Any]:
        body = read_json(raw, values=self._values, names=self._names)
        schema.check(body, size=len(raw))
        return body  # type: ignore[no-any-return]


async def whole_body(state: Mapping[str, Any], receive: Receive, largest: int) -> bytes:
    """Receive a request's body.

    Args:
        state: The request's state.
        receive: Brings the body.
        largest: Bytes that it may have.

    Raises:
        TooLargeError: It has more.
        ClientGoneError: The client went away before it was whole.
    """
    if BODY in state:
        return state[BODY]  # type: ignore[no-any-return]
    pieces, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        if REFUSAL in state:
            raise state[REFUSAL]
        pieces.append(message["body"])
        size += len(message["body"])
        if size > largest:
            raise BodyTooLargeError(largest)
        more = message["more_body"]
    return b"".join(pieces)


def _call(scope: Scope, query: Mapping[str, Any], body: Mapping[str, Any], receive: Receive, size: int) -> Call:
    state = scope["state"]
    caller = state.get("caller", NOBODY)
    return Call(scope["path_params"], query, body, state[HEADERS], state["trace_id"], receive, size, caller)


def _query(operation: Operation, text: bytes) -> dict[str, Any]:
    if not operation.query and not (text and operation.changes):
        return {}
    given = QueryParams(text)
    if operation.changes:
        _refuse_unknown(operation, given)
    return {each.name: _query_value(each, given) for each in operation.query}


def _refuse_unknown(operation: Operation, given: QueryParams) -> None:
    known = [each.name for each in operation.query]
    unknown = [name for name in given if name not in known]
    if unknown:
        names = ", ".join(quoted(name) for name in unknown[:_NAMED])
        takes = f"It takes {', '.join(map(quoted, known))}." if known else "It takes none."
        raise BadRequestError(
            f"{operation.id} changes things and knows no query parameter {names}, so nothing was changed. {takes}"
        )


def _query_value(parameter: Parameter, query: QueryParams) -> Any:
    text = query.get(parameter.name)
    if text is not None:
        return coerced(parameter.schema, text, parameter.name)
    if parameter.required:
        raise BadRequestError(f"The query parameter {quoted(parameter.name)} is missing.")
    return parameter.default

# Compiled from openapi.yaml by `make generate`. Do not edit.
"""Answers after they arrived: decoded JSON becomes what the contract describes. No I/O."""

from __future__ import annotations

from .errors import UnexpectedBody, shown
from .pages import Page
from .records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    Model = TypeVar("Model", bound=Record)
    Second = TypeVar("Second", bound=Record)
    Third = TypeVar("Third", bound=Record)

_KINDS = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    type(None): "null",
}


def answer(model: type[Model], body: object, operation: str) -> Model:
    """View the JSON of a success as its model.

    A bare array becomes the list envelope that the contract describes; an empty body (None) is an empty
    record where the model requires nothing.

    Raises:
        UnexpectedBody: where the JSON is of another kind.
    """
    if isinstance(body, list) and issubclass(model, Page):
        body = {"object": "list", "total": len(body), "data": body}
    if body is None and not any(field.required for field in model._fields.values()):
        body = {}
    if not isinstance(body, dict):
        raise _unexpected(model, body, operation)
    if issubclass(model, Page) and not isinstance(body.get("data", []), list | None):
        raise _unexpected(model, body["data"], f"the `data` of {operation}", "an array")
    return model.from_dict(body)


def failure(
    body: object,
    model: type[Model],
    second: type[Second] | None = None,
    third: type[Third] | None = None,
    *more: type[Model],
) -> Model | Second | Third | None:
    """View the JSON of a failure as the first of its models that it fits; None where it is no object."""
    if not isinstance(body, dict):
        return None
    for candidate in (model, second, third, *more):
        if candidate is not None and _has_required(candidate, body):
            return candidate.from_dict(body)
    return model.from_dict(body)


def _has_required(model: type[Record], body: dict[str, Any]) -> bool:
    return all(field.wire in body for field in model._fields.values() if field.required)


def event(model: type[Model], data: object, operation: str) -> Model:
    """View the JSON of a stream's event as its model.

    Raises:
        UnexpectedBody: where the JSON is no object.
    """
    if isinstance(data, dict):
        return model.from_dict(data)
    raise _unexpected(model, data, f"an event of {operation}")


def _unexpected(model: type[Record], body: Any, source: str, wanted: str = "an object") -> UnexpectedBody:
    kind = _KINDS.get(type(body), type(body).__name__)
    return UnexpectedBody(
        f"{source} is {kind}, {shown(body)}, where the contract says {wanted} ({model.__name__})", body
    )

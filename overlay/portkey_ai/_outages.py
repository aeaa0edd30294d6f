"""What the service's answers mean to a PromptSource: a prompt, that there is none, or that it can't be asked now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from portkey_ai.errors import APIError, APIVersionError, NotFoundError, PermissionDeniedError
from portkey_openapi import Record
from portkey_openapi.api.partials import retrieve_prompt_partial
from portkey_openapi.api.prompts import retrieve_prompt
from portkey_prompts.answers import check_answer
from portkey_prompts.rendering import check_detail

if TYPE_CHECKING:
    from portkey_ai.errors import APIStatusError
    from portkey_openapi.types import Request
    from portkey_prompts.source.finder import Fetch, Meaning

OUTAGES = (
    APIError,  # a 401 too: a key that was revoked must not take an app down that knows its prompts
    APIVersionError,  # a server that was upgraded
)
"""Errors that say nothing of the prompt itself, unless `is_gone` or `is_refused`."""

NOT_MODIFIED = 304

R = TypeVar("R", bound="Record | None")


def meaning(error: Exception) -> Meaning | None:
    """Say what a call's error means to the prompt that was asked for; None where it is not the service's."""
    if is_gone(error):
        return "gone"
    if is_refused(error):
        return "refused"
    return "outage" if isinstance(error, OUTAGES) else None


def is_gone(error: Exception) -> bool:
    """Say whether a 404 comes from the service itself, so that there is no such thing; a proxy's says nothing."""
    return isinstance(error, NotFoundError) and _is_control_plane_error(error.body)


def is_refused(error: Exception) -> bool:
    """Say whether a 403 comes from the service itself, so that this key may not read; a firewall's says nothing."""
    if not isinstance(error, PermissionDeniedError):
        return False
    body = error.body
    is_gateway_error = isinstance(body, dict) and body.get("status") == "failure" and "message" in body
    return is_gateway_error or _is_control_plane_error(body)


def _is_control_plane_error(body: Any) -> bool:
    if not isinstance(body, dict) or body.get("success") is not False:
        return False
    data = body.get("data")
    return isinstance(data, dict) and isinstance(data.get("message"), str)


def renderable(
    kind: Literal["prompt", "partial"], reference: str, parse: Callable[[int, Any], R]
) -> Callable[[int, Any], R]:
    """Have an operation's parser, as compiled from the contract, refuse what can't be rendered."""

    def checked(status: int, body: Any) -> R:
        record = parse(status, body)
        if record is not None:
            check_answer(record)
            check_detail(kind, reference, record)
        return record

    return checked


def fetch_call(step: Fetch, options: Mapping[str, Any]) -> tuple[Request, Callable[[int, Any], Any], dict[str, Any]]:
    """Make the request, the parser and the options of a Fetch's call; `options` are those of every such call."""
    kind, reference = step.key
    further = {**options}
    if step.patience is not None:
        further |= {"timeout": step.patience, "max_retries": 0}
    if tag := _tag(step):
        further["extra_headers"] = {**(further.get("extra_headers") or {}), "if-none-match": tag}
    operation = retrieve_prompt if kind == "prompt" else retrieve_prompt_partial
    return operation.request(reference), renderable(kind, reference, operation.parse), further


def unchanged(step: Fetch, error: APIStatusError) -> Mapping[str, Any]:
    """Return what was known, where a 304 says that it has not changed; else raise the error."""
    # The service's 304 bears the ETag that was sent, strong or weak; a proxy that answers 304 to all does not.
    tag = error.response.headers.get("etag", "").removeprefix("W/")
    if step.known is None or error.status_code != NOT_MODIFIED or tag != (_tag(step) or "").removeprefix("W/"):
        raise error
    return step.known


def _tag(step: Fetch) -> str | None:
    """Return the ETag of what is known; None where it came without one, as from the hosted service."""
    return step.known.get_headers().get("etag") if isinstance(step.known, Record) else None


def with_more(error: Exception, more: str) -> Exception:
    """Add a sentence to the message of a call's error."""
    if isinstance(error, APIError):
        error.message = f"{error.message} {more}"
    return error

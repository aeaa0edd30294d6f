"""From an answer that says no to the error that an app meets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from portkey_ai._secrets import shown_url, without
from portkey_ai.errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APIStreamError,
    APIStreamTimeoutError,
    APITimeoutError,
    class_for_status,
)

if TYPE_CHECKING:
    from portkey_ai._http import Request, RequestError, Response

SHOWN = 200
"""How much of an unexpected body an error message shows, in characters."""


def read_body(text: str) -> Any:
    """Decode a body as JSON, or keep its text; an empty one is None."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text or None


def message_of(body: Any) -> str | None:
    """Find the message in an error body of any family: the provider's, the control plane's, the gateway's."""
    if not isinstance(body, dict):
        return None
    for place in (body.get("error"), body.get("data"), body):
        if isinstance(place, dict) and isinstance(place.get("message"), str) and place["message"]:
            return str(place["message"])
    error = body.get("error")
    return error if isinstance(error, str) and error else None


def code_of(body: Any) -> str | None:
    """Find the code in an error body: `errorCode` of the control plane, `code` or `type` of a provider."""
    if not isinstance(body, dict):
        return None
    data, error = body.get("data"), body.get("error")
    if isinstance(data, dict) and data.get("errorCode") is not None:
        return str(data["errorCode"])
    if isinstance(error, dict):
        code = error.get("code") if error.get("code") is not None else error.get("type")
        return None if code is None else str(code)
    return None


def beginning(text: str) -> str:
    """Show the beginning of an unexpected text on one line."""
    shown = repr(text[:SHOWN])
    return shown if len(text) <= SHOWN else f"{shown} … ({len(text)} characters)"


def status_error(response: Response, secrets: tuple[str, ...] = ()) -> APIStatusError:
    """Make the error of an answer whose status says no; the response must have been read.

    Args:
        response: the answer.
        secrets: texts that must not stand in the message, should a server repeat them.
    """
    body = read_body(response.text)
    message = message_of(body)
    if message is None:
        phrase = response.reason_phrase or "no reason given"
        shown = beginning(response.text) if response.text else "an empty body"
        message = f"The server answered {response.status_code} ({phrase}): {shown}"
    return class_for_status(response.status_code)(
        without(message, secrets),
        request=response.request,
        response=response,
        body=body,
        error_code=code_of(body),
    )


def connection_error(error: RequestError, request: Request, secrets: tuple[str, ...] = ()) -> APIError:
    """Make the error of a call that got no answer, or one that can't be unpacked."""
    from portkey_ai._http import DecodingError, TimeoutException

    kind, said = type(error).__name__, without(str(error), secrets) or "no further reason given"
    where = f"{request.method} {shown_url(request.url)}"
    made: APIError
    if isinstance(error, TimeoutException):
        times = ", ".join(f"{step} {seconds} s" for step, seconds in request.extensions.get("timeout", {}).items())
        made = APITimeoutError(f"No answer in time ({kind}) to {where}; the limits are: {times}.", request=request)
    elif isinstance(error, DecodingError):
        made = APIResponseValidationError(f"The answer to {where} can't be unpacked: {said}", request=request)
    else:
        made = APIConnectionError(f"No answer ({kind}: {said}) to {where}. Is the base URL right?", request=request)
    made.__cause__ = error
    return made


def decoded(response: Response, secrets: tuple[str, ...] = ()) -> Any:
    """Decode an answer's JSON; an empty body is None.

    Raises:
        APIResponseValidationError: where it is not JSON, showing its beginning.
    """
    if not response.content:
        return None
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        kind = response.headers.get("content-type", "no content type")
        said = f"The answer is not JSON ({kind}): {beginning(response.text)}"
        raise unexpected(response, said, response.text, secrets) from None


def unexpected(
    response: Response, message: str, body: Any, secrets: tuple[str, ...] = ()
) -> APIResponseValidationError:
    """Make the error of an answer that is not what the contract says."""
    return APIResponseValidationError(without(message, secrets), request=response.request, response=response, body=body)


_SILENCE = frozenset({"timeout", "408"})
"""Codes of an error in a stream that say that the provider did not go on in time."""
TELLING_OF_FAILURE = frozenset({"error", "status", "success"})
"""Fields of which an event must have one to be an error, unless its type says so."""


def event_error(kind: str, data: dict[str, Any], response: Response, secrets: tuple[str, ...]) -> APIError | None:
    """Make the error that an event of a stream reports, or None where it is a chunk.

    Args:
        kind: the event's type, "" where none was named.
        data: the event's decoded JSON.
        response: the answer that the event is part of.
        secrets: texts that must not stand in the message.
    """
    failed = data.get("error") or kind == "error" or data.get("status") == "failure" or data.get("success") is False
    if not failed:
        return None
    message = message_of(data) or f"The stream reported an error: {beginning(json.dumps(data))}"
    code = code_of(data)
    kind_of_error = APIStreamTimeoutError if code in _SILENCE else APIStreamError
    return kind_of_error(
        without(message, secrets), request=response.request, response=response, body=data, error_code=code
    )

"""From a failed call to the error that an app catches."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

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
from portkey_openapi.errors import AnswerTooLong
from portkey_openapi.raw import text_of
from portkey_openapi.requests import shown_url
from portkey_prompts.redaction import redact

if TYPE_CHECKING:
    from portkey_openapi.http import Request, Response
    from portkey_openapi.http.environment import Proxy
    from portkey_prompts.streaming.failures import Failure
    from portkey_prompts.streaming.reader import StreamError

E = TypeVar("E", bound=APIError)

SHOWN = 200
"""How much of an unexpected body an error message shows, in characters."""


def read_body(text: str) -> Any:
    """Decode a body as JSON, or keep its text; an empty one is None."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text or None


def failure_of(body: Any) -> Failure | None:
    """Find the failure in an error body, in the shape of the provider, the control plane or the gateway."""
    from portkey_prompts.streaming.failures import failure_in

    return failure_in(body, is_error=True) if isinstance(body, dict | list) else None


def beginning(text: str) -> str:
    """Show the beginning of an unexpected text on one line."""
    shown = repr(text[:SHOWN])
    return shown if len(text) <= SHOWN else f"{shown} … ({len(text)} characters)"


def status_error(response: Response, secrets: tuple[str, ...] = (), proxy: Proxy | None = None) -> APIStatusError:
    """Make the error of an answer whose status is no success.

    Args:
        response: the answer.
        secrets: texts that must not stand in the message, should a server repeat them.
        proxy: the proxy that the answer came through.
    """
    text = text_of(response)
    body = read_body(text)
    failure = failure_of(body)
    message = failure and failure.words
    if not message:
        phrase = response.reason_phrase[:SHOWN] or "no reason given"
        shown = beginning(text) if text else "an empty body"
        message = f"The server{_by_way_of(proxy)} answered {response.status_code} ({phrase}): {shown}"
    if response.has_redirect_location:
        message += f"; it leads to {shown_url(response.headers['location'])}. Is the base URL right?"
    return _made(class_for_status(response.status_code), message, response, body, failure, secrets)


def _made(
    kind: type[E], message: str, response: Response, body: Any, failure: Failure | None, secrets: tuple[str, ...]
) -> E:
    code = failure and failure.name
    return kind(redact(message, secrets), request=response.request, response=response, body=body, error_code=code)


def connection_error(
    error: Exception, request: Request, secrets: tuple[str, ...] = (), proxy: Proxy | None = None, begun: bool = False
) -> APIError:
    """Make the error of a call that got no answer, or one that can't be read.

    Args:
        error: whatever was raised instead of an answer.
        request: what was asked.
        secrets: texts that must not stand in the message.
        proxy: the proxy that the call was to go through.
        begun: whether the answer's head had come.
    """
    from portkey_openapi.http import DecodingError, RequestError, TimeoutException
    from portkey_openapi.http.failures import SetupError

    kind, reason = type(error).__name__, shown_url(redact(str(error), secrets)) or "no further reason given"
    where = f"{request.method} {shown_url(request.url)}{_by_way_of(proxy)}"
    made: APIError
    if isinstance(error, TimeoutException):
        times = ", ".join(f"{step} {seconds} s" for step, seconds in request.extensions.get("timeout", {}).items())
        lack = "No more of the answer" if begun else "No answer"
        made = APITimeoutError(f"{lack} in time ({kind}) to {where}; the limits are: {times}.", request=request)
    elif isinstance(error, DecodingError):
        made = APIResponseValidationError(f"The answer to {where} can't be unpacked: {reason}", request=request)
    elif isinstance(error, AnswerTooLong):
        made = APIResponseValidationError(f"The answer to {where} can't be taken: {reason}.", request=request)
    elif isinstance(error, RequestError | OSError) and (begun or "complete message body" in reason):
        made = APIConnectionError(f"The answer to {where} broke off ({kind}: {reason}).", request=request)
    elif isinstance(error, RequestError | OSError):
        asked = "Is the base URL right?" if proxy is None else f"Is {proxy.name} right?"
        made = APIConnectionError(f"No answer ({kind}: {reason}) to {where}. {asked}", request=request)
    else:
        why = reason if isinstance(error, SetupError) else f"{kind}: {reason}"
        made = APIConnectionError(f"The call {where} failed: {why}.", request=request)
    made.__cause__ = error
    return made


def _by_way_of(proxy: Proxy | None) -> str:
    return "" if proxy is None else f" by way of the proxy {proxy}"


def decoded(response: Response, secrets: tuple[str, ...] = ()) -> Any:
    """Decode an answer's JSON; an empty body is None.

    Raises:
        APIResponseValidationError: where it is not JSON, showing its beginning.
    """
    if not response.content:
        return None
    try:
        return json.loads(response.content)
    except (json.JSONDecodeError, UnicodeDecodeError):
        kind = response.headers.get("content-type", "no content type")
        problem = f"The answer is not JSON ({kind}): {beginning(text_of(response))}"
    except (ValueError, RecursionError) as error:  # an int of thousands of digits, or nested too deeply
        problem = f"The answer's JSON can't be read ({error}): {beginning(text_of(response))}"
    raise unexpected(response, problem, text_of(response), secrets)


def unexpected(
    response: Response, message: str, body: Any, secrets: tuple[str, ...] = ()
) -> APIResponseValidationError:
    """Make the error of an answer that is not what the contract says."""
    return _made(APIResponseValidationError, message, response, body, failure_of(body), secrets)


_SILENCE = frozenset({"timeout", "408"})
"""Codes of an error in a stream that mean that the provider did not send more in time."""


def stream_error(error: StreamError, response: Response, secrets: tuple[str, ...]) -> APIError:
    """Make the error of a stream that can't be read on.

    Args:
        error: what the stream's reader met.
        response: the answer that is read.
        secrets: texts that must not stand in the message.
    """
    if error.failure is None:
        kind = response.headers.get("content-type")
        problems = {
            "no_chunk": f"An event of the stream is no JSON object: {beginning(error.text)}",
            "no_stream": f"The answer is no event stream, though its type is {kind}: {beginning(error.text)}",
        }
        return unexpected(response, problems.get(error.kind, str(error)), error.text, secrets)
    kind_of_error = APIStreamTimeoutError if error.failure.name in _SILENCE else APIStreamError
    return _made(kind_of_error, error.failure.message, response, error.failure.body, error.failure, secrets)


def silence_error(response: Response, seconds: float) -> APIStreamTimeoutError:
    """Make the error of a stream that stays open and brings no chunk for so many seconds."""
    message = f"The stream brought nothing for {seconds:g} s, though its connection was kept open."
    return APIStreamTimeoutError(message, request=response.request, response=response)

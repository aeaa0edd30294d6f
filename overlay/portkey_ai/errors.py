"""What can go wrong, as one family.

::

    PortkeyError                          every error of this package
    ├── APIVersionError                   another API version was asked for, or is spoken by the server
    └── APIError                          a call failed; `message`, `request` and more are at hand
        ├── APIConnectionError            no answer: refused, reset, broken, no such host
        │   └── APITimeoutError           no answer in time
        ├── APIResponseValidationError    an answer that is not what the contract says
        ├── APIStreamError                a stream that brought an error, or ended too early
        │   └── APIStreamTimeoutError     the provider fell silent in mid-stream; an APITimeoutError too
        └── APIStatusError                an answer with a status that says no
            ├── BadRequestError           400
            ├── AuthenticationError       401
            ├── PaymentRequiredError      402
            ├── PermissionDeniedError     403
            ├── NotFoundError             404
            ├── RequestTimeoutError       408
            ├── ConflictError             409
            ├── BudgetExhaustedError      412
            ├── UnprocessableEntityError  422
            ├── RateLimitError            429
            ├── GuardrailDeniedError      446
            └── InternalServerError       5xx
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portkey_openapi.contract import TRACE_ID_HEADER
from portkey_prompts.errors import PortkeyError as PortkeyError

if TYPE_CHECKING:
    from portkey_ai.types import PromptCompletion
    from portkey_openapi.http import Request, Response
else:
    Request = Response = object  # of httpx, which is not imported for an error


class APIVersionError(PortkeyError):
    """Another version of the API was asked for, or is spoken by the server, than this package was made for."""


class APIError(PortkeyError):
    """A call that failed.

    Attributes:
        message: what went wrong, for people; left out, what the class says.
        status_code: the answer's HTTP status, None where there was no answer.
        error_code: the service's own code for it, such as `AB02`, or None.
        body: the answer's decoded JSON, or its text, or None.
        trace_id: names the request in the service's logs, or None.
        request: the request, with its headers: keep it out of logs.
        response: the answer, or None.
        partial: of a stream, what had come before it failed, merged; else None.
    """

    def __init__(
        self,
        message: str | None = None,
        *,
        request: Request | None = None,
        response: Response | None = None,
        body: Any = None,
        error_code: str | None = None,
    ) -> None:
        self.message = message if message is not None else (type(self).__doc__ or "")
        super().__init__(self.message)
        self.request = request
        self.response = response
        self.body = body
        self.error_code = error_code
        self.status_code: int | None = None if response is None else response.status_code
        self.trace_id: str | None = None if response is None else response.headers.get(TRACE_ID_HEADER)
        self.partial: PromptCompletion | None = None

    def __str__(self) -> str:
        """Say what went wrong, with the status, the service's code and the trace id where they are known."""
        facts = [
            f"status {self.status_code}" if self.status_code else "",
            (self.error_code or "")[:200],
            f"trace id {self.trace_id[:200]}" if self.trace_id else "",
        ]
        known = ", ".join(fact for fact in facts if fact)
        return f"{self.message} ({known})" if known else self.message


class APIConnectionError(APIError):
    """No answer came: the connection was refused, reset or broken, or the host was not found."""


class APITimeoutError(APIConnectionError):
    """No answer came in time."""


class APIResponseValidationError(APIError):
    """An answer came that is not JSON, or of another kind than the contract says."""


class APIStreamError(APIError):
    """A stream brought an error, or ended before the model had finished; `partial` holds what came before."""


class APIStreamTimeoutError(APIStreamError, APITimeoutError):
    """A stream told that the service's provider fell silent; `partial` holds what came before."""


class APIStatusError(APIError):
    """An answer came whose status says no."""

    status_code: int  # pyright: ignore[reportIncompatibleVariableOverride]
    response: Response  # pyright: ignore[reportIncompatibleVariableOverride]


class BadRequestError(APIStatusError):
    """400: something in the request is malformed; the message names it."""


class AuthenticationError(APIStatusError):
    """401: the API key is missing, wrong or revoked."""


class PaymentRequiredError(APIStatusError):
    """402: the account has to be paid for."""


class PermissionDeniedError(APIStatusError):
    """403: the API key may not do this."""


class NotFoundError(APIStatusError):
    """404: something that the request refers to does not exist."""


class RequestTimeoutError(APIStatusError):
    """408: the service waited too long, for the provider as a rule."""


class ConflictError(APIStatusError):
    """409: what exists stands in the way."""


class BudgetExhaustedError(APIStatusError):
    """412: the budget of the key is used up."""


class UnprocessableEntityError(APIStatusError):
    """422: the request is well-formed and still can't be carried out."""


class RateLimitError(APIStatusError):
    """429: too many requests."""


class GuardrailDeniedError(APIStatusError):
    """446: a guardrail denied the request or its answer."""


class InternalServerError(APIStatusError):
    """5xx: the service or the provider failed."""


_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    402: PaymentRequiredError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: RequestTimeoutError,
    409: ConflictError,
    412: BudgetExhaustedError,
    422: UnprocessableEntityError,
    429: RateLimitError,
    446: GuardrailDeniedError,
}


def class_for_status(status: int) -> type[APIStatusError]:
    """Choose the error class of an HTTP status."""
    if status >= 500:
        return InternalServerError
    return _BY_STATUS.get(status, APIStatusError)

"""The server's errors: one family, each with its status and the control plane's code.

Whatever goes wrong inside a request is raised as an `ApiError` and answered as
`{"success": false, "data": {"message", "errorCode"}}`. What goes wrong at an upstream is an `UpstreamError` and is
passed through in the provider's shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from portkey_prompts.errors import quoted

_NAMED = 10
"""How many names an error shows."""


class ApiError(Exception):
    """A refusal in the control plane's shape.

    Args:
        message: What went wrong and what to do about it, for people.
        headers: Further headers of the answer.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "AB04"

    def __init__(self, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.headers = dict(headers or {})

    @property
    def body(self) -> dict[str, Any]:
        """The answer's JSON body."""
        return {"success": False, "data": {"message": self.message, "errorCode": self.code}}


class BadRequestError(ApiError):
    """Something in the request is malformed."""

    status, code = 400, "AB01"


class UnauthorizedError(ApiError):
    """The API key is missing or not valid."""

    status, code = 401, "AB05"

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"www-authenticate": "Bearer"})


class ForbiddenError(ApiError):
    """The request's host name, its web page or its key may not do this, or what it names can't be changed."""

    status, code = 403, "AB03"


class NotFoundError(ApiError):
    """Something that the request refers to does not exist."""

    status, code = 404, "AB02"


class MethodNotAllowedError(ApiError):
    """The path exists, but not with this method."""

    status, code = 405, "AB01"


class ConflictError(ApiError):
    """The change conflicts with what exists."""

    status, code = 409, "AB07"


class NoHandlerError(ApiError):
    """The contract has the operation, and this server does not answer it yet."""

    status, code = 501, "AB04"

    def __init__(self, operation_id: str) -> None:
        super().__init__(f"This server has no handler for {operation_id} yet, though the contract describes it.")


class StoppingError(ApiError):
    """The server is about to end, and did not get to answer."""

    status, code = 503, "AB04"

    def __init__(self) -> None:
        super().__init__("The server is stopping. Call again when it is back.")


class OverloadedError(ApiError):
    """All connections together hold or are as much as they may; this request is refused."""

    status, code = 503, "AB04"

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"retry-after": "1"})


class SlowRequestError(ApiError):
    """The request did not come in time.

    Args:
        seconds: What the limit is.
    """

    status, code = 408, "AB01"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"The request did not come within {seconds} s (limits.seconds). Send it faster, or less.")


class TookTooLongError(ApiError):
    """The answer was not there in time.

    Args:
        seconds: What the limit is.
    """

    status, code = 504, "AB04"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"There was no answer within {seconds} s (limits.seconds). If this was a change, read whether it was made."
        )


class TooLargeError(ApiError):
    """What was sent, or what it makes of a template, is larger than a limit."""

    status, code = 413, "AB01"


class BodyTooLargeError(TooLargeError):
    """The request's body is larger than the limit.

    Args:
        limit: What the limit is, in bytes.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body is larger than {limit} bytes (limits.body). Send less at once.")


class HeadTooLargeError(ApiError):
    """The request's first line and headers are larger than the limit.

    Args:
        limit: What the limit is, in bytes.
    """

    status, code = 431, "AB01"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The headers take more than {limit} bytes (limits.head). Send fewer, or shorter ones.")


class UnprocessableError(ApiError):
    """The request is well-formed, and the stored template can't be rendered with what it brings."""

    status, code = 422, "AB01"


class UnsupportedMediaTypeError(ApiError):
    """The body is not JSON by its content type."""

    status, code = 415, "AB01"


class UpstreamError(Exception):
    """A failure of the model's host, passed through with its status.

    Args:
        status: The status to answer with.
        message: What went wrong, for people.
        kind: The provider's word for the kind of failure.
        code: The provider's code, a word or a number.
        param: Which field of the request is at fault, where the provider says so.
        headers: Headers to pass on, such as `retry-after`.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "upstream_error",
        code: str | int | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
        self.error: dict[str, Any] = {"message": message, "type": kind, "param": param, "code": code}
        self.provider: str | None = None

    @property
    def body(self) -> dict[str, Any]:
        """The answer's JSON body, also the data of an error event in a stream."""
        return {"error": self.error, "provider": self.provider}


def unknown(kind: str, given: str, known: Iterable[str], *, remedy: str = "") -> NotFoundError:
    """Build the 404 that names what was not found and what there is instead.

    Args:
        kind: What was looked for, such as `collection`.
        given: The reference, as it was given.
        known: What could have been given; the first ten are named.
        remedy: A sentence that says what else to do.
    """
    return NotFoundError(f"The {kind} {quoted(given)} does not exist. {known_ones(known)}{remedy and ' ' + remedy}")


def known_ones(known: Iterable[str]) -> str:
    """Say in a sentence which names there are; the first ten are listed."""
    names = list(known)
    return f"Known: {some_of(map(quoted, names))}." if names else "There are none yet."


def some_of(names: Iterable[str]) -> str:
    """Name the first ten, and say how many more there are: an error is read by people."""
    every = list(names)
    more = len(every) - _NAMED
    return ", ".join(every) if more <= 0 else f"{', '.join(every[:_NAMED])} and {more} more"

# Compiled from openapi.yaml by `make generate`. Do not edit.
"""What the compiled client raises.

OptionError(ValueError)         an option of a client or a call that can't be used
UnexpectedBody(ValueError)      an answer of another kind than the contract says
UnexpectedStatus(Exception)     a status that the contract does not describe, or no event stream for it
ErrorEvent(Exception)           a failure that arrived inside an event stream
AnswerTooLong(Exception)        an answer of more bytes than the client takes
EventTooLong(Exception)         an event of a stream that is longer than one may be
IncompleteStream(Exception)     an event stream that ended before `[DONE]`
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = (
    "AnswerTooLong",
    "ErrorEvent",
    "EventTooLong",
    "IncompleteStream",
    "OptionError",
    "UnexpectedBody",
    "UnexpectedStatus",
)


class OptionError(ValueError):
    """An option of a client or a call can't be used; the message names it."""


class UnexpectedBody(ValueError):
    """An answer's JSON is of another kind than the contract says.

    Attributes:
        body: what came, decoded where it was JSON, else its text.
    """

    def __init__(self, message: str, body: Any = None) -> None:
        super().__init__(message)
        self.body = body


class UnexpectedStatus(Exception):
    """An answer's status is not one that the contract describes for the operation.

    Attributes:
        status_code: the HTTP status.
        body: what came, decoded where it was JSON, else its text.
        answer: the body's record, where the contract describes one.
    """

    def __init__(self, status_code: int, body: Any = None, answer: Any = None) -> None:
        super().__init__(f"unexpected status {status_code}, with the body {shown(body)}")
        self.status_code = status_code
        self.body = body
        self.answer = answer


class ErrorEvent(Exception):
    """A stream's event reports a failure.

    Attributes:
        body: the event's JSON, with the key `error`.
    """

    def __init__(self, body: Any) -> None:
        super().__init__(f"the stream reports a failure: {shown(body)}")
        self.body = body


class AnswerTooLong(Exception):
    """An answer, or all of a stream, is longer than the client takes.

    Attributes:
        most: the bytes that it may have, decompressed.
    """

    def __init__(self, most: int) -> None:
        super().__init__(f"it is longer than {most:,} bytes; `max_response_bytes` of the client says how many it takes")
        self.most = most


class EventTooLong(Exception):
    """An event of a stream, or a line of it, is longer than one may be.

    Attributes:
        longest: the characters that it may have.
    """

    def __init__(self, longest: int) -> None:
        super().__init__(f"an event of the stream is longer than {longest:,} characters")
        self.longest = longest


class IncompleteStream(Exception):
    """An event stream ended before the event `[DONE]`."""


def shown(body: object, limit: int = 200) -> str:
    """Show the beginning of a body, at most `limit` characters."""
    text = repr(body)
    return text if len(text) <= limit else f"{text[:limit]}…"

"""Which failures of the service mean that it can't be asked now, rather than that it said no."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from portkey_ai.errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    AuthenticationError,
    InternalServerError,
    RateLimitError,
    RequestTimeoutError,
)

if TYPE_CHECKING:
    from portkey_ai.source.entries import Key
    from portkey_ai.source.settings import PromptSource

OUTAGES = (
    APIConnectionError,
    APIResponseValidationError,  # a proxy's page in the place of an answer
    AuthenticationError,  # a key that was revoked must not take an app down that knows its prompts
    InternalServerError,
    RateLimitError,
    RequestTimeoutError,
)

E = TypeVar("E", bound=APIError)


def with_places(error: E, key: Key, source: PromptSource) -> E:
    """Name in an error where a prompt or a partial was looked for."""
    places = ["memory"]
    if source.disk is not None:
        places.append(f"the disk ({source.disk})")
    if source.lock is not None:
        places.append("the lock file")
    places.append("the fallback given in code")
    error.message = f"{error.message} And {key.reference!r} is known nowhere else: looked in {', '.join(places)}."
    return error

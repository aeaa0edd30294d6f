# Compiled from openapi.yaml by `make generate`. Do not edit.
"""What exceptions of a call mean."""

from __future__ import annotations

import httpx

from ..retries import Failure
from . import Response

_NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class SetupError(Exception):
    """No connection can be made, with what the app or its environment says; the message says why."""


def failure_of(error: Exception) -> Failure:
    """Say what an exception means for repeating the call."""
    if isinstance(error, _NOT_CONNECTED):
        return Failure.NOT_CONNECTED
    return Failure.INTERRUPTED if isinstance(error, httpx.RequestError | OSError) else Failure.LASTING


def refusal_in(error: Exception) -> Response | None:
    """Find the answer in an exception that a hook of the app's `http_client` raised with `raise_for_status()`."""
    refused = isinstance(error, httpx.HTTPStatusError) and not error.response.is_success
    return error.response if refused and isinstance(error, httpx.HTTPStatusError) else None

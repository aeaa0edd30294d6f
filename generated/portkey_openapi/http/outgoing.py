# Compiled from openapi.yaml by `make generate`. Do not edit.
"""Requests as they go out: URL, headers, body, time-outs."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import httpx

from ..encoding import encode
from ..errors import OptionError
from ..options import call_headers, check_count
from . import Request, Timeout

if TYPE_CHECKING:
    from ..requests import Request as OperationRequest

Timings = dict[str, float | None]
"""Seconds to `connect`, `read`, `write` and wait for a place in the `pool`; None waits for ever."""


def outgoing(
    base_url: str,
    base_headers: Mapping[str, str],
    request: OperationRequest,
    options: Mapping[str, Any],
    timing: Timings,
    *,
    escaped: bool = False,
) -> Request:
    """Build what goes out for one call.

    Args:
        base_url: where the service is.
        base_headers: what every call sends.
        request: the operation's method, path, query, headers and body.
        options: the call's options; they win over the headers and the query.
        timing: how long each step may take.
        escaped: whether the body is escaped to ASCII.

    Raises:
        OptionError: where an option can't be used, naming it.
        TypeError, ValueError: where the body is no JSON.
    """
    headers, params, content = {**base_headers, **request.headers}, request.params, None
    if request.body is not None:
        headers["content-type"] = "application/json"
        extra = options.get("extra_body")
        content = encode({**request.body, **extra} if extra else request.body, escaped=escaped)  # type: ignore[dict-item]
    if options:
        sent = {**headers, **call_headers(options)}
        headers = {name: value for name, value in sent.items() if value is not None}
        check_count("max_retries", options.get("max_retries", 0))
        params = {**params, **(options.get("extra_query") or {})}
    url = base_url + request.path
    return build_request(request.method, f"{url}?{query_string(params)}" if params else url, headers, content, timing)


def build_request(method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: Timings) -> Request:
    """Build a request as it will be sent; nothing is merged into it later."""
    target, credentials = _parsed(url)
    all_headers = {"host": target.netloc.decode("ascii"), **headers}
    if credentials and "authorization" not in headers:
        all_headers["authorization"] = credentials
    if body is not None:
        all_headers["content-length"] = str(len(body))
    elif method in ("POST", "PUT", "PATCH"):
        all_headers["content-length"] = "0"
    request = Request(
        method,
        target,
        headers=all_headers,
        stream=httpx.ByteStream(body or b""),
        extensions={"timeout": timeout},
    )
    request.read()
    return request


@lru_cache(maxsize=512)
def _parsed(url: str) -> tuple[httpx.URL, str | None]:
    """Split a URL into one without user and password, and their `authorization`, None where it has none."""
    # httpx would let them replace an `authorization` header that was given.
    target = httpx.URL(url)
    if not target.userinfo:
        return target, None
    credentials = b64encode(f"{target.username}:{target.password}".encode()).decode("ascii")
    return target.copy_with(username=None, password=None), f"Basic {credentials}"


def query_string(params: Mapping[str, Any]) -> str:
    """Write query parameters as httpx does: lists as repetitions, booleans in lower case."""
    return str(httpx.QueryParams(dict(params)))


def timings(timeout: float | Timeout | None, read: float | None = None) -> Timings:
    """Return a time-out as seconds for each step.

    Args:
        timeout: seconds for each step, an `httpx.Timeout`, or None for ever.
        read: seconds between two reads, where they are to differ.

    Raises:
        OptionError: where it is none of these.
    """
    known = timeout if isinstance(timeout, Timeout) else Timeout(_seconds(timeout))
    spelled: Timings = known.as_dict()
    if read is not None:
        spelled["read"] = read
    return spelled


def _seconds(timeout: float | None) -> float | None:
    is_number = isinstance(timeout, int | float) and not isinstance(timeout, bool)
    if timeout is not None and not (is_number and 0 < timeout < float("inf")):
        raise OptionError(
            f"`timeout` must be seconds, more than 0, an httpx.Timeout, or None to wait for ever, not {timeout!r}."
        )
    return timeout


def read_timeout(request: Request) -> float | None:
    """Return the seconds that a request allows between two reads; None where it waits for ever."""
    return cast("Timings", request.extensions.get("timeout", {})).get("read")

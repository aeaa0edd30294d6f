# Compiled from openapi.yaml by `make generate`. Do not edit.
"""Calls before they are sent: a method, a path and what goes with it. No I/O."""

from __future__ import annotations

import re

from .contract import BASE_URL
from .errors import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

LOCAL_PORT = 8790
"""The port that a local server listens on by default."""
LOCAL_URL = f"http://127.0.0.1:{LOCAL_PORT}/v1"

_USER = re.compile(r"(?<=://)[^/?#]*@")
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~@")


class Request:
    """One call of the API, ready to be sent.

    Attributes:
        method: the HTTP method, in capitals.
        path: the path below the base URL, quoted.
        params: the query, without what was not given.
        body: what goes out as JSON, or None for no body.
        headers: the operation's own headers, without what was not given.
    """

    __slots__ = ("body", "headers", "method", "params", "path")

    def __init__(
        self,
        method: str,
        path: str,
        params: dict[str, Any] | None = None,
        body: Mapping[str, Any] | Sequence[Any] | None = None,
        headers: dict[str, Any] | None = None,
    ) -> None:
        self.method = method
        self.path = path
        self.params = {} if params is None else params
        self.body = body
        self.headers = {} if headers is None else {name: header(name, value) for name, value in headers.items()}

    def __repr__(self) -> str:
        return f"Request({self.method} {self.path})"


def segment(name: str, value: str) -> str:
    """Quote one segment of a path; `@`, which separates a version, travels as it is.

    Raises:
        ValueError: where the segment is no text, is empty, or would climb in the path. It names the argument.
    """
    if not isinstance(value, str):
        raise ValueError(f"{name} must be text, not {type(value).__name__}")
    if value in ("", ".", ".."):
        raise ValueError(f"{name} must name something: {value!r} is no segment of a path")
    return value if _PLAIN.issuperset(value) else _quoted(name, value)


def _quoted(name: str, value: str) -> str:
    from urllib.parse import quote

    try:
        return quote(value, safe="@")
    except UnicodeEncodeError:
        raise ValueError(f"{name} holds a character that can't be sent: {value!r}") from None


def given(options: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what was not given, which is None; a moment is written as ISO 8601."""
    return {
        name: value.isoformat() if hasattr(type(value), "isoformat") else value
        for name, value in options.items()
        if value is not None
    }


def header(name: str, value: object) -> str:
    """Write a header's value as text.

    Raises:
        ValueError: where it holds a line break, which would begin another header, or no ASCII. It names the header.
    """
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if "\r" in text or "\n" in text or "\0" in text:
        raise ValueError(f"the header {name} can't hold a line break: {text!r}")
    if not text.isascii():
        raise ValueError(
            f"the header {name} can only hold ASCII; in JSON, write other characters as \\u escapes: {text!r}"
        )
    return text


def check_base_url(url: str) -> str:
    """Check the URL that calls begin with, and take a slash at its end away.

    Raises:
        OptionError: where it is no http or https URL, without what is secret in it.
    """
    from urllib.parse import urlsplit

    url = url.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, half an IPv6 address
        known = False
    if not known or re.search(r"[\s?#]", url) or not url.isprintable():
        problem = f"The base URL {shown_url(url)!r} can't be used"
        raise OptionError(f"{problem}: write it like {BASE_URL} or {LOCAL_URL}.")
    return url


def is_loopback(url: str) -> bool:
    """Say whether a URL names this machine itself."""
    from ipaddress import ip_address
    from urllib.parse import urlsplit

    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def shown_url(url: object) -> str:
    """Write a URL without the user and the password in it."""
    return _USER.sub("***@", str(url))

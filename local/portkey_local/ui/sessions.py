"""Who uses the page: the API key that was typed once, kept in this process's memory and nowhere else."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

_SECONDS = 12 * 3600.0
"""How long a session lasts that nobody uses."""
_MOST = 1000
"""Sessions at one time; of more, the one that was used least recently ends."""


class Sessions:
    """Keep keys by a random token that a browser's cookie has; it is void when the process ends, and for the API."""

    def __init__(self) -> None:
        self._keys: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def begin(self, headers: Headers, key: str) -> str:
        """Keep a key, and return the cookie for it."""
        token = secrets.token_urlsafe(32)
        self._keys[token] = (key, time.monotonic())
        while len(self._keys) > _MOST:
            self._keys.popitem(last=False)
        return _cookie(headers, token)

    def key(self, headers: Headers) -> str | None:
        """Return the key of the session that a request belongs to; None where there is none, or it has ended."""
        token = _token_of(headers)
        key, used = self._keys.pop(token, ("", 0.0))
        if not key or time.monotonic() - used > _SECONDS:
            return None
        self._keys[token] = (key, time.monotonic())
        return key

    def end(self, headers: Headers) -> str:
        """Forget a session's key, and return the cookie that removes the browser's."""
        self._keys.pop(_token_of(headers), None)
        return _cookie(headers, "")


def _name(headers: Headers) -> str:
    """Return what the cookie is called: browsers don't tell servers on several ports of one machine apart."""
    port = headers.get("host", "").rpartition(":")[2]
    return f"portkey-page-{port}" if port.isdigit() else "portkey-page"


def _token_of(headers: Headers) -> str:
    return str(cookie_parser(headers.get("cookie", "")).get(_name(headers), ""))


def _cookie(headers: Headers, token: str) -> str:
    # Behind a proxy that ends TLS, only the browser's `Origin` says how it reached the page.
    secure = "; Secure" if headers.get("origin", "").startswith("https:") else ""
    ending = "" if token else "; Max-Age=0"
    return f"{_name(headers)}={token}; Path=/ui; HttpOnly; SameSite=Strict{secure}{ending}"

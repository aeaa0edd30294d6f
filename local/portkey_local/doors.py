"""Who is let in: programs on this machine, not web pages, and no more than a body's worth at a time.

A browser lets any page send requests to a server on loopback. Three things tell such a request from a program's: the
name under which the page knows the server (`Host`, which DNS rebinding can point here but can't forge), the page's own
name (`Origin`), and the content type, which a page may only set to `application/json` after asking.
"""

from __future__ import annotations

import re
import uuid

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import ForbiddenError, TooLargeError, UnsupportedMediaTypeError, quoted

_LOOPBACK = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?", re.IGNORECASE)
_JSON = re.compile(r"application/json\s*(?:;\s*charset\s*=\s*\"?utf-8\"?\s*)?;?\s*", re.IGNORECASE)
_TRACE_ID = re.compile(r"[\x21-\x7e]{1,200}")


class Doors:
    """Refuse what did not come from a program on this machine, or is too large, before anything else sees it.

    Args:
        app: The application behind the doors.
        largest_body: Bytes that a body may have.
    """

    def __init__(self, app: ASGIApp, *, largest_body: int) -> None:
        self._app = app
        self._largest_body = largest_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in.

        Raises:
            ForbiddenError: It came from a web page, or asks for a custom host.
            UnsupportedMediaTypeError: Its body does not say that it is JSON.
            TooLargeError: Its body is, or is announced to be, too large.
        """
        headers = Headers(scope=scope)
        check_caller(headers)
        await self._app(scope, self._measured(headers, receive), send)

    def _measured(self, headers: Headers, receive: Receive) -> Receive:
        """Check a body's type and announced size, and count it as it comes."""
        length = headers.get("content-length")
        if length in (None, "0") and "transfer-encoding" not in headers:
            return receive
        check_content_type(headers.get("content-type", ""))
        if length is not None and length.isdigit() and int(length[:20]) > self._largest_body:
            raise self._too_large()
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._largest_body:
                raise self._too_large()
            return message

        return counted

    def _too_large(self) -> TooLargeError:
        return TooLargeError(f"The body is larger than {self._largest_body} bytes. Send less at once.")


def check_caller(headers: Headers) -> None:
    """Refuse a request that a web page, or a name that was pointed here, has sent.

    Raises:
        ForbiddenError: The Host header is not loopback's, an Origin is not this server, or a custom host is asked for.
    """
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not _LOOPBACK.fullmatch(hosts[0]):
        named = quoted(", ".join(hosts)) if hosts else "none"
        raise ForbiddenError(
            f"The Host header must be 127.0.0.1, localhost or [::1], with or without a port; it is {named}."
        )
    if any(origin != f"http://{hosts[0]}" for origin in headers.getlist("origin")):
        raise ForbiddenError("Web pages may not call this server: leave out the Origin header.")
    if "x-portkey-custom-host" in headers:
        raise ForbiddenError(
            "A custom host is refused here. Configure it as an upstream, and name that as the virtual key."
        )


def check_content_type(content_type: str) -> None:
    """Refuse a body that does not say that it is JSON.

    Raises:
        UnsupportedMediaTypeError: It says something else, or nothing.
    """
    if not _JSON.fullmatch(content_type.strip()):
        said = quoted(content_type) if content_type else "missing"
        raise UnsupportedMediaTypeError(f"The content-type must be application/json; it is {said}.")


def trace_id_of(headers: Headers) -> str:
    """Return the request's own trace id, where it is one that can stand in a header and a log, else a new one."""
    own = headers.get("x-portkey-trace-id", "")
    return own if _TRACE_ID.fullmatch(own) else str(uuid.uuid4())

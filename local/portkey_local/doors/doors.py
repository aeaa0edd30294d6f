"""Who is let in: programs on this machine or with a key, not web pages, and no more than a body's worth at a time.

A browser lets any page send requests to a server on loopback. Three things tell such a request from a program's: the
name under which the page knows the server (`Host`, which DNS rebinding can point here but can't forge), the page's own
name (`Origin`), and the content type, which a page may only set to `application/json` after asking. Where the server
is reached from other machines, every request has to bring an API key, and its name does not matter.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection

from attrs import frozen
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portkey_local.errors import ForbiddenError, TooLargeError, UnsupportedMediaTypeError, quoted

from .keyring import Keyring
from .rules import DoorRules, custom_host

CUSTOM_HOST = "x-portkey-custom-host"
_PORT = re.compile(r":[0-9]{1,5}\Z")
_JSON = re.compile(r"application/json\s*(?:;\s*charset\s*=\s*\"?utf-8\"?\s*)?;?\s*", re.IGNORECASE)
_TRACE_ID = re.compile(r"[\x21-\x7e]{1,200}")
_ids = random.Random()  # trace ids are no secret, and asking the system for each takes a twentieth of a render


@frozen(kw_only=True)
class Entrance:
    """What the doors go by."""

    rules: DoorRules
    keyring: Keyring
    names: frozenset[str] | None
    """The hosts under which the server may be called; None for any."""

    def check_host(self, headers: Headers) -> None:
        """Refuse a request that was sent to another name, which somebody may have pointed here.

        Raises:
            ForbiddenError: The Host header is none of the server's names.
        """
        if self.names is None:
            return
        hosts = headers.getlist("host")
        if len(hosts) != 1 or _PORT.sub("", hosts[0].lower()) not in self.names:
            named = quoted(", ".join(hosts)) if hosts else "none"
            further = "".join(f"{name}, " for name in sorted(self.rules.hosts))
            raise ForbiddenError(
                f"The Host header must be {further}127.0.0.1, localhost or [::1], with or without a port; it is "
                f"{named}. The configuration adds names as hosts under [doors]."
            )

    def check_origin(self, headers: Headers) -> None:
        """Refuse a request that a web page has sent, unless it may.

        Raises:
            ForbiddenError: An Origin is neither this server nor one of those that may call.
        """
        for origin in headers.getlist("origin"):
            if origin not in self.rules.origins and origin != f"http://{headers.get('host')}":
                raise ForbiddenError(
                    "Web pages may not call this server: leave out the Origin header, or name the page's origin in the"
                    " configuration, as one of origins under [doors]."
                )

    def check_custom_host(self, headers: Headers) -> None:
        """Refuse to call just any URL for a caller.

        Raises:
            ForbiddenError: The URL is none of those that may be named.
        """
        asked = headers.getlist(CUSTOM_HOST)
        if asked and (len(asked) > 1 or custom_host(asked[0]) not in self.rules.custom_hosts):
            raise ForbiddenError(
                f"{CUSTOM_HOST} is refused: it names no URL that stands in the configuration, as one of custom_hosts"
                " under [doors]. Add it there, or configure it as an upstream and name that as the virtual key."
            )


class Doors:
    """Refuse what may not come in, or is too large, before anything else sees it.

    Args:
        app: The application behind the doors.
        entrance: What they go by.
        largest_body: Bytes that a body may have.
        open_paths: Paths for which no key is needed.
    """

    def __init__(self, app: ASGIApp, entrance: Entrance, *, largest_body: int, open_paths: Collection[str]) -> None:
        self._app = app
        self._entrance = entrance
        self._largest_body = largest_body
        self._open_paths = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in; `scope["state"]["caller"]` says whose it is, unless its path needs no key.

        Without its key a request is refused whatever else is wrong with it, and its body is not read: who is not let
        in learns nothing.

        Raises:
            ForbiddenError: It came from a web page or to a strange name, or asks for a custom host that may not be.
            UnauthorizedError: It needs an API key and has none that is let in.
            KeysUnreadableError: The database does not say which keys there are.
            UnsupportedMediaTypeError: Its body does not say that it is JSON.
            TooLargeError: Its body is, or is announced to be, too large.
        """
        headers: Headers = scope["state"]["headers"]
        self._entrance.check_host(headers)
        self._entrance.check_origin(headers)
        if scope["path"] not in self._open_paths:
            scope["state"]["caller"] = await self._entrance.keyring.caller(headers)
        self._entrance.check_custom_host(headers)
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
        return TooLargeError(f"The body is larger than {self._largest_body} bytes (limits.body). Send less at once.")


class Pages:
    """Answer web pages that may call as browsers want it, errors and preflights among the answers.

    A page that may not call is left to the doors, and gets no word for its browser.

    Args:
        app: The application with its errors turned into answers.
        origins: The pages' origins.
    """

    def __init__(self, app: ASGIApp, origins: frozenset[str]) -> None:
        self._app = app
        self._origins = origins
        self._shared = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=("GET", "POST", "PUT", "DELETE"),
            allow_headers=("*",),
            expose_headers=("x-portkey-trace-id", "x-portkey-api-version", "retry-after", "retry-after-ms"),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        origin = scope["state"]["headers"].get("origin")
        is_known = origin is None or origin in self._origins
        await (self._shared if is_known else self._app)(scope, receive, send)


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
    return own if _TRACE_ID.fullmatch(own) else f"{_ids.getrandbits(128):032x}"

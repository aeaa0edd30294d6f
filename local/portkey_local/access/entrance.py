"""The checks of a request's headers: its host name, its web page, its custom host and what they say of its body.

A browser lets any page send requests to a server on loopback. Three things tell such a request from a program's: the
name under which the page knows the server (`Host`, which DNS rebinding can point here but can't forge), the page's own
name (`Origin`), and the content type, which a page may only set to `application/json` after asking. Where the server
is reached from other machines, every request has to bring an API key, and its name does not matter.
"""

from __future__ import annotations

import random
import re
from functools import lru_cache

from attrs import frozen
from starlette.datastructures import Headers

from portkey_local.config import AccessRules, custom_host
from portkey_local.errors import BodyTooLargeError, ForbiddenError, UnsupportedMediaTypeError
from portkey_openapi.contract import TRACE_ID_HEADER
from portkey_openapi.options import HEADERS
from portkey_prompts.errors import quoted

from .keyring import Keyring

CUSTOM_HOST = HEADERS["custom_host"][0]
_PORT = re.compile(r":[0-9]{1,5}\Z")
_JSON = re.compile(r"application/json\s*(?:;\s*charset\s*=\s*\"?utf-8\"?\s*)?;?\s*", re.IGNORECASE)
_TRACE_ID = re.compile(r"[\x21-\x7e]{1,200}")
_REMEMBERED = 32
_ids = random.Random()  # trace ids are no secret, and asking the system for each takes a twentieth of a render


@frozen(kw_only=True)
class Entrance:
    """Checks of a request's headers, before its body is read."""

    rules: AccessRules
    keyring: Keyring
    names: frozenset[str] | None
    """The hosts under which the server may be called; None for any."""

    def check_names(self, headers: Headers) -> None:
        """Refuse a request under a host name that is none of the server's, or from a web page that may not call.

        Raises:
            ForbiddenError: It is one.
        """
        self.check_host(headers)
        if "origin" in headers:
            self._check_origin(headers)

    def check_host(self, headers: Headers) -> None:
        """Refuse a request that was sent to another name, which somebody may have pointed here.

        Raises:
            ForbiddenError: The Host header is none of the server's names.
        """
        if self.names is None:
            return
        hosts = headers.getlist("host")
        if len(hosts) != 1 or _name_of(hosts[0]) not in self.names:
            named = quoted(", ".join(hosts)) if hosts else "none"
            further = "".join(f"{name}, " for name in sorted(self.rules.hosts))
            raise ForbiddenError(
                f"The Host header must be {further}127.0.0.1, localhost or [::1], with or without a port; it is "
                f"{named}. The configuration adds names as hosts under [access]."
            )

    def _check_origin(self, headers: Headers) -> None:
        """Refuse a request that a web page has sent, unless it may.

        Raises:
            ForbiddenError: An Origin is neither this server nor one of those that may call.
        """
        for origin in headers.getlist("origin"):
            if origin not in self.rules.origins and origin != f"http://{headers.get('host')}":
                raise ForbiddenError(
                    "Web pages may not call this server: leave out the Origin header, or name the page's origin in the"
                    " configuration, as one of origins under [access]."
                )

    def check_custom_host(self, headers: Headers) -> None:
        """Refuse to call just any URL for a caller.

        Raises:
            ForbiddenError: The URL is none of those that may be named.
        """
        asked = headers.getlist(CUSTOM_HOST) if CUSTOM_HOST in headers else ()
        if asked and (len(asked) > 1 or custom_host(asked[0]) not in self.rules.custom_hosts):
            raise ForbiddenError(
                f"{CUSTOM_HOST} is refused: it names no URL that stands in the configuration, as one of custom_hosts"
                " under [access]. Add it there, or configure it as an upstream and name that as the virtual key."
            )

    def check_body(self, headers: Headers, largest: int) -> None:
        """Refuse a body that does not say that it is JSON, is packed, or is announced to be too large.

        Args:
            headers: The request's.
            largest: Bytes that it may have.

        Raises:
            UnsupportedMediaTypeError: It says that it is something else, or nothing, or packed.
            TooLargeError: It is announced to be too large.
        """
        length = headers.get("content-length")
        if length in (None, "0") and "transfer-encoding" not in headers:
            return
        check_content_type(headers.get("content-type", ""))
        transfers, encodings = headers.getlist("transfer-encoding"), headers.getlist("content-encoding")
        if transfers or encodings:
            _check_unpacked(transfers, encodings)
        if length is not None and length.isdigit() and int(length[:20]) > largest:
            raise BodyTooLargeError(largest)


def _check_unpacked(transfers: list[str], encodings: list[str]) -> None:
    transfer = ", ".join(transfers).strip().lower().removesuffix("chunked").rstrip(", ")
    packed = ", ".join(filter(None, [*encodings, transfer]))
    if packed.strip().lower() not in ("", "identity"):
        raise UnsupportedMediaTypeError(
            f"The body is packed ({quoted(packed)}), and this server unpacks none. Send it as it is, without "
            f"{'transfer' if transfer else 'content'}-encoding.",
            headers={"accept-encoding": "identity"},
        )


def check_content_type(content_type: str) -> None:
    """Refuse a body that does not say that it is JSON.

    Raises:
        UnsupportedMediaTypeError: It says something else, or nothing.
    """
    if not _is_json(content_type):
        found = quoted(content_type) if content_type else "missing"
        raise UnsupportedMediaTypeError(f"The content-type must be application/json; it is {found}.")


def trace_id_of(headers: Headers, trace: str = "") -> str:
    """Return the request's own trace id, where it can stand in a header and a log, else its trace's, else a new one."""
    own = headers.get(TRACE_ID_HEADER, "")
    return own if own and _TRACE_ID.fullmatch(own) else trace or _ids.randbytes(16).hex()


# All requests of a client send the same values, so the last ones are remembered.


@lru_cache(_REMEMBERED)
def _name_of(host: str) -> str:
    """Return the name in a `Host` header, without its port."""
    return _PORT.sub("", host.lower())


@lru_cache(_REMEMBERED)
def _is_json(content_type: str) -> bool:
    return bool(_JSON.fullmatch(content_type.strip()))

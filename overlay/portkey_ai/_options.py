"""What a client and a call can be told, and the headers that say it to the service."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from portkey_ai._secrets import shown_url
from portkey_ai.errors import PortkeyError
from portkey_openapi import BASE_URL

if TYPE_CHECKING:
    from portkey_ai._http import Timeout
    from portkey_ai.source.settings import PromptSource

Headers = dict[str, str]

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class _DefaultSeconds(float):
    """The time-out that nobody asked for: completions may wait longer than it."""


DEFAULT_TIMEOUT = _DefaultSeconds(60.0)
"""Seconds to connect, to write, and between two reads."""
COMPLETION_READ_TIMEOUT = 600.0
"""Seconds that a completion may take between two reads, where no time-out was asked for."""


class RequestOptions(TypedDict, total=False):
    """What any one call can be told; it wins over what the client was told."""

    api_key: str | None
    """The service's key."""
    trace_id: str | None
    """Names the request in the service's logs."""
    metadata: Mapping[str, str] | str | None
    """Strings that are kept with the request in the service's logs."""
    extra_headers: Mapping[str, str | None] | None
    """Headers to send as they are; None takes one away that the client would send."""
    extra_query: Mapping[str, Any] | None
    """Query parameters that this package does not know."""
    extra_body: Mapping[str, Any] | None
    """Fields of the body that this package does not know."""
    timeout: float | Timeout | None
    """Seconds to connect, to write, and between two reads; None waits for ever."""
    max_retries: int
    """How many times the call may be repeated, a count."""


class RunOptions(RequestOptions, total=False):
    """What a render or a run can be told beside; it wins over what the client was told."""

    virtual_key: str | None
    """Names the provider and the key to run with."""
    config: Mapping[str, Any] | str | None
    """A gateway config: its slug, or the config itself."""
    provider: str | None
    """The provider to run with."""
    cache_namespace: str | None
    """Which part of the gateway's cache to use."""
    cache_force_refresh: bool | str | None
    """Whether to run even where the gateway's cache has an answer."""
    custom_host: str | None
    """The base URL of a model host of one's own."""
    forward_headers: Sequence[str] | str | None
    """Names of headers that are passed on to the provider."""
    authorization: str | None
    """The provider's own key, as an Authorization header."""
    request_timeout: int | None
    """Milliseconds that the gateway waits for the provider."""


class ClientOptions(TypedDict, total=False):
    """What a client can be told, as `with_options` takes it; the client's own docstring says what each means."""

    api_key: str | None
    virtual_key: str | None
    base_url: str | None
    config: Mapping[str, Any] | str | None
    provider: str | None
    trace_id: str | None
    metadata: Mapping[str, str] | str | None
    cache_namespace: str | None
    cache_force_refresh: bool | str | None
    custom_host: str | None
    forward_headers: Sequence[str] | str | None
    authorization: str | None
    request_timeout: int | None
    timeout: float | Timeout | None
    max_retries: int
    default_headers: Mapping[str, str] | None
    prompts: PromptSource | None


HEADER_OF_OPTION = {
    "api_key": "x-portkey-api-key",
    "virtual_key": "x-portkey-virtual-key",
    "config": "x-portkey-config",
    "provider": "x-portkey-provider",
    "trace_id": "x-portkey-trace-id",
    "metadata": "x-portkey-metadata",
    "cache_namespace": "x-portkey-cache-namespace",
    "cache_force_refresh": "x-portkey-cache-force-refresh",
    "custom_host": "x-portkey-custom-host",
    "forward_headers": "x-portkey-forward-headers",
    "authorization": "authorization",
    "request_timeout": "x-portkey-request-timeout",
}


def option_headers(options: Mapping[str, Any]) -> Headers:
    """Turn options into headers; what was not set sends none.

    Raises:
        PortkeyError: where a value can't stand in a header, naming the option.
    """
    headers: Headers = {}
    for option, header in HEADER_OF_OPTION.items():
        value = options.get(option)
        if value is not None:
            headers[header] = sendable(option, _header_text(option, value))
    return headers


def headers_from(option: str, given: Mapping[str, str | None] | None) -> Headers:
    """Check headers that were given as they are, and put their names in lower case; None leaves one out.

    Raises:
        PortkeyError: where one can't be sent, naming it.
    """
    if given is not None and not isinstance(given, Mapping):
        raise PortkeyError(f"`{option}` must be a mapping of names to texts, not {type(given).__name__}.")
    for name in given or {}:
        if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
            raise PortkeyError(f"`{option}` holds {name!r}, which is no header's name.")
    return {name.lower(): sendable(name, value) for name, value in (given or {}).items() if value is not None}


def _header_text(option: str, value: Any) -> Any:
    """Write an option's value as a header's text; what it can't be is left for `sendable` to refuse."""
    if isinstance(value, str):
        return value
    if option == "cache_force_refresh" and isinstance(value, bool):
        return "true" if value else "false"
    if option == "request_timeout":
        return str(count(option, value))
    if option == "forward_headers" and isinstance(value, list | tuple | set | frozenset):
        return ",".join(map(str, value))
    if option not in ("config", "metadata"):
        return value
    try:
        texts = {str(name): _text(item) for name, item in value.items()} if option == "metadata" else dict(value)
        return json.dumps(texts)
    except (TypeError, ValueError, AttributeError) as error:
        raise PortkeyError(f"`{option}` must be text, or a mapping that is JSON: {error}.") from None


def _text(value: Any) -> str:
    """Say a metadata value as text, which is all that the service takes."""
    return value if isinstance(value, str) else json.dumps(value)


def sendable(name: str, value: Any) -> str:
    """Check that a text can stand in a header, without showing it: it may be a secret.

    Raises:
        PortkeyError: naming the option or the header.
    """
    if not isinstance(value, str):
        raise PortkeyError(f"`{name}` must be text, not {type(value).__name__}.")
    if not value.isascii() or not value.isprintable() or value != value.strip():
        raise PortkeyError(
            f"`{name}` holds a character that can't stand in a header (a line break, a space at an end, or one "
            "outside of ASCII). Did a stray character come along when it was copied?"
        )
    return value


def count(name: str, value: Any) -> int:
    """Check a count.

    Raises:
        PortkeyError: where it is none, naming the option.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise PortkeyError(f"`{name}` must be a count, 0 or more, not {value!r}.")
    return value


def base_url_from(given: str | None) -> str:
    """Choose the base URL: as given, from `PORTKEY_BASE_URL`, or the hosted service's.

    Raises:
        PortkeyError: where it is no http or https URL.
    """
    url = str(given or os.environ.get("PORTKEY_BASE_URL") or BASE_URL).strip().rstrip("/")
    if not _is_base_url(url):
        raise PortkeyError(
            f"The base URL {shown_url(url)!r} can't be used: write it like {BASE_URL} or http://127.0.0.1:8790/v1."
        )
    return url


def _is_base_url(url: str) -> bool:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, half an IPv6 address
        return False
    return known and not re.search(r"[\s?#]", url) and url.isprintable()


def api_key_from(given: str | None, base_url: str, *, needed: bool = True) -> str | None:
    """Choose the API key: as given, or from `PORTKEY_API_KEY`; a server on this machine may need none.

    Args:
        given: as given in code.
        base_url: where the service is.
        needed: whether the service is called at all; what is frozen renders without it.

    Raises:
        PortkeyError: where there is none and one is needed, saying what to do.
    """
    key = given or os.environ.get("PORTKEY_API_KEY") or None
    if key is None and needed and not is_loopback(base_url):
        raise PortkeyError(
            "There is no API key. Set PORTKEY_API_KEY in the environment, or pass api_key=…; "
            "a server on this machine needs none: pass base_url='http://127.0.0.1:8790/v1'."
        )
    return key


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

"""Whom the doors let in beyond programs on this machine: `[doors]` of the configuration."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from attrs import field, frozen

from portkey_local.config_error import ConfigError

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.IGNORECASE)
_ORIGIN = re.compile(r"https?://(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def _host(text: str) -> str | None:
    return text.lower() if _HOST.fullmatch(text) else None


def _origin(text: str) -> str | None:
    """Write an origin as browsers do: in small letters, without the scheme's own port."""
    if not _ORIGIN.fullmatch(text):
        return None
    origin = text.lower()
    return origin.removesuffix(_DEFAULT_PORTS[origin.partition(":")[0]])


def custom_host(text: str) -> str | None:
    """Return a custom host's URL in the form in which two are compared, or None where it is none.

    The host's case and slashes at the end make no difference, everything else does. A URL with a user, a query or a
    fragment is none.
    """
    if not text.isascii() or not text.isprintable() or {" ", "@", "?", "#", "\\", "*"} & set(text):
        return None
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}" if known else None


def _all(key: str, given: object, read: Callable[[str], str | None], remedy: str) -> frozenset[str]:
    """Read one setting of the table: a list of texts, each of which `read` knows."""
    if isinstance(given, str) or not isinstance(given, Collection):
        raise ConfigError(f"doors.{key} is no list. Write a list of texts.")
    values = [read(text) if isinstance(text, str) else None for text in given]
    if None in values:
        # The text is not shown: a URL may hold a password.
        raise ConfigError(f"doors.{key}[{values.index(None)}] can't be used. {remedy}")
    return frozenset(value for value in values if value is not None)


def _hosts(given: Collection[str]) -> frozenset[str]:
    return _all("hosts", given, _host, "Write a name without scheme and port: prompts.example.com.")


def _origins(given: Collection[str]) -> frozenset[str]:
    return _all("origins", given, _origin, "Write a scheme and a host alone: https://app.example.com.")


def _custom_hosts(given: Collection[str]) -> frozenset[str]:
    remedy = "Write a URL without user and query: http://127.0.0.1:11434/v1."
    return _all("custom_hosts", given, custom_host, remedy)


@frozen(kw_only=True)
class DoorRules:
    """Let in what is named, beyond programs on this machine.

    Args:
        hosts: Further names under which a server on loopback may be called, such as `prompts.example.com` behind a
            proxy on the same machine. A server on another address answers to any name.
        origins: Origins of web pages that may call, such as `https://app.example.com`.
        custom_hosts: Base URLs that `x-portkey-custom-host` may name, such as `http://127.0.0.1:11434/v1`.

    Raises:
        ConfigError: One of them is not what it should be; the message names it.
    """

    hosts: frozenset[str] = field(factory=frozenset, converter=_hosts)
    origins: frozenset[str] = field(factory=frozenset, converter=_origins)
    custom_hosts: frozenset[str] = field(factory=frozenset, converter=_custom_hosts)

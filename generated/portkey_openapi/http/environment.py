# Compiled from openapi.yaml by `make generate`. Do not edit.
"""What the environment says of connections: certificates and proxies."""

from __future__ import annotations

import os
import ssl
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies

import httpx

from ..requests import is_loopback, shown_url
from .failures import SetupError


class Proxy(NamedTuple):
    """A proxy that calls go through."""

    url: str
    name: str
    """Where it is said, such as `HTTP_PROXY`."""

    def __str__(self) -> str:
        return f"{shown_url(self.url)} ({self.name})"

    def __repr__(self) -> str:
        return str(self)


def proxy_for(base_url: str) -> Proxy | None:
    """Find the proxy that the environment names for a base URL; a server on this machine needs none.

    httpx looks by itself too, but refuses to start on a NO_PROXY that holds a network of IPv6 addresses, and does not
    say afterwards which proxy it chose.
    """
    if is_loopback(base_url):
        return None
    known, target = getproxies(), urlsplit(base_url)  # all variables are read for it: most of what a client costs
    scheme = target.scheme.lower()
    kind = scheme if known.get(scheme) else "all"
    url, host = known.get(kind), (target.hostname or "").rstrip(".")
    if not url or _is_exempt(host, target.port, known.get("no", "")):
        return None
    return Proxy(url if "://" in url else f"http://{url}", f"{kind.upper()}_PROXY")


def _is_exempt(host: str, port: int | None, exempt: str) -> bool:
    """Say whether NO_PROXY names a host: as `*`, by name, by a domain above it, by address or network."""
    for entry in exempt.lower().split(","):
        name = entry.strip().rpartition("://")[2]
        if name == "*":
            return True
        try:
            if ip_address(host) in ip_network(name.strip("[]"), strict=False):
                return True
        except ValueError:  # one of them is a name
            name, _, only_port = name.partition(":")
            name = name.lstrip("*.")
            if name and only_port in ("", str(port)) and f".{host}".endswith(f".{name}"):
                return True
    return False


@lru_cache(maxsize=1)
def tls_context() -> ssl.SSLContext:
    """Load the trusted certificates once a process: it is nearly all that making a client costs."""
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        named = [f"{name}={os.environ[name]}" for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if name in os.environ]
        problem = f"the trusted certificates can't be loaded ({', '.join(named) or 'the default ones'}): {error}"
        raise SetupError(problem) from error


@lru_cache(maxsize=1)
def bare_context() -> ssl.SSLContext:
    """Make a TLS context without trusted certificates, for clients that speak plain HTTP."""
    # To load certificates takes long; without any, a connection that uses TLS after all is refused.
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

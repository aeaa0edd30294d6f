"""The errors of an OpenAI-style upstream: what went wrong, and what to do about it.

A caller may not know that there is an upstream, and take a key that it refuses for the caller's own.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx

from portkey_local.errors import UpstreamError
from portkey_openapi.requests import shown_url
from portkey_prompts.errors import quoted
from portkey_prompts.streaming.failures import Failure

_KEY = "That is about the upstream's key, not the caller's: see its api_key_env in portkey-local.toml."
_LATER = "That is the upstream's limit, not this server's: call again later."
_ADVICE = {401: _KEY, 403: _KEY, 429: _LATER}


def upstream_error(failure: Failure) -> UpstreamError:
    """Make the error that an upstream reports; where it says no HTTP status, it is a 502."""
    kind = failure.type or "upstream_error"
    return UpstreamError(failure.status or 502, failure.message, kind=kind, code=failure.code, param=failure.param)


def advise(error: UpstreamError) -> None:
    """Add to an upstream's message that it is about the upstream's key or limit, where a caller may think otherwise."""
    advice = _ADVICE.get(error.status)
    if advice is not None:
        words = str(error.error["message"]).rstrip()
        error.error["message"] = f"{words}{'' if words.endswith(('.', '!', '?')) else '.'} {advice}"


def transport_failure(error: httpx.HTTPError, base_url: str, timeout: float, proxy: str | None = None) -> UpstreamError:
    """Make the error of a connection that was not made, or broke.

    Args:
        error: What the HTTP client raised.
        base_url: Where the upstream is.
        timeout: Seconds that it may be silent.
        proxy: The proxy on the way to it.
    """
    if isinstance(error, httpx.ProxyError):
        message = f"The proxy {shown_url(proxy)} refuses: {error}. It is the proxy of portkey-local.toml."
        return UpstreamError(502, message, kind="proxy_refused")
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return _not_connected(error, base_url, proxy)
    if isinstance(error, httpx.TimeoutException):
        return silence(base_url, timeout)
    reason = str(error).rstrip(".") or type(error).__name__
    return UpstreamError(
        502,
        f"The connection to {base_url} broke: {reason}. Whether it did the work is not known.",
        kind="connection_broken",
    )


def silence(base_url: str, timeout: float) -> UpstreamError:
    """Make the error of an upstream that sends nothing, or nothing but what keeps its connection open.

    Args:
        base_url: Where the upstream is.
        timeout: Seconds that it may be silent.
    """
    message = f"{base_url} sent nothing for {timeout:g} s. Raise its timeout if it needs longer."
    return UpstreamError(408, message, kind="timeout")


def _not_connected(error: httpx.HTTPError, base_url: str, proxy: str | None) -> UpstreamError:
    causes = list(_causes(error))
    faulty = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if faulty is not None and not isinstance(error, httpx.ConnectTimeout):
        message = f"No safe connection to {base_url}: {_reason(faulty)}. "
        advice = "To trust a certificate of one's own, name it, or its authority's, as ca_file in portkey-local.toml."
        return UpstreamError(502, message + advice, kind="tls")
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        host = quoted(urlsplit(proxy or base_url).hostname or "")
        setting = "base_url" if proxy is None else "proxy"
        return UpstreamError(
            503, f"The host {host} is not known. Is {setting} in portkey-local.toml right?", kind="unknown_host"
        )
    refused = any(isinstance(cause, ConnectionRefusedError) for cause in causes)
    reason = "it refuses connections" if refused else str(error) or "no answer in time"
    if proxy is not None:
        message = f"{base_url} can't be reached through the proxy {shown_url(proxy)}: {reason}."
        return UpstreamError(503, f"{message} Is proxy in portkey-local.toml right?", kind="unreachable")
    return UpstreamError(
        503,
        f"{base_url} can't be reached: {reason}. Is it running, and is base_url in portkey-local.toml right?",
        kind="unreachable",
    )


def _reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    return f"the handshake failed ({error.reason or error})"


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__

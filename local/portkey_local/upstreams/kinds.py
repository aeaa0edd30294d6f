"""The kinds of upstream, and the settings that each takes."""

from __future__ import annotations

import importlib.util
import ipaddress
import math
import os
import re
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

from attrs import frozen
from msgspec import Meta

from portkey_local.config import Config, Text
from portkey_local.toml_tables import ConfigError, Table, convert
from portkey_prompts.files import expanded
from portkey_prompts.redaction import is_secret

from .base import Upstream
from .echo import ECHO, EchoUpstream

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"(?![ \t])[\t\x20-\x7e]*(?<![ \t])")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,99}")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE)
_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)", re.IGNORECASE)
_OWN_HEADERS = frozenset(
    {
        *("connection", "content-encoding", "content-length", "expect", "host", "keep-alive", "proxy-connection"),
        *("te", "trailer", "transfer-encoding", "upgrade"),
    }
)
"""Headers of one request and its connection, which this server sets itself."""
_BODY_HEADERS = frozenset({"accept-encoding", "content-type"})
"""Headers that describe the caller's body or answer, which are not those of the upstream."""
_READ = frozenset({"gzip", "deflate", "identity", ""})
"""Encodings in which answers can be read."""
_LONGEST_HOST = 253

Headers = Annotated[dict[str, str], Meta(description="{x-tenant = '…'}, or a table with a line for each")]
Forwarded = Annotated[list[Any], Meta(description='a list of names, such as ["x-portkey-config"]')]
Seconds = Annotated[float, Meta(gt=0, lt=1e6, description="a number of seconds, more than 0")]
Context = Annotated[int, Meta(ge=1, le=2**24, description=f"a whole number from 1 to {2**24:,}")]
Threads = Annotated[int, Meta(ge=1, le=4096, description="a whole number from 1 to 4,096")]
Parallel = Annotated[int, Meta(ge=1, le=1024, description="a whole number from 1 to 1,024")]


class EchoTable(Table, frozen=True, kw_only=True):
    """`echo` takes no settings."""


class OpenAITable(Table, frozen=True, kw_only=True):
    """How an OpenAI-style server is configured; `OpenAISettings` says what is what."""

    base_url: Text
    api_key_env: Text | None = None
    model: Text | None = None
    headers: Headers = {}
    headers_env: Headers = {}
    forward: Forwarded = []
    timeout: Seconds = 600.0
    ca_file: Text | None = None
    proxy: Text | None = None


class LlamaTable(Table, frozen=True, kw_only=True):
    """How a model file is configured; `LlamaSettings` says what is what."""

    path: Text
    model: Text | None = None
    context: Context = 4096
    threads: Threads | None = None
    parallel: Parallel = 2


@frozen
class Checker:
    """Checks what no type can say of the settings of one upstream, and names the key where one is wrong.

    Args:
        name: The table's name, such as `upstreams.openai`.
        folder: What relative paths are relative to.
    """

    name: str
    folder: Path

    def names(self, key: str, given: Sequence[Any]) -> tuple[str, ...]:
        """Return headers' names in small letters, each once."""
        for number, name in enumerate(given):
            self.check_header(f"{key}[{number}]", name)
            if name.lower() in _BODY_HEADERS:
                raise self.wrong(f"{key}[{number}]", f"names {name}, which tells of the caller's body", "Leave it out.")
        return tuple(dict.fromkeys(name.lower() for name in given))

    def check_header(self, key: str, name: object) -> None:
        """Refuse the name of a header that can't be sent."""
        if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
            raise self.wrong(key, f"is no name of a header: {name!r}", "Names have letters, digits and hyphens alone.")
        if name.lower() in _OWN_HEADERS:
            raise self.wrong(key, f"names {name}, which each request says for itself", "Leave it out.")

    def secret(self, key: str, variable: str) -> str:
        """Return the value of an environment variable that a setting names."""
        value = os.environ.get(variable, "") if "\0" not in variable else ""
        # Where a key stands instead of the variable's name, it must not get into a log.
        named = variable if _VARIABLE.fullmatch(variable) else "a variable"
        if not value and named != variable:
            remedy = "Write a name such as OPENAI_API_KEY. Is this the key itself? It is not shown here."
            raise self.wrong(key, "names no variable of the environment", remedy)
        if not value:
            raise self.wrong(key, f"names {named}, which is not set", f"Set {named} in the environment.")
        if not _HEADER_VALUE.fullmatch(value) or "\t" in value:
            raise self.wrong(
                key,
                f"names {named}, whose value no header can hold",
                "Take line breaks, spaces at its ends and all beyond ASCII off.",
            )
        return value

    def file(self, key: str, given: str) -> Path:
        """Return the path of a file that exists."""
        path = (self.folder / expanded(given)).absolute()
        if not path.is_file():
            raise self.wrong(key, f"is {str(path)!r}, which is no file", "Correct the path.")
        return path

    def wrong(self, key: str, problem: str, remedy: str) -> ConfigError:
        """Build the error that names a key, what is wrong with it and what to do."""
        return ConfigError(f"{self.name}.{key} {problem}. {remedy}")


def build_upstreams(config: Config) -> dict[str, Upstream]:
    """Make the upstreams of a configuration, by name.

    Raises:
        ConfigError: A setting is missing, wrong or not known; the message names it.
    """
    built = {}
    for name, given in config.upstreams.items():
        table = f"{config.source}upstreams.{name}"
        if not name.strip():
            raise ConfigError(f"{config.source}upstreams has one without a name. Write [upstreams.NAME].")
        if name == ECHO and given not in (ECHO, {"kind": ECHO}):
            raise ConfigError(f"{table} can't be configured: echo is always itself. Choose another name.")
        built[name] = build(table, given, config.folder)
    return built


def build_custom_hosts(config: Config) -> dict[str, Upstream]:
    """Make an upstream for each URL that callers may name, by that URL; none of them is sent a key."""
    return {
        url: build(f"{config.source}access.custom_hosts", {"kind": "openai", "base_url": url}, config.folder)
        for url in config.access.custom_hosts
    }


def build(table: str, given: object, folder: Path) -> Upstream:
    """Make an upstream from its configuration.

    Args:
        table: The table's name in the configuration, for messages.
        given: The name of a kind that needs no settings, or a table of settings with `kind`.
        folder: What relative paths are relative to.

    Raises:
        ConfigError: A setting is missing, wrong or not known; the message names it.
    """
    values = {"kind": given} if isinstance(given, str) else given
    if not isinstance(values, Mapping):
        raise ConfigError(f"{table} is {given!r}. Write a table with kind, or the name of a kind.")
    kind = values.get("kind")
    if kind is None:
        raise ConfigError(f"{table}.kind is missing. Add it: {', '.join(_KINDS)}.")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ConfigError(f"{table}.kind is {kind!r}. Known kinds: {', '.join(_KINDS)}.")
    return _KINDS[kind](
        {key: value for key, value in values.items() if key != "kind" and value is not None}, Checker(table, folder)
    )


def _echo(values: Mapping[str, Any], checker: Checker) -> Upstream:
    convert(values, EchoTable, checker.name)
    return EchoUpstream()


def _openai(values: Mapping[str, Any], checker: Checker) -> Upstream:
    from .openai import OpenAISettings, OpenAIUpstream

    table = convert(values, OpenAITable, checker.name)
    if math.isnan(table.timeout):  # passes for any number's bounds
        raise checker.wrong("timeout", "is nan", "Write a number of seconds, more than 0.")
    headers, secrets = _headers(table, checker)
    return OpenAIUpstream(
        OpenAISettings(
            table="" if checker.name.endswith("custom_hosts") else checker.name,
            base_url=_base_url(table.base_url, checker),
            api_key=None if table.api_key_env is None else checker.secret("api_key_env", table.api_key_env),
            model=table.model,
            headers=headers,
            secrets=secrets,
            forward=checker.names("forward", table.forward),
            timeout=table.timeout,
            ca_file=None if table.ca_file is None else _certificates(checker.file("ca_file", table.ca_file), checker),
            proxy=None if table.proxy is None else _proxy(table.proxy, checker),
        )
    )


def _headers(table: OpenAITable, checker: Checker) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the headers, and those of their values that are secret, since they came from the environment."""
    for name, value in table.headers.items():
        checker.check_header(f"headers.{name}", name)
        if not _HEADER_VALUE.fullmatch(value):
            remedy = "Take line breaks, spaces at its ends and all beyond ASCII off."
            raise checker.wrong(f"headers.{name}", "holds what no header can", remedy)
        if name.lower() == "accept-encoding" and not _READ.issuperset(re.split(r"[\s,]+", value.lower())):
            raise checker.wrong(f"headers.{name}", f"is {value!r}", "Write gzip, deflate or identity.")
    secret = {}
    for name, variable in table.headers_env.items():
        checker.check_header(f"headers_env.{name}", name)
        secret[name] = checker.secret(f"headers_env.{name}", variable)
    seen = {} if table.api_key_env is None else {"authorization": "api_key_env"}
    for key, name in [*(("headers", name) for name in table.headers), *(("headers_env", name) for name in secret)]:
        other = seen.setdefault(name.lower(), f"{key}.{name}")
        if other != f"{key}.{name}":
            raise checker.wrong(f"{key}.{name}", f"names the same header as {other}", "Leave one of them out.")
    return table.headers | secret, tuple(secret.values())


def _base_url(url: str, checker: Checker) -> str:
    parts = _address(checker, "base_url", url, ("http", "https"), "https://api.openai.com/v1")
    if "@" in parts.netloc:
        raise checker.wrong("base_url", "holds a user or a password", "Give keys by api_key_env or headers_env.")
    if any(is_secret(name) for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
        raise checker.wrong("base_url", "holds a key in its query", "Give keys by api_key_env or headers_env.")
    if parts.path.rstrip("/").endswith("/completions"):
        raise checker.wrong(
            "base_url", "names an operation", "Take /chat/completions, or /completions, off: each run adds its own."
        )
    return url


def _address(checker: Checker, key: str, url: str, schemes: tuple[str, ...], example: str) -> SplitResult:
    """Read a URL, and refuse one that no connection can be made to."""
    # A password must not get into a log.
    shown = "is no URL that can be called" if "@" in url else f"is {url!r}"
    remedy = f"Write a URL such as {example}."
    if any(character.isspace() or not character.isprintable() for character in url):
        raise checker.wrong(key, f"{shown}, with white space in it", "Take it off.")
    try:
        parts = urlsplit(url)
        host, netloc = parts.hostname, parts.netloc.rpartition("@")[2]
    except ValueError as error:
        raise checker.wrong(key, f"{shown} ({error})", remedy) from None
    if parts.scheme not in schemes or not host:
        raise checker.wrong(key, shown, remedy)
    if "#" in url:
        raise checker.wrong(key, "holds a fragment", "Take off what begins with #.")
    number = netloc.rpartition("]")[2].partition(":")[2]
    if number and not (number.isascii() and number.isdigit() and 0 < int(number[:9]) < 2**16):
        raise checker.wrong(key, f"{shown}, whose port is none", "Write one from 1 to 65535, or leave it out.")
    problem = _host_problem(netloc, host)
    if problem is not None:
        raise checker.wrong(key, f"{shown}, {problem}", remedy)
    return parts


def _host_problem(netloc: str, host: str) -> str | None:
    """Say what is wrong with a host, or return None."""
    if ":" in host:
        rest = netloc.rpartition("]")[2]
        try:
            # `%25` is how RFC 6874 writes the `%` before a zone; sockets know `%` alone.
            ipaddress.IPv6Address("" if "%25" in host else host)
        except ValueError:
            return "whose host is no IPv6 address"
        return "with something between the host and the port" if rest and not rest.startswith(":") else None
    if "[" in netloc:
        return "whose host is no IPv6 address"
    if not host.isascii():
        import idna  # comes with httpx

        try:
            host = idna.encode(host).decode()
        except idna.IDNAError:
            return "whose host can't be a name"
    host = host.removesuffix(".")
    if len(host) > _LONGEST_HOST or not all(map(_LABEL.fullmatch, host.split("."))):
        return "whose host can't be a name"
    if _NUMERIC.fullmatch(host):
        with suppress(OSError):
            socket.inet_aton(host)
            return None
        return "whose host is no IPv4 address"
    return None


def _proxy(proxy: str, checker: Checker) -> str:
    parts = _address(checker, "proxy", proxy, ("http", "https", "socks5", "socks5h"), "http://127.0.0.1:3128")
    if parts.path.strip("/") or parts.query:
        raise checker.wrong("proxy", "holds a path or a query", "Write a scheme, a host and a port alone.")
    if parts.scheme.startswith("socks5") and importlib.util.find_spec("socksio") is None:
        raise checker.wrong("proxy", f"is of the kind {parts.scheme}", "It needs: pip install 'httpx[socks]'.")
    return proxy


def _certificates(path: Path, checker: Checker) -> Path:
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        raise checker.wrong("ca_file", f"is {str(path)!r}, which holds no certificates", "Name a PEM file.") from error
    return path


def _llama(values: Mapping[str, Any], checker: Checker) -> Upstream:
    from .llama import LlamaSettings, LlamaUpstream, check_installed, default_threads

    table = convert(values, LlamaTable, checker.name)
    check_installed(checker.name)
    path = checker.file("path", table.path)
    return LlamaUpstream(
        LlamaSettings(
            path=path,
            model=table.model or path.stem,
            context=table.context,
            threads=table.threads or default_threads(),
            parallel=table.parallel,
        )
    )


_KINDS: dict[str, Callable[[Mapping[str, Any], Checker], Upstream]] = {
    "echo": _echo,
    "openai": _openai,
    "llama": _llama,
}

"""What is secret in options, headers and URLs, and how it is kept out of what people read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

HIDDEN = "***"

_SECRET_OPTIONS = ("api_key", "authorization")  # a virtual key is a name, and errors about it have to say which
_SECRET_HEADERS = frozenset({"x-portkey-config"})
_SECRET_WORDS = frozenset(
    {"apikey", "auth", "authorization", "cookie", "credential", "credentials", "key", "password", "secret", "token"}
)
_WORD = re.compile(r"[a-z]+")
_USER = re.compile(r"(?<=://)[^/?#]*@")
_SHORTEST = 4  # characters; hiding a shorter text would tear words apart, and guards nothing


def secrets_in(*options: Mapping[str, Any]) -> tuple[str, ...]:
    """Collect the secret texts of options, the longest first: of `Bearer sk-1` both the whole and `sk-1`."""
    found = {text for given in options for text in _secret_texts(given)}
    return tuple(sorted((text for text in found if len(text) >= _SHORTEST), key=len, reverse=True))


def _secret_texts(options: Mapping[str, Any]) -> Iterator[str]:
    for name in _SECRET_OPTIONS:
        value = options.get(name)
        if isinstance(value, str) and value:
            yield from (value, value.split()[-1] if value.split() else "")
    for headers in (options.get("default_headers"), options.get("extra_headers")):
        for name, value in (headers or {}).items():
            if isinstance(value, str) and value.strip() and is_secret(name):
                yield from (value, value.split()[-1])
    yield from _keys_of(options.get("config"))


def _keys_of(config: Any) -> Iterator[str]:
    """Find the providers' keys in a gateway config, wherever they stand in it."""
    items = config.items() if isinstance(config, Mapping) else ()
    for name, value in items:
        if isinstance(value, str) and name != "virtual_key" and is_secret(str(name)):
            yield value
        yield from _keys_of(value)
    for value in config if isinstance(config, list | tuple) else ():
        yield from _keys_of(value)


def without(text: str, secrets: tuple[str, ...]) -> str:
    """Take secrets out of a text that people will read."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


def redacted(headers: Mapping[str, str]) -> dict[str, str]:
    """Copy headers for a log line, with those hidden whose names speak of a key, a token and the like."""
    return {name: HIDDEN if is_secret(name) else value for name, value in headers.items()}


def is_secret(name: str) -> bool:
    """Say whether a header or a field of this name holds a secret."""
    lowered = name.lower()
    return lowered in _SECRET_HEADERS or not _SECRET_WORDS.isdisjoint(_WORD.findall(lowered))


def shown_url(url: object) -> str:
    """Write a URL without the user and the password in it."""
    return _USER.sub(f"{HIDDEN}@", str(url))

"""What is secret in options, headers and URLs, and how it is kept out of what people read."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

HIDDEN = "***"

_NAMES = frozenset({"virtual_key", "aws_s3_object_key"})  # these name a thing, and errors have to say which
_SECRET_HEADERS = frozenset({"x-portkey-config"})
_SECRET_WORDS = frozenset(
    {"apikey", "auth", "authorization", "cookie", "credential", "credentials", "key", "password", "secret", "token"}
)
_WORD = re.compile(r"[a-z]+")
_SHORTEST_ENCODED = 8  # characters of base64; fewer would match too much else
_LONGEST_PATTERN = 300  # characters
_NEVER = re.compile("(?!)")
_LOOKED_THROUGH = 256 * 1024  # characters searched at once: a search holds the GIL
_LONGEST_FORM = 64 * 1024  # characters that an escaped secret may take
_SHORTEST = 4  # characters; hiding a shorter text would tear words apart, and guards nothing


def secrets_in(*options: Mapping[str, Any]) -> tuple[str, ...]:
    """Collect the secret texts of options, the longest first: of `Bearer sk-1` both the whole and `sk-1`."""
    found = {text for given in options for text in _secret_texts(given)}
    return tuple(sorted((text for text in found if len(text) >= _SHORTEST), key=len, reverse=True))


def _secret_texts(options: Mapping[str, Any]) -> Iterator[str]:
    for name, value in options.items():
        if isinstance(value, str) and value and name not in _NAMES and is_secret(name):
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


def redact(text: str, secrets: tuple[str, ...]) -> str:
    """Take secrets out of a text that people will read, whatever a server has made of them.

    Found are a secret as it is; with its characters escaped as JSON, a URL or HTML does; and its base64, also where
    it stands among other text that was encoded with it.
    """
    for secret in secrets:
        forms = _forms(secret)
        for form in forms.plain:
            if _holds(text, form):
                text = text.replace(form, HIDDEN)
        # The search for escapes is slow, and most texts have none: look for their signs first.
        for sign in forms.signs:
            if _holds(text, sign):
                text = _without(forms.escaped, text)
                break
    return text


def _holds(text: str, form: str) -> bool:
    step, overlap = _LOOKED_THROUGH, len(form) - 1
    return any(text.find(form, start, start + step + overlap) >= 0 for start in range(0, len(text), step))


def _without(pattern: re.Pattern[str], text: str) -> str:
    """Hide all that a pattern finds."""
    pieces: list[str] = []
    position = 0
    for start in range(0, len(text), _LOOKED_THROUGH):
        end = start + _LOOKED_THROUGH
        for found in pattern.finditer(text, max(start, position), end + _LONGEST_FORM):
            if found.start() >= end:
                break
            pieces += text[position : found.start()], HIDDEN
            position = found.end()
    return "".join([*pieces, text[position:]])


class _Forms(NamedTuple):
    plain: tuple[str, ...]
    escaped: re.Pattern[str]
    signs: tuple[str, ...]
    """A text in which the secret stands escaped holds one of these."""


@lru_cache(maxsize=256)
def _forms(secret: str) -> _Forms:
    if len(secret) > _LONGEST_PATTERN:  # a config, say: its pattern would take a second to make
        return _Forms(tuple({secret, *_written(secret), *_encoded(secret)}), _NEVER, ())
    first, others = secret[:1], secret[1:]
    # A match begins before all backslashes in front of it: if it began at any, n of them would take n * n steps.
    escaped = re.compile("".join([_character(first, "(?<!\\\\)"), *map(_character, others)]), re.IGNORECASE)
    backslashes = ("\\",) if '"' in secret or "\\" in secret else ("\\u", "\\/")
    return _Forms((secret, *_encoded(secret)), escaped, (*backslashes, "%", "&"))


def _written(secret: str) -> set[str]:
    """Return how encoders write a secret in JSON, in a URL, and in HTML."""
    import json  # rarely needed, and importing these takes some milliseconds
    from html import escape
    from urllib.parse import quote, quote_plus

    in_json = {json.dumps(secret, ensure_ascii=is_ascii)[1:-1] for is_ascii in (True, False)}
    in_json |= {text.replace("/", "\\/") for text in in_json}
    in_json |= {json.dumps(text)[1:-1] for text in in_json}  # an error within an error
    in_url = {quote(secret, safe=safe) for safe in ("", "/", "/:@&=+$,;?")} | {quote_plus(secret)}
    return in_json | in_url | {escape(secret), escape(secret, quote=False)}


def _character(character: str, before: str = "") -> str:
    """Write a pattern that matches a character in all its spellings, escaped once or several times.

    Args:
        character: the character.
        before: a pattern of what has to stand before its backslashes.
    """
    code = ord(character)
    own = re.escape(character)
    if character.isalpha():
        own = f"(?-i:{own})"
    units = character.encode("utf-16-be")
    json_escape = before + "".join(f"\\\\+u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))
    url_escape = "".join(f"%(?:25)*{byte:02x}" for byte in character.encode(errors="replace"))
    return f"(?:{before}\\\\*{own}|{json_escape}|{url_escape}|&(?:amp;)*#(?:0*{code}|x0*{code:x});{_named(character)})"


def _named(character: str) -> str:
    name = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}.get(character)
    return f"|&(?:amp;)*{name};" if name else ""


def _encoded(secret: str) -> set[str]:
    """Return the pieces of base64 that show a secret in an encoded text, one for each offset that it may have there."""
    found = set()
    for before in range(3):
        raw = b"\0" * before + secret.encode(errors="replace")
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            # Left out: the first and last characters, which hold bits of the text before and after.
            whole = encode(raw).decode().rstrip("=")
            found.add(whole[(0, 2, 3)[before] : len(raw) * 8 // 6])
    return {form for form in found if len(form) >= _SHORTEST_ENCODED}


def redacted(headers: Mapping[str, str]) -> dict[str, str]:
    """Copy headers for a log line, with those hidden whose names speak of a key, a token and the like."""
    return {name: HIDDEN if is_secret(name) else value for name, value in headers.items()}


def is_secret(name: str) -> bool:
    """Say whether a header or a field of this name holds a secret."""
    lowered = name.lower()
    return lowered in _SECRET_HEADERS or not _SECRET_WORDS.isdisjoint(_WORD.findall(lowered))

"""Ids that sort by age, and slugs that people can read."""

from __future__ import annotations

import re
import secrets
import threading
import time
import unicodedata
import uuid

LONGEST_SLUG = 255
_LONGEST_STEM = 48
_SLUG = re.compile(r"(?!\.{1,2}\Z)[^\s@/?#%]+")
_COMPARED = 1000
"""Characters of a text that search compares: a row of accents takes time by the square of its length."""
_lock = threading.Lock()
_last_tick = 0


def new_id() -> str:
    """Return a new UUID (version 7); within a process later ones sort after earlier ones.

    48 bits of milliseconds, then 12 bits that count quarter microseconds, so that rows made in one millisecond keep
    their order too.
    """
    tick = _next_tick()
    milliseconds, fraction = divmod(tick, 4096)
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def _next_tick() -> int:
    global _last_tick
    with _lock:
        _last_tick = max(_last_tick + 1, time.time_ns() * 4096 // 1_000_000)
        return _last_tick


def new_slug(name: str, *, prefix: str = "pp", fallback: str = "prompt") -> str:
    """Make a slug from a name, such as `pp-greeting-5cd6b6`.

    Args:
        name: The name for people, in any script.
        prefix: What the slug starts with; empty for collections.
        fallback: The word in the middle where the name has no letter or digit that can be used.
    """
    stem = _stem(name) or fallback
    return "-".join(part for part in (prefix, stem, secrets.token_hex(3)) if part)


def _stem(name: str) -> str:
    plain = unicodedata.normalize("NFKD", folded(name)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_STEM].rstrip("-")


def is_slug(text: str) -> bool:
    """Tell whether a text can be a slug: it stands in a URL's path, and before an `@`."""
    return bool(_SLUG.fullmatch(text)) and len(text) <= LONGEST_SLUG


def folded(text: str) -> str:
    """Return the beginning of a text as search compares it: in no case, in one normal form."""
    return unicodedata.normalize("NFKC", text[:_COMPARED]).casefold()

"""What is known of a prompt or a partial, how fresh it is, and what follows from that."""

from __future__ import annotations

import enum
import math
import re
import time
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from portkey_ai._answers import LocalProvenance
from portkey_ai.rendering import StoredPrompt
from portkey_ai.templates import Partial, Template

Origin = Literal["server", "disk", "lock", "fallback"]
Kind = Literal["prompt", "partial"]

FIRST_BACKOFF = 1.0
"""Seconds after a failed refresh before the next one."""
LONGEST_BACKOFF = 30.0
"""Seconds that the wait between failing refreshes grows to."""

_NUMBERED = re.compile(r"[^@]+@[0-9]+")


class Key(NamedTuple):
    """What is asked for: a prompt or a partial, by its reference."""

    kind: Kind
    reference: str

    @property
    def permanent(self) -> bool:
        """Whether the reference names a version by its number, which never changes."""
        return _NUMBERED.fullmatch(self.reference) is not None


class Freshness(enum.Enum):
    """How an entry is to be treated."""

    FRESH = enum.auto()
    """Serve it."""
    STALE = enum.auto()
    """Serve it, and refresh it behind."""
    EXPIRED = enum.auto()
    """Ask the service first."""


class Entry:
    """One version of a prompt or a partial, ready to be rendered.

    Attributes:
        key: what was asked for.
        detail: it, as the service says it; None where the service says that there is none.
        origin: where it was found.
        born: when the service said it, by `time.monotonic()`.
        since: from when on it grows old: `born`; infinity for what never does, minus infinity for what always has.
        value: it, parsed: a StoredPrompt, a Partial or None.
        partials: of a locked prompt, the partials that are locked with it; else None.
        remote: whether the service lets nobody read it, so that it must render it.
    """

    __slots__ = (
        "born",
        "detail",
        "failures",
        "key",
        "known_as",
        "origin",
        "partials",
        "remote",
        "retry_at",
        "since",
        "value",
        "version",
    )

    def __init__(
        self,
        key: Key,
        detail: Mapping[str, Any] | None,
        origin: Origin,
        born: float,
        *,
        partials: Mapping[str, Partial] | None = None,
        remote: bool = False,
    ) -> None:
        """Parse what was found.

        Raises:
            TemplateError: where its template is malformed.
        """
        self.key = key
        self.detail = detail
        self.origin = origin
        self.known_as = "memory" if origin == "server" else origin
        self.born = born
        self.value = None if detail is None else _parsed(key, detail)
        self.partials = partials
        self.remote = remote
        self.version: int | None = None if detail is None else detail.get("prompt_version")
        if origin not in ("server", "disk"):
            self.since = -math.inf
        else:
            self.since = math.inf if key.permanent and detail is not None else born
        self.failures = 0
        self.retry_at = 0.0

    @property
    def prompt(self) -> StoredPrompt:
        """It, as a prompt."""
        assert isinstance(self.value, StoredPrompt)
        return self.value

    @property
    def partial(self) -> Partial | None:
        """It, as a partial; None where the service says that there is none."""
        assert not isinstance(self.value, StoredPrompt)
        return self.value

    def freshness(self, now: float, ttl: float, stale: float) -> Freshness:
        """Say how the entry is to be treated.

        Args:
            now: the time, by `time.monotonic()`.
            ttl: seconds that an entry is fresh.
            stale: seconds after that in which it is served and refreshed behind.
        """
        age = now - self.since
        if age < ttl:
            return Freshness.FRESH
        # Once the service has failed, nobody waits for it again: what is known is served, and refreshed behind.
        return Freshness.STALE if self.failures > 0 or age < ttl + stale else Freshness.EXPIRED

    @property
    def age(self) -> float:
        """Seconds since the service said it."""
        return max(0.0, time.monotonic() - self.born)

    def place(self, asked: bool) -> str:
        """Name the place that knew it; what the service said earlier is known to memory."""
        return self.origin if asked else self.known_as

    def provenance(self, asked: bool, partials: Mapping[str, int]) -> LocalProvenance:
        """Say where something came from that was rendered from this.

        Args:
            asked: whether the service was asked for it just now.
            partials: the partials that went in, slug to version.
        """
        if asked:
            return LocalProvenance("server", 0.0, self.version, partials)
        age = time.monotonic() - self.born
        return LocalProvenance(self.known_as, age if age > 0 else 0.0, self.version, partials)

    def failed(self, now: float) -> None:
        """Note that the service could not be asked, and put the next try off: twice as long each time."""
        self.retry_at = now + min(FIRST_BACKOFF * 2.0**self.failures, LONGEST_BACKOFF)
        self.failures = min(self.failures + 1, 16)


def _parsed(key: Key, detail: Mapping[str, Any]) -> StoredPrompt | Partial:
    if key.kind == "prompt":
        return StoredPrompt(detail)
    slug = detail.get("slug") or key.reference.partition("@")[0]
    return Partial(slug, detail.get("version") or 0, Template(detail.get("string") or ""))

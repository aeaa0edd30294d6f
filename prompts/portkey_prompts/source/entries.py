"""What is known of a prompt or a partial, how fresh it is, and what follows from that."""

from __future__ import annotations

import copy
import enum
import math
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from portkey_prompts.errors import command
from portkey_prompts.provenance import LocalProvenance
from portkey_prompts.rendering import RENDERED, StoredPrompt, parse_partial
from portkey_prompts.templates import Partial

if TYPE_CHECKING:
    from portkey_prompts.lock import LockError, LockFile

Origin = Literal["server", "disk", "lock", "fallback"]
Kind = Literal["prompt", "partial"]

FIRST_BACKOFF = 1.0
"""Seconds from the first failed refresh to the next."""
LONGEST_BACKOFF = 30.0
"""Most seconds between refreshes, as the wait doubles with each failure."""

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
    """Serve it, and refresh it in the background."""
    EXPIRED = enum.auto()
    """Ask the service first."""


class Entry:
    """One version of a prompt or a partial, ready to be rendered.

    Attributes:
        key: what was asked for.
        detail: the version, as the service answered it; None where the service answered that there is none.
        origin: where it was found.
        fetched_at: when the service answered it, by `time.monotonic()`.
        ages_from: the time its age is counted from: `fetched_at`; infinity where it never expires, minus infinity where
            it is expired from the start.
        cached_source: the `source` of a result where the service was not asked for it: `memory`, or the origin.
        value: the version, parsed: a StoredPrompt, a Partial or None.
        partials: of a locked prompt, the partials that are locked with it; else None.
        remote: whether this key may not read it, so that the service has to render it.
        failures: failed attempts to ask the service since its last answer, counted up to 16.
        retry_at: when the service may be asked again, by `time.monotonic()`.
    """

    __slots__ = (
        "ages_from",
        "cached_source",
        "detail",
        "failures",
        "fetched_at",
        "key",
        "origin",
        "partials",
        "remote",
        "retry_at",
        "value",
        "version",
    )

    def __init__(
        self,
        key: Key,
        detail: Mapping[str, Any] | None,
        origin: Origin,
        fetched_at: float,
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
        self.cached_source = "memory" if origin == "server" else origin
        self.fetched_at = fetched_at
        self.value = None if detail is None else _parsed(key, detail)
        self.partials = partials
        self.remote = remote
        self.version: int | None = None if detail is None else detail.get("prompt_version")
        if origin not in ("server", "disk"):
            self.ages_from = -math.inf
        else:
            self.ages_from = math.inf if key.permanent and detail is not None else fetched_at
        self.failures = 0
        self.retry_at = 0.0

    @property
    def prompt(self) -> StoredPrompt:
        """The parsed prompt."""
        assert isinstance(self.value, StoredPrompt)
        return self.value

    @property
    def partial(self) -> Partial | None:
        """The parsed partial; None where the service answered that there is none."""
        assert not isinstance(self.value, StoredPrompt)
        return self.value

    def freshness(self, now: float, ttl: float, stale: float) -> Freshness:
        """Say how the entry is to be treated.

        Args:
            now: the time, by `time.monotonic()`.
            ttl: seconds that an entry is fresh.
            stale: seconds after that in which it is served and refreshed in the background.
        """
        age = now - self.ages_from
        if age < ttl:
            return Freshness.FRESH
        # After a failure no render waits for the service again: the entry is served, and a refresh is tried later.
        return Freshness.STALE if self.failures > 0 or age < ttl + stale else Freshness.EXPIRED

    @property
    def age(self) -> float:
        """Seconds since the service answered it."""
        return max(0.0, time.monotonic() - self.fetched_at)

    def source(self, asked: bool) -> str:
        """Name where it was found: its origin, or `memory` for an earlier answer of the service."""
        return self.origin if asked else self.cached_source

    def provenance(self, asked: bool, partials: Mapping[str, int]) -> LocalProvenance:
        """Return the provenance of a result that was rendered from this.

        Args:
            asked: whether the service was asked for it just now.
            partials: the partials that went in, slug to version.
        """
        if asked:
            return LocalProvenance("server", 0.0, self.version, partials)
        age = time.monotonic() - self.fetched_at
        return LocalProvenance(self.cached_source, age if age > 0 else 0.0, self.version, partials)

    def renewed(self, now: float) -> Entry:
        """Return a copy as fresh as a new answer, for a version that has not changed; nothing is parsed again."""
        entry = copy.copy(self)
        entry.fetched_at = now
        if entry.ages_from != math.inf:
            entry.ages_from = now
        entry.failures, entry.retry_at = 0, 0.0
        return entry

    def failed(self, now: float) -> None:
        """Count a failure to ask the service, and delay the next attempt, twice as long each time."""
        self.retry_at = now + min(FIRST_BACKOFF * 2.0**self.failures, LONGEST_BACKOFF)
        self.failures = min(self.failures + 1, 16)


def _parsed(key: Key, detail: Mapping[str, Any]) -> StoredPrompt | Partial:
    return StoredPrompt(detail) if key.kind == "prompt" else parse_partial(key.reference, detail)


def locked_entry(lock: LockFile | None, key: Key, now: float, included_by: Entry | None = None) -> Entry | None:
    """Find a prompt, or a partial of a prompt, in the lock file.

    Args:
        lock: the lock file, or None where there is none.
        key: what is asked for.
        now: the time, by `time.monotonic()`.
        included_by: of a partial, the prompt that includes it.
    """
    if lock is None:
        return None
    prompt = lock.find(key.reference if key.kind == "prompt" else included_by.key.reference if included_by else "")
    if prompt is None:
        return None
    if key.kind == "prompt":
        detail = {"slug": prompt.slug, "prompt_version": prompt.version, **prompt.detail}
        return Entry(key, detail, "lock", now, partials=prompt.templates)
    locked = prompt.partials.get(key.reference)
    if locked is None:
        return None
    return Entry(key, {"slug": locked.slug, "version": locked.version, "string": locked.string}, "lock", now)


def locked_reference(entry: Entry) -> str:
    """Return the reference of a locked version, by its number."""
    detail = entry.prompt.detail
    return f"{detail['slug']}@{detail['prompt_version']}"


def check_pinned(entry: Entry, body: Mapping[str, Any]) -> None:
    """Refuse a run whose body overrides the locked text.

    Raises:
        LockError: naming the field.
    """
    from portkey_prompts.lock import LockError

    for name in RENDERED:
        if name in body:
            raise LockError(
                f"`{name}` would be run instead of the locked text, and only what is locked may be used.",
                remedy="Leave it out, or run it with a client that is not frozen.",
                reference=entry.key.reference,
            )


def unlocked(key: Key, included_by: Entry | None = None) -> LockError:
    """Make the error of something that is not locked where only what is locked may be used.

    Args:
        key: what is asked for.
        included_by: of a partial, the prompt that includes it.
    """
    from portkey_prompts.lock import LockError

    if included_by is not None:
        return LockError(
            f"{key.reference!r}, the partial that a variable of {included_by.key.reference!r} chooses, is not in the "
            "lock file, and only what is locked may be used. Pass the partial's text, or save "
            f"{key.reference!r} as the variable's default and run: {command('lock', included_by.key.reference)}"
        )
    return LockError(
        f"{key.reference!r} is not in the lock file, and only what is locked may be used. "
        f"Run: {command('lock', key.reference)}"
    )

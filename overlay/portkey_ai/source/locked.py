"""What the lock file knows, as entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portkey_ai.source.entries import Entry, Key
from portkey_ai.templates import Partial, Template

if TYPE_CHECKING:
    from portkey_ai.lock import LockError, LockFile


def locked_entry(lock: LockFile | None, key: Key, now: float, beside: Entry | None = None) -> Entry | None:
    """Find a prompt, or a partial of a prompt, in the lock file.

    Args:
        lock: the lock file, or None where there is none.
        key: what is asked for.
        now: the time, by `time.monotonic()`.
        beside: of a partial, the prompt that includes it.
    """
    if lock is None:
        return None
    prompt = lock.find(key.reference if key.kind == "prompt" else beside.key.reference if beside else "")
    if prompt is None:
        return None
    if key.kind == "prompt":
        partials = {
            reference: Partial(partial.slug, partial.version, Template(partial.string))
            for reference, partial in prompt.partials.items()
        }
        detail = {"slug": prompt.slug, "prompt_version": prompt.version, **prompt.detail}
        return Entry(key, detail, "lock", now, partials=partials)
    locked = prompt.partials.get(key.reference)
    if locked is None:
        return None
    return Entry(key, {"slug": locked.slug, "version": locked.version, "string": locked.string}, "lock", now)


def locked_reference(entry: Entry) -> str:
    """Name the version that is locked by its number."""
    detail = entry.prompt.detail
    return f"{detail['slug']}@{detail['prompt_version']}"


def is_whole(entry: Entry) -> bool:
    """Say whether nothing of a locked prompt can change: it includes no partial but by a version's number."""
    components = entry.prompt.template.components
    pinned = all(Key("partial", reference).permanent for reference in entry.partials or {})
    return pinned and not components["variablePartials"]


def unlocked(key: Key, beside: Entry | None = None) -> LockError:
    """Make the error of something that is not locked where only what is locked may be used.

    Args:
        key: what is asked for.
        beside: of a partial, the prompt that includes it.
    """
    from portkey_ai.lock import LockError

    if beside is not None:
        return LockError(
            f"{key.reference!r}, the partial that a variable of {beside.key.reference!r} chooses, is not in the lock "
            f"file, and only what is locked may be used. Pass the partial's text, or save {key.reference!r} as the "
            f"variable's default and run: portkey-prompts lock {beside.key.reference}"
        )
    return LockError(
        f"{key.reference!r} is not in the lock file, and only what is locked may be used. "
        f"Run: portkey-prompts lock {key.reference}"
    )

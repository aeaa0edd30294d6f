"""Entries in memory, up to a capacity; those that were put in first are dropped first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from portkey_prompts.source.entries import Entry

T = TypeVar("T")


class Memory:
    """Keep entries by key, for several threads; with no lock, which a fork could leave locked: each step is atomic."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._entries: OrderedDict[tuple[str, str], Entry] = OrderedDict()
        self.get: Callable[[tuple[str, str]], Entry | None] = self._entries.get
        """Look an entry up by its key, or by a bare tuple, which is the same and faster to make."""

    def put(self, entry: Entry) -> Entry:
        """Keep an entry, as the newest; one that is replaced is never missing in between."""
        self._entries[entry.key] = entry
        with suppress(KeyError):  # another thread may have taken it away again
            self._entries.move_to_end(entry.key)
            while len(self._entries) > self._capacity:
                self._entries.popitem(last=False)
        return entry

    def drop(self, key: tuple[str, str]) -> None:
        """Forget an entry."""
        self._entries.pop(key, None)


def kept(known: dict[str, T], name: str, make: Callable[[], T], most: int) -> T:
    """Return what is kept under a name, or make it; the oldest are dropped, so that no more than `most` are kept."""
    found = known.get(name)
    if found is None:
        for oldest in list(known)[: max(0, len(known) + 1 - most)]:
            known.pop(oldest, None)
        found = known.setdefault(name, make())
    return found

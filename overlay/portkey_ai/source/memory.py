"""Entries in memory: as many as were allowed, the ones that were put in first making room."""

from __future__ import annotations

from portkey_ai.source.entries import Entry, Key


class Memory:
    """Keep entries by key. Needs no lock, which a fork could leave locked: each step is one operation of a dict."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._entries: dict[Key, Entry] = {}
        self.get = self._entries.get

    def put(self, entry: Entry) -> Entry:
        """Keep an entry, as the newest."""
        self._entries.pop(entry.key, None)
        self._entries[entry.key] = entry
        while len(self._entries) > self._capacity:
            oldest = next(iter(list(self._entries)), None)
            if oldest is None:
                break
            self._entries.pop(oldest, None)
        return entry

    def drop(self, key: Key) -> None:
        """Forget an entry."""
        self._entries.pop(key, None)

"""Versions made ready to render, kept in memory: they never change, so each is read and parsed once."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

from attrs import frozen

from portkey_ai.rendering import StoredPrompt
from portkey_ai.templates import Partial, Template

from . import references
from .errors import NotFoundError
from .store import Store, partials, versions

T = TypeVar("T")
CAPACITY = 16 * 1024 * 1024
"""Characters of template text that are kept parsed."""


@frozen
class Runnable:
    """A prompt's version, ready to be rendered and run."""

    version_id: str
    stored: StoredPrompt
    virtual_key: str | None


class Library:
    """Answer references with what can be rendered.

    Which version a reference means is looked up each time; what that version holds is kept.

    Args:
        store: Where versions are read.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._runnables: Shelf[Runnable] = Shelf(CAPACITY)
        self._partials: Shelf[Partial] = Shelf(CAPACITY)

    def prompt(self, reference: str) -> Runnable:
        """Return the version of a prompt that a reference means.

        Raises:
            NotFoundError: There is none.
        """
        parsed = references.parse(reference)
        version_id = self._store.read(versions.id_of, parsed)
        return self._runnables.get(version_id) or self._load(parsed)

    def partial(self, reference: str) -> Partial | None:
        """Return the version of a partial that a reference means, or None where there is none."""
        try:
            parsed = references.parse(reference)
        except NotFoundError:
            return None
        row = self._store.read(partials.seek, parsed)
        if row is None:
            return None
        kept = self._partials.get(row.id)
        if kept is not None:
            return kept
        partial = Partial(row.slug, row.number, Template(row.string))
        return self._partials.put(row.id, partial, len(row.string))

    def clear(self) -> None:
        """Forget everything; called after a removal, so that a planted id may be used again."""
        self._runnables.clear()
        self._partials.clear()

    def _load(self, reference: references.Reference) -> Runnable:
        row = self._store.read(versions.find, reference)._asdict()
        runnable = Runnable(row["id"], StoredPrompt(row), row["virtual_key"])
        return self._runnables.put(row["id"], runnable, len(row["string"]))


class Shelf(Generic[T]):
    """Keep the values used last, up to a sum of their sizes.

    Args:
        capacity: The sum of sizes that is kept.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._held = 0
        self._values: OrderedDict[str, tuple[T, int]] = OrderedDict()

    def get(self, key: str) -> T | None:
        """Return a value that is kept, or None."""
        found = self._values.get(key)
        if found is None:
            return None
        self._values.move_to_end(key)
        return found[0]

    def put(self, key: str, value: T, size: int) -> T:
        """Keep a value and return it; the ones not used for longest make room."""
        self._held += size - self._values.pop(key, (None, 0))[1]
        self._values[key] = (value, size)
        while self._held > self._capacity and len(self._values) > 1:
            self._held -= self._values.popitem(last=False)[1][1]
        return value

    def clear(self) -> None:
        """Forget all values."""
        self._values.clear()
        self._held = 0

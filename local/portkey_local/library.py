"""What a reference means, ready to render, kept in memory for as long as it is sure to be true."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import Generic, TypeVar

from attrs import frozen
from sqlalchemy import Connection

from portkey_ai.rendering import StoredPrompt
from portkey_ai.templates import Partial, Template

from . import references
from .errors import NotFoundError
from .store import Store, partials, versions

T = TypeVar("T")
CAPACITY = 16 * 1024 * 1024
"""Characters of template text that are kept parsed."""
TRUST_SECONDS = 0.5
"""How long it is believed that no other process has published, labelled or removed anything."""
_MOST_PARTIALS = 1000
"""Partials that are looked up at once, and kept with a prompt."""


@frozen
class Runnable:
    """A prompt's version, ready to be rendered and run."""

    version_id: str
    stored: StoredPrompt
    virtual_key: str | None
    includes: tuple[str, ...]
    """References of the partials that its template names."""


@frozen
class Sight:
    """What a reference meant at one moment: a version, and the partials that it includes, at any depth."""

    runnable: Runnable
    partials: dict[str, Partial | None]
    changes: int
    """How many changes the store had seen before."""
    until: float
    """When, on the monotonic clock, to look again."""


@frozen
class _Included:
    partial: Partial
    includes: tuple[str, ...]


class Library:
    """Answer references with what can be rendered.

    Versions never change, so each is read and parsed once. Which version a reference means does change: it is looked up
    again after any change that this process makes, and otherwise twice a second.

    Args:
        store: Where versions are read.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._runnables: Shelf[Runnable] = Shelf(CAPACITY)
        self._included: Shelf[_Included] = Shelf(CAPACITY)
        self._sights: Shelf[Sight] = Shelf(CAPACITY)
        self._looking: dict[tuple[str, int], asyncio.Task[Sight]] = {}

    async def prompt(self, reference: str) -> Sight:
        """Return the version of a prompt that a reference means, with its partials.

        Raises:
            NotFoundError: There is none.
        """
        changes = self._store.changes
        sight = self._sights.get(reference)
        if sight is not None and sight.changes == changes and time.monotonic() < sight.until:
            return sight
        # Callers who come while somebody looks wait for the same look.
        looking = self._looking.get((reference, changes))
        if looking is None:
            looking = self._looking[reference, changes] = asyncio.create_task(self._look(reference, changes))
            looking.add_done_callback(lambda task: self._looked(reference, changes, task))
        return await asyncio.shield(looking)

    async def partials(self, asked: Iterable[str]) -> dict[str, Partial | None]:
        """Return the versions of partials that references mean, with what they include; None where there is none."""
        return await self._store.read(self._gather, asked)

    def clear(self) -> None:
        """Forget everything; called after a removal, so that a planted id may be used again."""
        for shelf in (self._runnables, self._included, self._sights):
            shelf.clear()

    async def _look(self, reference: str, changes: int) -> Sight:
        until = time.monotonic() + TRUST_SECONDS
        runnable, found = await self._store.read(self._find, references.parse(reference))
        size = len(reference) + len(runnable.stored.detail["string"]) + 100 * len(found)
        return self._sights.put(reference, Sight(runnable, found, changes, until), size)

    def _looked(self, reference: str, changes: int, task: asyncio.Task[Sight]) -> None:
        self._looking.pop((reference, changes), None)
        if not task.cancelled():
            task.exception()  # everybody who waited may be gone

    def _find(
        self, connection: Connection, reference: references.Reference
    ) -> tuple[Runnable, dict[str, Partial | None]]:
        version_id = versions.id_of(connection, reference)
        runnable = self._runnables.get(version_id) or self._load(connection, reference)
        return runnable, self._gather(connection, runnable.includes)

    def _load(self, connection: Connection, reference: references.Reference) -> Runnable:
        row = versions.find(connection, reference)._asdict()
        stored = StoredPrompt(row)
        runnable = Runnable(row["id"], stored, row["virtual_key"], tuple(stored.template.components["partials"]))
        return self._runnables.put(row["id"], runnable, len(row["string"]))

    def _gather(self, connection: Connection, asked: Iterable[str]) -> dict[str, Partial | None]:
        """Find partials and what they include; those beyond the bound are found when a render comes to them."""
        found: dict[str, Partial | None] = {}
        waiting = list(asked)
        while waiting and len(found) < _MOST_PARTIALS:
            reference = waiting.pop()
            if reference not in found:
                included = self._partial(connection, reference)
                found[reference] = None if included is None else included.partial
                waiting += included.includes if included else ()
        return found

    def _partial(self, connection: Connection, reference: str) -> _Included | None:
        try:
            row = partials.seek(connection, references.parse(reference))
        except NotFoundError:
            return None
        if row is None:
            return None
        kept = self._included.get(row.id)
        if kept is not None:
            return kept
        template = Template(row.string)
        included = _Included(Partial(row.slug, row.number, template), tuple(template.components["partials"]))
        return self._included.put(row.id, included, len(row.string))


class Shelf(Generic[T]):
    """Keep the values used last, up to a sum of their sizes; threads may share it.

    Args:
        capacity: The sum of sizes that is kept.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._held = 0
        self._values: OrderedDict[str, tuple[T, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> T | None:
        """Return a value that is kept, or None."""
        with self._lock:
            found = self._values.get(key)
            if found is None:
                return None
            self._values.move_to_end(key)
            return found[0]

    def put(self, key: str, value: T, size: int) -> T:
        """Keep a value and return it; the ones not used for longest make room."""
        with self._lock:
            self._held += size - self._values.pop(key, (None, 0))[1]
            self._values[key] = (value, size)
            while self._held > self._capacity and len(self._values) > 1:
                self._held -= self._values.popitem(last=False)[1][1]
        return value

    def clear(self) -> None:
        """Forget all values."""
        with self._lock:
            self._values.clear()
            self._held = 0

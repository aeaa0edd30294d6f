"""What a reference means, ready to render, kept in memory for as long as it is sure to be true."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar

from attrs import frozen
from sqlalchemy import Connection

from portkey_ai.rendering import StoredPrompt
from portkey_ai.templates import Partial, Template

from . import references
from .errors import NotFoundError, TooLargeError
from .store import Store, epochs, partials, versions

T = TypeVar("T")
CAPACITY = 16 * 1024 * 1024
"""Characters of template text that are kept parsed."""
TRUST_SECONDS = 0.5
"""How long it is believed that no other process has published, labelled or removed anything."""
_FRESH_SECONDS = TRUST_SECONDS / 2
"""After so long whoever asks is still answered at once, and a further look is taken behind."""
_LEAST_SIZE = 100
"""What anything that is kept counts, however short its text is."""
_MOST_PARTIALS = 1000
"""Partials that are looked up at once, and kept with a prompt."""
_LONG_TEXT = 32 * 1024
"""Characters from which on templates are parsed on a thread, so that others are answered meanwhile."""


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
    taken: float
    """When it was, on the monotonic clock."""


@frozen
class _Included:
    partial: Partial
    includes: tuple[str, ...]


@frozen
class _Draft:
    """A version as it was read, not parsed yet."""

    key: str
    row: Mapping[str, Any]

    @property
    def includes(self) -> tuple[str, ...]:
        """References of the partials that its template names."""
        return tuple((self.row["variable_components"] or {}).get("partials", ()))


class Library:
    """Answer references with what can be rendered.

    Versions never change within an epoch, so each is read and parsed once. Which version a reference means does change:
    it is looked up again after any change that this process makes, and otherwise before half a second is over. What is
    asked for all the time is looked up before it has to be, so that nobody waits for the database.

    Args:
        store: Where versions are read.
        longest: Characters that all the partials that one prompt includes may have.
    """

    def __init__(self, store: Store, *, longest: int) -> None:
        self._store = store
        self._longest = longest
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
        age = TRUST_SECONDS if sight is None or sight.changes != changes else time.monotonic() - sight.taken
        if sight is None or age >= TRUST_SECONDS:
            return await asyncio.shield(self._looking_for(reference, changes))
        if age >= _FRESH_SECONDS:
            self._looking_for(reference, changes)
        return sight

    async def partials(self, asked: Iterable[str]) -> dict[str, Partial | None]:
        """Return the versions of partials that references mean, with what they include; None where there is none.

        Raises:
            TooLargeError: All of them together are longer than the limit.
        """
        clearings = self._included.clearings
        return await self._parsed(await self._store.read(self._gather, asked), clearings)

    def clear(self) -> None:
        """Forget everything; called after a removal, so that a planted id may be used again."""
        for shelf in (self._runnables, self._included, self._sights):
            shelf.clear()

    def _looking_for(self, reference: str, changes: int) -> asyncio.Task[Sight]:
        """Look, unless somebody does already: then it is the same look."""
        looking = self._looking.get((reference, changes))
        if looking is None:
            looking = self._looking[reference, changes] = asyncio.create_task(self._look(reference, changes))
            looking.add_done_callback(lambda task: self._looked(reference, changes, task))
        return looking

    async def _look(self, reference: str, changes: int) -> Sight:
        taken, clearings = time.monotonic(), self._sights.clearings
        head, drafts = await self._store.read(self._find, references.parse(reference))
        runnable = await self._runnable(head, clearings) if isinstance(head, _Draft) else head
        found = await self._parsed(drafts, clearings)
        size = len(reference) + len(runnable.stored.detail["string"]) + sum(map(_size, found.values()))
        return self._sights.put(reference, Sight(runnable, found, changes, taken), size, clearings)

    def _looked(self, reference: str, changes: int, task: asyncio.Task[Sight]) -> None:
        del self._looking[reference, changes]
        if not task.cancelled():
            task.exception()  # everybody who waited may be gone

    def _find(
        self, connection: Connection, reference: references.Reference
    ) -> tuple[Runnable | _Draft, dict[str, _Included | _Draft | None]]:
        key = f"{epochs.current(connection)} {versions.id_of(connection, reference)}"
        head = self._runnables.get(key) or _Draft(key, versions.find(connection, reference)._asdict())
        return head, self._gather(connection, head.includes)

    def _gather(self, connection: Connection, asked: Iterable[str]) -> dict[str, _Included | _Draft | None]:
        """Find partials and what they include; those beyond the bound are found when a render comes to them."""
        found: dict[str, _Included | _Draft | None] = {}
        waiting, length = list(asked), 0
        epoch = epochs.current(connection) if waiting else ""
        while waiting and len(found) < _MOST_PARTIALS:
            reference = waiting.pop()
            if reference not in found:
                included = found[reference] = self._partial(connection, reference, epoch)
                if included is not None:
                    length += _length(included)
                    waiting += included.includes
            if length > self._longest:
                raise TooLargeError(
                    f"The partials that the prompt includes have more than {self._longest:,} characters in all "
                    "(limits.included). Include fewer, or shorter ones."
                )
        return found

    def _partial(self, connection: Connection, reference: str, epoch: str) -> _Included | _Draft | None:
        try:
            row = partials.seek(connection, references.parse(reference))
        except NotFoundError:
            return None
        if row is None:
            return None
        key = f"{epoch} {row.id}"
        return self._included.get(key) or _Draft(key, row._asdict())

    async def _runnable(self, draft: _Draft, clearings: int) -> Runnable:
        def parse() -> Runnable:
            stored = StoredPrompt(draft.row)
            return Runnable(draft.row["id"], stored, draft.row["virtual_key"], draft.includes)

        size = _length(draft)
        runnable = parse() if size < _LONG_TEXT else await asyncio.to_thread(parse)
        return self._runnables.put(draft.key, runnable, size, clearings)

    async def _parsed(
        self, found: Mapping[str, _Included | _Draft | None], clearings: int
    ) -> dict[str, Partial | None]:
        def parse() -> dict[str, Partial | None]:
            return {reference: self._ready(each, clearings) for reference, each in found.items()}

        length = sum(_length(each) for each in found.values() if isinstance(each, _Draft))
        return parse() if length < _LONG_TEXT else await asyncio.to_thread(parse)

    def _ready(self, found: _Included | _Draft | None, clearings: int) -> Partial | None:
        if not isinstance(found, _Draft):
            return None if found is None else found.partial
        partial = Partial(found.row["slug"], found.row["number"], Template(found.row["string"]))
        return self._included.put(found.key, _Included(partial, found.includes), _length(found), clearings).partial


def _length(found: _Included | _Draft) -> int:
    return len(found.row["string"] if isinstance(found, _Draft) else found.partial.template.text)


def _size(partial: Partial | None) -> int:
    return _LEAST_SIZE if partial is None else _LEAST_SIZE + len(partial.template.text)


class Shelf(Generic[T]):
    """Keep the values used last, up to a sum of their sizes; threads may share it.

    Args:
        capacity: The sum of sizes that is kept.

    Attributes:
        clearings: how many times all was forgotten.
    """

    def __init__(self, capacity: int) -> None:
        self.clearings = 0
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

    def put(self, key: str, value: T, size: int, clearings: int) -> T:
        """Keep a value and return it; the ones not used for longest make room.

        Args:
            key: What it is kept under.
            value: The value.
            size: What it counts.
            clearings: What `clearings` was when the value was read: what was read before all was forgotten is not kept.
        """
        with self._lock:
            if clearings != self.clearings:
                return value
            self._held += size - self._values.pop(key, (None, 0))[1]
            self._values[key] = (value, size)
            while self._held > self._capacity and len(self._values) > 1:
                self._held -= self._values.popitem(last=False)[1][1]
        return value

    def clear(self) -> None:
        """Forget all values."""
        with self._lock:
            self.clearings += 1
            self._values.clear()
            self._held = 0

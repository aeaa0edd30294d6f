"""What was read a moment ago, kept in memory for as long as it is sure to be true."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

from attrs import frozen

from portkey_local.store import Store

T = TypeVar("T")
Read = Callable[[str], Awaitable[tuple[T, int]]]
"""Reads what a key stands for: the value, and the size that it counts."""
TRUST_SECONDS = 0.5
"""How long it is believed that no other process has published, labelled or removed anything."""
_FRESH_SECONDS = TRUST_SECONDS / 2
"""After so long whoever asks is still answered at once, and it is read again in the background."""


@frozen
class _Reading(Generic[T]):
    """What the store answered at one moment."""

    value: T
    changes: int
    """How many changes the store had seen before."""
    taken: float
    """When it was, on the monotonic clock."""


class _SharedReads(Generic[T]):
    """Let those who ask for the same thing while it is being read wait for the same read."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, asyncio.Task[T]] = {}

    def task(self, key: Hashable, read: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Task[T]:
        """Return the read that is under way, or begin one."""
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.create_task(read())
            task.add_done_callback(lambda done: self._done(key, done))
        return task

    def _done(self, key: Hashable, task: asyncio.Task[T]) -> None:
        del self._under_way[key]
        if not task.cancelled():
            task.exception()  # everybody who waited may be gone


class ReadThroughCache(Generic[T]):
    """Keep what the store answered for as long as it is sure to be true.

    It is read again after any change that this process makes, and otherwise before half a second is over. What is asked
    for all the time is read before it has to be, so that nobody waits for the database. Those who ask while it is being
    read wait for the same read.

    Args:
        store: Counts the changes.
        capacity: The sum of sizes that is kept.

    Attributes:
        hits: how many times memory had what was answered.
        misses: how many times it was waited for.
    """

    def __init__(self, store: Store, capacity: int) -> None:
        self._store = store
        self._kept: SizedLRU[_Reading[T]] = SizedLRU(capacity)
        self._reads: _SharedReads[T] = _SharedReads()
        self.hits = self.misses = 0

    async def get(self, key: str, read: Read[T]) -> T:
        """Return what a key stands for.

        Args:
            key: What is asked for.
            read: Reads it; all who ask for the key pass one that reads the same.
        """
        found = self.at_hand(key, read)
        if found is not None:
            self.hits += 1
            return found
        self.misses += 1
        return await asyncio.shield(self._read_once(key, self._store.changes, read))

    def at_hand(self, key: str, read: Read[T]) -> T | None:
        """Return what a key stands for, where it need not be read; None where it must be.

        It is not counted, as what is found may not become an answer.

        Args:
            key: What is asked for.
            read: Reads it, in the background where it will soon have to be.
        """
        reading, changes = self._kept.get(key), self._store.changes
        if reading is None or reading.changes != changes:
            return None
        age = time.monotonic() - reading.taken
        if age >= TRUST_SECONDS:
            return None
        if age >= _FRESH_SECONDS:
            self._read_once(key, changes, read)
        return reading.value

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()

    def _read_once(self, key: str, changes: int, read: Read[T]) -> asyncio.Task[T]:
        return self._reads.task((key, changes), lambda: self._read(key, changes, read))

    async def _read(self, key: str, changes: int, read: Read[T]) -> T:
        taken, clearings = time.monotonic(), self._kept.clearings
        value, size = await read(key)
        self._kept.put(key, _Reading(value, changes, taken), size, clearings)
        return value


class StateCache(Generic[T]):
    """Keep what the store answered for as long as no program commits anything to the database.

    Each time the store is asked for the database's state, once for all who ask at the same time. Those who get the same
    state wait for the same read.

    Args:
        store: Answers the state.
        capacity: The sum of sizes that is kept.
    """

    def __init__(self, store: Store, capacity: int) -> None:
        self._store = store
        self._kept: SizedLRU[tuple[object, T]] = SizedLRU(capacity)
        self._reads: _SharedReads[T] = _SharedReads()

    async def get(self, key: str, read: Callable[[], Awaitable[tuple[T, int | None]]]) -> T:
        """Return what a key stands for, as it was at some moment after the call.

        Args:
            key: What is asked for.
            read: Reads it: the value, and the size that it counts, None where it is not to be kept.
        """
        state = await self._store.state()
        if state is None:
            return (await read())[0]
        kept = self._kept.get(key)
        if kept is not None and kept[0] == state:
            return kept[1]
        return await asyncio.shield(self._reads.task((key, state), lambda: self._read(key, state, read)))

    async def _read(self, key: str, state: object, read: Callable[[], Awaitable[tuple[T, int | None]]]) -> T:
        value, size = await read()
        if size is not None:
            self._kept.put(key, (state, value), size, self._kept.clearings)
        return value


class SizedLRU(Generic[T]):
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

"""One call for all who ask the same at the same time, and work that goes on behind.

The async and the sync side do the same by other means, so both are written out.
"""

from __future__ import annotations

import asyncio
import copy
import os
import threading
from collections.abc import Awaitable, Callable, Hashable, Iterable
from contextlib import suppress
from contextvars import Context, copy_context
from typing import Any, Generic, TypeVar

from portkey_ai.errors import PortkeyError

T = TypeVar("T")


class Interrupted(Exception):  # noqa: N818
    """Whoever makes a call for all was stopped before it ended: somebody else has to make it."""


class _Flight(Generic[T]):
    """A call under way in one thread, and what comes of it."""

    def __init__(self) -> None:
        self._landed = threading.Event()
        self._result: T | None = None
        self._error: BaseException | None = None

    def fly(self, call: Callable[[], T]) -> T:
        """Make the call, for all."""
        try:
            self._result = call()
            return self._result
        except BaseException as error:
            self._error = error
            raise
        finally:
            self._landed.set()

    def wait(self) -> T:
        """Wait for whoever makes the call.

        Raises:
            Interrupted: where that thread was stopped, which says nothing about the call.
        """
        self._landed.wait()
        if isinstance(self._error, Exception):
            raise copy.copy(self._error)  # each thread gets a traceback of its own
        if self._error is not None:
            raise Interrupted
        return self._result  # type: ignore[return-value]


class Flights:
    """Calls under way, by what they ask for; known by process, so that a fork's child waits for nobody's thread."""

    def __init__(self) -> None:
        self._flying: dict[tuple[int, Hashable], _Flight[Any]] = {}
        self._behind: dict[tuple[int, Hashable], threading.Thread] = {}

    def together(self, key: Hashable, call: Callable[[], T]) -> T:
        """Make a call, or wait for the same call that another thread makes already."""
        ours: _Flight[T] = _Flight()
        place = (os.getpid(), key)
        while (flight := self._flying.setdefault(place, ours)) is not ours:
            with suppress(Interrupted):
                result: T = flight.wait()
                return result
        try:
            return ours.fly(call)
        finally:
            self._flying.pop(place, None)

    def behind(self, key: Hashable, call: Callable[[], Any]) -> None:
        """Make a call in a thread of its own, unless the same is under way; its failure is its own to note."""
        place = (os.getpid(), key)
        if place in self._behind:
            return

        def work() -> None:
            try:
                call()
            finally:
                self._behind.pop(place, None)

        thread = threading.Thread(target=work, name="portkey-refresh", daemon=True)
        if self._behind.setdefault(place, thread) is thread:
            try:
                thread.start()
            except RuntimeError:  # the interpreter is ending, or there are too many threads: another time, then
                self._behind.pop(place, None)

    def land(self, seconds: float) -> None:
        """Wait for what goes on behind, for a while."""
        for place, thread in list(self._behind.items()):
            if place[0] == os.getpid() and thread is not threading.current_thread() and thread.ident is not None:
                thread.join(seconds)


class AsyncFlights:
    """Calls under way, by what they ask for; known by process and event loop."""

    def __init__(self) -> None:
        self._flying: dict[tuple[int, int, Hashable], asyncio.Task[Any]] = {}
        self._behind: dict[tuple[int, int, Hashable], asyncio.Task[Any]] = {}

    async def together(self, key: Hashable, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call, or wait for the same call that another task makes already.

        The call is a task of its own: who asked first may be cancelled, and the others get their answer.
        """
        task = self._start(self._flying, key, call, copy_context())
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled() and not _cancelling():
                raise PortkeyError("The client was closed while this call was under way.") from None
            raise

    def behind(self, key: Hashable, call: Callable[[], Awaitable[Any]]) -> None:
        """Make a call in a task of its own, unless the same is under way; its failure is its own to note.

        It belongs to no call of the app, so that it has no part in that call's context.
        """
        self._start(self._behind, key, call, Context())

    async def land(self, seconds: float) -> None:
        """End what goes on behind; wait for calls that somebody may wait for, for a while."""
        behind, flying = _here(self._behind), _here(self._flying)
        if flying:
            await asyncio.wait(flying, timeout=seconds)
        for task in (*behind, *flying):
            task.cancel()
        await asyncio.gather(*behind, *flying, return_exceptions=True)

    def _start(
        self,
        under_way: dict[tuple[int, int, Hashable], asyncio.Task[Any]],
        key: Hashable,
        call: Callable[[], Awaitable[Any]],
        context: Context,
    ) -> asyncio.Task[Any]:
        place = _place(key)
        task = under_way.get(place)
        if task is None or task.done():
            task = under_way[place] = asyncio.create_task(_awaited(call), context=context)

            def landed(done: asyncio.Task[Any]) -> None:
                under_way.pop(place, None)
                if not done.cancelled():
                    done.exception()  # it is told to whoever waits; nobody has to

            task.add_done_callback(landed)
        return task


def _place(key: Hashable) -> tuple[int, int, Hashable]:
    return os.getpid(), id(asyncio.get_running_loop()), key


def _here(under_way: dict[tuple[int, int, Hashable], asyncio.Task[Any]]) -> list[asyncio.Task[Any]]:
    """Name the tasks of this process and event loop."""
    place = _place(None)[:2]
    return [task for known, task in list(under_way.items()) if known[:2] == place]


def _cancelling() -> bool:
    """Say whether the task that runs is itself being cancelled."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _awaited(call: Callable[[], Awaitable[T]]) -> T:
    return await call()


def all_at_once(call: Callable[[T], Any], items: Iterable[T], most: int) -> None:
    """Make a call for each item, several at a time; the first failure is raised when all have ended."""
    from concurrent.futures import ThreadPoolExecutor

    known = list(items)
    if not known:
        return
    with ThreadPoolExecutor(min(most, len(known)), thread_name_prefix="portkey-prefetch") as threads:
        for future in [threads.submit(call, item) for item in known]:
            future.result()


async def async_all_at_once(call: Callable[[T], Awaitable[Any]], items: Iterable[T], most: int) -> None:
    """Make a call for each item, several at a time; the first failure is raised when all have ended."""
    room = asyncio.Semaphore(most)

    async def one(item: T) -> None:
        async with room:
            await call(item)

    outcomes = await asyncio.gather(*(one(item) for item in items), return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome

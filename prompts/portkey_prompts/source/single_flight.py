"""One call for all who ask the same at the same time, and calls in the background."""

from __future__ import annotations

import asyncio
import copy
import os
import threading
from collections.abc import Awaitable, Callable, Hashable, Iterable
from contextlib import suppress
from contextvars import Context, copy_context
from typing import Any, Generic, TypeVar

from portkey_prompts.errors import PortkeyError

T = TypeVar("T")


class Interrupted(Exception):  # noqa: N818
    """The thread that made a shared call was stopped before the call ended: another one has to make it."""


class _SharedCall(Generic[T]):
    """A call that one thread makes and others wait for."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._result: T | None = None
        self._error: BaseException | None = None

    def make(self, call: Callable[[], T]) -> T:
        """Make the call, for all who wait."""
        try:
            self._result = call()
            return self._result
        except BaseException as error:
            self._error = error
            raise
        finally:
            self._ended.set()

    def wait(self) -> T:
        """Wait for the thread that makes the call.

        Raises:
            Interrupted: where that thread was stopped, which says nothing about the call.
        """
        self._ended.wait()
        if isinstance(self._error, Exception):
            raise copy.copy(self._error)  # each thread gets a traceback of its own
        if self._error is not None:
            raise Interrupted
        return self._result  # type: ignore[return-value]


# The async and the sync class do the same by other means (tasks, threads), so both are written out.


class SingleFlight:
    """Shared calls and calls in the background, for threads; one under way for each key and process."""

    def __init__(self) -> None:
        self._under_way: dict[tuple[int, Hashable], _SharedCall[Any]] = {}
        self._background: dict[tuple[int, Hashable], threading.Thread] = {}

    def once(self, key: Hashable, call: Callable[[], T]) -> T:
        """Make a call, or wait for the same call that another thread makes already."""
        ours: _SharedCall[T] = _SharedCall()
        scoped = (os.getpid(), key)  # the child of a fork has none of its parent's threads to wait for
        while (theirs := self._under_way.setdefault(scoped, ours)) is not ours:
            with suppress(Interrupted):
                result: T = theirs.wait()
                return result
        try:
            return ours.make(call)
        finally:
            self._under_way.pop(scoped, None)

    def in_background(self, key: Hashable, call: Callable[[], Any]) -> None:
        """Make a call in a thread of its own, unless the same is under way; `call` handles its own failures."""
        scoped = (os.getpid(), key)
        if scoped in self._background:
            return

        def work() -> None:
            try:
                call()
            finally:
                self._background.pop(scoped, None)

        thread = threading.Thread(target=work, name="portkey-refresh", daemon=True)
        if self._background.setdefault(scoped, thread) is thread:
            try:
                thread.start()
            except RuntimeError:  # the interpreter is ending, or there are too many threads: a later call tries again
                self._background.pop(scoped, None)

    def finish(self, seconds: float) -> None:
        """Wait for the calls in the background, each for at most so many seconds."""
        for (process, _), thread in list(self._background.items()):
            if process == os.getpid() and thread is not threading.current_thread() and thread.ident is not None:
                thread.join(seconds)


class AsyncSingleFlight:
    """Shared calls and calls in the background, for tasks; one under way for each key, process and event loop."""

    def __init__(self) -> None:
        self._under_way: dict[tuple[int, int, Hashable], asyncio.Task[Any]] = {}
        self._background: dict[tuple[int, int, Hashable], asyncio.Task[Any]] = {}

    async def once(self, key: Hashable, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call, or wait for the same call that another task makes already."""
        # In a task of its own: the first caller may be cancelled, and the others still get the result.
        task = self._start(self._under_way, key, call, copy_context())
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled() and not _cancelling():
                raise PortkeyError("The client was closed while this call was under way.") from None
            raise

    def in_background(self, key: Hashable, call: Callable[[], Awaitable[Any]]) -> None:
        """Make a call in a task of its own, unless the same is under way; `call` handles its own failures."""
        # An empty context: the call outlives the app's call that began it, and must not keep its span and variables.
        self._start(self._background, key, call, Context())

    async def finish(self, seconds: float) -> None:
        """Wait for shared calls, for at most so many seconds; then cancel them and those in the background."""
        if not (self._background or self._under_way):
            return
        background, under_way = _here(self._background), _here(self._under_way)
        if under_way:
            await asyncio.wait(under_way, timeout=seconds)
        for task in (*background, *under_way):
            task.cancel()
        await asyncio.gather(*background, *under_way, return_exceptions=True)

    def _start(
        self,
        under_way: dict[tuple[int, int, Hashable], asyncio.Task[Any]],
        key: Hashable,
        call: Callable[[], Awaitable[Any]],
        context: Context,
    ) -> asyncio.Task[Any]:
        scoped = _scoped(key)
        task = under_way.get(scoped)
        if task is None or task.done():
            task = under_way[scoped] = asyncio.create_task(_awaited(call), context=context)

            def ended(done: asyncio.Task[Any]) -> None:
                under_way.pop(scoped, None)
                if not done.cancelled():
                    done.exception()  # marks it as retrieved: whoever waits gets it raised, and nobody may be waiting

            task.add_done_callback(ended)
        return task


def _scoped(key: Hashable) -> tuple[int, int, Hashable]:
    try:
        return os.getpid(), id(asyncio.get_running_loop()), key
    except RuntimeError:
        remedy = "With another library, such as trio, use a Portkey on a thread"
        raise PortkeyError(f"A PromptSource of an AsyncPortkey needs asyncio's event loop. {remedy}.") from None


def _here(under_way: dict[tuple[int, int, Hashable], asyncio.Task[Any]]) -> list[asyncio.Task[Any]]:
    """List the tasks of this process and event loop."""
    process, loop, _ = _scoped(None)
    return [task for scoped, task in list(under_way.items()) if scoped[:2] == (process, loop)]


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
    slots = asyncio.Semaphore(most)

    async def one(item: T) -> None:
        async with slots:
            await call(item)

    outcomes = await asyncio.gather(*(one(item) for item in items), return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome

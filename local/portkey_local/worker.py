"""Work that takes long, on a thread, so that the event loop answers others meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Worker:
    """Do one piece of work at a time."""

    # Threads that compute share one interpreter with the event loop. With many, each has its turn before the loop has
    # its next one; so there is one thread.
    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="portkey-local-worker")

    async def do(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do a piece of work, after those asked for before; it is left out if its caller is cancelled before its turn.

        Args:
            work: What to do, in short steps of Python: the event loop waits while a single call into C runs.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(*args, **kwargs))


answers = Worker()
"""Where large answers are read and written, a step at a time."""

"""Work that takes long, on a thread, so that the event loop answers others meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Worker:
    """Do one piece of work at a time.

    Threads that compute take turns with the event loop, every few milliseconds. Of many, each would take its turn
    before the loop gets the next one; so there is one.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="portkey-local-worker")

    async def do(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do a piece of work, after those that were asked for before; one that nobody waits for is left out.

        Args:
            work: What to do; Python code, which lets others go on, and no single long call into C, which does not.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(*args, **kwargs))


answers = Worker()
"""Where large answers are read and written, a step at a time."""

"""Whether the process lives, and whether it is ready for work: what a load balancer asks, without a key."""

from __future__ import annotations

import asyncio
import logging
import time

from portkey_local.errors import ApiError
from portkey_local.store import Store

TIMEOUT = 2.0
"""Seconds after which a database that says nothing is held to be stalled."""
TRUST_SECONDS = 0.5
"""How long an answer of the database is passed on to further askers."""
OK = "ok"
logger = logging.getLogger("portkey_local")


class Readiness:
    """Tell whether requests can be answered.

    However many ask, the database is asked by one at a time, and no more than twice a second.

    Args:
        store: What has to answer a read.

    Attributes:
        stopping: whether the server is about to end.
    """

    def __init__(self, store: Store) -> None:
        self.stopping = False
        self._store = store
        self._look: asyncio.Task[str] | None = None
        self._until = 0.0

    async def parts(self) -> dict[str, str]:
        """Say of each part that it is `ok`, or what is wrong with it."""
        return {"server": "stopping" if self.stopping else OK, "database": await self._database()}

    async def _database(self) -> str:
        now = time.monotonic()
        look = self._look
        if look is None or (look.done() and now >= self._until):
            self._until = now + TRUST_SECONDS
            look = self._look = asyncio.create_task(self._ask())
        try:
            async with asyncio.timeout(TIMEOUT):
                return await asyncio.shield(look)
        except TimeoutError:
            return f"No answer within {TIMEOUT:g} s."

    async def _ask(self) -> str:
        try:
            await self._store.check()
        except ApiError as error:
            return error.message
        except Exception:
            logger.exception("The database could not be asked whether it is there")
            return "It failed; the server's log says how."
        return OK

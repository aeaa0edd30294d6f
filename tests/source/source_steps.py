"""Steps that the tests of rendering in the client share."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any

Make = Callable[..., Any]


async def settle(value: Any) -> Any:
    """Await what an async client returns; what a sync one returns is there already."""
    return await value if inspect.isawaitable(value) else value


async def until(condition: Callable[[], bool] | Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    """Wait for something that happens in the background."""
    deadline = time.monotonic() + seconds
    while not await settle(condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)

# Compiled from openapi.yaml by `make generate`. Do not edit.
"""The event loop that runs, whichever it is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

sleep = time.sleep


async def async_sleep(seconds: float) -> None:
    """Sleep on whichever event loop runs."""
    import anyio

    await anyio.sleep(seconds)


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Return asyncio's running loop; None where there is none, as on another library's loop."""
    import asyncio  # not above: it takes a quarter of the sync client's import

    try:
        return asyncio.get_running_loop()
    except RuntimeError:  # another library's loop, such as trio's
        return None

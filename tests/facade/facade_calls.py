"""Ways to write one test body for both kinds of client."""

from __future__ import annotations

import inspect
from typing import Any

Client = Any
"""A `Portkey` or an `AsyncPortkey`: the tests treat both alike."""


async def settle(value: Any) -> Any:
    """Wait for a value where it has to be waited for."""
    return await value if inspect.isawaitable(value) else value


async def each(things: Any) -> list[Any]:
    """Iterate a stream, a page or a generator of either kind to its end."""
    things = await settle(things)
    try:
        iterator = aiter(things)
    except TypeError:
        return list(things)
    return [thing async for thing in iterator]


async def close(thing: Any) -> None:
    """Close a client or a stream of either kind."""
    await settle((getattr(thing, "aclose", None) or thing.close)())


def text_of(chunks: list[Any]) -> str:
    """Put the texts of chunks together."""
    return "".join(one.choices[0].delta.content or "" for one in chunks)

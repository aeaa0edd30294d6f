"""Reading what an SDK has kept, and settling calls of both kinds of client."""

from __future__ import annotations

import inspect
from typing import Any


async def settle(value: Any) -> Any:
    """Wait for a value where it has to be waited for."""
    return await value if inspect.isawaitable(value) else value


async def each(stream: Any) -> list[Any]:
    """Iterate a stream of either kind to its end."""
    return [chunk async for chunk in stream] if hasattr(stream, "__aiter__") else list(stream)


async def close(thing: Any) -> None:
    """Close a client or a stream of either kind."""
    await settle((getattr(thing, "aclose", None) or thing.close)())


def only(exporter: Any) -> Any:
    """Return the one span that has ended."""
    (span,) = exporter.get_finished_spans()
    return span


def told(span: Any) -> dict[str, Any]:
    """Return a span's attributes."""
    return dict(span.attributes)


def hex_id(number: int) -> str:
    """Write a trace id as a header does."""
    return f"{number:032x}"


def traceparent_of(span: Any) -> str:
    """Write the header that names a span as the parent."""
    context = span.context
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"

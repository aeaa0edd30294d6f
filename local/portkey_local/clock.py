"""Time stamps as the wire has them."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """Return the time in UTC with milliseconds, such as `2026-05-29T01:11:58.000Z`."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""Time stamps as the wire has them."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """Return the time in UTC with milliseconds, such as `2026-05-29T01:11:58.000Z`."""
    return stamp(datetime.now(UTC))


def stamp(moment: datetime) -> str:
    """Write a moment in UTC like `now`."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

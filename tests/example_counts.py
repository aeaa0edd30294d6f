"""How many examples a property test tries: a number for every day, and ten times as many with `--soak`."""

from __future__ import annotations

LONGER = 10
_times = 1


def soak() -> None:
    """Let the tests that are read from here on try more."""
    global _times
    _times = LONGER


def examples(count: int) -> int:
    """Return how many examples to try."""
    return count * _times

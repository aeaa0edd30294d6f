"""What a process said that was started in a wrong way."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Told(NamedTuple):
    """How a process ended."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> str:
        """The last line on stderr: of a traceback, the error."""
        return (self.err.strip().splitlines() or [""])[-1]


Run = Callable[..., Told]

"""How long a call takes."""

from collections.abc import Callable
from time import perf_counter
from typing import TypeVar

Client = TypeVar("Client")

Block = Callable[[int], float]
"""Does a thing so many times; returns the seconds that one time took."""


def timed(call: Callable[[], object], scale: int = 1) -> Block:
    """Time a call.

    Args:
        call: what is timed.
        scale: how many things one call does.
    """

    def block(times: int) -> float:
        start = perf_counter()
        for _ in range(times):
            call()
        return (perf_counter() - start) / times / scale

    return block


def timed_opening(make: Callable[[], Client], use: Callable[[Client], object]) -> Block:
    """Time a client until its first call can be sent, whether the time passes when it is made or at that call.

    Args:
        make: makes a client.
        use: makes a call with it, which costs the same each time, apart from the first.
    """

    def block(times: int) -> float:
        total = 0.0
        for _ in range(times):
            start = perf_counter()
            client = make()
            use(client)
            ready = perf_counter()
            use(client)
            total += (ready - start) - (perf_counter() - ready)
        return total / times

    return block

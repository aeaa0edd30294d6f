"""The server as a program that measures the longest pause of its event loop, in which nobody is answered.

Run as `python -m benchmarks.serving.watched DATABASE [CONFIG]`. Behind the lines of `serve`, each line on standard
input is answered with the longest pause since the line before, in milliseconds.
"""

import asyncio
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from portkey_local import program
from portkey_local.server import Server

_BEAT = 0.001
"""Seconds between two beats where nothing holds the loop up."""


class Pulse:
    """Beat on an event loop, and know the longest pause between two beats.

    A pause is the time that passed, or the processor time that the whole process took, whichever is less: what other
    programs take is none of it, nor is what a thread does while it lets the loop go on.
    """

    def __init__(self) -> None:
        self._longest = 0.0
        self._passed, self._taken = time.perf_counter(), time.process_time()

    async def beat(self) -> None:
        """Beat until cancelled."""
        while True:
            await asyncio.sleep(_BEAT)
            passed, taken = time.perf_counter(), time.process_time()
            self._longest = max(self._longest, min(passed - self._passed, taken - self._taken) - _BEAT)
            self._passed, self._taken = passed, taken

    def longest(self) -> float:
        """Return the longest pause since this was asked last, in seconds."""
        longest, self._longest = self._longest, 0.0
        return longest


class _WatchedServer(Server):
    """A server with a pulse."""

    def run(self, on_ready: Callable[[], None]) -> None:
        """Serve, and answer standard input."""
        pulse = Pulse()
        beating: list[asyncio.Task[None]] = []

        def ready() -> None:
            beating.append(asyncio.get_running_loop().create_task(pulse.beat()))
            on_ready()
            threading.Thread(target=_answer, args=[pulse], daemon=True).start()

        super().run(ready)


def _answer(pulse: Pulse) -> None:
    for _ in sys.stdin:
        print(f"pause {pulse.longest() * 1000:.1f}", flush=True)


def main() -> None:
    """Serve as `portkey-prompts serve` does."""
    watched: Any = _WatchedServer
    vars(program)["Server"] = watched
    sys.exit(program.serve(port=0, database=sys.argv[1], config_path=next(iter(sys.argv[2:]), None)))


if __name__ == "__main__":
    main()

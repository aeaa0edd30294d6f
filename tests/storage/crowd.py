"""Several things at the same time: threads, and server programs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from serving_process import Serving


def at_once(count: int, work: Callable[[int], None]) -> None:
    """Run some work on several threads and raise what goes wrong in any."""
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


@contextmanager
def servers(count: int, database: str, **options: Any) -> Iterator[list[Serving]]:
    """Run several server programs, started at the same moment, on one database."""
    servings = [Serving(database, **options) for _ in range(count)]
    try:
        at_once(count, lambda number: servings[number].__enter__() and None)
        yield servings
    finally:
        for serving in servings:
            serving.__exit__(None, None, None)

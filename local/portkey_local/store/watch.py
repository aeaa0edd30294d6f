"""Cutting connections on which an answer is overdue: a network that has stalled never says so by itself."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from psycopg import Connection

_TICK = 0.25


class Watch:
    """Cut what takes longer than it may; whoever waits there then gets the error of a lost connection."""

    def __init__(self) -> None:
        self._due: dict[int, tuple[Connection, float]] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="portkey-local-watch", daemon=True)
        self._thread.start()

    @contextmanager
    def over(self, connection: Connection, seconds: float) -> Iterator[None]:
        """Cut the connection where the block has not ended in time.

        Args:
            connection: The driver's own.
            seconds: How long the block may take.
        """
        with self._lock:
            self._due[id(connection)] = (connection, time.monotonic() + seconds)
        try:
            yield
        finally:
            with self._lock:
                del self._due[id(connection)]

    def close(self) -> None:
        """Stop watching."""
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closed.wait(_TICK):
            now = time.monotonic()
            with self._lock:
                for connection, until in self._due.values():
                    if now > until and not connection.closed:
                        _cut(connection)


def _cut(connection: Connection) -> None:
    # Closing it is for the thread that waits there; it wakes when nothing can come any more.
    with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as same:
        same.shutdown(socket.SHUT_RDWR)

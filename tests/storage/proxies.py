"""A way to a database server that can be cut, stalled and opened again."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from typing import Self

from sqlalchemy.engine import make_url


class Proxy:
    """Pass bytes between clients and a database server, until told to do otherwise."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self._target = (parsed.host or "127.0.0.1", parsed.port or 5432)
        self._listener = socket.create_server(("127.0.0.1", 0))
        here, port = self._listener.getsockname()[:2]
        self.url = parsed.set(host=here, port=port).render_as_string(hide_password=False)
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self._flowing = threading.Event()
        self._flowing.set()
        self._open = True
        self._ended = False
        self.swallowing: bytes | None = None
        """What a client sends with these bytes reaches the server, and the connection is cut before the answer."""
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        self.cut()
        self._flowing.set()
        with socket.create_connection(self._listener.getsockname()):
            pass
        for thread in self._threads:
            thread.join()
        self._listener.close()  # earlier, a thread might ask the next listener of this number for a connection

    def cut(self) -> None:
        """End all connections, and every new one at once."""
        self._open = False
        with self._lock:
            for pair in self._pairs:
                for end in pair:
                    with contextlib.suppress(OSError):
                        end.shutdown(socket.SHUT_RDWR)

    def stall(self) -> None:
        """Pass nothing on; all connections stay open."""
        self._flowing.clear()

    def mend(self) -> None:
        """Pass everything on again."""
        self._open = True
        self._flowing.set()

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            client = self._listener.accept()[0]
            if self._ended:
                client.close()
                return
            if not self._open:
                client.close()
                continue
            server = socket.create_connection(self._target)
            with self._lock:
                self._pairs.append((client, server))
            self._start(self._pass, client, server)

    def _pass(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError), client, server:
            while True:
                ready = select.select([client, server], [], [])[0]
                self._flowing.wait()
                for end in ready:
                    data = end.recv(65536)
                    if not data:
                        return
                    (server if end is client else client).sendall(data)
                    if end is client and self.swallowing and self.swallowing in data:
                        self.swallowing = None
                        server.recv(65536)  # the database has answered, and nobody hears it
                        return

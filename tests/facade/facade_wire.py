"""A server for what an HTTP library would not let one write: split writes, broken connections, stalls."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

Play = Callable[["Connection"], None]
"""What is done with one connection; it is closed afterwards."""

STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


class Connection:
    """One connection that a client made."""

    def __init__(self, server: Wire, peer: socket.socket) -> None:
        self.server = server
        self.socket = peer
        self._read = b""

    def read_request(self) -> dict[str, Any] | None:
        """Wait for a request and note it; answers its JSON, or None where the client hung up."""
        while b"\r\n\r\n" not in self._read:
            if not self._receive():
                return None
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        length = int(lengths[0]) if lengths else 0
        while len(self._read) < length:
            if not self._receive():
                return None
        body, self._read = self._read[:length], self._read[length:]
        self.server.requests.append(head.decode())
        return json.loads(body) if body else {}

    def _receive(self) -> bool:
        try:
            piece = self.socket.recv(65536)
        except OSError:
            return False
        self._read += piece
        return bool(piece)

    def send(self, *pieces: bytes) -> None:
        """Write pieces as they are, each of them on its own."""
        for piece in pieces:
            self.socket.sendall(piece)

    def answer(self, status: int = 200, body: Any = None, **headers: str) -> None:
        """Write a whole answer with a JSON body."""
        content = b"" if body is None else json.dumps(body).encode()
        lines = [f"HTTP/1.1 {status} Said", "content-type: application/json", f"content-length: {len(content)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.send("\r\n".join([*lines, "", ""]).encode() + content)

    def stream(self, *pieces: bytes, end: bool = True) -> None:
        """Write an event stream, a transfer chunk for each piece."""
        self.send(STREAM_HEAD, *map(transfer_chunk, pieces), *([b"0\r\n\r\n"] if end else []))

    def wait_for_end(self, seconds: float = 60) -> bool:
        """Wait for the client to hang up; says whether it did."""
        self.socket.settimeout(seconds)
        try:
            while self.socket.recv(65536):
                pass
        except TimeoutError:
            return False
        except OSError:
            pass
        return True

    def stream_and_wait(self, *pieces: bytes) -> bool:
        """Begin an event stream, and wait for the client to hang up, be it in the midst; says whether it did."""
        try:
            self.stream(*pieces, end=False)
        except OSError:
            return True
        return self.wait_for_end()

    def reset(self) -> None:
        """Break the connection off."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.socket.close()


class Wire:
    """Listens on a free port of this machine, and plays the same piece on every connection."""

    def __init__(self, play: Play) -> None:
        self._play = play
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._peers: list[socket.socket] = []
        self.requests: list[str] = []
        """The heads of all requests, as they came."""
        self.connections = 0
        self.failures: list[BaseException] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        self._closing = False
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def _accept(self) -> None:
        while True:
            peer, _ = self._listener.accept()
            if self._closing:
                peer.close()
                return
            self.connections += 1
            self._peers.append(peer)
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        try:
            self._play(Connection(self, peer))
        except OSError:  # the client has gone
            pass
        except BaseException as error:
            self.failures.append(error)
        finally:
            peer.close()

    def close(self) -> None:
        """Stop listening, hang up, and say what went wrong in a play."""
        self._closing = True
        with socket.create_connection(self._listener.getsockname()):
            pass
        # Closed earlier, its number may be the next listener's by the time that the thread asks it for a connection.
        self._accepting.join()
        self._listener.close()
        for peer in self._peers:
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
        assert not self.failures, self.failures


def refusing_url() -> str:
    """Name a port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/v1"


def transfer_chunk(piece: bytes) -> bytes:
    """Frame a piece of a body in the chunked transfer coding."""
    return b"%x\r\n%s\r\n" % (len(piece), piece)

"""A loopback server that takes little time: fixed bytes, blocking sockets, a thread for each connection.

Run as `python -m benchmarks.server`: prints its port, then answers until its standard input ends. `GET /connections`
says how many connections have been made.
"""

import json
import re
import socket
import sys
import threading
from collections.abc import Iterable

from benchmarks.long_template import FLAT, LONG, PARTIALS, TEXT, VARIABLES, rendered
from benchmarks.workload import RENDER, RENDERED, STREAM_AT_ONCE, STREAM_BY_CHUNKS, events

_LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)
_STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def _json_answer(body: object) -> bytes:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
    return head.encode() + content


def _http_chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _answers() -> dict[str, list[bytes]]:
    """Write each prompt's answer down once, cut into the writes that it is sent in."""
    pieces = events()
    return {
        RENDER: [_json_answer(RENDERED)],
        STREAM_AT_ONCE: [_STREAM_HEAD + _http_chunk(b"".join(pieces)) + b"0\r\n\r\n"],
        STREAM_BY_CHUNKS: [_STREAM_HEAD, *map(_http_chunk, pieces), b"0\r\n\r\n"],
    }


def _exact_answers() -> dict[str, bytes]:
    """Write down what is asked for by one path: the long template, as this service and as langfuse's says it."""
    prompt = {"slug": LONG, "string": TEXT, "prompt_version": 1, "parameters": {}, "object": "prompt"}
    peer = {"type": "text", "name": LONG, "version": 1, "prompt": FLAT, "config": {}, "labels": [], "tags": []}
    answer = {"success": True, "data": {"prompt": rendered()}, "prompt": rendered(), "variables": VARIABLES}
    partials = {
        f"/v1/prompts/partials/{slug}": {"slug": slug, "version": 1, "string": text} for slug, text in PARTIALS.items()
    }
    answers = {
        f"/v1/prompts/{LONG}": prompt,
        f"/v1/prompts/{LONG}/render": answer,
        f"/api/public/v2/prompts/{LONG}": peer,
        **partials,
    }
    return {path: _json_answer(body) for path, body in answers.items()}


class Server:
    """Answers each request for a prompt with that prompt's bytes."""

    def __init__(self) -> None:
        self._answers = _answers()
        self._exact = _exact_answers()
        self._connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]

    def run(self) -> None:
        """Take connections for ever."""
        while True:
            connection, _ = self._listener.accept()
            self._connections += 1
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        received = b""
        try:
            while True:
                while (end := _end_of_request(received)) is None:
                    piece = connection.recv(65536)
                    if not piece:
                        return
                    received += piece
                target = received.split(b" ", 2)[1].decode()
                received = received[end:]
                for write in self._answer(target):
                    connection.sendall(write)
        except OSError:
            return  # the client hung up
        finally:
            connection.close()

    def _answer(self, target: str) -> Iterable[bytes]:
        if target == "/connections":
            return [_json_answer({"connections": self._connections})]
        if target in self._exact:
            return [self._exact[target]]
        return self._answers[target.split("/")[-2]]


def _end_of_request(received: bytes) -> int | None:
    """Find where the first request ends, or None where there is more to come."""
    head = received.find(b"\r\n\r\n")
    if head < 0:
        return None
    length = _LENGTH.search(received, 0, head)
    end = head + 4 + (int(length[1]) if length else 0)
    return end if len(received) >= end else None


def main() -> None:
    """Serve until standard input ends."""
    server = Server()
    threading.Thread(target=server.run, daemon=True).start()
    print(server.port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()

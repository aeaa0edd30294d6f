"""An upstream that streams chunks, each with the moment at which it was sent.

Run as `python -m benchmarks.serving.upstream`: prints its base URL, then answers until its standard input ends.
"""

import json
import socket
import sys
import threading
import time
from contextlib import suppress

CHUNKS = 200
PAUSE = 0.005
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"


def main() -> None:
    """Serve until standard input ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_accept, args=[listener], daemon=True).start()
    print(f"http://127.0.0.1:{listener.getsockname()[1]}/v1", flush=True)
    sys.stdin.read()


def _accept(listener: socket.socket) -> None:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_stream, args=[connection], daemon=True).start()


def _stream(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection:
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(65536)
        connection.sendall(_HEAD)
        for _ in range(CHUNKS):
            time.sleep(PAUSE)
            delta = {"content": str(time.perf_counter_ns())}
            _send(connection, json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}))
        _send(connection, "[DONE]")
        connection.sendall(b"0\r\n\r\n")
        with suppress(ConnectionResetError):  # the client may hang up without reading the last bytes
            while connection.recv(65536):
                pass


def _send(connection: socket.socket, data: str) -> None:
    event = f"data: {data}\n\n".encode()
    connection.sendall(b"%x\r\n%s\r\n" % (len(event), event))


if __name__ == "__main__":
    main()

"""HTTP as bytes on a socket: requests that no client sends, and answers held to the letter of the protocol."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

HOST = b"host: localhost\r\n"
JSON = HOST + b"content-type: application/json\r\n"
_STATUS = re.compile(rb"HTTP/1\.1 ([1-5][0-9]{2}) [ -~]*")
_HEADER = re.compile(rb"([a-z0-9-]+): ([!-~](?:[ -~]*[!-~])?)")


class Answer(NamedTuple):
    """One answer, its body whole."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    @property
    def message(self) -> str:
        """The message of an error in the control plane's shape."""
        assert self.headers["content-type"] == "application/json"
        assert self.headers["x-portkey-trace-id"]
        assert set(self.json) == {"success", "data"}
        return str(self.json["data"]["message"])


@contextmanager
def connected(port: int, seconds: float = 60) -> Iterator[socket.socket]:
    """Connect; reads wait for so long at most."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        yield connection


def received(connection: socket.socket) -> bytes:
    """Read to the end of the connection, however it ends."""
    data = b""
    with suppress(ConnectionError):
        while piece := connection.recv(1 << 16):
            data += piece
    return data


def exchanged(port: int, request: bytes) -> list[Answer]:
    """Send some bytes, and return the answers up to the end of the connection."""
    with connected(port) as connection:
        with suppress(ConnectionError):  # what was answered before the end is to be read all the same
            connection.sendall(request)
        return answers_in(received(connection))


def answers_in(data: bytes) -> list[Answer]:
    """Read a row of answers to GETs and POSTs, and refuse whatever is none."""
    found = []
    while data:
        head, end, data = data.partition(b"\r\n\r\n")
        assert end, f"an answer's head is cut off: {head[-200:]!r}"
        first, *lines = head.split(b"\r\n")
        status = _STATUS.fullmatch(first)
        assert status, f"not the first line of an answer: {first[:200]!r}"
        headers = {}
        for line in lines:
            header = _HEADER.fullmatch(line)
            assert header, f"no header: {line!r}"
            assert header[1].decode() not in headers, f"a header twice: {line!r}"
            headers[header[1].decode()] = header[2].decode()
        body, data = _body(headers, data)
        found.append(Answer(int(status[1]), headers, body))
    return found


def _body(headers: dict[str, str], data: bytes) -> tuple[bytes, bytes]:
    if "content-length" in headers:
        length = int(headers["content-length"])
        assert len(data) >= length, "an answer's body is cut off"
        return data[:length], data[length:]
    assert headers["transfer-encoding"] == "chunked"
    body = b""
    while True:
        size, _, data = data.partition(b"\r\n")
        length = int(size, 16)
        assert data[length : length + 2] == b"\r\n", "a chunk is cut off"
        body, data = body + data[:length], data[length + 2 :]
        if not length:
            return body, data

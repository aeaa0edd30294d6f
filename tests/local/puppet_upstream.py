"""An upstream that answers exactly the bytes it is told to, on a real socket, and notes what it saw."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any, Self

Script = Callable[["Exchange"], None]


class Exchange:
    """One request to the puppet, and the means to answer it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.gone = threading.Event()
        self._read()

    def _read(self) -> None:
        """Read a request to its end: what is left of one would be taken for the next."""
        head, _, rest = self._read_until(b"\r\n\r\n").partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.path = lines[0].split()[1]
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        while len(rest) < int(self.headers.get("content-length", 0)):
            piece = self._connection.recv(65536)
            if not piece:
                raise ConnectionError("the request was cut off")
            rest += piece
        self.body: dict[str, Any] = json.loads(rest) if rest else {}  # a proxy is asked without one

    def _read_until(self, end: bytes) -> bytes:
        data = b""
        while end not in data:
            piece = self._connection.recv(65536)
            if not piece:
                raise ConnectionError
            data += piece
        return data

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def answer(self, status: int, body: bytes | dict[str, Any], *headers: str, kind: str = "application/json") -> None:
        """Send a whole answer."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"HTTP/1.1 {status} X", f"content-type: {kind}", f"content-length: {len(raw)}", *headers]
        self.send("\r\n".join([*lines, "connection: close", "", ""]).encode() + raw)

    def begin_stream(self) -> None:
        """Send the head of a stream that ends with the connection."""
        self.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")

    def event(self, data: dict[str, Any] | str) -> None:
        self.send(f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode())

    def wait_until_gone(self, seconds: float = 60) -> bool:
        """Wait for the other side to close the connection."""
        self._connection.settimeout(seconds)
        try:
            if self._connection.recv(1) == b"":
                self.gone.set()
        except ConnectionError:
            self.gone.set()
        except TimeoutError:
            pass
        return self.gone.is_set()

    def wait_for_more(self, seconds: float = 60) -> bool:
        """Wait for another request on this connection, and read it; say whether one came."""
        self._connection.settimeout(seconds)
        try:
            self._read()
        except OSError:
            return False
        return True

    def close(self) -> None:
        self._connection.close()


class Puppet:
    """Serve one script to every request, behind TLS where a context is given."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._closing = False
        self.script: Script = lambda exchange: exchange.answer(200, completion("Hello"))
        self.seen: list[Exchange] = []
        self.base_url = f"http{'' if context is None else 's'}://127.0.0.1:{self._listener.getsockname()[1]}/v1"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        with socket.create_connection(self._listener.getsockname()):
            pass
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()
        self._listener.close()

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._closing:
                connection.close()
                return
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection = (
                connection if self._context is None else self._context.wrap_socket(connection, server_side=True)
            )
        except OSError:  # the other side does not like the certificate
            connection.close()
            return
        with connection:
            try:
                exchange = Exchange(connection)
            except ConnectionError:
                return
            self.seen.append(exchange)
            try:
                self.script(exchange)
            except (BrokenPipeError, ConnectionResetError):
                exchange.gone.set()


def completion(text: str, **fields: Any) -> dict[str, Any]:
    """A chat completion as OpenAI sends it."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1780017118, "model": "gpt-4-0613"}
    return {**head, "choices": [choice], "usage": usage, **fields}


def chunk(content: str | None = None, *, finish: str | None = None, **fields: Any) -> dict[str, Any]:
    """A chunk of a chat completion as OpenAI sends it."""
    delta = {} if content is None else {"content": content}
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1780017118, "model": "gpt-4-0613"}
    return {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **fields}


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> bool:
    """Wait until a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True

"""A service that can be stopped, slowed, made to fail and counted: a proxy on a port of its own."""

from __future__ import annotations

import threading
import time
from collections import Counter
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

PASSED_ON = ("content-type", "etag", "x-portkey-api-version", "x-portkey-trace-id")


class FlakyService:
    """Pass requests on to a server, unless told otherwise.

    Attributes:
        status: answer everything with this status; 0 passes requests on.
        answers: answer everything with this status, these headers and this body; None passes requests on.
        delay: seconds to wait before each answer.
        gate: no answer goes out while it is not set.
        counts: how many requests came, by method and path.
        statuses: how many answers went out, by status.
        headers: of the last request, by their names in lower case.
    """

    def __init__(self, base_url: str) -> None:
        self.target = urlsplit(base_url)
        self.status = 0
        self.delay = 0.0
        self.gate = threading.Event()
        self.gate.set()
        self.answers: tuple[int, dict[str, str], bytes] | None = None
        self.counts: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.headers: dict[str, str] = {}
        self._counting = threading.Lock()
        self._listener: ThreadingHTTPServer | None = None
        self._port = 0
        self.start()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def start(self) -> None:
        """Listen, on the same port as before."""
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments: Any) -> None:
                pass

            def do_GET(self) -> None:
                service.answer(self)

            do_POST = do_PUT = do_GET  # noqa: N815

        class Listener(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *arguments: Any) -> None:
                pass  # clients hang up: that is what these tests are about

        self._listener = Listener(("127.0.0.1", self._port), Handler)
        self._port = self._listener.server_port
        threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True).start()

    def restart(self) -> None:
        """Listen, where it does not yet."""
        if self._listener is None:
            self.start()

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self._listener is not None:
            self._listener.shutdown()
            self._listener.server_close()
            self._listener = None

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request as things stand."""
        with self._counting:
            self.counts[f"{handler.command} {handler.path}"] += 1
            self.headers = {name.lower(): value for name, value in handler.headers.items()}
        body = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        status, delay, running = self.status, self.delay, self._listener is not None
        if delay:
            time.sleep(delay)
        self.gate.wait(60)
        if not running:
            handler.close_connection = True
            return
        if self.answers is not None:
            self._send(handler, *self.answers)
        elif status:
            self._send(handler, status, {"content-type": "application/json"}, b'{"status":"failure","message":"flaky"}')
        else:
            self._pass_on(handler, body)

    def _pass_on(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        upstream = HTTPConnection(self.target.hostname or "", self.target.port, timeout=30)
        try:
            headers = {name: value for name, value in handler.headers.items() if name.lower() != "host"}
            upstream.request(handler.command, handler.path, body, headers)
            answer = upstream.getresponse()
            kept = {name: value for name in PASSED_ON if (value := answer.getheader(name))}
            self._send(handler, answer.status, kept, answer.read())
        finally:
            upstream.close()

    def _send(self, handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes) -> None:
        with self._counting:
            self.statuses[status] += 1
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        if status >= 200 and status not in (204, 304):
            handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

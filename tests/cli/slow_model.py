"""A model that speaks when a test lets it: an OpenAI-style host on a real socket."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class SlowModel:
    """Stream `Hello`, wait for `go_on()`, and stream the rest.

    Args:
        rest: what is written then, an event each; a text is sent as it is.
    """

    def __init__(self, rest: list[Any] | None = None) -> None:
        self._go = threading.Event()
        self.rest = rest if rest is not None else [{"content": " world"}, "[DONE]"]
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def go_on(self) -> None:
        self._go.set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._go.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.end_headers()
                for number, event in enumerate([{"role": "assistant", "content": "Hello"}, *model.rest]):
                    if number == 1:
                        model._go.wait(60)
                    try:
                        self.wfile.write(f"data: {_event(event)}\n\n".encode())
                    except OSError:
                        return

            def log_message(self, *_said: object) -> None:
                """Say nothing."""

        return Handler


def _event(event: Any) -> str:
    if isinstance(event, str):
        return event
    if "error" in event:
        return json.dumps(event)
    return json.dumps({"id": "c", "model": "slow", "choices": [{"index": 0, "delta": event, "finish_reason": None}]})

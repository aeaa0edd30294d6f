"""The server's log: one line for each thing that happened, as text for people or as JSON for programs.

No line is waited for: a thread writes them, and where nobody reads them, the newest are dropped and counted.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from starlette.types import Scope

from portkey_local.config import Format
from portkey_local.json import to_json

CAPACITY = 4 * 1024 * 1024
"""Bytes of lines that wait to be written."""
_GATHERING = 0.05
"""Seconds for which lines are gathered, so that the thread that writes them wakes up rarely."""
_LAST_WORDS = 1.0
"""Seconds that a slow reader of the log gets at the end."""
_OK, _FAILURE = 200, 500
_PROBES = ("/healthz", "/readyz")
_SCRAPE = "/metrics"
_LONGEST_PATH = 500
_LEVELS: dict[str, dict[str, int]] = {
    "text": {"": logging.WARNING, "uvicorn": logging.ERROR},
    "json": {"": logging.WARNING, "portkey_local": logging.INFO},
}
"""From which level on a logger's messages are written; in text only what a person must know."""

TRACE_ID: ContextVar[str] = ContextVar("TRACE_ID", default="")
"""The trace id of the request that the running code belongs to; empty where there is none."""


class Journal:
    """Write a line of JSON for each request, once it is answered; of probes and scrapes only where it is not 200.

    Paths are noted without their query, and of the headers only the trace id, so that no secret gets into the log.

    Args:
        put: What takes a line.
    """

    def __init__(self, put: Callable[[bytes], None]) -> None:
        self._put = put

    def note(self, level: str, message: str, fields: Mapping[str, Any]) -> None:
        """Write a line of the fields that are not None."""
        self._put(_json_line(level, message, {name: value for name, value in fields.items() if value is not None}))

    def request(self, scope: Scope, status: int | None, size: int, seconds: float) -> None:
        """Note a request.

        Args:
            scope: Its scope; in its state the application may leave `caller`, `error` and `gone`.
            status: What it was answered with; None where it was not.
            size: Bytes of the answer's body.
            seconds: How long it took.
        """
        if status == _OK and (scope["path"] == _SCRAPE or scope["path"].endswith(_PROBES)):
            return
        state, client = scope["state"], scope["client"]
        fields = {
            "trace_id": state["trace_id"],
            "traceparent_id": state["trace"] if state.get("trace") not in ("", state["trace_id"]) else None,
            "method": scope["method"],
            "path": scope["path"][:_LONGEST_PATH],
            "status": status,
            "duration_ms": round(seconds * 1000, 2),
            "bytes": size,
            "client": client and client[0],
            "key_id": getattr(state.get("caller"), "key_id", None),
            "prompt": scope.get("path_params", {}).get("prompt_id"),
            "error": state.get("error"),
            "gone": state.get("gone"),
        }
        self.note("info" if status is None or status < _FAILURE else "error", "request", fields)


@contextmanager
def writing(form: Format, descriptor: int) -> Iterator[Journal | None]:
    """Write what this process logs to a file descriptor, until the end of the block.

    Args:
        form: `text` or `json`.
        descriptor: Where to write, such as standard error.

    Yields:
        What notes requests; None for `text`, where only what a person must know is written.
    """
    lines = Lines(descriptor, lambda lost: _line_of_lost(form, lost))
    handler = _Handler(lines.put)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    root, ours = logging.getLogger(), list[logging.Handler]([handler])
    handlers, root.handlers = root.handlers, ours
    levels = {name: logging.getLogger(name).level for name in _LEVELS[form]}
    try:
        for name, level in _LEVELS[form].items():
            logging.getLogger(name).setLevel(level)
        yield Journal(lines.put) if form == "json" else None
    finally:
        root.handlers = handlers
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        lines.close()


class Lines:
    """Write lines to a file descriptor without making anybody wait.

    Args:
        descriptor: Where to write.
        lost: Makes the line that says how many lines were dropped.
    """

    def __init__(self, descriptor: int, lost: Callable[[int], bytes]) -> None:
        self._descriptor = descriptor
        self._line_of_lost = lost
        self._lock = threading.Lock()
        self._waiting: list[bytes] = []
        self._held = 0
        self._lost = 0
        self._wakeup = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="portkey-local-log", daemon=True)
        self._thread.start()

    def put(self, line: bytes) -> None:
        """Take a line; it is dropped where too many wait."""
        with self._lock:
            if self._held + len(line) > CAPACITY:
                self._lost += 1
                return
            self._waiting.append(line)
            self._held += len(line)
            if len(self._waiting) == 1:
                self._wakeup.set()

    def close(self) -> None:
        """Write what waits, unless nobody reads it."""
        self._closing.set()
        self._wakeup.set()
        self._thread.join(_LAST_WORDS)

    def _run(self) -> None:
        with suppress(OSError):  # the reader is gone: there is nobody to tell
            while not self._closing.is_set():
                self._wakeup.wait()
                self._closing.wait(_GATHERING)
                self._write(self._taken())
            self._write(self._taken())

    def _taken(self) -> bytes:
        with self._lock:
            self._wakeup.clear()
            lines, lost = self._waiting, self._lost
            self._waiting, self._held, self._lost = [], 0, 0
        return b"".join(lines) + (self._line_of_lost(lost) if lost else b"")

    def _write(self, data: bytes) -> None:
        while data:
            try:
                data = data[os.write(self._descriptor, data) :]
            except BlockingIOError:
                time.sleep(_GATHERING)


class JsonFormatter(logging.Formatter):
    """Write a record as a line of JSON, its traceback in a field."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        fields: dict[str, Any] = {"logger": record.name}
        if trace := TRACE_ID.get():
            fields["trace_id"] = trace
        error = record.exc_info and record.exc_info[1]
        if error:
            fields["exception"] = "".join(traceback.format_exception_only(error)).strip()
            fields["traceback"] = "".join(traceback.format_exception(error)).rstrip()
        return _json_line(record.levelname.lower(), record.getMessage(), fields).decode()


class TextFormatter(logging.Formatter):
    """Write a record as a line for a person, its traceback below."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-8s%(message)s", "%Y-%m-%d %H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        return super().format(record) + "\n"


class _Handler(logging.Handler):
    def __init__(self, put: Callable[[bytes], None]) -> None:
        super().__init__()
        self._put = put

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._put(self.format(record).encode(errors="backslashreplace"))
        except Exception:
            self.handleError(record)


def _json_line(level: str, message: str, fields: Mapping[str, Any]) -> bytes:
    return to_json({"time": datetime.now(UTC), "level": level, "message": message, **fields}) + b"\n"


def _line_of_lost(form: Format, count: int) -> bytes:
    message = f"{count} lines of this log were dropped: whoever reads it was too slow."
    if form == "json":
        return _json_line("warning", message, {})
    return f"{time.strftime('%Y-%m-%d %H:%M:%S')} WARNING {message}\n".encode()

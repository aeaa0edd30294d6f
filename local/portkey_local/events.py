"""Server-sent events, read and written, without a socket."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from .answers import to_json

DONE = "[DONE]"
_LINE_END = re.compile(r"\r\n|\n|\r")


class EventReader:
    """Put the data of events together from the pieces in which they arrive.

    Lines end with LF, CRLF or CR; data lines of one event are joined by LF; comments and other fields are skipped. A
    piece may end anywhere, also within a character or between CR and LF.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        self._rest = ""
        self._data: list[str] = []

    def feed(self, piece: bytes) -> Iterator[str]:
        """Yield the data of the events that are complete with this piece."""
        text = self._rest + self._decoder.decode(piece)
        # A CR at the very end may be the first half of a CRLF: it waits for what comes next.
        held = "\r" if text.endswith("\r") else ""
        *lines, rest = _LINE_END.split(text[: len(text) - len(held)])
        self._rest = rest + held
        for line in lines:
            if line:
                self._take(line)
            elif self._data:
                yield "\n".join(self._data)
                self._data.clear()

    def _take(self, line: str) -> None:
        name, _, value = line.partition(":")
        if name == "data":
            self._data.append(value.removeprefix(" "))


def event(data: object) -> bytes:
    """Write an event whose data is a JSON value."""
    return b"data: " + to_json(data) + b"\n\n"


def done() -> bytes:
    """Write the event that ends a stream."""
    return f"data: {DONE}\n\n".encode()

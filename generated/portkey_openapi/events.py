# Compiled from openapi.yaml by `make generate`. Do not edit.
"""Server-sent events, as the HTML standard says, without I/O: bytes in, events out.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from __future__ import annotations

import codecs
import json
from typing import NamedTuple

from .errors import ErrorEvent, IncompleteStream, UnexpectedBody, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Event(NamedTuple):
    """One event: its type ("" where none was named) and its data."""

    type: str
    data: str


class Decoder:
    """Cuts bytes, in whatever pieces they arrive, into events.

    Lines end in LF, CRLF or CR, and in nothing else: U+2028 and its like are text. A character or a CRLF may be split
    between two pieces. An event that no blank line has ended when the stream ends is dropped, as the standard says.
    """

    def __init__(self) -> None:
        self._characters = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest: list[str] = []  # the beginning of a line that has not ended yet, as it arrived
        self._started = False
        self._after_cr = False
        self._type = ""
        self._data: list[str] = []

    def feed(self, piece: bytes) -> Iterator[Event]:
        """Take the next bytes and yield the events that they complete."""
        for line in self._lines(self._characters.decode(piece)):
            if line.startswith("data: "):  # nearly all of them: no call for these
                self._data.append(line[6:])
            elif line:
                self._take(line)
            elif self._data:
                yield Event(self._type, "\n".join(self._data))
                self._type, self._data = "", []
            else:
                self._type = ""

    def _lines(self, text: str) -> list[str]:
        """Cut text into the lines that are complete, and keep the rest for the next piece."""
        if not self._started and text:
            self._started = True
            text = text.removeprefix("\ufeff")
        if self._after_cr and text:
            self._after_cr = False
            text = text.removeprefix("\n")
        if "\r" in text:
            self._after_cr = text.endswith("\r")
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if "\n" not in text:
            self._rest.append(text)
            return []
        lines = text.split("\n")
        lines[0] = "".join(self._rest) + lines[0]
        self._rest = [lines.pop()]
        return lines

    def _take(self, line: str) -> None:
        """Take one line of an event over; comments and fields that mean nothing here are passed by."""
        field, _, value = line.partition(":")
        if field == "data":
            self._data.append(value.removeprefix(" "))
        elif field == "event":
            self._type = value.removeprefix(" ")


class Chunks:
    """Turns the bytes of a stream of JSON events, ended by `[DONE]`, into decoded chunks."""

    def __init__(self) -> None:
        self._events = Decoder()
        self.done = False

    def feed(self, read: bytes) -> Iterator[Any]:
        """Yield each chunk that these bytes complete.

        Raises:
            ErrorEvent: where an event reports a failure.
            UnexpectedBody: where an event is no JSON.
        """
        for event in self._events.feed(read):
            if self.done:
                return
            if event.data == "[DONE]":
                self.done = True
            else:
                yield self._chunk(event.data)

    def close(self) -> None:
        """End the stream.

        Raises:
            IncompleteStream: where `[DONE]` has not come.
        """
        if not self.done:
            raise IncompleteStream("the event stream ended before `[DONE]`")

    def _chunk(self, data: str) -> Any:
        try:
            chunk = json.loads(data)
        except ValueError:
            raise UnexpectedBody(f"an event of the stream is no JSON: {shown(data)}", data) from None
        if isinstance(chunk, dict) and chunk.get("error"):
            raise ErrorEvent(chunk)
        return chunk

# Compiled from openapi.yaml by `make generate`. Do not edit.
"""Server-sent events, as the HTML standard says, without I/O: bytes in, events out.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from __future__ import annotations

import codecs
import json
from itertools import repeat
from typing import NamedTuple

from .errors import ErrorEvent, EventTooLong, IncompleteStream, UnexpectedBody, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

DONE = "[DONE]"
"""The data of the event that ends a stream."""
LONGEST_EVENT = 32 * 1024 * 1024
"""Characters of one event. An image in an event takes a few millions; what goes beyond is no answer of a model."""
_LONGEST_PENDING = 256
_MOST_STRAY = 64 * 1024
"""Characters that are kept of lines that are no part of an event stream."""


class Event(NamedTuple):
    """One event: its type ("" where none was named) and its data."""

    type: str
    data: str


_new = tuple.__new__  # takes half the time of calling the class


class Decoder:
    """Cuts bytes, in whatever pieces they arrive, into events.

    Lines end in LF, CRLF or CR, and in nothing else: U+2028 and its like are text. A character or a CRLF may be split
    between two pieces. An event that no blank line has ended when the stream ends is no event by the standard;
    `end` returns it.

    Args:
        longest: Characters that one event may have.
    """

    def __init__(self, longest: int = LONGEST_EVENT) -> None:
        self._longest = longest
        self._characters = codecs.getincrementaldecoder("utf-8")("replace")
        self._may_be_split = False  # whether a character may have begun that has not ended yet
        self._rest: list[str] = []  # the beginning of an event that has not ended yet, as it arrived
        self._held = 0  # the characters in `_rest`
        self._started = False
        self._after_cr = False
        self._strays: list[str] = []
        self._stray = 0

    @property
    def stray(self) -> str:
        """The lines that are no part of an event stream, such as a JSON error; at most 65,536 characters."""
        return "\n".join(self._strays)

    @property
    def pending(self) -> str:
        """The data of an event that no blank line has ended yet, where that is short."""
        if not self._rest or self._held > _LONGEST_PENDING:
            return ""
        lines = "".join(self._rest).rpartition("\n")[0]
        return "\n".join(value for field, value in map(_field, lines.split("\n")) if field == "data")

    def feed(self, piece: bytes) -> list[Event]:
        """Take the next bytes and return the events that they complete.

        Raises:
            EventTooLong: where an event, or a line, is longer than it may be; raised once there is no event to return.
        """
        if self._may_be_split or not piece.isascii():
            text = self._characters.decode(piece)
            self._may_be_split = piece[-1] >= 0x80 if piece else self._may_be_split
        else:
            text = piece.decode("ascii")  # most reads are ASCII, and this takes a fifth of the time
        is_data = text[:6] == "data: " and not self._rest and self._started
        if is_data and text.find("\n\n") == text.find("\n") == len(text) - 2 and "\r" not in text:
            self._after_cr = False
            return [_new(Event, ("", text[6:-2]))]  # one event, the usual read
        events = self._read(self._complete(text))
        if self._held > self._longest and not events:
            self._forget_comments()
            if self._held > self._longest:
                raise EventTooLong(self._longest)
        return events

    def end(self) -> Event | None:
        """Return the event that the end of the stream has cut off, however much of it came, or None."""
        rest = "".join(self._rest)
        self._rest, self._held = [], 0
        return self._event(rest)

    def _complete(self, text: str) -> str:
        """Return the events that a piece completes, up to the last one's blank line; keep the rest for the next one."""
        if not self._started and text:
            self._started = True
            text = text.removeprefix("\ufeff")
        if self._after_cr and text:
            self._after_cr = False
            text = text.removeprefix("\n")
        if "\r" in text:
            self._after_cr = text.endswith("\r")
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        rest = self._rest
        if not text:
            return ""
        if "\n\n" not in text and not (rest and text[0] == "\n" and rest[-1][-1] == "\n"):
            rest.append(text)
            self._held += len(text)
            return ""
        if rest:
            rest.append(text)
            text = "".join(rest)
        end = text.rindex("\n\n") + 2
        self._rest, self._held = [text[end:]] if end < len(text) else [], len(text) - end
        return text[:end]

    def _read(self, text: str) -> list[Event]:
        """Read events that are complete."""
        lines = text.count("\n")
        data = text[6:-2].split("\n\ndata: ")
        if text[:6] == "data: " and lines == 2 * len(data):  # each is one line of data, as nearly all are
            return list(map(_new, repeat(Event), zip(repeat(""), data)))
        return [event for event in map(self._event, text.split("\n\n")) if event is not None]

    def _event(self, block: str) -> Event | None:
        """Read an event's lines; None where it has no data. Unknown fields are kept as strays."""
        if block[:6] == "data: " and "\n" not in block:
            return _new(Event, ("", block[6:]))
        kind, data = "", []
        for line in block.split("\n"):
            field, value = _field(line)
            if field == "data":
                data.append(value)
            elif field == "event":
                kind = value
            elif field not in ("", "id", "retry") and self._stray < _MOST_STRAY:
                self._strays.append(line[: _MOST_STRAY - self._stray])
                self._stray += len(line) + 1
        return Event(kind, "\n".join(data)) if data else None

    def _forget_comments(self) -> None:
        """Drop the comments in an event that has not ended."""
        # Some servers send nothing but comments for hours.
        *lines, last = "".join(self._rest).split("\n")
        kept = [line for line in lines if not line.startswith(":")]
        text = "\n".join((*kept, last))
        self._rest, self._held = [text] if text else [], len(text)


def _field(line: str) -> tuple[str, str]:
    """Return the name of the field that a line is, and its value; a comment's name is empty."""
    field, _, value = line.partition(":")
    return field, value.removeprefix(" ")


class Chunks:
    """Turns the bytes of a stream of JSON events, ended by `[DONE]`, into decoded chunks.

    Events without data, or with `null`, are passed by.
    """

    def __init__(self) -> None:
        self._events = Decoder()
        self.done = False

    def feed(self, read: bytes) -> Iterator[Any]:
        """Yield each chunk that these bytes complete.

        Raises:
            ErrorEvent: where an event reports a failure.
            EventTooLong: where an event is longer than it may be.
            UnexpectedBody: where an event is no JSON.
        """
        for event in self._events.feed(read):
            chunk = self._chunk(event.data)
            if chunk is not None:
                yield chunk
            if self.done:
                return
        self.done = self.done or self._events.pending.strip() == DONE

    def close(self) -> None:
        """End the stream.

        Raises:
            IncompleteStream: where `[DONE]` has not come.
        """
        last = self._events.end()
        if not self.done and (last is None or last.data.strip() != DONE):
            raise IncompleteStream("the event stream ended before `[DONE]`")

    def _chunk(self, data: str) -> Any:
        if not data or data.isspace():
            return None
        try:
            chunk = json.loads(data)
        except ValueError:
            if data.strip() == DONE:
                self.done = True
                return None
            raise UnexpectedBody(f"an event of the stream is no JSON: {shown(data)}", data) from None
        if isinstance(chunk, dict) and chunk.get("error"):
            raise ErrorEvent(chunk)
        return chunk

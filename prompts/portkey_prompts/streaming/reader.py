"""The bytes of a streamed completion, read as chunks. No I/O.

The client reads the service with it, the local server its upstreams. It accepts all forms that providers were seen to
send, OpenAI's own among them.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import suppress
from typing import Any, Literal

from portkey_openapi.errors import EventTooLong
from portkey_openapi.events import DONE, Decoder, Event
from portkey_prompts.streaming.chunks import Json, choices_of, delta_of, index_of, is_finished, is_json
from portkey_prompts.streaming.failures import Failure, failure_in, is_failed_finish, shown

_KEEP_ALIVE = frozenset({"ping", "pong", "heartbeat", "keepalive", "keep-alive", "keep_alive"})
"""Types of events, and texts in the place of JSON, that only keep a connection open."""
_ENDS = frozenset({"done", "end", "eos"})
"""Types of events that end a stream, where they have no choices."""
_TELLING = frozenset({"error", "status", "success", "message", "msg", "detail", "type", "base_resp"})
"""Fields that an ordinary chunk does not have: what has one is looked at more closely."""

_LONG = 256 * 1024
"""Characters from which an event counts as long."""

# The same as `json.loads`, which takes half as long again.
_scan: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


_MARK = os.urandom(8).hex()
_BETWEEN = f',"{_MARK}",'
"""What stands between texts that are decoded as one; no text can hold it."""


class StreamError(Exception):
    """A stream that can't be read on.

    Attributes:
        kind: `failure` where it reports one, `no_chunk` where an event is neither a chunk nor otherwise known,
            `no_stream` where the answer is no event stream, `too_long` where an event exceeds the limit.
        failure: the error that it reports.
        text: what came in the place of a chunk.
    """

    def __init__(
        self,
        kind: Literal["failure", "no_chunk", "no_stream", "too_long"],
        message: str,
        failure: Failure | None = None,
        text: str = "",
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.failure = failure
        self.text = text


class ChunkReader:
    """Reads a stream: bytes in, in whatever pieces they arrive, and chunks out.

    Empty events and pings are skipped. A failure that the stream reports is raised after the chunk that came with it.

    Args:
        redact: takes secrets out of the text of an event, before it is decoded.
        longest: characters that one event may have.
        decode: decodes the JSON of a long event, for programs whose threads must not wait for one long call.
    """

    def __init__(
        self,
        redact: Callable[[str], str] | None = None,
        longest: int | None = None,
        decode: Callable[[str], Any] = json.loads,
    ) -> None:
        self._decode = decode
        self._events = Decoder() if longest is None else Decoder(longest)
        self._redact = redact
        # msgspec takes half the time. It is used where the app has loaded it: importing it costs more than it saves.
        self._quick = getattr(getattr(sys.modules.get("msgspec"), "json", None), "decode", None)
        self._failure: Failure | None = None
        self._comes_in_deltas: bool | None = None  # whether the last choice had a delta; None before the first choice
        self._said: dict[Any, set[str]] = {0: set()}  # the fields that have come in deltas, by the answer's index
        self._strange = ""  # the first event without choices
        self._is_rewritten = False  # whether the chunk was changed, so that its event's text is not its JSON
        self.done = False
        """Whether `[DONE]` has come."""

    def feed(self, piece: bytes) -> Iterable[tuple[str, Json]]:
        """Take the next bytes and give the chunks that they complete, each with its text.

        Raises:
            StreamError: where the stream can't be read on: at the call, or in the iteration after the chunks before.
        """
        if self.done:  # what follows [DONE] belongs to no answer
            return ()
        try:
            events = self._events.feed(piece)
        except EventTooLong as error:
            raise StreamError("too_long", f"An event is longer than {error.longest:,} characters.") from error
        if len(events) != 1 or self._events.pending:
            return self._chunks(events)
        kind, text = events[0]  # the usual read: one event, without a generator
        if self._redact is not None:
            text = self._redact(text)
        chunk = self._read(kind, text)
        if chunk is None or self._failure is not None or self._is_rewritten:
            return self._brought(text, chunk)
        return ((text, chunk),)

    def _chunks(self, events: list[Event]) -> Iterator[tuple[str, Json]]:
        number = 0
        if len(events) > 1 and self._quick is None:
            for text, chunk in _decoded_together(events, self._redact):
                number += 1
                if self._is_usual(chunk, text):
                    yield text, chunk
                else:
                    yield from self._brought(text, self._judge("", chunk, text))
        for kind, text in events[number:] if number else events:
            if self._redact is not None:
                text = self._redact(text)
            chunk = self._read(kind, text)
            if chunk is None or self._failure is not None or self._is_rewritten:
                yield from self._brought(text, chunk)
            else:
                yield text, chunk
            if self.done:
                return
        if self._events.pending:  # some servers leave out the blank line after [DONE]
            self.done = self._events.pending.strip() == DONE

    def _brought(self, text: str, chunk: Json | None) -> Iterator[tuple[str, Json]]:
        """Yield a chunk, then raise the failure that came with it, where there is one."""
        if chunk is not None:
            is_as_sent = self._failure is None and not self._is_rewritten
            self._is_rewritten = False
            yield text if is_as_sent else json.dumps(chunk), chunk
        if self._failure is not None:
            raise StreamError("failure", self._failure.message, self._failure)

    def end(self) -> Iterator[tuple[str, Json]]:
        """Take the end of the bytes: an event without a blank line after it counts where its JSON is whole.

        Raises:
            StreamError: where the last event is a failure, or where the bytes are no event stream.
        """
        if self.done:
            return
        last = self._events.end()
        if last is not None and (last.type or _is_whole(last.data)):
            text = last.data if self._redact is None else self._redact(last.data)
            yield from self._brought(text, self._read(last.type, text))
        stray = self._events.stray
        if not stray or self.done:
            return
        stray = self._shown_stray()
        with suppress(ValueError, RecursionError):  # as JSON alone, or as llama.cpp's server sends it
            self._failure = failure_in(json.loads(stray.removeprefix("error:")), is_error=stray.startswith("error:"))
        yield from self._brought(stray, None)
        if not self.begun and not self._strange:
            raise StreamError("no_stream", f"It is no event stream: {shown(stray)}", text=stray)

    @property
    def begun(self) -> bool:
        """Whether choices have come."""
        return self._comes_in_deltas is not None

    def unexpected(self) -> str:
        """Show what came in the place of an answer, for a stream that ended too early; "" for nothing.

        That is the first event without choices, of a stream without any choices, or else the lines that are no events.
        """
        return shown(self._strange if not self.begun and self._strange else self._shown_stray())

    def shortfall(self, chunks: Iterable[Json], count: int) -> str | None:
        """Say why a stream that has ended is incomplete; None where it is complete.

        Args:
            chunks: all chunks that came; they are looked at where no `[DONE]` came.
            count: how many they are.
        """
        if self.begun and (self.done or is_finished(chunks)):
            return None
        instead, how = self.unexpected(), "before the model had finished" if self.begun else "without an answer"
        return f"The stream ended {how}, after {count} events.{instead and f' It brought: {instead}'}"

    def _shown_stray(self) -> str:
        stray = self._events.stray
        return stray if self._redact is None else self._redact(stray)

    def _read(self, kind: str, text: str) -> Json | None:
        """Return the chunk in an event, or None; note a failure, and the end of the stream."""
        try:
            data = self._decoded(text) if len(text) < _LONG else self._decode(text)
        except (StopIteration, ValueError, RecursionError):
            return self._read_words(kind, text)
        if not kind and self._is_usual(data, text):
            return data  # type: ignore[no-any-return]
        return self._judge(kind, data, text)

    def _decoded(self, text: str) -> Any:
        if self._quick is not None:
            try:
                return self._quick(text)
            except Exception:  # it refuses more than the standard library does, such as half a surrogate pair
                self._quick = None
        data, end = _scan(text, 0)
        return data if end == len(text) else json.loads(text)

    def _judge(self, kind: str, data: Any, text: str) -> Json | None:
        if _is_error(kind) and not choices_of(data):
            self._failure = failure_in(data, is_error=True) or Failure(None)
            return None
        if isinstance(data, str):
            return self._read_words(kind, data)
        if not isinstance(data, dict):
            self._failure = failure_in(data)
            if data and self._failure is None:
                raise _no_chunk(text)
            return None
        if kind.lower() in _KEEP_ALIVE or str(data.get("type")).lower() in _KEEP_ALIVE:
            return None
        if kind.lower() in _ENDS and not choices_of(data) and failure_in(data) is None:
            self.done = True
        self._failure = failure_in(data, is_error=_is_error(kind))
        if self._failure is not None:
            return _without_failure(data)
        choices = choices_of(data)
        if not choices:
            self._strange = self._strange or (text if data else "")
            return data or None
        if self._comes_in_deltas:
            for position, choice in enumerate(choices):
                if _is_whole_message(choice):
                    said = self._said.get(index_of(choice, position), set())
                    choice["delta"] = _unsaid(choice.pop("message"), said)
                    self._is_rewritten = True
        self._note(choices)
        return data

    def _is_usual(self, data: Any, text: str) -> bool:
        """Say, quickly, whether an event is one unfinished choice and surely no failure, and note what it brings."""
        # Nearly all are, so that both are done here, in half of the time that two functions take.
        if type(data) is not dict or "rror" in text or not _TELLING.isdisjoint(data):
            return False
        choices = data.get("choices")
        if type(choices) is not list or len(choices) != 1 or type(choice := choices[0]) is not dict:
            return False
        if choice.get("finish_reason"):
            return False
        delta = choice.get("delta")
        if type(delta) is dict and self._said[0].issuperset(delta) and choice.get("index") == 0:
            self._comes_in_deltas = True
        else:
            self._note(choices)
        return True

    def _note(self, choices: list[Json]) -> None:
        """Note what of which answer has come in deltas."""
        self._comes_in_deltas = any("delta" in choice for choice in choices)
        for position, choice in enumerate(choices):
            if "delta" in choice:
                said = self._said.setdefault(index_of(choice, position), set())
                said.update(name for name, value in delta_of(choice).items() if value)

    def _read_words(self, kind: str, text: str) -> Json | None:
        """Handle an event that is no JSON: `[DONE]`, an error's message, a ping.

        Raises:
            StreamError: where it is none of these.
        """
        words = text.strip()
        if words.upper().startswith(DONE) or words.upper() == "DONE":
            self.done = True
        elif _is_error(kind):
            self._failure = Failure(words or None, body=words)
        elif words[:1] in ("{", "[") and is_json(words):  # JSON after white space
            return self._judge(kind, json.loads(words), words)
        elif words[:1] == "{" or (words and words.strip(" .:!").lower() not in _KEEP_ALIVE and kind in ("", "message")):
            raise _no_chunk(text)
        return None


def _decoded_together(events: list[Event], redact: Callable[[str], str] | None) -> Iterable[tuple[str, Any]]:
    """Decode the events of one read, the end of the stream excepted; nothing where one of them is not plain JSON."""
    # As one JSON list, which takes half of the time.
    texts = [text for kind, text in events if not kind]
    if len(texts) != len(events):
        return ()
    if texts[-1] == DONE:
        texts.pop()
    together = _BETWEEN.join(texts)
    if redact is not None:
        together = redact(together)
        texts = together.split(_BETWEEN)
    if len(together) >= _LONG:
        return ()
    try:
        found, end = _scan(f"[{together}]", 0)
    except (StopIteration, ValueError, RecursionError):
        return ()
    # Each text is one value: all marks stand in the list itself, with one value between, and no `]` too many ends it.
    marks = found[1::2].count(_MARK)
    is_apart = end == len(together) + 2 and marks == len(texts) - 1 and len(found) == len(texts) + marks
    return zip(texts, found[::2], strict=True) if is_apart else ()


def _is_error(kind: str) -> bool:
    return kind.lower().endswith(("error", "exception", "failed", "failure", "abort", "aborted"))


def _is_whole_message(choice: Json) -> bool:
    return isinstance(choice.get("message"), dict) and not isinstance(choice.get("delta"), dict | str)


def _unsaid(message: Json, said: Set[str]) -> Json:
    """Return what a message brings after its own deltas: what has come would be doubled, calls are told apart later."""
    return {name: value for name, value in message.items() if name in ("role", "tool_calls") or name not in said}


def looks_like_events(body: bytes) -> bool:
    """Say whether a body with another content type begins as an event stream does."""
    return body.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"data:", b"event:", b"id:", b"retry:", b":"))


def _is_whole(text: str) -> bool:
    return text.strip().upper() == DONE or is_json(text)


def _no_chunk(text: str) -> StreamError:
    return StreamError("no_chunk", f"An event of the stream is no chunk: {shown(text)}", text=text)


def _without_failure(chunk: Json) -> Json | None:
    """Return what a chunk that reports a failure holds besides, or None."""
    brought = [{**delta_of(choice), "error": None} for choice in choices_of(chunk)]
    choices = [choice for choice, delta in zip(choices_of(chunk), brought, strict=True) if any(delta.values())]
    if not choices:
        return None
    rest = {name: value for name, value in chunk.items() if name not in _TELLING}
    kept = [{name: value for name, value in choice.items() if name != "error"} for choice in choices]
    for choice in kept:
        if "error" in delta_of(choice):
            choice["delta"] = {name: value for name, value in delta_of(choice).items() if name != "error"}
        if is_failed_finish(choice.get("finish_reason")):
            choice["finish_reason"] = None
    return {**rest, "choices": kept}

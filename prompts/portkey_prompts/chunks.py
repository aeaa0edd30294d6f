"""A streamed completion: its bytes read as chunks, what a chunk brings, and what all of them add up to. No I/O.

The client reads the service with it, the local server its upstreams. What it takes is what providers were seen to send,
of which OpenAI's own form is one.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Literal, NamedTuple, TypeGuard

from portkey_openapi.errors import EventTooLong
from portkey_openapi.events import DONE as DONE
from portkey_openapi.events import Decoder, Event

Json = dict[str, Any]

_KEEP_ALIVE = frozenset({"ping", "pong", "heartbeat", "keepalive", "keep-alive", "keep_alive"})
"""Types of events, and words in their place, that only keep a connection open."""
_ENDS = frozenset({"done", "end", "eos"})
"""Types of events that end a stream, where they bring no piece of an answer."""
_FAILED = frozenset({"error", "failed", "failure", "fail"})
"""Values of `status`, `type` and `object` of what is an error and no chunk."""
_TELLING = frozenset({"error", "status", "success", "message", "msg", "detail", "type"})
"""Fields of which a chunk has none, unless it is an error or no chunk at all."""
_SAYS = (
    *("message", "msg", "detail", "error_message", "error_msg", "errorMessage", "error_description", "status_msg"),
    *("error", "errors", "title", "description", "reason", "Message"),
)
"""Where errors hold their message, the first one first."""
_CODES = ("code", "errorCode", "error_code", "status_code", "statusCode", "status", "__type")
"""Where errors hold their code, or the HTTP status that they would have had."""
_HARMLESS_CODES = frozenset({"", "0", "200", "ok", "success", "none", "null"})
_CHUNK_FIELDS = frozenset({"choices", "created", "model", "object", "usage", "system_fingerprint", "delta", "text"})
"""Fields of which one at least stands in every chunk, and none in an error that only says what is wrong."""
_ERROR_FIELDS = frozenset(
    {
        *(
            "message",
            "msg",
            "detail",
            "details",
            "title",
            "reason",
            "description",
            "Message",
            "name",
            "instance",
            "path",
        ),
        *(
            "code",
            "type",
            "__type",
            "param",
            "status",
            "statusCode",
            "status_code",
            "timestamp",
            "data",
            "documentation_url",
        ),
        *("id", "request_id", "requestId", "trace_id", "raw_status_code", "success", "ok", "result"),
    }
)
"""What stands in an error that says of itself no more than its words."""
_GONE_WRONG = re.compile(
    "error|exception|fail|fault|abort|cancel|denied|exceed|expired|forbidden|insufficient|invalid|limit|not.?found|overload"
    "|refused|reject|throttl|time.?d?.?out|too.?many|unauthor|unavailable|unsupported",
    re.IGNORECASE,
)
"""What the type of an error speaks of."""
_GAVE_UP = re.compile("error|exception|fail|abort|cancel|time.?d?.?out|interrupted|insufficient", re.IGNORECASE)
"""What a finish reason speaks of, where it was not the model that ended the answer."""
_SHOWN = 200
_WHOLE = frozenset(
    {"role", "id", "type", "name", "object", "model", "status", "format", "language", "tool_call_id", "item_id"}
)
"""Fields whose value comes whole. Some providers repeat it in each chunk, some repeat it empty."""
_GROWING_PARTS = frozenset({"text", "output_text", "thinking", "reasoning"})
"""Types of content parts that come bit by bit."""

# `json.loads` does the same, and takes half as long again.
_scan: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


# Errors


class Failure(NamedTuple):
    """An error that a chunk, an event or a whole body tells of."""

    message: str
    type: str | None = None
    code: str | int | None = None
    param: str | None = None
    body: Any = None
    """All of what told of it."""

    @property
    def status(self) -> int | None:
        """The HTTP status that it says it would have had."""
        said = self.body if isinstance(self.body, dict) else {}
        error = said.get("error")
        inner = error if isinstance(error, dict) else {}
        numbers = (self.code, *(place.get(name) for place in (inner, said) for name in (*_CODES, "raw_status_code")))
        return next((number for number in map(_error_status, numbers) if number is not None), None)


def _error_status(code: object) -> int | None:
    number = int(code) if isinstance(code, str) and re.fullmatch("[45][0-9][0-9]", code) else code
    return number if type(number) is int and 400 <= number < 600 else None


class StreamError(Exception):
    """A stream that can't be read on.

    Attributes:
        kind: `failure` where it reports one, `no_chunk` where an event is neither a chunk nor anything that is known,
            `no_stream` where it is another kind of answer, `too_long` where an event is longer than it may be.
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


def failure_in(body: object, *, is_error: bool = False) -> Failure | None:
    """Find the error that a body or a chunk tells of, in any of the shapes that servers of this API use.

    Args:
        body: the decoded JSON.
        is_error: whether it is known to be an error, as by a status, so that only its words are looked for.
    """
    if isinstance(body, list):
        found = next(filter(None, (failure_in(item) for item in body if isinstance(item, dict))), None)
        return _failure(body, body) if found is None and is_error and body else found
    if not isinstance(body, dict):
        return _failure(body, body) if is_error and body else None
    choices = choices_of(body)
    found = _told(body) if choices else _told_anywhere(body)
    for choice in choices if found is None else ():
        found = _told_in_choice(choice, body)
        if found is not None:
            break
    if found is not None:
        return found
    if is_error or _says_so(body) or (not choices and _only_speaks(body)):
        data = body.get("data")
        return _failure(data if isinstance(data, dict) and _words(data) else body, body)
    return None


def _told(body: Json) -> Failure | None:
    """Find an `error` field that holds one: some providers send it empty in each chunk."""
    error = body.get("error")
    return _failure(error, body) if _tells(error) else None


def _told_in_choice(choice: Json, body: Json) -> Failure | None:
    for place in (choice, delta_of(choice)):
        if _tells(place.get("error")):
            return _failure(place["error"], body)
    reason = choice.get("finish_reason")
    if not _is_failed_finish(reason):
        return None
    return _failure(body if _words(body) else f"It gave up: finish_reason is {reason}.", body)


def _told_anywhere(body: Json, depth: int = 0) -> Failure | None:
    """Find an error in what brings no choices: under any name that speaks of one, also inside of an object in it."""
    if _tells(body.get("error")):
        return _failure(body["error"], body)
    for name, value in body.items():
        lowered = name.lower()
        if lowered.endswith(("error", "errors", "exception", "error_msg", "error_message", "errormessage")):
            if _tells(value):
                return _failure(value, body)
        elif lowered in ("error_code", "errorcode") and _is_code(value):
            return _failure(body, body)
        elif lowered == "base_resp" and isinstance(value, dict) and _is_code(value.get("status_code")):
            return _failure(value, body)
        elif isinstance(value, dict) and depth < 1 and lowered in ("data", "delta", "message", "response", "result"):
            found = _told_anywhere(value, depth + 1)
            if found is not None:
                return found._replace(body=body)
    return None


def _says_so(body: Json) -> bool:
    """Say whether a body calls itself a failure."""
    if any(body.get(name) is False for name in ("success", "ok", "result")):
        return True
    words = (body.get("status"), body.get("type"), body.get("object"))
    return any(isinstance(word, str) and word.lower() in _FAILED for word in words)


def _only_speaks(body: Json) -> bool:
    """Say whether a body has words in the place of choices: with a code, or with nothing that a chunk has."""
    if not _words(body):
        return False
    codes = [body[name] for name in _CODES if name != "status" or isinstance(body.get(name), int) if name in body]
    if any(map(_is_code, codes)):
        return True
    if any(code is not None for code in codes):
        return False
    kind, status = body.get("type"), body.get("status")
    if isinstance(status, str) and status and not _GONE_WRONG.search(status):
        return False
    if isinstance(kind, str) and kind and not (_GONE_WRONG.search(kind) or ":" in kind):
        return False
    return body.keys() <= _ERROR_FIELDS


def _is_code(code: object) -> bool:
    """Say whether a code is one of an error."""
    if isinstance(code, bool) or not isinstance(code, str | int):
        return False
    return str(code).strip().lower() not in _HARMLESS_CODES


def _tells(error: object) -> bool:
    """Say whether an `error` field holds one: some providers send it empty in each chunk."""
    if isinstance(error, dict):
        return any(
            _tells(value) if isinstance(value, dict | list) else value not in (None, "", 0) for value in error.values()
        )
    return any(map(_tells, error)) if isinstance(error, list) else bool(error)


def _is_failed_finish(reason: object) -> bool:
    return isinstance(reason, str) and _GAVE_UP.search(reason) is not None


def _failure(said: object, body: object) -> Failure:
    known = said if isinstance(said, dict) else {}
    around = body if isinstance(body, dict) else {}
    words = _words(said) or (_words({name: around[name] for name in _SAYS if name in around}) if around else None)
    details = known.get("errors")
    if words and isinstance(details, list) and (detail := _words(details)) and detail not in words:
        words = f"{words} ({shown(detail)})"  # the gateway says here which field of a config is wrong
    codes = (place.get(name) for place in (known, around) for name in _CODES if name != "status" or known is not place)
    kind, param = known.get("type") or around.get("error_type"), known.get("param")
    return Failure(
        words or f"It reports an error: {shown(json.dumps(said, ensure_ascii=False))}",
        kind if isinstance(kind, str) and kind and kind.lower() not in ("error", "none") else None,
        next((code for code in codes if _is_code(code)), None),
        param if isinstance(param, str) else None,
        body,
    )


def _words(said: object) -> str | None:
    """Find what an error says in words."""
    if isinstance(said, str):
        return said.strip() and said
    if isinstance(said, list):
        return next(filter(None, map(_words, said)), None)
    if not isinstance(said, dict):
        return None
    return next(filter(None, (_words(said.get(name)) for name in _SAYS)), None)


def shown(text: str) -> str:
    """Show the beginning of a text."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


# Reading


class ChunkReader:
    """Reads a stream: bytes in, in whatever pieces they arrive, and chunks out.

    What brings nothing is passed by: empty events, pings. A failure that the stream reports is raised after what came
    with it.

    Args:
        redact: takes secrets out of the text of an event, before it is decoded.
        longest: characters that one event may have.
    """

    def __init__(self, redact: Callable[[str], str] | None = None, longest: int | None = None) -> None:
        self._events = Decoder() if longest is None else Decoder(longest)
        self._redact = redact
        self._failure: Failure | None = None
        self._is_empty = True
        self.done = False
        """Whether `[DONE]` has come."""

    def feed(self, piece: bytes) -> Iterator[tuple[str, Json]]:
        """Take the next bytes and yield the chunks that they complete, each with its text.

        Raises:
            StreamError: where the stream can't be read on.
        """
        try:
            events = self._events.feed(piece)
        except EventTooLong as error:
            raise StreamError("too_long", f"An event is longer than {error.longest:,} characters.") from error
        number = 0
        if len(events) > 1:
            for text, chunk in _decoded_together(events, self._redact):
                number += 1
                if _is_ordinary(chunk, text):
                    self._is_empty = False
                    yield text, chunk
                else:
                    yield from self._brought(text, self._judge("", chunk, text))
        for kind, text in events[number:] if number else events:
            if self._redact is not None:
                text = self._redact(text)
            yield from self._brought(text, self._read(kind, text))
            if self.done:
                return
        if self._events.pending:  # some servers leave out the blank line after [DONE]
            self.done = self._events.pending.strip() == DONE

    def _brought(self, text: str, chunk: Json | None) -> Iterator[tuple[str, Json]]:
        """Yield a chunk that came; where a failure came with it, raise it after the chunk."""
        if chunk is not None:
            self._is_empty = False
            yield text if self._failure is None else json.dumps(chunk), chunk
        if self._failure is not None:
            raise StreamError("failure", self._failure.message, self._failure)

    def end(self) -> Iterator[tuple[str, Json]]:
        """Take the end of the bytes: an event that no blank line has ended counts where it is whole.

        Raises:
            StreamError: where that is a failure, or where what came is no event stream at all.
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
        stray = stray if self._redact is None else self._redact(stray)
        with suppress(ValueError, RecursionError):
            self._failure = failure_in(json.loads(stray))
        yield from self._brought(stray, None)
        if self._is_empty:
            raise StreamError("no_stream", f"It is no event stream: {shown(stray)}", text=stray)

    def _read(self, kind: str, text: str) -> Json | None:
        """Return the chunk that an event is, or None; note a failure and the end."""
        try:
            data, end = _scan(text, 0)
            if end != len(text):
                data = json.loads(text)
        except (StopIteration, ValueError, RecursionError):
            return self._read_words(kind, text)
        if not kind and _is_ordinary(data, text):
            return data
        return self._judge(kind, data, text)

    def _judge(self, kind: str, data: Any, text: str) -> Json | None:
        if _is_error(kind) and not choices_of(data):
            self._failure = failure_in(data, is_error=True) or Failure("It reports an error and says no more.")
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
        return data or None if self._failure is None else _without_failure(data)

    def _read_words(self, kind: str, text: str) -> Json | None:
        """Take an event that is no JSON."""
        words = text.strip()
        if words.upper().startswith(DONE) or words.upper() == "DONE":
            self.done = True
        elif _is_error(kind):
            self._failure = Failure(words or "It reports an error and says no more.", body=words)
        elif words[:1] in ("{", "[") and _is_json(words):  # JSON after white space
            return self._judge(kind, json.loads(words), words)
        elif words[:1] == "{" or (words and words.strip(" .:!").lower() not in _KEEP_ALIVE and kind in ("", "message")):
            raise _no_chunk(text)
        return None


def _decoded_together(events: list[Event], redact: Callable[[str], str] | None) -> Iterable[tuple[str, Any]]:
    """Decode the events of one read together, up to the first that is no chunk: that takes two thirds of the time."""
    texts = []
    for kind, text in events:
        if kind or text[:1] != "{" or text[-1] != "}":
            break
        texts.append(text)
    together = ",\n".join(texts)
    if redact is not None:
        together = redact(together)
        texts = together.split(",\n")
    try:
        found, _ = _scan(f"[{together}]", 0)
    except (StopIteration, ValueError, RecursionError):
        return ()
    return zip(texts, found, strict=True) if len(found) == len(texts) else ()


def _is_ordinary(data: Any, text: str) -> TypeGuard[Json]:
    """Say at once of nearly every chunk that it brings a piece of one answer, and tells of no failure."""
    if type(data) is not dict or "rror" in text or not _TELLING.isdisjoint(data):
        return False
    choices = data.get("choices")
    if type(choices) is not list or len(choices) != 1 or type(choices[0]) is not dict:
        return False
    return not choices[0].get("finish_reason")


def _is_error(kind: str) -> bool:
    return kind.lower().endswith(("error", "exception", "failed", "failure", "abort", "aborted"))


def _is_whole(text: str) -> bool:
    return text.strip().upper() == DONE or _is_json(text)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _no_chunk(text: str) -> StreamError:
    return StreamError("no_chunk", f"An event of the stream is no chunk: {shown(text)}", text=text)


def _without_failure(chunk: Json) -> Json | None:
    """Return what a chunk that tells of a failure brings besides, or None."""
    brought = [{**delta_of(choice), "error": None} for choice in choices_of(chunk)]
    choices = [choice for choice, delta in zip(choices_of(chunk), brought, strict=True) if any(delta.values())]
    if not choices:
        return None
    rest = {name: value for name, value in chunk.items() if name not in _TELLING}
    kept = [{name: value for name, value in choice.items() if name != "error"} for choice in choices]
    for choice in kept:
        if "error" in delta_of(choice):
            choice["delta"] = {name: value for name, value in delta_of(choice).items() if name != "error"}
        if _is_failed_finish(choice.get("finish_reason")):
            choice["finish_reason"] = None
    return {**rest, "choices": kept}


# What a chunk brings


def choices_of(chunk: object) -> list[Json]:
    """Return what the answers gain by a chunk; nothing where it brings none."""
    choices = chunk.get("choices") if isinstance(chunk, dict) else None
    return [choice for choice in choices if isinstance(choice, dict)] if isinstance(choices, list) else []


def brings(chunk: Mapping[str, Any], *, wants_usage: bool) -> bool:
    """Say whether a chunk is one that an app is to see: it has choices, or the usage that was asked for."""
    choices = chunk.get("choices")
    if type(choices) is list and choices and (type(choices[0]) is dict or choices_of(chunk)):
        return True
    return bool(wants_usage and chunk.get("usage"))


def usage_of(chunk: Mapping[str, Any]) -> Any:
    """Return the token counts that a chunk or an answer brings, also where it does so beside its choices or in one."""
    aside = chunk.get("x_groq")
    places: list[Mapping[str, Any]] = [chunk, *choices_of(chunk), aside if isinstance(aside, dict) else {}]
    return next((usage for usage in (place.get("usage") for place in places) if usage), None)


def wants_usage(body: Mapping[str, Any]) -> bool:
    """Say whether a request asks for a last chunk that holds the token counts."""
    options = body.get("stream_options")
    return isinstance(options, Mapping) and bool(options.get("include_usage"))


def delta_of(choice: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a message gains by a choice of a chunk; of a text completion its text."""
    for name in ("delta", "message"):  # some servers send a whole message as the only chunk
        delta = choice.get(name)
        if isinstance(delta, dict):
            return delta
    text = choice.get("text")
    return {"content": text} if isinstance(text, str) else {}


def content_text(content: object) -> str:
    """Return the text of a message's content: of a list of parts those that are text, and not what a model thinks."""
    if isinstance(content, str):
        return content
    parts: Any = content if isinstance(content, list) else (content,)
    texts = (part.get("text") if _is_text(part) else part for part in parts)
    return "".join(text for text in texts if isinstance(text, str))


def _is_text(part: object) -> bool:
    return isinstance(part, dict) and part.get("type", "text") in ("text", "output_text")


class FinishReasons:
    """Follows whether every answer of a stream has been given its finish reason."""

    def __init__(self) -> None:
        self._finished: dict[Any, bool] = {}

    def add(self, chunk: Mapping[str, Any]) -> None:
        """Look at the next chunk."""
        for place, choice in enumerate(choices_of(chunk)):
            index = index_of(choice, place)
            self._finished[index] = bool(choice.get("finish_reason")) or self._finished.get(index, False)

    @property
    def complete(self) -> bool:
        """Whether there are answers, and all of them have ended."""
        return bool(self._finished) and all(self._finished.values())


def is_finished(chunks: Iterable[Mapping[str, Any]]) -> bool:
    """Say whether every answer of a stream has been given its finish reason."""
    reasons = FinishReasons()
    for chunk in chunks:
        reasons.add(chunk)
    return reasons.complete


def index_of(choice: Mapping[str, Any], place: int) -> Any:
    """Return which answer a choice belongs to, or which call a piece of one; its place where it does not say so."""
    index = choice.get("index")
    if isinstance(index, str) and index.isdecimal():
        return int(index)
    return place if index is None or isinstance(index, dict | list) else index


# Adding chunks up


class ChunkMerger:
    """Merge chunks as they come: content, tool calls, log probabilities, usage, and fields that nobody named.

    It takes time in proportion to what comes: texts are kept in pieces, and joined when they are asked for.
    """

    def __init__(self) -> None:
        self._whole: Json = {}
        self._choices: dict[Any, Json] = {}

    def add(self, chunk: Mapping[str, Any]) -> None:
        """Add the next chunk, which is left as it is."""
        for name, value in chunk.items():
            if name != "choices" and (value or value is False or name not in self._whole):
                self._whole[name] = value
        if not self._whole.get("usage") and (usage := usage_of(chunk)):
            self._whole["usage"] = usage
        for place, piece in enumerate(choices_of(chunk)):
            index = index_of(piece, place)
            _add_choice(self._choices.setdefault(index, {"index": index}), piece)

    def completion(self) -> Json:
        """Return the completion as far as it came, with what a whole answer has and a stream may leave out."""
        whole, choices = dict(self._whole), self._choices
        if isinstance(whole.get("object"), str):
            whole["object"] = whole["object"].removesuffix(".chunk")
        order = sorted(choices, key=None if all(isinstance(index, int) for index in choices) else str)
        whole["choices"] = [_completed(_joined(choices[index])) for index in order]
        return whole


def _completed(choice: Json) -> Json:
    if "message" not in choice:
        return choice
    message = {"role": "assistant", "content": None, **choice["message"]}
    return {**choice, "message": {**message, "role": message["role"] or "assistant"}}


_MOST_LOOKED_AT = 10_000


class _Text:
    """A text in pieces."""

    __slots__ = ("pieces",)

    def __init__(self, first: str) -> None:
        self.pieces = [first]

    @property
    def may_be_json(self) -> bool:
        """Whether it may be a whole object: quickly, since this is asked at each piece; of countless pieces none is."""
        return len(self.pieces) < _MOST_LOOKED_AT and self.pieces[-1].rstrip().endswith("}")

    def whole(self, *, is_base64: bool = False) -> str:
        """Put the pieces together; pieces of base64 may each end in padding, after which decoders stop."""
        if len(self.pieces) == 1:
            return joined(self.pieces[0])
        if is_base64 and any(piece.endswith("=") for piece in self.pieces[:-1]):
            with suppress(ValueError):
                raw = b"".join(base64.b64decode(piece, validate=True) for piece in self.pieces)
                return base64.b64encode(raw).decode()
        return joined("".join(self.pieces))


def whole_characters(text: str) -> tuple[str, str]:
    """Split off half a surrogate pair at the end of a piece of text, whose other half may come with the next piece."""
    if text and "\ud800" <= text[-1] <= "\udbff":
        return joined(text[:-1]), text[-1]
    return joined(text), ""


def joined(text: str) -> str:
    """Put halves of surrogate pairs together: a provider that counts in UTF-16 may cut a character in two."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return text


def _add_choice(choice: Json, piece: Mapping[str, Any]) -> None:
    for name, value in piece.items():
        if name in ("delta", "message"):
            if name == "delta" or not isinstance(piece.get("delta"), dict):
                _add_message(choice.setdefault("message", {}), value)
        elif name == "text":
            choice["text"] = _grown(choice.get("text"), value or "")
        elif name == "logprobs":
            choice[name] = _grown(choice.get(name), value)
        elif name != "index" and (value not in (None, "") or name not in choice):
            choice[name] = None if value == "" else value


def _add_message(message: Json, delta: object) -> None:
    for name, value in delta.items() if isinstance(delta, dict) else ():
        if name == "tool_calls":
            _add_tool_calls(message, value)
        elif name == "content" and (isinstance(value, list | dict) or isinstance(message.get(name), list)):
            _add_content(message, [value] if isinstance(value, dict) else value)
        else:
            _add_fields(message, {name: value})


def _add_content(message: Json, value: object) -> None:
    """Add to a content that is, or becomes, a list of parts."""
    parts = message.get("content")
    if not isinstance(parts, list):
        parts = [{"type": "text", "text": parts}] if isinstance(parts, _Text) and parts.whole() else []
        message["content"] = parts
    _add_parts(parts, [{"type": "text", "text": value}] if isinstance(value, str) and value else value)


def _add_parts(parts: list[Any], pieces: object) -> None:
    for piece in pieces if isinstance(pieces, list) else ():
        if not (parts and _goes_on(parts[-1], piece)):
            parts.append(_begun(piece))
            continue
        for name, value in piece.items():
            if isinstance(value, list):
                _add_parts(parts[-1][name], value)
            elif name not in ("type", "index"):
                parts[-1][name].pieces.append(value)


def _goes_on(part: object, piece: object) -> bool:
    """Say whether a piece of content goes on with the part before it: bare text, or bare thoughts."""
    if not isinstance(part, dict) or not isinstance(piece, dict) or part.keys() != piece.keys():
        return False
    if any(part.get(name) != piece.get(name) for name in ("type", "index")) or part.get("type") not in _GROWING_PARTS:
        return False
    names = piece.keys() - {"type", "index"}
    if len(names) != 1:
        return False
    (name,) = names
    return type(part[name]) is (_Text if isinstance(piece[name], str) else list) and isinstance(piece[name], str | list)


def _add_fields(known: Json, piece: Mapping[str, Any]) -> None:
    for name, value in piece.items():
        if name not in _WHOLE:
            known[name] = _grown(known.get(name), value)
        elif not known.get(name) and (value is not None or name not in known):
            known[name] = value


def _grown(known: Any, value: Any) -> Any:
    """Return what a value has become by its next piece."""
    if known is None:
        return _begun(value)
    if isinstance(known, _Text) and isinstance(value, str):
        known.pieces.append(value)
    elif isinstance(known, list) and isinstance(value, list):
        known.extend(map(_begun, value))
    elif isinstance(known, dict) and isinstance(value, Mapping):
        _add_fields(known, value)
    elif value is not None and value != "":
        return _begun(value)
    return known


def _begun(value: Any) -> Any:
    """Copy a value so that it can grow."""
    if isinstance(value, str):
        return _Text(value)
    if isinstance(value, Mapping):
        begun: Json = {}
        _add_fields(begun, value)
        return begun
    return [_begun(item) for item in value] if isinstance(value, list) else value


def _joined(value: Any, name: str = "") -> Any:
    """Copy a value with its texts put together."""
    if isinstance(value, _Text):
        return value.whole(is_base64=name == "data")
    if isinstance(value, dict):
        return {name: _joined(item, name) for name, item in value.items()}
    return [_joined(item) for item in value] if isinstance(value, list) else value


# Tool calls

_NOWHERE = -1
"""The index of a piece that names none."""


def _add_tool_calls(message: Json, pieces: object) -> None:
    listed = [pieces] if isinstance(pieces, dict) else pieces if isinstance(pieces, list) else []
    given = [piece for piece in listed if isinstance(piece, dict)]
    if not given:
        return
    calls: list[Json] = message.get("tool_calls") or []
    message["tool_calls"] = calls
    together = calls[-len(given) :]
    for place, piece in enumerate(given):
        # Pieces without index and id stand where their calls stood in the delta before.
        before = together[place] if len(together) == len(given) else None
        call = _call_of(calls, piece, before)
        if call is None:
            call = {}
            calls.append(call)
        for name, value in piece.items():
            if isinstance(value, Mapping):
                if not isinstance(call.get(name), dict):
                    call[name] = {}
                _add_function(call[name], value)
            elif value is not None and not call.get(name):
                call[name] = value


def _add_function(function: Json, piece: Mapping[str, Any]) -> None:
    """Add to what a call calls. Arguments that are whole don't grow: what comes then says them again, or at last."""
    name, known = piece.get("name"), function.get("name")
    if known and name and name != known and isinstance(name, str) and isinstance(known, str):
        function["name"] = known + name
    begun, arguments = function.get("arguments"), piece.get("arguments")
    if isinstance(begun, _Text) and _begins_anew(arguments) and begun.may_be_json:
        whole = begun.whole()
        if whole.strip() == "{}":
            begun.pieces.clear()
        elif whole == arguments and _is_json(whole):
            piece = {**piece, "arguments": None}
    _add_fields(function, piece)


def _call_of(calls: list[Json], piece: Json, before: Json | None) -> Json | None:
    """Find the call that a piece goes on with: by its id, else by its index, else by its place; None for a new one.

    Some providers say index 0 for all calls, some neither index nor id, and some repeat the name in each piece.
    """
    index, name = index_of(piece, _NOWHERE), piece.get("id")
    found: Json | None
    if name:
        same = (call for call in calls if call.get("id") == name and index in (_NOWHERE, index_of(call, index)))
        found = next(same, None)
        if found is None and index != _NOWHERE:
            found = _last(calls, index)
            return None if found is None or found.get("id") else found
        return None if found is None or (index == _NOWHERE and _is_another(found, piece)) else found
    found = before if index == _NOWHERE else _last(calls, index)
    return None if found is None or _is_another(found, piece) else found


def _last(calls: list[Json], index: object) -> Json | None:
    return next((call for call in reversed(calls) if index_of(call, _NOWHERE) == index), None)


def _is_another(call: Json, piece: Json) -> bool:
    """Say whether a piece begins a call of its own: it names another function, or begins anew."""
    known, function = call.get("function"), piece.get("function")
    if not isinstance(known, dict) or not isinstance(function, dict):
        return False
    if not known.get("name") or not function.get("name"):
        return False
    begun, arguments = known.get("arguments"), function.get("arguments")
    has_begun = isinstance(begun, _Text) and any(map(str.strip, begun.pieces))
    if known["name"] != function["name"]:
        # A name may come in pieces as long as nothing else has: then the call has an id, and they have none.
        return has_begun or not call.get("id")
    if not (isinstance(begun, _Text) and has_begun and _begins_anew(arguments) and begun.may_be_json):
        return False
    is_repeated = bool(piece.get("id")) and arguments == begun.whole()
    return not is_repeated and _is_json(begun.whole())


def _begins_anew(arguments: object) -> bool:
    return isinstance(arguments, str) and arguments.lstrip().startswith("{")

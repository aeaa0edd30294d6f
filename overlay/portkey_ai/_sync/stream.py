# Derived from overlay/portkey_ai/_async/stream.py by `make generate`. Do not edit.
"""A streamed answer: typed chunks as they come."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from portkey_ai._failures import beginning, connection_error, read_body, silence_error, stream_error, unexpected
from portkey_ai._hints import Response, Transport
from portkey_ai._official import Closing
from portkey_ai.errors import APIError, APIStreamError
from portkey_ai.types import PromptCompletion
from portkey_openapi import raw
from portkey_prompts.answers import completion_answer, merge
from portkey_prompts.redaction import redact
from portkey_prompts.streaming.chunks import brings, text_of, whole_characters
from portkey_prompts.streaming.failures import failure_in
from portkey_prompts.streaming.reader import ChunkReader, StreamError, looks_like_events
from portkey_prompts.telemetry import NO_SPAN, RunSpan, StreamSpan

Chunk = TypeVar("Chunk")


class Stream(Closing, raw.Answered, Generic[Chunk]):
    """Iterate a streamed answer's chunks, until the model has finished or the stream is closed.

    An error in the stream, or its end before the model has finished, raises an APIError whose `partial` is what had
    come before. Use it in a `with` block, or iterate it to its end: its connection then serves the next call.

    Examples:
        >>> with portkey.prompts.completions(prompt_id="pp-greeting", stream=True) as stream:
        ...     for text in stream.text_deltas():
        ...         print(text, end="")
    """

    def __init__(self, reader: AnswerReader[Chunk]) -> None:
        self.response = self._http = reader.response
        """The HTTP answer."""
        self._reader = reader
        # It refers to the reader, not to the stream: with no cycle, a dropped stream closes its connection at once.
        self._iterator = reader.iterate()

    if not TYPE_CHECKING:  # so that type checkers report unknown names themselves

        def __getattr__(self, name: str) -> Any:
            meant = ": iterate its chunks, or ask get_final_completion()" if name in PromptCompletion._fields else ""
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}{meant}", name=name, obj=self
            )

    def __iter__(self) -> Iterator[Chunk]:
        return self._iterator

    def __next__(self) -> Chunk:
        return self._iterator.__next__()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop reading, and close the connection where the stream has not ended; iterating it then ends."""
        self._reader.close()

    def text_deltas(self) -> Iterator[str]:
        """Iterate the pieces of the first choice's text; of a content that is a list of parts, those that are text."""
        half = ""
        for _ in self._iterator:
            whole, half = whole_characters(half + text_of(self._reader.last))
            if whole:
                yield whole
        if half:
            yield half

    def get_final_completion(self) -> PromptCompletion:
        """Read to the end, and merge all chunks, those iterated before too: content, tool calls, usage.

        Raises:
            APIError: where the stream failed, or was closed before its end.
        """
        for _ in self._iterator:
            pass
        return self._reader.completion()

    def traced(self, span: RunSpan) -> Self:
        """Let a span end with the stream."""
        self._reader.span = span.streams(self._iterator, self.headers, self._reader.kept)
        return self


class AnswerReader(Generic[Chunk]):
    """Reads a streamed answer, and keeps what came.

    Args:
        response: the answer, not read yet.
        take: turns an event's decoded JSON into what is iterated.
        transport: what the answer came through.
        prompt_id: the reference that is run, as it was given.
        options: the call's options.
        wants_usage: whether a last chunk that only holds the token counts was asked for.
    """

    def __init__(
        self,
        response: Response,
        take: Callable[[dict[str, Any]], Chunk],
        transport: Transport,
        prompt_id: str,
        options: Mapping[str, Any],
        wants_usage: bool,
    ) -> None:
        self.response = response
        self.take = take
        self._transport = transport  # keeps the connections open when the app has dropped the client
        self._prompt_id = prompt_id
        self._secrets = transport.settings.secrets(options)
        self._wants_usage = wants_usage
        self.kept: list[str] = []  # JSON texts: the garbage collector would traverse dicts again and again
        self.last: dict[str, Any] = {}
        self.span: StreamSpan = NO_SPAN
        self._ended = self._closed = False
        self._failure: APIError | None = None

    def open(self) -> Stream[Chunk]:
        """Make a stream of the answer.

        Raises:
            APIResponseValidationError: where it is no event stream; the message is that of the failure in its body, or
                shows the body's beginning.
        """
        from portkey_openapi.errors import AnswerTooLong
        from portkey_openapi.http import RequestError
        from portkey_openapi.http.bodies import may_be_event_stream, read_whole

        response, secrets = self.response, self._secrets
        if may_be_event_stream(response):
            return Stream(self)
        try:
            read_whole(response, self._transport.settings.max_response_bytes)
        except (RequestError, OSError, AnswerTooLong) as error:
            raise connection_error(error, response.request, secrets, begun=True) from error
        if looks_like_events(response.content):
            return Stream(self)
        body, kind = read_body(text := raw.text_of(response)), response.headers.get("content-type")
        failure = failure_in(body)
        problem = f"The answer is no event stream but {kind}: {beginning(text)}"
        raise unexpected(response, problem if failure is None else failure.message, body, secrets)

    def iterate(self) -> Iterator[Chunk]:
        """Iterate the chunks, once; dropping the iterator closes the connection."""
        from portkey_openapi.http.bodies import body_of

        iterator = self._iterate()
        self._body = body_of(iterator, self.response, self._transport.settings.max_response_bytes)
        return iterator

    def close(self) -> None:
        """Stop reading, and close the connection where the answer has not ended."""
        self._closed = True
        self.span.stream_ended(self.kept, self._failure)
        self.response.close()

    def completion(self) -> PromptCompletion:
        """Merge the chunks that came; raise the error where they are not all."""
        if self._failure is not None:
            raise self._failure
        if not self._ended:
            raise self._failed(self._error("The stream was closed before its end."))
        return self._merged()

    def _iterate(self) -> Iterator[Chunk]:
        from portkey_openapi.errors import AnswerTooLong
        from portkey_openapi.http import RequestError
        from portkey_openapi.http.bodies import drain, is_dropped
        from portkey_openapi.http.outgoing import read_timeout

        if self._closed:
            return
        reader, kept, take = ChunkReader(), self.kept, self.span.timed(self.take)
        # httpx counts from any bytes, those of keep-alive comments too; this counts from the last chunk.
        timeout, last_chunk_at = read_timeout(self.response.request), time.monotonic()
        try:
            for piece in self._body:
                known = len(kept)
                for text, chunk in reader.feed(piece):
                    kept.append(text)  # all of them: an app is not given what is no output of the model
                    if brings(chunk, wants_usage=self._wants_usage):
                        self.last = chunk
                        yield take(chunk)
                        if self._closed:
                            return
                if reader.done:
                    drain(self.response, self._body)
                    self._check_end(reader)
                    return
                if len(kept) > known:
                    last_chunk_at = time.monotonic()
                elif timeout is not None and time.monotonic() - last_chunk_at > timeout:
                    raise self._failed(silence_error(self.response, timeout))
            for text, chunk in reader.end():
                kept.append(text)
                if brings(chunk, wants_usage=self._wants_usage):
                    self.last = chunk
                    yield take(chunk)
            if not self._closed:
                self._check_end(reader)
        except StreamError as error:
            raise self._failed(stream_error(error, self.response, self._secrets)) from None
        except (RequestError, OSError, AnswerTooLong) as error:
            if not self._closed:
                raise self._failed(connection_error(error, self.response.request, self._secrets, begun=True)) from error
        finally:
            if not is_dropped():
                self.span.stream_ended(self.kept, self._failure)
                self.response.close()

    def _merged(self) -> PromptCompletion:
        return completion_answer(merge(self._chunks()), self._prompt_id)

    def _chunks(self) -> Iterable[dict[str, Any]]:
        """Decode the kept chunks again; few callers ask for all of them, so no dicts are kept."""
        return map(json.loads, self.kept)

    def _check_end(self, reader: ChunkReader) -> None:
        lack = reader.shortfall(self._chunks(), len(self.kept))
        self._ended = lack is None
        if lack is not None:
            raise self._failed(self._error(redact(lack, self._secrets)))

    def _error(self, message: str) -> APIError:
        return APIStreamError(message, request=self.response.request, response=self.response)

    def _failed(self, failure: APIError) -> APIError:
        failure.partial = self._merged()
        self._failure = failure
        return failure

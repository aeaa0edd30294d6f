"""What is noted of one run, while it runs and when it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from portkey_local.clock import now
from portkey_local.errors import ApiError, StoppingError, UpstreamError
from portkey_local.http.calls import ClientGoneError
from portkey_local.ids import new_id
from portkey_local.json import to_json_stepwise
from portkey_local.references import LARGEST_NUMBER
from portkey_local.worker import answers
from portkey_prompts.streaming.chunks import choices_of, delta_of, usage_of
from portkey_prompts.streaming.merger import ChunkMerger
from portkey_prompts.telemetry import RunSpan

CLIENT_GONE = 499
"""The status of a run whose client did not wait for its end."""
_TOKENS = ("prompt_tokens", "completion_tokens", "total_tokens")
_LONGEST_WORD = 200


class RunRecord:
    """One run: a `with` block lasts as long as the run, and what it ends with is how the run ended.

    Args:
        put: Takes the finished record, a row of the table of runs.
        reference: The prompt, as the call names it.
        version: The stored version that it means.
        trace_id: The request's trace id.
        streamed: Whether the answer is a stream.
        keeps_texts: Whether the texts are recorded too.
    """

    def __init__(
        self,
        put: Callable[[dict[str, Any]], None],
        reference: str,
        version: Mapping[str, Any],
        trace_id: str,
        *,
        streamed: bool,
        keeps_texts: bool,
    ) -> None:
        self._put = put
        self._known = (reference, version, trace_id, streamed)
        self._keeps_texts = keeps_texts
        self._started_at, self._began = now(), time.perf_counter()
        self._upstream = ""
        self._model: object = None
        self._usage: object = None
        self._first_token: float | None = None
        self._failure: BaseException | None = None
        self._request: Mapping[str, Any] | None = None
        self._answer: Mapping[str, Any] | None = None
        self._merger = ChunkMerger() if keeps_texts and streamed else None
        self._texts: tuple[str | None, str | None] | None = None
        self._span: RunSpan | None = None

    def bound_for(self, upstream: str) -> None:
        """Note the upstream that was asked for."""
        self._upstream = upstream

    def sent(self, body: Mapping[str, Any], span: RunSpan | None = None) -> None:
        """Note what the upstream is sent, and the run's span, which ends with this block."""
        self._model, self._request, self._span = body.get("model"), body, span
        if span is not None and self._merger is None and self._known[3]:
            self._merger = ChunkMerger()

    def answered(self, answer: Mapping[str, Any]) -> None:
        """Note a whole answer."""
        self._answer = answer
        self._note_answer(answer)

    def received(self, chunk: Mapping[str, Any]) -> None:
        """Note a chunk of a stream."""
        if self._span is not None:
            self._span.chunk_came()
        if self._first_token is None and any(map(_speaks, choices_of(chunk))):
            self._first_token = time.perf_counter()
            self._note_answer(chunk)
        elif usage_of(chunk):
            self._note_answer(chunk)
        if self._merger is not None:
            self._merger.add(chunk)

    async def write_down(self) -> None:
        """Encode the texts that are kept, on a thread."""
        # Without this call it is done at the end of the block, on the event loop, which long texts hold up.
        if self._keeps_texts:
            await answers.do(self._write)

    def failed(self, error: BaseException) -> None:
        """Note a failure that the client gets as an event, and that does not leave this block as an exception."""
        self._failure = error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: TracebackType | None) -> None:
        failure = error or self._failure
        if self._span is not None:
            self._span.ended(self._whole(), None if failure is None else str(run_failure(failure).status))
        self._put(self._record(failure))

    def _note_answer(self, answer: Mapping[str, Any]) -> None:
        self._model = answer.get("model") or self._model
        self._usage = usage_of(answer) or self._usage

    def _record(self, failure: BaseException | None) -> dict[str, Any]:
        ended = time.perf_counter()
        reference, version, trace_id, streamed = self._known
        sent = None if failure is None else run_failure(failure)
        usage = self._usage if isinstance(self._usage, Mapping) else {}
        request, answer = self._texts or (self._write() if self._keeps_texts else (None, None))
        return {
            "id": new_id(),
            "started_at": self._started_at,
            "trace_id": trace_id,
            "reference": reference,
            "prompt_id": version["prompt_id"],
            "prompt_slug": version["slug"],
            "version_id": version["id"],
            "version_number": version["number"],
            "upstream": _word(self._upstream),
            "model": _word(self._model) if isinstance(self._model, str) else None,
            "streamed": streamed,
            "status": 200 if sent is None else sent.status,
            "error": None if sent is None else _word(str(sent.error["type"])),
            "latency_ms": (ended - self._began) * 1000,
            "first_token_ms": None if self._first_token is None else (self._first_token - self._began) * 1000,
            **{name: _count(usage.get(name)) for name in _TOKENS},
            "request": request,
            "answer": answer,
        }

    def _write(self) -> tuple[str | None, str | None]:
        self._texts = _text(self._request), _text(self._whole())
        return self._texts

    def _whole(self) -> Mapping[str, Any] | None:
        """Return the answer as far as it came."""
        return self._answer if self._merger is None else self._merger.completion()


def run_failure(error: BaseException) -> UpstreamError:
    """Return an exception as the failure that a run's record names, and the last event of a stream that has begun."""
    if isinstance(error, UpstreamError):
        return error
    if isinstance(error, ClientGoneError):
        return UpstreamError(CLIENT_GONE, "The client went away.", kind="client_gone")
    if isinstance(error, asyncio.CancelledError):
        return UpstreamError(StoppingError.status, StoppingError().message, kind="stopping")
    if isinstance(error, ApiError):
        return UpstreamError(error.status, error.message, kind=error.code)
    return UpstreamError(ApiError.status, "The server failed in mid-stream; its log says more.", kind="server_error")


def _speaks(choice: Mapping[str, Any]) -> bool:
    """Tell whether a choice of a chunk brings a part of the answer, rather than its frame alone."""
    return any(value for name, value in delta_of(choice).items() if name != "role")


def _count(value: object) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_NUMBER
    return value if is_count else None  # type: ignore[return-value]


def _word(text: str) -> str:
    """Shorten what an upstream calls something, and take out what no database takes: half a surrogate pair."""
    return text[:_LONGEST_WORD].encode(errors="replace").decode()


def _text(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else to_json_stepwise(dict(value)).decode()

"""Running a prompt: the limit on runs, what the upstream is sent, and its answer, whole or as a stream."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Coroutine, Mapping
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import frozen
from starlette.types import Receive, Send

from portkey_local.access.entrance import CUSTOM_HOST
from portkey_local.errors import ApiError, UpstreamError
from portkey_local.http.calls import Call, ClientGoneError
from portkey_local.ids import new_id
from portkey_local.json import is_large, to_json, to_json_stepwise
from portkey_local.prompts.cache import ResolvedPrompt
from portkey_local.tracing import run_span
from portkey_local.upstreams import Run, RunKind, Upstream
from portkey_local.worker import answers
from portkey_openapi.events import DONE
from portkey_openapi.options import HEADERS
from portkey_prompts.errors import quoted
from portkey_prompts.references import bare
from portkey_prompts.rendering import Rendered
from portkey_prompts.streaming.chunks import brings, choices_of, delta_of, finish_of, index_of
from portkey_prompts.telemetry import RunSpan, Telemetry

from .record import RunRecord, run_failure

if TYPE_CHECKING:
    from portkey_local.parts import Parts

T = TypeVar("T")
COMPLETION = "prompt.completion"
CHUNK = "prompt.completion.chunk"
_KINDS = (("id", str), ("created", int), ("model", str), ("usage", dict))
"""Fields of an answer, with the types that the contract gives them; strictly typed clients take no others."""
_VIRTUAL_KEY, _REQUEST_TIMEOUT = HEADERS["virtual_key"][0], HEADERS["request_timeout"][0]
_LAST_WORDS = 1.0
"""Seconds that a stream gets to say that the server stops."""
_HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache")]
logger = logging.getLogger("portkey_local")


class TooManyRunsError(ApiError):
    """As many runs as there may be are under way; nothing was run."""

    status, code = 429, "AB06"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"{most} runs are under way, which is as many as this server does at once. Nothing was run; call again, "
            "or raise `runs` under [limits] in portkey-local.toml.",
            headers={"retry-after": "1"},
        )


class RunLimit:
    """Limits the runs under way: a `with` block is one of them.

    Args:
        most: How many there may be.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0

    @property
    def slots(self) -> tuple[int, int]:
        """How many are under way, and how many there may be."""
        return self._taken, self._most

    def __enter__(self) -> None:
        """Begin a run.

        Raises:
            TooManyRunsError: As many as there may be are under way.
        """
        if self._taken >= self._most:
            raise TooManyRunsError(self._most)
        self._taken += 1

    def __exit__(self, *_: object) -> None:
        self._taken -= 1


@frozen
class Running:
    """A run that is ready to be sent to its upstream."""

    reference: str
    upstream_name: str
    upstream: Upstream
    run: Run
    timeout: float | None
    """Seconds that the caller waits for the answer, or a stream's first chunk; None for the upstream's own limit."""
    entry: RunRecord

    async def complete(self, receive: Receive) -> dict[str, Any]:
        """Answer whole.

        Raises:
            UpstreamError: The upstream failed, or took longer than the caller waits.
            ClientGoneError: The client went away; nothing runs any more.
        """
        return await unless_gone(receive, self._complete())

    async def stream(self, receive: Receive, send: Send) -> None:
        """Answer with server-sent events, one for each chunk that brings something, ended by `[DONE]`.

        A failure before the first chunk is raised, so that it is answered with a status of its own. A later one is an
        event with an `error`, after which the stream ends without `[DONE]`.

        Raises:
            UpstreamError: The upstream failed before the first chunk, or took longer than the caller waits for it.
            ClientGoneError: The client went away; nothing runs any more.
        """
        await unless_gone(receive, self._stream(send))

    async def _complete(self) -> dict[str, Any]:
        try:
            answer = await self._in_time(self.upstream.complete(self.run))
        except UpstreamError as error:
            raise self._named(error) from error.__cause__
        self.entry.answered(answer)
        if is_large(answer):
            await self.entry.write_down()
        return self._shaped(answer, self._head(COMPLETION))

    async def _stream(self, send: Send) -> None:
        head, wants_usage, has_begun = self._head(CHUNK), self.run.wants_usage, False
        try:
            async with aclosing(self.upstream.stream(self.run)) as chunks:
                chunk = await self._in_time(anext(chunks, None))
                while chunk is not None:
                    if is_long := is_large(chunk):
                        await answers.do(self.entry.received, chunk)
                    else:
                        self.entry.received(chunk)
                    if brings(chunk, wants_usage=wants_usage):
                        if not has_begun:
                            has_begun = True
                            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
                        shaped = self._shaped(chunk, head)
                        await _send_event(send, await answers.do(_long_event, shaped) if is_long else event(shaped))
                    chunk = await anext(chunks, None)
            if not has_begun:
                raise UpstreamError(502, "The stream ended before it began.", kind="stream_cut")
        except BaseException as error:
            failure = self._named(error) if isinstance(error, UpstreamError) else error
            if not has_begun:
                raise failure from failure.__cause__
            self.entry.failed(failure)
            await self._send_failure(send, failure)
        else:
            await self.entry.write_down()
            await _send_last(send, done())

    async def _send_failure(self, send: Send, failure: BaseException) -> None:
        """End a stream with an event of what went wrong; a cancellation, or what else ends the task, is re-raised."""
        sent = run_failure(failure)
        if not isinstance(failure, UpstreamError | asyncio.CancelledError):
            logger.error("A stream failed", exc_info=failure)
        with suppress(TimeoutError):
            async with asyncio.timeout(None if isinstance(failure, Exception) else _LAST_WORDS):
                await _send_last(send, event(sent.body))
        if not isinstance(failure, Exception):
            raise failure

    def _named(self, error: UpstreamError) -> UpstreamError:
        """Name the upstream in an error that it raised."""
        error.provider = self.upstream_name
        error.error["message"] = f"Upstream {quoted(error.provider)}: {error.error['message']}"
        return error

    async def _in_time(self, work: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(self.timeout):
                return await work
        except TimeoutError as error:
            message = f"No answer came within {self.timeout:g} s, the call's x-portkey-request-timeout."
            raise UpstreamError(408, message, kind="timeout") from error

    def _head(self, kind: str) -> dict[str, Any]:
        """Return the values of fields that an upstream leaves out."""
        model = self.run.body.get("model")
        name = model if isinstance(model, str) and model else self.upstream_name
        return {"id": f"cmpl-{new_id()}", "object": kind, "created": int(time.time()), "model": name}

    def _shaped(self, answer: Mapping[str, Any], head: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in answer.items() if value is not None}
        for name, kind in _KINDS:
            if name in given and not isinstance(given[name], kind):
                del given[name]
        is_chunk = head["object"] == CHUNK
        choices = [_shaped_choice(choice, position, is_chunk) for position, choice in enumerate(choices_of(answer))]
        return {**head, **given, "object": head["object"], "choices": choices, "prompt_id": self.reference}


def _shaped_choice(choice: dict[str, Any], position: int, is_chunk: bool) -> dict[str, Any]:
    """Put a choice in the contract's shape, whatever its provider leaves out or says by an empty text."""
    shaped = {**choice, "index": index_of(choice, position)}
    if "finish_reason" in shaped:
        shaped["finish_reason"] = finish_of(choice)
    if is_chunk and "text" not in choice and not isinstance(choice.get("delta"), dict):
        shaped.pop("message", None)
        shaped["delta"] = dict(delta_of(choice))
    elif not is_chunk and isinstance(choice.get("message"), str):
        shaped["message"] = {"role": "assistant", "content": choice["message"]}
    name = "delta" if is_chunk else "message"
    message = shaped.get(name)
    if isinstance(message, dict) and message.get("tool_calls"):
        shaped[name] = {**message, "tool_calls": _shaped_calls(message["tool_calls"])}
    return shaped


def _shaped_calls(calls: object) -> list[dict[str, Any]]:
    """List tool calls, with arguments that are text: some providers send one call alone, or arguments as an object."""
    listed = calls if isinstance(calls, list) else [calls]
    return [_shaped_call(call) for call in listed if isinstance(call, dict)]


def _shaped_call(call: dict[str, Any]) -> dict[str, Any]:
    function = call.get("function")
    arguments = function.get("arguments") if isinstance(function, dict) else None
    if arguments is None or isinstance(arguments, str):
        return call
    return {**call, "function": {**call["function"], "arguments": to_json(arguments).decode()}}


async def prepare(parts: Parts, call: Call, resolved: ResolvedPrompt, entry: RunRecord) -> Running:
    """Render the prompt that a call names and find the upstream that runs it.

    The call's virtual key wins over the prompt's: the header over the body's field. Where there is none, the only
    upstream is meant. A custom host, which the entrance has let through, wins over all of them.

    Args:
        parts: The server's parts.
        call: The call.
        resolved: What the call's reference means.
        entry: The run's record.

    Raises:
        NotFoundError: There is no such partial or upstream.
        BadRequestError: The prompt can't be rendered.
    """
    in_body = call.body.get("virtual_key")
    name = call.headers.get(_VIRTUAL_KEY) or (in_body if isinstance(in_body, str) else None)
    name = name or resolved.version.virtual_key or parts.upstreams.default
    custom_host = call.headers.get(CUSTOM_HOST)
    entry.bound_for(custom_host or name or "")
    rendered = await parts.renderer.render(resolved, call.body, size=call.size)
    upstream = parts.upstreams.named(name) if custom_host is None else parts.upstreams.at(custom_host)
    kind: RunKind = "completion" if rendered.kind == "completion" else "chat"
    run = Run(kind, _body(rendered), call.trace_id, call.headers.raw)
    entry.sent(run.body, None if parts.telemetry is None else _span(parts.telemetry, call, resolved, upstream, run))
    return Running(call.path["prompt_id"], custom_host or name or "", upstream, run, _request_timeout(call), entry)


def _span(telemetry: Telemetry, call: Call, resolved: ResolvedPrompt, upstream: Upstream, run: Run) -> RunSpan:
    attributes = dict(upstream.span_attributes)
    if run.kind == "completion":
        attributes["gen_ai.operation.name"] = "text_completion"
    if call.body.get("stream"):
        attributes["gen_ai.request.stream"] = True
    if number := resolved.version.stored.detail.get("number"):  # a draft in the page has none
        attributes["gen_ai.prompt.version"] = str(number)
    return run_span(telemetry, bare(call.path["prompt_id"]) or "draft", run.body, **attributes)


def _body(rendered: Rendered) -> dict[str, Any]:
    # Providers differ in what they make of a null: it is how a call leaves out a setting that is saved.
    body = {name: value for name, value in rendered.data.items() if name != "stream" and value is not None}
    if rendered.kind == "text":
        body["messages"] = [{"role": "user", "content": body.pop("prompt")}]
    return body


def _request_timeout(call: Call) -> float | None:
    milliseconds = call.headers.get(_REQUEST_TIMEOUT, "")
    is_number = milliseconds.isascii() and milliseconds.isdigit() and len(milliseconds) < 10
    return int(milliseconds) / 1000 if is_number and int(milliseconds) else None


async def unless_gone(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """Do some work, and stop it when the client goes away.

    Args:
        receive: The request's channel, its body already read.
        work: What to do.

    Raises:
        ClientGoneError: The client went away; the work was cancelled and has ended.
    """
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise ClientGoneError
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)


async def _send_event(send: Send, data: bytes) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": True})
    # Neither an upstream nor `send` has to wait for anything. Without this, a long stream would stop the loop: nobody
    # else would be answered, and a client that has gone would not be noticed.
    await asyncio.sleep(0)


async def _send_last(send: Send, data: bytes) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def event(data: object) -> bytes:
    """Write an event whose data is a JSON value."""
    return b"data: " + to_json(data) + b"\n\n"


def _long_event(data: object) -> bytes:
    return b"data: " + to_json_stepwise(data) + b"\n\n"


def done() -> bytes:
    """Write the event that ends a stream."""
    return f"data: {DONE}\n\n".encode()

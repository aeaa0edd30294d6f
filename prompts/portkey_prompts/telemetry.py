"""Spans of renders and runs, by OpenTelemetry's names for generative AI.

Only `opentelemetry-api` is imported, and only where telemetry is on: the SDK of the program decides what spans become.
"""

from __future__ import annotations

import json
import os
import time
import weakref
from _thread import start_new_thread
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self, TypeVar

from portkey_openapi.errors import OptionError
from portkey_prompts.answers import merge
from portkey_prompts.references import bare, number_in
from portkey_prompts.streaming.chunks import choices_of, usage_of

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

    from portkey_prompts.results import PromptCompletion, PromptRender

T = TypeVar("T")
Take = Callable[[dict[str, Any]], T]
"""Turns a chunk's JSON into what an app is given."""
VERSION_HEADER = "x-portkey-prompt-version"
"""The header by which a server tells the number of the version that it rendered or ran."""
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
_REQUESTED = ("frequency_penalty", "max_tokens", "presence_penalty", "seed", "temperature", "top_k", "top_p")
_TAIL = 3
"""Events at a stream's end that are decoded again: the last of the answer, the usage, and one in reserve."""


def telemetry_of(asked: bool | None, name: str) -> Telemetry | None:
    """Return what makes spans, or None where telemetry is off.

    Args:
        asked: what the code says; None leaves it to the environment. There, an exporter or its endpoint switches spans
            on, and `OTEL_SDK_DISABLED=true` off, whatever the code says.
        name: what makes the spans, such as `portkey_ai`.

    Raises:
        OptionError: where the code asks for spans, and opentelemetry-api is not installed.
    """
    if asked is False or _variable("OTEL_SDK_DISABLED") == "true" or not (asked or _is_exported()):
        return None
    try:
        from opentelemetry.trace import get_tracer
    except ImportError:
        if asked is None:
            return None
        raise OptionError("telemetry=True needs opentelemetry-api: pip install 'portkey-prompts[otel]'") from None
    return Telemetry(get_tracer(name), captures=_variable(_CAPTURE) in ("true", "span_only", "span_and_event"))


def _is_exported() -> bool:
    exporter = _variable("OTEL_TRACES_EXPORTER")
    return exporter != "none" and bool(exporter or any(map(_variable, _ENDPOINTS)))


def _variable(name: str) -> str:
    return os.environ.get(name, "").strip().lower()


class Telemetry:
    """Makes spans.

    Args:
        tracer: where they go.
        captures: whether they hold variables, and the messages sent to models and answered by them.
    """

    def __init__(self, tracer: Tracer, *, captures: bool) -> None:
        self.tracer = tracer
        self.captures = captures

    def inject(self, headers: MutableMapping[str, str]) -> None:
        """Add the headers by which a server continues the trace, unless the app has set one itself."""
        from opentelemetry.propagate import inject

        if "traceparent" not in headers:
            inject(headers)

    def rendering(self, reference: str, variables: Mapping[str, Any] | None) -> RenderSpan:
        """Return the span of a render, for a `with` block."""
        name = bare(reference)
        span = self.tracer.start_span(f"render_prompt {name}", attributes={"gen_ai.prompt.name": name})
        return RenderSpan(span, self.captures, variables)

    def running(self, reference: str, body: Mapping[str, Any], **known: Any) -> RunSpan:
        """Return the span of a run, for a `with` block; a stream in the block keeps it open until it ends.

        Args:
            reference: what is run.
            body: what is sent, to a server or to a model.
            known: further attributes, which win; except the model, which is the body's where it names one.
        """
        from opentelemetry.trace import SpanKind

        number, model = reference.partition("@")[2], body.get("model")
        attributes: dict[str, Any] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "portkey",
            "gen_ai.prompt.name": bare(reference),
            **({"gen_ai.prompt.version": number} if number_in(number) else {}),
            **({"gen_ai.request.stream": True} if body.get("stream") else {}),
            **{f"gen_ai.request.{name}": body[name] for name in _REQUESTED if type(body.get(name)) in (int, float)},
            **known,
            **({"gen_ai.request.model": model} if isinstance(model, str) else {}),
        }
        operation, requested = attributes["gen_ai.operation.name"], attributes.get("gen_ai.request.model", "")
        span = self.tracer.start_span(f"{operation} {requested}".rstrip(), kind=SpanKind.CLIENT, attributes=attributes)
        return RunSpan(span, self.captures, body, operation)


class StreamSpan:
    """The notes that a stream makes for a span; this one, for telemetry that is off, drops them."""

    def timed(self, take: Take[T]) -> Take[T]:
        """Note when the first chunk is taken."""
        return take

    def stream_ended(self, events: Sequence[str], error: BaseException | None) -> None:
        """Note the JSON of all that a stream brought, and what it failed with; the first time counts."""


NO_SPAN = StreamSpan()


class RenderSpan:
    """The span of one render: it is current in its `with` block, and ends with it."""

    def __init__(self, span: Span, captures: bool, variables: object) -> None:
        self.span, self._began = span, time.perf_counter()
        self._captures = captures and span.is_recording()
        if self._captures and isinstance(variables, Mapping):
            span.set_attributes({f"gen_ai.prompt.variable.{name}": _text(value) for name, value in variables.items()})

    def __enter__(self) -> Self:
        from opentelemetry.context import attach
        from opentelemetry.trace import set_span_in_context

        self._before = attach(set_span_in_context(self.span))
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        # Only the error's class: its message may hold a prompt's text.
        self._leave(None if error is None else type(error).__qualname__)

    def _leave(self, failure: str | None) -> None:
        from opentelemetry.context import detach

        detach(self._before)
        self._end(failure)

    def rendered(self, render: PromptRender) -> PromptRender:
        """Note what was rendered."""
        if self.span.is_recording():
            self._set_version(render.version, getattr(getattr(render, "_meta", None), "headers", {}))
            self.span.set_attributes({"portkey.prompt.source": render.source, "portkey.prompt.age": render.age})
        self._asks(render)
        return render

    def _asks(self, rendered: Mapping[str, Any]) -> None:
        """Note the messages that a model is sent, where content is captured."""
        if self._captures:
            messages = rendered.get("messages")
            sent = messages if isinstance(messages, list) else [{"role": "user", "content": rendered.get("prompt")}]
            self.span.set_attribute("gen_ai.input.messages", _text(list(map(_message, sent))))

    def _set_version(self, number: int | None, headers: Mapping[str, str]) -> None:
        version = headers.get(VERSION_HEADER) if number is None else str(number)
        if version:
            self.span.set_attribute("gen_ai.prompt.version", version)

    def _end(self, failure: str | None) -> None:
        """End the span, as failed where a kind of failure is given."""
        if failure is not None:
            from opentelemetry.trace import StatusCode

            self.span.set_attribute("error.type", failure)
            self.span.set_status(StatusCode.ERROR)
        self.span.end()


class RunSpan(RenderSpan, StreamSpan):
    """The span of one run; for a stream it ends when the stream ends, is closed or is dropped."""

    _streams = _ended = _has_begun = False

    def __init__(self, span: Span, captures: bool, body: Mapping[str, Any], operation: str) -> None:
        super().__init__(span, captures, body.get("variables"))
        self._operation = operation
        if body.keys() & {"messages", "prompt"}:
            self._asks(body)

    def answered(self, completion: PromptCompletion) -> PromptCompletion:
        """Note a whole answer."""
        self._set_version(None, getattr(getattr(completion, "_meta", None), "headers", {}))
        self._note_completion(completion)
        return completion

    def streams(self, stream: object, headers: Mapping[str, str], events: Sequence[str]) -> Self:
        """Leave the span open until a stream ends or is dropped; `events` is filled with the JSON of its chunks."""
        self._set_version(None, headers)
        self._streams = True
        weakref.finalize(stream, self._dropped, events).atexit = False
        return self

    def _dropped(self, events: Sequence[str]) -> None:
        if self._streams:
            # On a thread: the collection may have interrupted a span processor on this one, which holds its lock.
            with suppress(RuntimeError):  # the interpreter ends
                start_new_thread(self.stream_ended, (events, None))

    def timed(self, take: Take[T]) -> Take[T]:
        """Note when the first chunk is taken."""

        def taken(chunk: dict[str, Any]) -> T:
            self.chunk_came()
            return take(chunk)

        return taken

    def chunk_came(self) -> None:
        """Note when the first chunk comes."""
        if not self._has_begun:
            self._has_begun = True
            self.span.set_attribute("gen_ai.response.time_to_first_chunk", time.perf_counter() - self._began)

    def stream_ended(self, events: Sequence[str], error: BaseException | None) -> None:
        """Note what a stream brought, and how it ended."""
        if self._ended:
            return
        self._streams, self._ended = False, True
        if events and self.span.is_recording():
            some = events if self._captures or len(events) <= _TAIL else [events[0], *events[-_TAIL:]]
            self._note_completion(merge(map(json.loads, some)))
        super()._end(None if error is None else type(error).__qualname__)

    def ended(self, answer: Mapping[str, Any] | None, failure: str | None) -> None:
        """End, with what a model said as far as it came, and the kind of failure."""
        if answer is not None and self.span.is_recording():
            self._note_completion(answer)
        self._leave(failure)

    def _note_completion(self, completion: Mapping[str, Any]) -> None:
        model, usage, choices = completion.get("model"), usage_of(completion), choices_of(completion)
        if isinstance(model, str):
            self.span.update_name(f"{self._operation} {model}")
            self.span.set_attribute("gen_ai.response.model", model)
        for name, ours in (("input_tokens", "prompt_tokens"), ("output_tokens", "completion_tokens")):
            count = usage.get(ours) if isinstance(usage, Mapping) else None
            if type(count) is int:
                self.span.set_attribute(f"gen_ai.usage.{name}", count)
        reasons = [str(choice["finish_reason"]) for choice in choices if choice.get("finish_reason")]
        if reasons:
            self.span.set_attribute("gen_ai.response.finish_reasons", reasons)
        if self._captures:
            messages = [_message(choice.get("message") or {"content": choice.get("text")}) for choice in choices]
            self.span.set_attribute("gen_ai.output.messages", _text(messages))

    def _end(self, failure: str | None) -> None:
        if not self._ended and (failure is not None or not self._streams):
            self._ended = True
            super()._end(failure)


def _message(message: object) -> dict[str, Any]:
    """Convert a message to OpenTelemetry's schema of messages."""
    given = message if isinstance(message, Mapping) else {}
    content, calls = given.get("content"), given.get("tool_calls")
    parts = list(content) if isinstance(content, list) else [{"type": "text", "content": content}] if content else []
    for call in calls if isinstance(calls, list) else ():
        called = call.get("function") if isinstance(call, Mapping) else None
        if isinstance(called, Mapping):
            parts.append({"type": "tool_call", "id": call.get("id"), **called})
    return {"role": given.get("role", "assistant"), "parts": parts}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)

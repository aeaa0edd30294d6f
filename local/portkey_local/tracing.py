"""The trace that a request belongs to: taken from `traceparent`, continued by a span, and passed on to upstreams."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers

from portkey_prompts.references import bare
from portkey_prompts.telemetry import RunSpan, Telemetry

if TYPE_CHECKING:
    from opentelemetry.trace import Span

TRACE_HEADERS: ContextVar[Mapping[str, str]] = ContextVar("TRACE_HEADERS", default={})  # noqa: B039
"""The headers by which an upstream continues the trace; empty where the request belongs to none."""
VERSION: ContextVar[str] = ContextVar("VERSION", default="")
"""The number of the version that is rendered or run; empty before it is known."""
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_TRACESTATE = re.compile(r"[ -~]{1,512}")


class RequestSpan:
    """One request's part of a trace: a span where OpenTelemetry is used, else the `traceparent` that it sent.

    Args:
        telemetry: Makes spans; None for none.
        method: The request's method.
        headers: Its headers.

    Attributes:
        trace_id: The trace's id; empty where there is none.
    """

    def __init__(self, telemetry: Telemetry | None, method: str, headers: Headers) -> None:
        sent, passed_on = headers.getlist("traceparent"), {}
        if len(sent) == 1 and _TRACEPARENT.fullmatch(sent[0]):
            passed_on["traceparent"] = sent[0]
            if _TRACESTATE.fullmatch(state := ",".join(headers.getlist("tracestate"))):
                passed_on["tracestate"] = state
        self._span = None if telemetry is None else _started(telemetry, method, passed_on)
        TRACE_HEADERS.set(passed_on if self._span is None else _continued(self._span) or passed_on)
        self.trace_id = TRACE_HEADERS.get().get("traceparent", "")[3:35]
        VERSION.set("")  # a pipelined request begins in the context of the one before it

    def end(self, scope: Mapping[str, Any], status: int | None) -> None:
        """End it, with what was found out since; a client that went away before its answer has no status."""
        span = self._span
        if span is None:
            return
        from opentelemetry.trace import StatusCode

        operation, prompt = scope["state"].get("operation"), scope.get("path_params", {}).get("prompt_id")
        if operation is not None:
            span.update_name(f"{operation.method} {operation.path}")
            span.set_attribute("http.route", operation.path)
        if prompt is not None:
            span.set_attribute("gen_ai.prompt.name", bare(prompt))
        if status is not None:
            span.set_attribute("http.response.status_code", status)
        if status is None or status >= 500:
            span.set_attribute("error.type", str(status or "client_gone"))
            span.set_status(StatusCode.ERROR)
        span.end()


def _started(telemetry: Telemetry, method: str, passed_on: Mapping[str, str]) -> Span:
    from opentelemetry.context import Context, attach
    from opentelemetry.trace import SpanKind, set_span_in_context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    parent = TraceContextTextMapPropagator().extract(passed_on, context=Context())
    attributes = {"http.request.method": method}
    span = telemetry.tracer.start_span(method, context=parent, kind=SpanKind.SERVER, attributes=attributes)
    attach(set_span_in_context(span))  # for good: the request has a context of its own
    return span


def _continued(span: Span) -> dict[str, str]:
    """Return the headers that name a span as the parent; none where no SDK is installed."""
    from opentelemetry.trace import set_span_in_context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    headers: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(headers, context=set_span_in_context(span))
    return headers


def run_span(telemetry: Telemetry, reference: str, body: Mapping[str, Any], **known: Any) -> RunSpan:
    """Begin the span of a model that is sent a body; what is sent from here on has it as the parent."""
    span = telemetry.running(reference, body, **known).__enter__()
    TRACE_HEADERS.set(_continued(span.span) or TRACE_HEADERS.get())
    return span


def export_spans() -> Callable[[], None]:
    """Send this program's spans where OpenTelemetry's environment variables say; returns what sends the last ones."""
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        return lambda: None
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider.shutdown

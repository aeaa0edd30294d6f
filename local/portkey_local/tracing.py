"""The trace that a request belongs to: taken from `traceparent`, continued by a span, and passed on to upstreams."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers

from portkey_prompts.references import bare
from portkey_prompts.telemetry import Telemetry

if TYPE_CHECKING:
    from opentelemetry.trace import Span

TRACEPARENT: ContextVar[str] = ContextVar("TRACEPARENT", default="")
"""What the running code passes on as `traceparent`; empty where its request belongs to no trace."""
VERSION: ContextVar[str] = ContextVar("VERSION", default="")
"""The number of the version that is rendered or run; empty before it is known."""
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class RequestSpan:
    """The part of a trace that one request is: a span where OpenTelemetry is told of it, else what the request said.

    Args:
        telemetry: Makes spans; None for none.
        method: The request's method.
        headers: Its headers.

    Attributes:
        trace_id: The trace's id; empty where there is none.
    """

    def __init__(self, telemetry: Telemetry | None, method: str, headers: Headers) -> None:
        sent = headers.getlist("traceparent")
        traceparent = sent[0] if sent and len(sent) == 1 and _TRACEPARENT.fullmatch(sent[0]) else ""
        self._span = None if telemetry is None else _started(telemetry, method, traceparent)
        if self._span is not None and (context := self._span.get_span_context()).is_valid:
            traceparent = f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
        self.trace_id = traceparent[3:35]
        TRACEPARENT.set(traceparent)
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


def _started(telemetry: Telemetry, method: str, traceparent: str) -> Span:
    from opentelemetry.context import Context
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    parent = TraceContextTextMapPropagator().extract({"traceparent": traceparent}, context=Context())
    told = {"http.request.method": method}
    return telemetry.tracer.start_span(method, context=parent, kind=SpanKind.SERVER, attributes=told)


def export_spans() -> None:
    """Send this program's spans where OpenTelemetry's environment variables say, where its SDK is installed."""
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        return
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)

"""What OpenTelemetry is told by a client: renders and runs, once, without their texts."""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.trace import SpanKind, StatusCode, get_tracer
from otel_spans import close, each, hex_id, only, settle, told
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from portkey_ai import NotFoundError, Portkey, PortkeyError, PromptSource
from portkey_local import LocalServer, tracing
from portkey_prompts import telemetry as client_telemetry

SECRETS = {"name": "Alice-the-secret"}
RUN = {"prompt_id": "greeting@2", "variables": SECRETS}


def event(**fields: Any) -> str:
    return f"data: {json.dumps(fields)}\n\n"


def delta(text: str) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text}}]}


END: dict[str, Any] = {
    "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
}


def test_what_tells_of_traces_is_as_small_as_it_was_meant_to_be() -> None:
    rooms = [Path(str(module.__file__)) for module in (client_telemetry, tracing)]
    assert sum(path.read_text(encoding="utf-8").count("\n") for path in rooms) <= 400


async def test_a_render_is_a_span_with_its_source_version_and_age(kind: Any, server: LocalServer, spans: Any) -> None:
    portkey = kind(base_url=server.base_url, telemetry=True, prompts=PromptSource())
    await settle(portkey.prompts.render(prompt_id="greeting@production", variables=SECRETS))
    await settle(portkey.prompts.render(prompt_id="greeting@production", variables=SECRETS))
    first, second = spans.get_finished_spans()
    assert first.name == second.name == "render_prompt greeting"
    assert told(first)["gen_ai.prompt.name"] == "greeting"
    assert told(first)["gen_ai.prompt.version"] == "2"
    assert [told(span)["portkey.prompt.source"] for span in (first, second)] == ["server", "memory"]
    assert 0 <= told(second)["portkey.prompt.age"] < 60
    await close(portkey)


async def test_a_loaded_prompt_tells_of_its_renders_too(kind: Any, server: LocalServer, spans: Any) -> None:
    portkey = kind(base_url=server.base_url, telemetry=True)
    greeting = await settle(portkey.prompts.get("greeting"))
    spans.clear()
    greeting.render(name="Bob")
    assert only(spans).name == "render_prompt greeting"
    assert told(only(spans))["gen_ai.prompt.version"] == "2"
    await close(portkey)


async def test_a_run_is_a_span_of_the_model_with_its_tokens(kind: Any, server: LocalServer, spans: Any) -> None:
    portkey = kind(base_url=server.base_url, telemetry=True)
    completion = await settle(portkey.prompts.completions(**RUN, temperature=0.5))
    span = only(spans)
    assert span.name == f"chat {completion.model}"
    assert span.kind is SpanKind.CLIENT
    assert told(span) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "portkey",
        "gen_ai.prompt.name": "greeting",
        "gen_ai.prompt.version": "2",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.response.model": completion.model,
        "gen_ai.usage.input_tokens": completion.usage.prompt_tokens,
        "gen_ai.usage.output_tokens": completion.usage.completion_tokens,
        "gen_ai.response.finish_reasons": ("stop",),
    }
    await close(portkey)


async def test_the_version_of_a_label_is_told_by_the_server(kind: Any, server: LocalServer, spans: Any) -> None:
    portkey = kind(base_url=server.base_url, telemetry=True)
    call = {"prompt_id": "greeting@production", "variables": SECRETS}
    await settle(portkey.prompts.render(**call))
    await settle(portkey.prompts.completions(**call))
    await each(await settle(portkey.prompts.completions(**call, stream=True)))
    assert [told(span)["gen_ai.prompt.version"] for span in spans.get_finished_spans()] == ["2", "2", "2"]
    await close(portkey)


async def test_the_older_way_of_running_is_one_span(kind: Any, server: LocalServer, spans: Any) -> None:
    portkey = kind(base_url=server.base_url, telemetry=True)
    with pytest.warns(DeprecationWarning, match="prompts.completions"):
        await settle(portkey.generations.create(prompt_id="greeting", variables=SECRETS))
    with pytest.warns(DeprecationWarning, match="prompts.completions"):
        stream = await settle(portkey.generations.create(prompt_id="greeting", variables=SECRETS, stream=True))
    chunks = await each(stream)
    assert all(chunk.success and chunk.data for chunk in chunks)
    whole, streamed = spans.get_finished_spans()
    assert whole.name == streamed.name == "chat echo"
    assert "gen_ai.response.time_to_first_chunk" in told(streamed)
    await close(portkey)


async def test_a_run_that_fails_tells_the_kind_of_error_and_none_of_its_words(
    kind: Any, server: LocalServer, spans: Any
) -> None:
    portkey = kind(base_url=server.base_url, telemetry=True)
    for call in (portkey.prompts.render, portkey.prompts.completions):
        with pytest.raises(NotFoundError):
            await settle(call(prompt_id="nothing-here", variables=SECRETS))
    for span in spans.get_finished_spans():
        assert told(span)["error.type"] == "NotFoundError"
        assert span.status.status_code is StatusCode.ERROR
        assert not span.status.description
        assert not span.events
    assert len(spans.get_finished_spans()) == 2
    await close(portkey)


async def test_a_stream_is_a_span_until_it_ends(kind: Any, httpserver: HTTPServer, spans: Any) -> None:
    events = [event(model="small", **delta(text)) for text in "abcdefgh"] + [event(**END), "data: [DONE]\n\n"]
    httpserver.expect_request("/v1/prompts/greeting@2/completions").respond_with_data(
        "".join(events), content_type="text/event-stream"
    )
    portkey = kind(base_url=httpserver.url_for("/v1"), telemetry=True)
    stream = await settle(portkey.prompts.completions(**RUN, stream=True))
    assert not spans.get_finished_spans()
    assert len(await each(stream)) == 9
    await close(stream)
    span = only(spans)
    assert span.name == "chat small"
    assert told(span)["gen_ai.request.stream"] is True
    assert 0 < told(span)["gen_ai.response.time_to_first_chunk"] < (span.end_time - span.start_time) / 1e9
    assert told(span)["gen_ai.usage.input_tokens"] == 7
    assert told(span)["gen_ai.usage.output_tokens"] == 3
    assert told(span)["gen_ai.response.finish_reasons"] == ("stop",)
    assert span.status.status_code is StatusCode.UNSET
    await close(portkey)


@pytest.mark.parametrize("how", ["closed", "dropped", "never begun"])
async def test_a_stream_that_is_left_ends_its_span(kind: Any, httpserver: HTTPServer, spans: Any, how: str) -> None:
    events = [event(**delta("a")), event(**delta("b")), event(**END), "data: [DONE]\n\n"]
    httpserver.expect_request("/v1/prompts/greeting@2/completions").respond_with_data(
        "".join(events), content_type="text/event-stream"
    )
    portkey = kind(base_url=httpserver.url_for("/v1"), telemetry=True)
    stream = await settle(portkey.prompts.completions(**RUN, stream=True))
    if how != "never begun":
        await settle(anext(stream) if hasattr(stream, "__anext__") else next(stream))
    assert not spans.get_finished_spans()
    if how == "closed":
        await close(stream)
    else:
        del stream
        gc.collect()
        for _ in range(500):
            if spans.get_finished_spans():
                break
            await asyncio.sleep(0.01)
    assert only(spans).status.status_code is StatusCode.UNSET
    await close(portkey)


async def test_a_stream_that_breaks_off_tells_the_kind_of_error(kind: Any, httpserver: HTTPServer, spans: Any) -> None:
    httpserver.expect_request("/v1/prompts/greeting@2/completions").respond_with_data(
        event(**delta("a")), content_type="text/event-stream"
    )
    portkey = kind(base_url=httpserver.url_for("/v1"), telemetry=True)
    with pytest.raises(PortkeyError):
        await each(await settle(portkey.prompts.completions(**RUN, stream=True)))
    assert told(only(spans))["error.type"] == "APIStreamError"
    assert only(spans).status.status_code is StatusCode.ERROR
    await close(portkey)


@pytest.mark.parametrize(
    ("said", "captured"), [("", False), ("false", False), ("event_only", False), ("true", True), ("SPAN_ONLY", True)]
)
async def test_texts_and_variables_are_told_only_where_the_environment_says_so(
    kind: Any, server: LocalServer, spans: Any, monkeypatch: pytest.MonkeyPatch, said: str, captured: bool
) -> None:
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", said)
    portkey = kind(base_url=server.base_url, telemetry=True)
    await settle(portkey.prompts.render(prompt_id="greeting", variables=SECRETS))
    await settle(portkey.prompts.completions(**RUN))
    await each(await settle(portkey.prompts.completions(**RUN, stream=True)))
    found = spans.get_finished_spans()
    assert len(found) == 3
    for span in found:
        assert (SECRETS["name"] in span.to_json()) is captured
    if captured:
        rendered, whole, streamed = map(told, found)
        assert rendered["gen_ai.prompt.variable.name"] == SECRETS["name"]
        (message,) = json.loads(rendered["gen_ai.input.messages"])
        assert message == {"role": "user", "parts": [{"type": "text", "content": f"Hello {SECRETS['name']}"}]}
        assert whole["gen_ai.output.messages"] == streamed["gen_ai.output.messages"]
        assert json.loads(whole["gen_ai.output.messages"])[0]["role"] == "assistant"
    await close(portkey)


def sent_by(httpserver: HTTPServer) -> list[tuple[str, list[str]]]:
    """Answer renders and runs as a service does, and collect each request's `traceparent` headers."""
    seen: list[tuple[str, list[str]]] = []

    def answer(request: Request) -> Response:
        seen.append((request.path, request.headers.getlist("traceparent")))
        rendered = {"success": True, "data": {"messages": [{"role": "user", "content": "Hi"}]}}
        run = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}]}
        return Response(json.dumps(rendered if "render" in request.path else run), mimetype="application/json")

    httpserver.expect_request("/v1/prompts/greeting@2/render").respond_with_handler(answer)
    httpserver.expect_request("/v1/prompts/greeting@2/completions").respond_with_handler(answer)
    return seen


@pytest.mark.parametrize("instrumented", [False, True])
async def test_one_traceparent_is_sent_and_the_whole_is_one_trace(
    kind: Any, httpserver: HTTPServer, spans: Any, provider: Any, instrumented: bool
) -> None:
    seen = sent_by(httpserver)
    if instrumented:
        HTTPXClientInstrumentor().instrument(tracer_provider=provider)
    try:
        portkey = kind(base_url=httpserver.url_for("/v1"), telemetry=True)
        with get_tracer("an app").start_as_current_span("handle") as handle:
            await settle(portkey.prompts.render(**RUN))
            await settle(portkey.prompts.completions(**RUN))
        await close(portkey)
    finally:
        if instrumented:
            HTTPXClientInstrumentor().uninstrument()
    finished = spans.get_finished_spans()
    trace_id = handle.get_span_context().trace_id
    assert {span.context.trace_id for span in finished} == {trace_id}
    assert len(finished) == (5 if instrumented else 3)
    senders = [span for span in finished if span.name == "POST"] if instrumented else finished[:2]
    contexts = [span.context for span in senders]
    expected = [[f"00-{hex_id(trace_id)}-{each.span_id:016x}-{each.trace_flags:02x}"] for each in contexts]
    assert [headers for _, headers in seen] == expected
    parents = {span.parent.span_id for span in senders}
    ours = {span.context.span_id for span in finished if span.name.startswith(("render", "chat"))}
    assert parents == (ours if instrumented else {handle.get_span_context().span_id})


async def test_what_the_app_itself_sends_as_traceparent_is_left(kind: Any, httpserver: HTTPServer, spans: Any) -> None:
    seen = sent_by(httpserver)
    own = f"00-{'a' * 32}-{'b' * 16}-01"
    portkey = kind(base_url=httpserver.url_for("/v1"), telemetry=True)
    await settle(portkey.prompts.completions(**RUN, extra_headers={"traceparent": own}))
    assert seen[0][1] == [own]
    await close(portkey)


@pytest.mark.parametrize(
    ("asked", "environment", "is_on"),
    [
        (None, {}, False),
        (True, {}, True),
        (False, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, False),
        (None, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, True),
        (None, {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True),
        (None, {"OTEL_TRACES_EXPORTER": "console"}, True),
        (None, {"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, False),
        (None, {"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "otlp"}, False),
        (True, {"OTEL_SDK_DISABLED": "TRUE"}, False),
        (True, {"OTEL_TRACES_EXPORTER": "none"}, True),
    ],
)
async def test_one_switch_or_the_usual_environment(
    kind: Any,
    httpserver: HTTPServer,
    spans: Any,
    monkeypatch: pytest.MonkeyPatch,
    asked: bool | None,
    environment: dict[str, str],
    is_on: bool,
) -> None:
    seen = sent_by(httpserver)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    portkey = kind(base_url=httpserver.url_for("/v1"), telemetry=asked)
    await settle(portkey.prompts.render(**RUN))
    assert len(spans.get_finished_spans()) == is_on
    assert len(seen[0][1]) == is_on
    off = portkey.with_options(telemetry=False)
    await settle(off.prompts.render(**RUN))
    assert seen[1][1] == []
    await close(portkey)


WITHOUT = """
import os, sys
sys.modules["opentelemetry"] = None  # as where it is not installed
from portkey_ai import Portkey
os.environ["OTEL_TRACES_EXPORTER"] = "otlp"
print(type(Portkey(base_url="http://127.0.0.1:9/v1").prompts).__name__)
Portkey(base_url="http://127.0.0.1:9/v1", telemetry=True)
"""


def test_without_the_api_the_environment_asks_in_vain_and_the_code_is_told_what_to_install() -> None:
    ended = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, timeout=60, check=False)
    assert ended.stdout == "Prompts\n"
    assert ended.stderr.splitlines()[-1].endswith(
        "telemetry=True needs opentelemetry-api: pip install 'portkey-prompts[otel]'"
    )


def test_where_it_is_off_opentelemetry_is_not_imported() -> None:
    script = 'import sys, portkey_ai; portkey_ai.Portkey(api_key="k").prompts; print("opentelemetry" in sys.modules)'
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout == "False\n"


def test_raw_responses_and_an_http_client_of_the_apps_own_are_told_of_too(httpserver: HTTPServer, spans: Any) -> None:
    seen = sent_by(httpserver)
    with httpx.Client() as http, Portkey(base_url=httpserver.url_for("/v1"), http_client=http, telemetry=True) as own:
        assert own.prompts.with_raw_response.render(**RUN).status_code == 200
        assert own.prompts.completions.with_raw_response.create(**RUN).status_code == 200
    assert [span.name for span in spans.get_finished_spans()] == ["render_prompt greeting", "chat"]
    assert [len(headers) for _, headers in seen] == [1, 1]

"""What a server tells OpenTelemetry of the model that answers a run."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from opentelemetry.trace import SpanKind, StatusCode
from otel_spans import told, traceparent_of
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from portkey_local import LocalServer

CHAT = {"string": '[{"role": "user", "content": "Hello {{name}}"}]', "model": "large", "parameters": {"top_p": 0.5}}
TEXT = {"string": "Once upon a {{name}}", "template_metadata": {"template_type": "completion"}}
USAGE = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
ANSWER = {
    "model": "large-2",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
    "usage": USAGE,
}
CHUNKS = [
    {"model": "large-2", "choices": [{"index": 0, "delta": {"role": "assistant", "content": "H"}}]},
    {"choices": [{"index": 0, "delta": {"content": "i"}, "finish_reason": "stop"}]},
    {"choices": [], "usage": USAGE},
]
STREAM = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in CHUNKS) + "data: [DONE]\n\n"
SECRET = {"variables": {"name": "Alice-the-secret"}}


@pytest.fixture(autouse=True)
def traced(spans: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "otlp")


@pytest.fixture
def server(httpserver: HTTPServer, traced: None) -> Iterator[LocalServer]:
    upstreams = {"model": {"kind": "openai", "base_url": httpserver.url_for("/v1"), "model": "small"}}
    with LocalServer(upstreams=upstreams) as running:
        running.add_prompt(slug="chat", versions=[CHAT, CHAT])
        running.add_prompt(slug="text", versions=[TEXT])
        yield running


def answered(httpserver: HTTPServer, path: str, answer: Callable[[Request], Response]) -> list[Request]:
    seen: list[Request] = []

    def handle(request: Request) -> Response:
        seen.append(request)
        return answer(request)

    httpserver.expect_request(f"/v1{path}").respond_with_handler(handle)
    return seen


def whole(request: Request) -> Response:
    return Response(json.dumps(ANSWER), mimetype="application/json")


def streamed(request: Request) -> Response:
    return Response(STREAM, mimetype="text/event-stream")


def run(server: LocalServer, prompt: str, **body: Any) -> httpx.Response:
    return httpx.post(f"{server.base_url}/prompts/{prompt}/completions", json=SECRET | body, timeout=60)


def both(spans: Any) -> tuple[Any, Any]:
    """Wait for the two spans of one run: the model's, which ends first, and the request's."""
    deadline = time.monotonic() + 60
    while len(found := spans.get_finished_spans()) < 2:
        assert time.monotonic() < deadline, [span.name for span in found]
        time.sleep(0.01)
    model, request = found
    assert model.kind is SpanKind.CLIENT
    assert request.kind is SpanKind.SERVER
    assert model.parent.span_id == request.context.span_id
    assert model.context.trace_id == request.context.trace_id
    return model, request


def test_the_model_s_answer_is_a_span_below_the_request_s(
    server: LocalServer, httpserver: HTTPServer, spans: Any
) -> None:
    seen = answered(httpserver, "/chat/completions", whole)
    assert run(server, "chat@2", temperature=0.5).status_code == 200
    model, _ = both(spans)
    assert model.name == "chat large-2"
    assert told(model) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.prompt.name": "chat",
        "gen_ai.prompt.version": "2",
        "gen_ai.request.model": "large",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.top_p": 0.5,
        "gen_ai.response.model": "large-2",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 7,
        "gen_ai.usage.output_tokens": 3,
        "server.address": httpserver.host,
        "server.port": httpserver.port,
    }
    assert seen[0].headers["traceparent"] == traceparent_of(model)


def test_a_stream_s_span_has_its_first_chunk_and_its_tokens(
    server: LocalServer, httpserver: HTTPServer, spans: Any
) -> None:
    answered(httpserver, "/chat/completions", streamed)
    assert run(server, "chat", stream=True).text.endswith("data: [DONE]\n\n")
    model, _ = both(spans)
    assert model.name == "chat large-2"
    assert told(model)["gen_ai.request.stream"] is True
    assert 0 < told(model)["gen_ai.response.time_to_first_chunk"] <= (model.end_time - model.start_time) / 1e9
    assert (told(model)["gen_ai.usage.input_tokens"], told(model)["gen_ai.usage.output_tokens"]) == (7, 3)
    assert told(model)["gen_ai.response.finish_reasons"] == ("stop",)
    assert model.status.status_code is StatusCode.UNSET


def test_a_text_is_completed_by_the_upstream_s_own_model(
    server: LocalServer, httpserver: HTTPServer, spans: Any
) -> None:
    answered(httpserver, "/completions", lambda request: Response('{"choices": []}', mimetype="application/json"))
    run(server, "text")
    model, _ = both(spans)
    assert model.name == "text_completion small"
    assert told(model)["gen_ai.operation.name"] == "text_completion"
    assert told(model)["gen_ai.request.model"] == "small"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_refusal_is_told_by_its_status_and_by_none_of_its_words(
    server: LocalServer, httpserver: HTTPServer, spans: Any, stream: bool
) -> None:
    refusal = json.dumps({"error": {"message": "Alice-the-secret may not", "type": "Alice-the-secret"}})
    answered(httpserver, "/chat/completions", lambda request: Response(refusal, 429, mimetype="application/json"))
    assert run(server, "chat", stream=stream).status_code == 429
    model, _ = both(spans)
    assert told(model)["error.type"] == "429"
    assert model.status.status_code is StatusCode.ERROR
    assert "secret" not in model.to_json()


def test_a_stream_that_breaks_off_fails_and_keeps_what_came(
    server: LocalServer, httpserver: HTTPServer, spans: Any
) -> None:
    cut = STREAM[: STREAM.index("data: ", 10)]
    answered(httpserver, "/chat/completions", lambda request: Response(cut, mimetype="text/event-stream"))
    assert "before the answer did" in run(server, "chat", stream=True).text
    model, _ = both(spans)
    assert told(model)["error.type"] == "502"
    assert told(model)["gen_ai.response.model"] == "large-2"


@pytest.mark.parametrize("when", ["before the first chunk", "in the middle"])
def test_a_client_that_goes_away_ends_the_span(
    server: LocalServer, httpserver: HTTPServer, spans: Any, when: str
) -> None:
    def endless(request: Request) -> Response:
        def chunks() -> Iterator[str]:
            if when == "in the middle":
                yield f"data: {json.dumps(CHUNKS[0])}\n\n"
            for _ in range(600):
                time.sleep(0.1)
                yield ": still there\n\n"

        return Response(chunks(), mimetype="text/event-stream")

    seen = answered(httpserver, "/chat/completions", endless)
    url = f"{server.base_url}/prompts/chat/completions"
    if when == "in the middle":
        with httpx.stream("POST", url, json=SECRET | {"stream": True}, timeout=60) as answer:
            assert next(answer.iter_lines()).startswith("data: ")
    else:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(url, json=SECRET | {"stream": True}, timeout=httpx.Timeout(60, read=1))
    model, _ = both(spans)
    assert len(seen) == 1
    assert told(model)["error.type"] == "499"
    assert ("gen_ai.response.time_to_first_chunk" in told(model)) is (when == "in the middle")


def test_what_never_reaches_a_model_has_no_span_of_one(server: LocalServer, spans: Any) -> None:
    assert run(server, "chat", virtual_key="nobody").status_code == 404
    assert run(server, "nothing").status_code == 404
    deadline = time.monotonic() + 60
    while len(found := spans.get_finished_spans()) < 2:
        assert time.monotonic() < deadline
    assert {span.kind for span in found} == {SpanKind.SERVER}


@pytest.mark.parametrize(("prompt", "name"), [("new", "draft"), ("prompts/chat", "chat")])
def test_what_is_only_typed_in_the_page_is_a_span_without_a_version(
    server: LocalServer, httpserver: HTTPServer, spans: Any, prompt: str, name: str
) -> None:
    answered(httpserver, "/chat/completions", streamed)
    page = server.base_url.removesuffix("/v1")
    typed = [["kind", "text"], ["string", "Hello {{name}}"], ["virtual_key", "model"], ["text:name", "Ada"]]
    answer = httpx.post(f"{page}/ui/{prompt}/run", json=typed, headers={"origin": page}, timeout=60)
    assert answer.status_code == 200, answer.text
    model, _ = both(spans)
    assert told(model)["gen_ai.prompt.name"] == name
    assert "gen_ai.prompt.version" not in told(model)
    assert told(model)["gen_ai.usage.output_tokens"] == 3


@pytest.mark.parametrize(("said", "captured"), [("", False), ("true", True)])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_texts_are_told_only_where_the_environment_says_so(
    httpserver: HTTPServer, spans: Any, monkeypatch: pytest.MonkeyPatch, said: str, captured: bool, stream: bool
) -> None:
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", said)
    with LocalServer() as server:
        server.add_prompt(slug="chat", versions=[CHAT])
        run(server, "chat", stream=stream)
    model, _ = both(spans)
    assert model.name == "chat echo"
    assert ("secret" in model.to_json()) is captured
    if captured:
        part = {"type": "text", "content": "Hello Alice-the-secret"}
        assert json.loads(told(model)["gen_ai.input.messages"]) == [{"role": "user", "parts": [part]}]
        assert json.loads(told(model)["gen_ai.output.messages"]) == [{"role": "assistant", "parts": [part]}]


def test_runs_side_by_side_and_one_after_another_on_a_connection_have_their_own_parents(
    server: LocalServer, httpserver: HTTPServer, spans: Any
) -> None:
    seen = answered(httpserver, "/chat/completions", whole)
    with httpx.Client(timeout=60) as client:
        for number in range(4):
            traceparent = f"00-{number + 1:032x}-{'b' * 16}-01"
            client.post(
                f"{server.base_url}/prompts/chat/completions",
                json=SECRET,
                headers=[("traceparent", traceparent), ("tracestate", "a=1"), ("tracestate", f"b={number}")],
            ).raise_for_status()
    deadline = time.monotonic() + 60
    while len(found := spans.get_finished_spans()) < 8:
        assert time.monotonic() < deadline
    models = [span for span in found if span.kind is SpanKind.CLIENT]
    assert [span.context.trace_id for span in models] == [1, 2, 3, 4]
    assert [request.headers["traceparent"] for request in seen] == [traceparent_of(span) for span in models]
    assert [request.headers["tracestate"] for request in seen] == [f"a=1,b={number}" for number in range(4)]


@pytest.mark.parametrize(
    ("sent", "passed_on"),
    [(["a=1", "b=2"], "a=1,b=2"), (["x" * 513], None), (["a=\u00e9"], None), ([], None)],
    ids=["in two headers", "too long", "no ASCII", "none"],
)
def test_without_opentelemetry_the_state_of_a_trace_goes_on_as_it_came(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, sent: list[str], passed_on: str | None
) -> None:
    monkeypatch.delenv("OTEL_TRACES_EXPORTER")
    seen = answered(httpserver, "/chat/completions", whole)
    upstreams = {"model": {"kind": "openai", "base_url": httpserver.url_for("/v1"), "forward": ["tracestate"]}}
    traceparent = f"00-{'a' * 32}-{'b' * 16}-01"
    with LocalServer(upstreams=upstreams) as server:
        server.add_prompt(slug="chat", versions=[CHAT])
        headers = [(b"traceparent", traceparent.encode()), *((b"tracestate", each.encode()) for each in sent)]
        url = f"{server.base_url}/prompts/chat/completions"
        httpx.post(url, json=SECRET, headers=headers, timeout=60).raise_for_status()
        httpx.post(url, json=SECRET, headers=headers[1:], timeout=60).raise_for_status()
    first, second = seen
    assert first.headers.getlist("traceparent") == [traceparent]
    assert first.headers.getlist("tracestate") == ([] if passed_on is None else [passed_on])
    assert second.headers.getlist("tracestate") == []

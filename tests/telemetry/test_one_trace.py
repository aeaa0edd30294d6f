"""One trace from an app over the client and the server to a model, read from a real OTLP receiver."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.trace import get_tracer
from otel_spans import hex_id
from portkey_gateway import running_gateway
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from portkey_ai import Portkey
from portkey_local import LocalServer

ROOT = Path(__file__).resolve().parents[2]
SENT = f"00-{'a' * 32}-{'b' * 16}-01"
ANSWER = {
    "model": "small",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
}

CHUNKS = [
    {"model": "small", "choices": [{"index": 0, "delta": {"role": "assistant", "content": "H"}}]},
    {"model": "small", "choices": [{"index": 0, "delta": {"content": "i"}, "finish_reason": "stop"}]},
]


def event(chunk: dict[str, Any]) -> str:
    return f"data: {json.dumps(chunk)}\n\n"


class World:
    """A model, and a receiver of spans, in one HTTP server."""

    def __init__(self, httpserver: HTTPServer) -> None:
        self.url = httpserver.url_for("")
        self.asked: list[dict[str, list[str]]] = []
        self.spans: list[Any] = []
        httpserver.expect_request("/v1/chat/completions").respond_with_handler(self._answer)
        httpserver.expect_request("/v1/traces").respond_with_handler(self._receive)

    def _answer(self, request: Request) -> Response:
        self.asked.append({name: request.headers.getlist(name) for name in ("traceparent", "x-portkey-trace-id")})
        if request.get_json().get("stream"):
            return Response("".join(map(event, CHUNKS)) + "data: [DONE]\n\n", mimetype="text/event-stream")
        return Response(json.dumps(ANSWER), mimetype="application/json")

    def _receive(self, request: Request) -> Response:
        export = ExportTraceServiceRequest.FromString(request.get_data())
        for resource in export.resource_spans:
            for scope in resource.scope_spans:
                self.spans += scope.spans
        return Response(b"", mimetype="application/x-protobuf")


@pytest.fixture
def world(httpserver: HTTPServer) -> World:
    return World(httpserver)


def served(config: Path, database: Path, **environment: str) -> tuple[subprocess.Popen[str], str]:
    """Start the server by the command line, and return it with its URL."""
    command = [sys.executable, "-m", "portkey_cli", "serve", "--port", "0", "--config", str(config)]
    process = subprocess.Popen(
        [*command, "--database", f"sqlite:///{database}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    assert process.stdout is not None
    return process, process.stdout.readline().split()[-1]


def stopped(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """Stop the server, and return the lines of its log."""
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=120)
    return [json.loads(line) for line in log.splitlines()]


def drawn(spans: list[tuple[str, str, str, str]]) -> str:
    """Draw spans as a tree: each below its parent.

    Args:
        spans: of each its id, its parent's, who made it, and its name.
    """

    def below(parent: str, depth: int) -> list[str]:
        lines = []
        for ours, above, maker, name in spans:
            if above == parent:
                lines += [f"{'   ' * (depth - 1)}{'└─ ' if depth else ''}{name}   ({maker})", *below(ours, depth + 1)]
        return lines

    return "\n".join(below("", 0))


FORWARD = "traceparent, tracestate"


@pytest.mark.parametrize(
    ("forward", "stream"), [(FORWARD, True), ("", False)], ids=["told to forward, streamed", "not told"]
)
def test_an_app_a_client_a_server_a_gateway_and_a_model_are_one_trace(
    world: World, tmp_path: Path, spans: Any, forward: str, stream: bool
) -> None:
    with LocalServer(f"sqlite:///{tmp_path}/portkey.db") as seeding:
        seeding.add_prompt(slug="greeting", versions=["Hello {{name}}"], labels={"production": 1})
    with running_gateway(tmp_path / "gateway.log") as gateway:
        config = tmp_path / "portkey-local.toml"
        config.write_text(
            f'[upstreams.gateway]\nkind = "openai"\nbase_url = "{gateway.base_url}"\n[upstreams.gateway.headers]\n'
            f'x-portkey-provider = "openai"\nx-portkey-custom-host = "{world.url}v1"\n'
            + (f'x-portkey-forward-headers = "{forward}"\n' if forward else "")
            + '[log]\nformat = "json"\n'
        )
        process, base_url = served(config, tmp_path / "portkey.db", OTEL_EXPORTER_OTLP_ENDPOINT=world.url.rstrip("/"))
        try:
            with (
                Portkey(base_url=base_url, telemetry=True) as portkey,
                get_tracer("an app").start_as_current_span("answer a customer"),
            ):
                call = {"prompt_id": "greeting@production", "variables": {"name": "Ann"}}
                if stream:
                    assert "".join(portkey.prompts.completions(**call, stream=True).text_deltas()) == "Hi"
                else:
                    portkey.prompts.completions(**call)
        finally:
            log = stopped(process)
    chat, handle = spans.get_finished_spans()
    trace_id = hex_id(handle.context.trace_id)
    asked, server = world.spans
    assert {span.trace_id.hex() for span in world.spans} == {hex_id(chat.context.trace_id)} == {trace_id}
    assert server.kind == server.SPAN_KIND_SERVER
    assert asked.kind == asked.SPAN_KIND_CLIENT
    (line,) = (line for line in log if line["message"] == "request")
    assert line["trace_id"] == trace_id
    listed = subprocess.run(
        [
            sys.executable,
            "-m",
            "portkey_cli",
            "runs",
            "--database",
            f"sqlite:///{tmp_path}/portkey.db",
            "--json",
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert trace_id in listed.stdout
    if not forward:
        assert world.asked == [{"traceparent": [], "x-portkey-trace-id": []}]
        return
    ((traceparent,),) = (headers["traceparent"] for headers in world.asked)
    assert traceparent.split("-")[1] == trace_id
    tree = drawn(
        [
            (f"{handle.context.span_id:016x}", "", "the app", handle.name),
            (f"{chat.context.span_id:016x}", f"{chat.parent.span_id:016x}", "the client", chat.name),
            (server.span_id.hex(), server.parent_span_id.hex(), "the server", server.name),
            (asked.span_id.hex(), asked.parent_span_id.hex(), "the server, of its upstream", asked.name),
            (
                "the model's own",
                traceparent.split("-")[2],
                "the model, behind the gateway",
                "POST /v1/chat/completions",
            ),
        ]
    )
    assert tree.count("\n") == 4
    page = (ROOT / "docs" / "telemetry.md").read_text(encoding="utf-8")
    assert tree in page
    assert f'x-portkey-forward-headers = "{forward}"' in page


@pytest.mark.parametrize("stream", [False, True])
def test_without_opentelemetry_a_server_passes_the_trace_on(world: World, stream: bool) -> None:
    upstreams = {"model": {"kind": "openai", "base_url": f"{world.url}v1", "forward": ["traceparent"]}}
    with LocalServer(upstreams=upstreams) as server:
        server.add_prompt(slug="greeting", versions=["Hello"])
        url = f"{server.base_url}/prompts/greeting/completions"
        answer = httpx.post(url, json={"stream": stream}, headers={"traceparent": SENT}, timeout=60)
        httpx.post(
            url, json={"stream": stream}, headers={"traceparent": SENT, "x-portkey-trace-id": "mine"}, timeout=60
        )
    assert answer.headers["x-portkey-trace-id"] == "a" * 32
    assert world.asked[0] == {"traceparent": [SENT], "x-portkey-trace-id": ["a" * 32]}
    assert world.asked[1] == {"traceparent": [SENT], "x-portkey-trace-id": ["mine"]}
    assert not world.spans


@pytest.mark.parametrize(
    "sent", ["", "nonsense", f"00-{'0' * 32}-{'b' * 16}-01", f"00-{'a' * 32}-{'0' * 16}-01", SENT.upper(), f"{SENT}-x"]
)
def test_what_is_no_traceparent_begins_no_trace(world: World, sent: str) -> None:
    with LocalServer(upstreams={"model": {"kind": "openai", "base_url": f"{world.url}v1"}}) as server:
        server.add_prompt(slug="greeting", versions=["Hello"])
        url = f"{server.base_url}/prompts/greeting/completions"
        answer = httpx.post(url, json={}, headers={"traceparent": sent}, timeout=60)
    assert answer.status_code == 200
    assert answer.headers["x-portkey-trace-id"] not in sent
    assert world.asked[0]["traceparent"] == []


def test_a_request_is_a_span_of_its_operation(spans: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "otlp")
    with LocalServer() as traced:
        httpx.get(f"{traced.base_url}/prompts/nothing@3")
        httpx.get(f"{traced.base_url}/nothing")
        deadline = time.monotonic() + 60
        while len(found := spans.get_finished_spans()) < 2:
            assert time.monotonic() < deadline
    known, unknown = found
    assert known.name == "GET /prompts/{prompt_id}"
    assert dict(known.attributes) == {
        "http.request.method": "GET",
        "http.route": "/prompts/{prompt_id}",
        "gen_ai.prompt.name": "nothing",
        "http.response.status_code": 404,
    }
    assert unknown.name == "GET"


def test_a_request_that_is_like_the_ones_before_it_is_a_span_too(spans: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "otlp")
    with LocalServer() as traced, httpx.Client(base_url=traced.base_url) as client:
        traced.add_prompt(slug="greeting", versions=["Hello"])
        answers = [client.get("prompts/greeting") for _ in range(5)]
        deadline = time.monotonic() + 60
        while len(found := spans.get_finished_spans()) < len(answers):
            assert time.monotonic() < deadline
    assert [hex_id(span.context.trace_id) for span in found] == [each.headers["x-portkey-trace-id"] for each in answers]


def test_a_collector_that_takes_nothing_holds_no_server_up_and_the_log_stays_json(tmp_path: Path) -> None:
    config = tmp_path / "portkey-local.toml"
    config.write_text('[log]\nformat = "json"\n')
    with socket.create_server(("127.0.0.1", 0)) as silent:
        collector = f"http://127.0.0.1:{silent.getsockname()[1]}"
        process, base_url = served(config, tmp_path / "portkey.db", OTEL_EXPORTER_OTLP_ENDPOINT=collector)
        httpx.get(f"{base_url}/prompts")
        log = stopped(process)
    assert process.returncode == 0
    assert [line["message"] for line in log[-2:]] == [
        "The last spans were not sent: OpenTelemetry's collector did not take them in time.",
        "Stopped",
    ]

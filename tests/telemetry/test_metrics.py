"""`/metrics`: what Prometheus reads, of whom, and how much of it there may be."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from typing import Any

import httpx
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from portkey_ai import Portkey, PortkeyError
from portkey_local import LocalServer
from portkey_local.errors import ApiError
from portkey_local.metrics import MOST_VERSIONS, Metrics


def scraped(server: LocalServer, **headers: str) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{server.port}/metrics", headers=headers, timeout=30)


def samples(text: str) -> dict[str, float]:
    """Read Prometheus' text format as lines of a name with its labels, and a value."""
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def checked(text: str) -> None:
    """Have Prometheus' own tool read and lint it."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed: apt-get install prometheus")
    ended = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_requests_renders_runs_and_tokens_are_counted(server: LocalServer) -> None:
    with Portkey(base_url=server.base_url) as portkey:
        call: dict[str, Any] = {"prompt_id": "greeting", "variables": {"name": "Ann"}}
        for _ in range(3):
            portkey.prompts.render(**call)
        completion = portkey.prompts.completions(**call)
        with portkey.prompts.completions(**call, stream=True) as stream:
            assert list(stream)
        with pytest.raises(PortkeyError):
            portkey.prompts.render(prompt_id="nothing", variables={})
        with pytest.raises(PortkeyError):
            portkey.prompts.completions(**call, virtual_key="unknown")
    answer = scraped(server)
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = samples(answer.text)
    assert found['portkey_requests_total{operation="renderPrompt",status="200"}'] == 3
    assert found['portkey_requests_total{operation="renderPrompt",status="404"}'] == 1
    assert found['portkey_requests_total{operation="createPromptCompletion",status="200"}'] == 2
    assert found["portkey_render_seconds_count"] == found['portkey_render_seconds_bucket{le="+Inf"}'] == 3
    assert 0 < found["portkey_render_seconds_sum"] < 60
    assert found['portkey_runs_total{prompt="greeting",version="2",status="200"}'] == 2
    assert found['portkey_runs_total{prompt="greeting",version="2",status="404"}'] == 1
    assert found["portkey_time_to_first_token_seconds_count"] == 1
    tokens = found['portkey_tokens_total{prompt="greeting",version="2",direction="input"}']
    assert tokens >= completion.usage.prompt_tokens > 0
    assert found["portkey_run_slots_used"] == 0
    assert found["portkey_run_slots"] == 100
    assert found["portkey_database_up"] == 1
    hits = found['portkey_cache_lookups_total{cache="prompts",result="hit"}']
    misses = found['portkey_cache_lookups_total{cache="prompts",result="miss"}']
    assert hits + misses == 7
    assert min(hits, misses) > 0
    checked(answer.text)


def test_a_run_under_way_takes_a_slot(httpserver: HTTPServer) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def slow(request: Request) -> Response:
        begun.set()
        assert may_end.wait(60)
        return Response(
            '{"choices": [{"message": {"role": "assistant", "content": "Hi"}}]}', mimetype="application/json"
        )

    httpserver.expect_request("/v1/chat/completions").respond_with_handler(slow)
    upstreams = {"slow": {"kind": "openai", "base_url": httpserver.url_for("/v1")}}
    with LocalServer(upstreams=upstreams) as server, Portkey(base_url=server.base_url) as portkey:
        server.add_prompt(slug="greeting", versions=["Hello"])
        running = threading.Thread(target=portkey.prompts.completions, kwargs={"prompt_id": "greeting"})
        running.start()
        try:
            assert begun.wait(60)
            assert samples(scraped(server).text)["portkey_run_slots_used"] == 1
        finally:
            may_end.set()
            running.join()
        assert samples(scraped(server).text)["portkey_run_slots_used"] == 0


def test_where_there_are_keys_one_that_reads_is_needed(server: LocalServer) -> None:
    assert scraped(server).status_code == 200
    reader, runner = server.add_key("read"), server.add_key("run")
    assert scraped(server).status_code == 401
    assert scraped(server, authorization=f"Bearer {runner}").status_code == 403
    assert scraped(server, authorization=f"Bearer {reader}").status_code == 200  # as Prometheus sends it
    assert scraped(server, **{"x-portkey-api-key": reader}).status_code == 200


def test_no_web_page_reads_it_and_nothing_but_get_is_taken(server: LocalServer) -> None:
    assert scraped(server, origin="https://elsewhere.example").status_code == 403
    assert scraped(server, host="elsewhere.example").status_code == 403
    url = f"http://127.0.0.1:{server.port}/metrics"
    assert httpx.post(url, json={}).status_code == 405
    assert httpx.head(url).status_code == 200


def test_a_database_that_does_not_answer_is_told_of(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    key = server.add_key("read")
    assert samples(scraped(server, authorization=f"Bearer {key}").text)["portkey_database_up"] == 1

    async def fail(*arguments: Any) -> None:
        raise ApiError("The database does not answer.")

    monkeypatch.setattr(server._running().store, "read", fail)
    deadline = time.monotonic() + 60  # keys, and that it answers, are believed for half a second
    while len(found := samples((answer := scraped(server, authorization=f"Bearer {key}")).text)) != 1:
        assert time.monotonic() < deadline
    assert answer.status_code == 200
    assert found == {"portkey_database_up": 0}
    checked(answer.text)


def run(prompt: str, version: int, status: int = 200) -> dict[str, Any]:
    return {
        "prompt_slug": prompt,
        "version_number": version,
        "status": status,
        "first_token_ms": None,
        "prompt_tokens": 1,
        "completion_tokens": 2,
    }


def text_of(metrics: Metrics) -> str:
    return metrics.text(slots=(0, 1), database_up=True, lookups={})


def test_labels_are_bounded_and_nothing_is_lost() -> None:
    metrics = Metrics()
    for number in range(5 * MOST_VERSIONS):
        metrics.run(run(f"prompt-{number}", 1, status=number * 7))
    metrics.run(run("prompt-0", 1))
    text = text_of(metrics)
    found = samples(text)
    runs = {name: value for name, value in found.items() if name.startswith("portkey_runs_total")}
    assert sum(runs.values()) == 5 * MOST_VERSIONS + 1
    prompts = {name.split('"')[1] for name in runs}
    assert len(prompts) == MOST_VERSIONS + 1
    assert "other" in prompts
    others = 'portkey_tokens_total{prompt="other",version="other",direction="output"}'
    assert found[others] == 2 * 4 * MOST_VERSIONS
    checked(text)


def test_unknown_paths_and_operations_make_no_labels_of_their_own(server: LocalServer) -> None:
    for number in range(20):
        httpx.get(f"{server.base_url}/nothing/{number}")
    found = samples(scraped(server).text)
    assert found['portkey_requests_total{operation="none",status="404"}'] == 20


def test_a_name_of_any_characters_is_written_so_that_it_can_be_read() -> None:
    metrics = Metrics()
    metrics.run(run('quote " backslash \\ line\nend é', 1))
    text = text_of(metrics)
    assert 'prompt="quote \\" backslash \\\\ line\\nend é"' in text
    checked(text)


def test_a_histogram_counts_what_lies_on_a_bound_below_it() -> None:
    metrics = Metrics()
    for seconds in (0.0, 0.001, 0.0011, 60.0, 61.0):
        metrics.request("renderPrompt", 200, seconds)
    found = samples(text_of(metrics))
    assert found['portkey_render_seconds_bucket{le="0.001"}'] == 2
    assert found['portkey_render_seconds_bucket{le="0.0025"}'] == 3
    assert found['portkey_render_seconds_bucket{le="60.0"}'] == 4
    assert found['portkey_render_seconds_bucket{le="+Inf"}'] == found["portkey_render_seconds_count"] == 5


def test_a_client_that_went_away_is_counted(server: LocalServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        head = b"POST /v1/prompts/greeting/render HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        client.sendall(head + b"content-length: 100\r\n\r\n{")
    for _ in range(500):
        if any(name.endswith('status="none"}') for name in samples(scraped(server).text)):
            return
    pytest.fail("nobody counted it")

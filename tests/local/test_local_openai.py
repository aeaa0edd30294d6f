"""An OpenAI-style upstream: what it is sent, how its answers pass, and how its failures arrive."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from checked_client import CheckedClient, check_chunk, chunks_of, events_of, message_of, text_of
from puppet_upstream import Exchange, Puppet, chunk, completion, wait_for

from portkey_local import LocalServer

PATH = "/prompts/p/completions"
Script = Callable[[Exchange], None]


@pytest.fixture
def api(puppet: Puppet, monkeypatch: pytest.MonkeyPatch) -> Iterator[CheckedClient]:
    """A server whose upstream `up` is the puppet, `hasty` too; prompt `p` is a chat, `t` a text completion."""
    monkeypatch.setenv("UPSTREAM_KEY", "sk-secret")
    monkeypatch.setenv("TENANT", "tenant-secret")
    settings = {
        "kind": "openai",
        "base_url": puppet.base_url,
        "api_key_env": "UPSTREAM_KEY",
        "headers": {"x-region": "eu"},
        "headers_env": {"x-tenant": "TENANT"},
        "model": "default-model",
        "timeout": 60,
    }
    with LocalServer(upstreams={"up": settings, "hasty": {**settings, "timeout": 1}}) as server:
        chat = {"string": '[{"role":"user","content":"Hi {{x}}"}]', "virtual_key": "up", "parameters": {"top_p": 1}}
        server.add_prompt(slug="p", versions=[chat])
        text = {"string": "Once {{x}}", "template_metadata": {"template_type": "completion"}, "virtual_key": "up"}
        server.add_prompt(slug="t", versions=[{**text, "model": "text-model"}])
        with CheckedClient(server.base_url) as client:
            yield client


def test_the_upstream_gets_the_rendered_body_and_its_key(api: CheckedClient, puppet: Puppet) -> None:
    body = {"variables": {"x": "Ann"}, "temperature": 0.5, "virtual_key": "up", "stream_options": {"a": 1}}
    response = api.post(PATH, json=body, headers={"x-portkey-trace-id": "trace-7"})
    assert response.json() == {
        **completion("Hello"),
        "object": "prompt.completion",
        "prompt_id": "p",
    }
    (seen,) = puppet.seen
    assert seen.path == "/v1/chat/completions"
    assert seen.body == {
        "top_p": 1,
        "temperature": 0.5,
        "messages": [{"role": "user", "content": "Hi Ann"}],
        "stream": False,
        "model": "default-model",
    }
    assert seen.headers["authorization"] == "Bearer sk-secret"
    assert (seen.headers["x-region"], seen.headers["x-tenant"]) == ("eu", "tenant-secret")
    assert seen.headers["x-portkey-trace-id"] == "trace-7"
    assert "x-portkey-virtual-key" not in seen.headers


def test_a_completion_prompt_goes_to_the_text_endpoint(api: CheckedClient, puppet: Puppet) -> None:
    answer = completion("") | {"choices": [{"index": 0, "text": "upon a time", "finish_reason": "stop"}]}
    puppet.script = lambda exchange: exchange.answer(200, answer)
    found = api.post("/prompts/t/completions", json={"variables": {"x": "upon"}, "model": "mine"}).json()
    assert found["choices"][0]["text"] == "upon a time"
    (seen,) = puppet.seen
    assert seen.path == "/v1/completions"
    assert (seen.body["prompt"], seen.body["model"]) == ("Once upon", "mine")


def test_what_an_upstream_leaves_out_is_filled_in(api: CheckedClient, puppet: Puppet) -> None:
    puppet.script = lambda exchange: exchange.answer(
        200, {"id": None, "choices": [{"message": {"content": "x"}}], "extra": {"kept": True}}
    )
    found = api.post(PATH, json={"model": "asked-for"}).json()
    assert found["id"].startswith("cmpl-")
    assert (found["model"], found["choices"][0]["index"], found["extra"]) == ("asked-for", 0, {"kept": True})
    assert abs(found["created"] - time.time()) < 60


ODD_FIELDS: list[dict[str, Any]] = [
    {"created": 1718000000.5},
    {"created": "2024-06-10"},
    {"id": 5},
    {"id": ["c-1"]},
    {"model": {"name": "gpt"}},
    {"usage": "n/a"},
    {"usage": [1]},
    {"usage": 0},
]
ODD_CALLS: list[tuple[Any, list[str]]] = [
    ([{"index": 0, "id": "1", "function": {"name": "f", "arguments": {"a": [1, "é"]}}}], ['{"a":[1,"é"]}']),
    ([{"index": 0, "id": "1", "function": {"name": "f", "arguments": "{}"}}, None, "g"], ["{}"]),
    ({"index": 0, "id": "1", "function": {"name": "f", "arguments": []}}, ["[]"]),
    ("none", []),
    ([None], []),
]


@pytest.mark.parametrize("odd", ODD_FIELDS, ids=str)
@pytest.mark.parametrize("stream", [False, True])
def test_what_an_upstream_says_in_another_kind_is_said_as_the_contract_does(
    api: CheckedClient, puppet: Puppet, odd: dict[str, Any], stream: bool
) -> None:
    if stream:
        puppet.script = streaming({**chunk("Hello", finish="stop"), **odd})
        found = chunks_of(api.post(PATH, json={"stream": True}))[0]
    else:
        puppet.script = lambda exchange: exchange.answer(200, {**completion("Hello"), **odd})
        found = api.post(PATH, json={}).json()  # each answer is held against the contract
    assert found.get(name := next(iter(odd))) != odd[name]
    assert found["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize(("calls", "arguments"), ODD_CALLS, ids=str)
@pytest.mark.parametrize("stream", [False, True])
def test_tool_calls_are_a_list_and_their_arguments_text(
    api: CheckedClient, puppet: Puppet, calls: Any, arguments: list[str], stream: bool
) -> None:
    message = {"role": "assistant", "content": None, "tool_calls": calls}
    if stream:
        choice = {"index": 0, "delta": message, "finish_reason": "tool_calls"}
        puppet.script = streaming({**chunk(), "choices": [choice]})
        answered = chunks_of(api.post(PATH, json={"stream": True}))[0]["choices"][0]["delta"]
    else:
        whole = {**completion(""), "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}
        puppet.script = lambda exchange: exchange.answer(200, whole)
        answered = api.post(PATH, json={}).json()["choices"][0]["message"]
    assert [call["function"]["arguments"] for call in answered["tool_calls"]] == arguments


def streaming(data: dict[str, Any]) -> Callable[[Exchange], None]:
    """Return a script that streams one chunk."""

    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(data)
        exchange.event("[DONE]")

    return script


def test_a_stream_passes_through_as_it_comes(api: CheckedClient, puppet: Puppet) -> None:
    go_on = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(chunk("first"))
        assert go_on.wait(60)
        exchange.event(chunk("second", finish="stop"))
        exchange.event("[DONE]")

    puppet.script = script
    with api.stream("POST", PATH, json={"stream": True}) as response:
        lines = response.iter_lines()
        first = json.loads(next(lines).removeprefix("data: "))
        check_chunk(first)
        assert first["choices"][0]["delta"] == {"content": "first"}
        go_on.set()  # the upstream had not finished when its first chunk was read
        rest = [line for line in lines if line]
    assert json.loads(rest[0].removeprefix("data: "))["choices"][0]["delta"] == {"content": "second"}
    assert rest[1:] == ["data: [DONE]"]
    assert puppet.seen[0].body["stream"] is True


def test_a_stream_in_any_form_of_the_standard_is_read(api: CheckedClient, puppet: Puppet) -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        one = json.dumps(chunk("ä\u2028"), ensure_ascii=False).encode()
        head, tail = one.split(b"\xa4", 1)
        exchange.send(b"\xef\xbb\xbf: ping\r\n\r\nevent: x\r\ndata:" + head)
        time.sleep(0.05)
        exchange.send(b"\xa4" + tail + b"\r")
        time.sleep(0.05)
        exchange.send(
            b"\n\r\n: ping\n\ndata: " + json.dumps(chunk("b", finish="stop")).encode() + b"\r\rdata: [DONE]\n\n"
        )

    puppet.script = script
    response = api.post(PATH, json={"stream": True})
    assert text_of(response) == "ä\u2028b"
    assert events_of(response)[-1] == "[DONE]"


def test_chunks_without_choices_are_dropped_unless_they_bring_the_usage_asked_for(
    api: CheckedClient, puppet: Puppet
) -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(chunk() | {"choices": [], "prompt_filter_results": []})
        exchange.event(chunk("a", finish="stop"))
        exchange.event(chunk() | {"choices": [], "usage": {"total_tokens": 4}})
        exchange.event("[DONE]")

    puppet.script = script
    plain = chunks_of(api.post(PATH, json={"stream": True}))
    assert [len(each["choices"]) for each in plain] == [1]
    asked = chunks_of(api.post(PATH, json={"stream": True, "stream_options": {"include_usage": True}}))
    assert [len(each["choices"]) for each in asked] == [1, 0]
    assert asked[-1]["usage"] == {"total_tokens": 4}


def test_a_stream_that_finished_without_its_end_is_whole(api: CheckedClient, puppet: Puppet) -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(chunk("a", finish="stop"))

    puppet.script = script
    assert events_of(api.post(PATH, json={"stream": True}))[-1] == "[DONE]"


ERROR = {"error": {"message": "No", "type": "bad_thing", "param": "model", "code": "nope"}}
HTML = b"<html><body>Bad   Gateway</body></html>"
FAILURES: list[tuple[str, int, bytes | dict[str, Any], str, int, dict[str, Any]]] = [
    ("a 401", 401, ERROR, "application/json", 401, ERROR["error"]),
    ("a 404", 404, ERROR, "application/json", 404, ERROR["error"]),
    ("a 500", 500, ERROR, "application/json", 500, ERROR["error"]),
    ("a guardrail", 446, {"status": "failure", "message": "Denied"}, "application/json", 446, {"message": "Denied"}),
    ("a bare text", 400, {"error": "bad model"}, "application/json", 400, {"message": "bad model"}),
    (
        "an error page",
        503,
        HTML,
        "text/html",
        503,
        {"message": "It answered status 503: " + HTML.decode().replace("   ", " ")},
    ),
    ("an empty error", 500, b"", "application/json", 500, {"type": "upstream_error"}),
    ("a page instead of JSON", 200, HTML, "text/html", 502, {"type": "bad_gateway"}),
    ("JSON of another kind", 200, b"[1]", "application/json", 502, {"type": "bad_gateway"}),
    (
        "an error with status 200",
        200,
        {"error": {"message": "Busy", "code": 503}},
        "application/json",
        503,
        {"message": "Busy"},
    ),
    ("a redirection", 302, b"", "text/html", 502, {"type": "bad_gateway"}),
]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("failure", FAILURES, ids=[failure[0] for failure in FAILURES])
def test_a_failure_before_the_first_byte_arrives_with_its_status(
    api: CheckedClient, puppet: Puppet, failure: tuple[Any, ...], stream: bool
) -> None:
    _, status, body, kind, expected, error = failure
    puppet.script = lambda exchange: exchange.answer(status, body, "location: http://127.0.0.1:1/", kind=kind)
    response = api.post(PATH, json={"stream": stream})
    assert response.status_code == expected
    assert response.json()["provider"] == "up"
    assert message_of(response).startswith(f"Upstream `up`: {error.get('message', '')}")
    assert all(response.json()["error"][name] == value for name, value in error.items() if name != "message")
    assert len(puppet.seen) == 1


@pytest.mark.parametrize("stream", [False, True])
def test_a_rate_limit_passes_on_when_to_call_again(api: CheckedClient, puppet: Puppet, stream: bool) -> None:
    puppet.script = lambda exchange: exchange.answer(429, ERROR, "retry-after: 7", "retry-after-ms: 6500", "x-own: 1")
    response = api.post(PATH, json={"stream": stream})
    assert response.status_code == 429
    assert (response.headers["retry-after"], response.headers["retry-after-ms"]) == ("7", "6500")
    assert "x-own" not in response.headers


@pytest.mark.parametrize("stream", [False, True])
def test_a_refused_connection_is_a_503(stream: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    upstreams = {"up": {"kind": "openai", "base_url": f"http://127.0.0.1:{free}/v1"}}
    with LocalServer(upstreams=upstreams) as server, CheckedClient(server.base_url) as api:
        server.add_prompt(slug="p", versions=["x"])
        response = api.post(PATH, json={"stream": stream, "virtual_key": "up"})
        assert response.status_code == 503
        assert response.json()["error"]["type"] == "unreachable"


@pytest.mark.parametrize("stream", [False, True])
def test_a_silent_upstream_is_a_408(api: CheckedClient, puppet: Puppet, stream: bool) -> None:
    puppet.script = lambda exchange: exchange.wait_until_gone() and None
    response = api.post(PATH, json={"stream": stream, "virtual_key": "hasty"})
    assert (response.status_code, response.json()["error"]["type"]) == (408, "timeout")
    assert wait_for(puppet.seen[0].gone.is_set)


@pytest.mark.parametrize("stream", [False, True])
def test_a_call_waits_no_longer_than_it_says(api: CheckedClient, puppet: Puppet, stream: bool) -> None:
    puppet.script = lambda exchange: exchange.wait_until_gone() and None
    response = api.post(PATH, json={"stream": stream}, headers={"x-portkey-request-timeout": "500"})
    assert response.status_code == 408
    assert "0.5 s" in message_of(response)
    assert wait_for(puppet.seen[0].gone.is_set)


@pytest.mark.parametrize("milliseconds", ["", "0", "soon", "-1", "9" * 50])
def test_a_time_out_without_sense_is_ignored(api: CheckedClient, milliseconds: str) -> None:
    response = api.post(PATH, json={}, headers={"x-portkey-request-timeout": milliseconds})
    assert response.status_code == 200


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{", b"garbage\r\n\r\n"])
def test_a_connection_that_breaks_is_a_502(api: CheckedClient, puppet: Puppet, stream: bool, answer: bytes) -> None:
    puppet.script = lambda exchange: exchange.send(answer)
    assert api.post(PATH, json={"stream": stream}).status_code == 502


def cut(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    data = f"data: {json.dumps(chunk('a'))}\n\n".encode()
    exchange.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")


def end_early(exchange: Exchange) -> None:
    exchange.begin_stream()
    exchange.event(chunk("a"))


def half_an_event(exchange: Exchange) -> None:
    end_early(exchange)
    exchange.send(b'data: {"choices": [{"index": 0, "del')


def stall(exchange: Exchange) -> None:
    end_early(exchange)
    exchange.wait_until_gone()


def fail(exchange: Exchange) -> None:
    end_early(exchange)
    exchange.event(ERROR)


def nonsense(exchange: Exchange) -> None:
    end_early(exchange)
    exchange.event("not json")


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (cut, "connection_broken"),
        (end_early, "stream_cut"),
        (half_an_event, "stream_cut"),
        (stall, "timeout"),
        (fail, "bad_thing"),
        (nonsense, "upstream_error"),
    ],
)
def test_a_failure_in_mid_stream_is_an_error_event_and_no_end(
    api: CheckedClient, puppet: Puppet, script: Script, kind: str
) -> None:
    puppet.script = script
    name = "hasty" if script is stall else "up"
    response = api.post(PATH, json={"stream": True, "virtual_key": name})
    assert response.status_code == 200
    first, last = events_of(response)
    assert json.loads(first)["choices"][0]["delta"] == {"content": "a"}
    assert json.loads(last)["error"]["type"] == kind
    assert json.loads(last)["provider"] == name


def test_a_failure_as_the_first_event_has_a_status_of_its_own(api: CheckedClient, puppet: Puppet) -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event({"error": {"message": "Slow down", "type": "rate_limit", "code": 429}})

    puppet.script = script
    response = api.post(PATH, json={"stream": True})
    assert (response.status_code, message_of(response)) == (429, "Upstream `up`: Slow down")


def test_a_stream_without_a_chunk_is_a_502(api: CheckedClient, puppet: Puppet) -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event("[DONE]")

    puppet.script = script
    assert api.post(PATH, json={"stream": True}).status_code == 502


def test_a_whole_answer_to_a_stream_is_a_502(api: CheckedClient) -> None:
    response = api.post(PATH, json={"stream": True})
    assert (response.status_code, response.json()["error"]["type"]) == (502, "bad_gateway")


def test_half_a_surrogate_pair_from_an_upstream_is_passed_on_escaped(api: CheckedClient, puppet: Puppet) -> None:
    puppet.script = lambda exchange: exchange.answer(200, json.dumps(completion("\ud83d")).encode())
    assert b"\\ud83d" in api.post(PATH, json={}).content


def test_a_client_that_leaves_a_stream_cancels_the_upstream_call(api: CheckedClient, puppet: Puppet) -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(chunk("a"))
        exchange.wait_until_gone()

    puppet.script = script
    with api.stream("POST", PATH, json={"stream": True}) as response:
        next(response.iter_lines())
    assert wait_for(puppet.seen[0].gone.is_set, 30)  # sooner than the time-out


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_leaves_before_the_answer_cancels_the_upstream_call(
    api: CheckedClient, puppet: Puppet, stream: bool
) -> None:
    puppet.script = lambda exchange: exchange.wait_until_gone() and None
    raw = json.dumps({"stream": stream}).encode()
    with socket.create_connection((api.base_url.host, api.base_url.port or 0)) as connection:
        head = f"POST /v1{PATH} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        connection.sendall(f"{head}content-length: {len(raw)}\r\n\r\n".encode() + raw)
        assert wait_for(lambda: bool(puppet.seen))
    assert wait_for(puppet.seen[0].gone.is_set, 30)


def test_many_streams_run_at_the_same_time(api: CheckedClient, puppet: Puppet) -> None:
    everyone = threading.Barrier(20, timeout=60)

    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(chunk(exchange.body["messages"][0]["content"]))
        everyone.wait()  # no stream ends before all have begun
        exchange.event(chunk("", finish="stop"))
        exchange.event("[DONE]")

    puppet.script = script
    texts: list[str] = []

    def run(number: int) -> None:
        response = api.post(PATH, json={"stream": True, "variables": {"x": str(number)}})
        texts.append(text_of(response))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(texts) == sorted(f"Hi {number}" for number in range(20))


def test_keys_are_in_no_answer_log_or_repr(
    api: CheckedClient, puppet: Puppet, caplog: pytest.LogCaptureFixture
) -> None:
    from portkey_local.upstreams.openai import OpenAISettings

    caplog.set_level(0)
    settings = OpenAISettings(base_url=puppet.base_url, api_key="sk-secret", headers={"x-tenant": "tenant-secret"})
    texts = [repr(settings)]
    for failure in FAILURES:
        puppet.script = lambda exchange, failure=failure: exchange.answer(failure[1], failure[2], kind=failure[3])
        response = api.post(PATH, json={})
        texts += [response.text, str(response.headers)]
    texts.append(caplog.text)
    assert not any(secret in text for text in texts for secret in ("sk-secret", "tenant-secret"))


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("head", "status", "words"),
    [
        ("600 Odd", 502, "It answered status 600: an empty body"),
        ("999 Odd", 502, "It answered status 999: an empty body"),
        ("302 Found\r\nlocation: javascript:void(0)", 502, "a redirection to what is no URL"),
        ("302 Found\r\nlocation: http://[::1", 502, "redirect"),
        ("429 Slow\r\nretry-after: \u0661", 429, "It answered status 429: an empty body. That is the upstream's limit"),
        ("503 Slow\r\nretry-after: \x80\xff", 503, "It answered status 503: an empty body"),
        (
            "401 No\r\nwww-authenticate: \u00e9",
            401,
            "It answered status 401: an empty body. That is about the upstream's key",
        ),
    ],
)
def test_a_head_that_can_not_be_passed_on_is_answered_all_the_same(
    api: CheckedClient, puppet: Puppet, head: str, status: int, words: str, stream: bool
) -> None:
    puppet.script = lambda exchange: exchange.send(
        f"HTTP/1.1 {head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode()
    )
    response = api.post(PATH, json={"stream": stream})
    assert (response.status_code, response.json()["provider"]) == (status, "up")
    assert words in response.json()["error"]["message"].replace("Invalid URL in location header", "redirect")
    assert "retry-after" not in response.headers

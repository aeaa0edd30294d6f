"""`run`."""

from __future__ import annotations

import json
import re

import pytest
from slow_model import SlowModel

from portkey_local import LocalServer

TOOL_CALL = {"index": 0, "id": "1", "type": "function", "function": {"name": "weather", "arguments": '{"in": "Rome"}'}}


def test_run_prints_the_answer_and_the_tokens_on_stderr(cli) -> None:
    done = cli("run", "pp-greeting@1", "--var", "name=Alice")
    assert (done.code, done.out) == (0, "Hello Alice!\n")
    assert re.fullmatch(r"2 \+ 2 = 4 tokens · echo · \d+\.\d s\n", done.err)


def test_run_without_stream_prints_the_same(cli) -> None:
    done = cli("run", "pp-greeting@1", "--var", "name=Alice", "--no-stream")
    assert (done.code, done.out) == (0, "Hello Alice!\n")
    assert done.err.startswith("2 + 2 = 4 tokens · echo · ")


def test_run_json_prints_the_whole_completion(cli) -> None:
    answer = cli("run", "pp-greeting@1", "--var", "name=Alice", "--json").json
    assert answer["object"] == "prompt.completion"
    assert answer["prompt_id"] == "pp-greeting@1"
    assert answer["choices"][0]["message"]["content"] == "Hello Alice!"


def test_run_json_stream_prints_a_chunk_a_line(cli) -> None:
    lines = cli("run", "pp-greeting@1", "--var", "name=Alice", "--json", "--stream").out.splitlines()
    chunks = [json.loads(line) for line in lines]
    assert len(chunks) > 2
    assert {chunk["object"] for chunk in chunks} == {"prompt.completion.chunk"}
    assert "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks) == "Hello Alice!"


def runs_in(httpserver) -> list:
    """The runs that a server was asked for; before each, the prompt is read for its variables."""
    return [request for request, _ in httpserver.log if request.path.endswith("/completions")]


def test_run_sends_the_settings_that_it_was_told(cli, httpserver) -> None:
    httpserver.expect_request("/v1/prompts/pp-x/completions").respond_with_json({"choices": [{"text": "Hi"}]})
    settings = ["--model", "m", "--temperature", "0.5", "--max-tokens", "9", "--set", 'stop=["a"]', "--set", "seed=1"]
    done = cli("run", "pp-x", "--json", "--virtual-key", "mine", *settings, "--base-url", httpserver.url_for("/v1"))
    assert done.code == 0
    (request,) = runs_in(httpserver)
    assert request.headers["x-portkey-virtual-key"] == "mine"
    wanted = {"model": "m", "temperature": 0.5, "max_tokens": 9, "stop": ["a"], "seed": 1}
    assert request.json == {"variables": {}, **wanted}


def test_run_asks_for_the_tokens_of_a_stream_unless_told_otherwise(cli, httpserver) -> None:
    answer = (
        'data: {"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
    )
    httpserver.expect_request("/v1/prompts/pp-x/completions").respond_with_data(
        answer, content_type="text/event-stream"
    )
    there = ("--base-url", httpserver.url_for("/v1"))
    assert cli("run", "pp-x", *there).out == "Hi\n"
    assert cli("run", "pp-x", "--set", "stream_options={}", *there).out == "Hi\n"
    assert cli("run", "pp-x", "--set", "stream_options=null", *there).out == "Hi\n"
    asked = [request.json.get("stream_options", "left out") for request in runs_in(httpserver)]
    assert asked == [{"include_usage": True}, {}, "left out"]


@pytest.mark.parametrize("stream", ["--stream", "--no-stream"])
def test_a_setting_that_is_null_is_left_out_of_what_the_model_gets(cli, httpserver, stream) -> None:
    answer = 'data: {"choices": [{"index": 0, "delta": {"content": "Hi"}}]}\n\ndata: [DONE]\n\n'
    if stream == "--stream":
        httpserver.expect_request("/v1/chat/completions").respond_with_data(answer, content_type="text/event-stream")
    else:
        httpserver.expect_request("/v1/chat/completions").respond_with_json(
            {"id": "1", "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}}]}
        )
    upstream = {"kind": "openai", "base_url": httpserver.url_for("/v1"), "model": "m"}
    saved = {"temperature": 0.5, "top_p": 1, "stop": ["."]}
    with LocalServer(upstreams={"there": upstream}) as server:
        server.add_prompt(slug="pp-set", versions=[{"string": "Hi", "virtual_key": "there", "parameters": saved}])
        nothing = [word for name in ("temperature", "stop", "stream_options") for word in ("--set", f"{name}=null")]
        done = cli("run", "pp-set", stream, *nothing, "--base-url", server.base_url)
    assert (done.code, done.out) == (0, "Hi\n"), done.err
    (sent,) = [request.json for request, _ in httpserver.log]
    assert {name for name in (*saved, "stream_options") if name in sent} == {"top_p"}


def test_run_prints_the_tools_that_the_model_calls(cli) -> None:
    with SlowModel([{"tool_calls": [TOOL_CALL]}, "[DONE]"]) as model, _serving(model) as server:
        model.go_on()
        done = cli("run", "pp-slow", "--base-url", server.base_url)
    assert done.out == 'Hello\nweather({"in": "Rome"})\n'


THINKING = {"type": "thinking", "thinking": [{"type": "text", "text": "Rome "}]}
DELTAS = [
    {"content": [THINKING]},
    {"content": [{**THINKING, "thinking": [{"type": "text", "text": "it is."}]}]},
    {"content": "In "},
    {"content": [{"type": "text", "text": "Rome"}, {"type": "text", "text": "."}]},
    {"refusal": "I can't "},
    {"refusal": "say more."},
]


def test_run_prints_parts_of_a_content_and_refusals_as_they_come(cli, httpserver) -> None:
    chunks = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in DELTAS]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    lines = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
    httpserver.expect_request("/v1/prompts/pp-x/completions").respond_with_data(lines, content_type="text/event-stream")
    done = cli("run", "pp-x", "--base-url", httpserver.url_for("/v1"))
    assert (done.code, done.out) == (0, "Rome it is.\nIn Rome.\nI can't say more.\n")


@pytest.mark.parametrize(
    ("choices", "printed"),
    [
        ([[{"index": 0, "text": "Hel"}], [{"index": 0, "text": "lo"}]], "Hello\n"),
        ([[{"delta": {"content": "Hel"}}, {"delta": {"content": "x"}}], [{"delta": {"content": "lo"}}]], "Hello\n"),
        (
            [[{"index": 0, "delta": {"content": "Hi \ud83d"}}], [{"index": 0, "delta": {"content": "\ude00"}}]],
            "Hi 😀\n",
        ),
        ([[{"index": 0, "delta": {"function_call": {"name": "f", "arguments": "{}"}}}]], "f({})\n"),
        (
            [
                [{"delta": {"tool_calls": [{"index": 0, "id": "1", "custom": {"name": "sql", "input": "SEL"}}]}}],
                [{"delta": {"tool_calls": [{"index": 0, "custom": {"input": "ECT"}}]}}],
            ],
            "sql(SELECT)\n",
        ),
    ],
)
def test_run_prints_the_first_answer_in_whatever_form_it_comes(cli, httpserver, choices, printed) -> None:
    lines = "".join(f"data: {json.dumps({'choices': given})}\n\n" for given in choices) + "data: [DONE]\n\n"
    httpserver.expect_request("/v1/prompts/pp-x/completions").respond_with_data(lines, content_type="text/event-stream")
    done = cli("run", "pp-x", "--base-url", httpserver.url_for("/v1"))
    assert (done.code, done.out) == (0, printed)


def test_run_without_stream_prints_parts_of_a_content_and_refusals(cli, httpserver) -> None:
    content = [THINKING, {"type": "text", "text": "In Rome."}, {"type": "image_url", "image_url": {"url": "u"}}]
    message = {"role": "assistant", "content": content, "refusal": "No more."}
    answer = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    httpserver.expect_request("/v1/prompts/pp-x/completions").respond_with_json(answer)
    done = cli("run", "pp-x", "--no-stream", "--base-url", httpserver.url_for("/v1"))
    image = '{"type": "image_url", "image_url": {"url": "u"}}'
    assert (done.code, done.out) == (0, f"Rome \nIn Rome.\n{image}\nNo more.\n")


def test_run_tells_why_an_answer_ended_where_the_model_did_not_end_it(cli, httpserver) -> None:
    choices = [{"index": 0, "message": {"role": "assistant", "content": "Hel"}, "finish_reason": "length"}]
    httpserver.expect_request("/v1/prompts/pp-x/completions").respond_with_json({"choices": choices * 2})
    done = cli("run", "pp-x", "--no-stream", "--base-url", httpserver.url_for("/v1"))
    assert done.out == "Hel\n"
    assert done.err.startswith("ended by length · ")
    assert "2 answers, the first is shown" in done.err


def test_run_keeps_what_came_before_a_stream_failed(cli) -> None:
    with SlowModel([{"error": {"message": "The model is out of breath."}}]) as model, _serving(model) as server:
        model.go_on()
        done = cli("run", "pp-slow", "--base-url", server.base_url)
    assert (done.code, done.out) == (1, "Hello\n")
    assert "out of breath" in done.err
    assert done.err.count("\n") == 1


def test_run_of_a_stream_that_breaks_off_fails(cli) -> None:
    with SlowModel([]) as model, _serving(model) as server:
        done = cli("run", "pp-slow", "--base-url", server.base_url)
    assert (done.code, done.out) == (1, "Hello\n")


def test_run_of_an_unknown_prompt_fails(cli, fails) -> None:
    for how in ("--stream", "--no-stream", "--json"):
        fails(cli("run", "pp-nowhere", how), 1, "`pp-nowhere`", "status 404")


def test_run_on_an_unknown_upstream_fails_and_names_the_known_ones(cli, fails) -> None:
    fails(cli("run", "pp-greeting", "-v", "name=Ada", "--virtual-key", "nobody"), 1, "`nobody`", "`echo`")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--temperature", "nan"], ["--temperature must be a finite number"]),
        (["--temperature", "hot"], ["'--temperature'", "portkey-prompts run --help"]),
        (["--set", "stop=END"], ["--set stop is no JSON", "--set stop='\"text\"'"]),
        (["--max-tokens", "1.5"], ["'--max-tokens'"]),
    ],
)
def test_settings_that_can_not_be_read_are_wrong_usage(cli, fails, arguments, words) -> None:
    fails(cli("run", "pp-greeting", *arguments), 2, *words)


def _serving(model: SlowModel) -> LocalServer:
    """Serve a prompt that runs on a model, on its own port; to be used in a `with` block."""

    class Serving(LocalServer):
        def __enter__(self) -> LocalServer:
            running = super().__enter__()
            running.add_prompt(slug="pp-slow", versions=[{"string": "Hi", "virtual_key": "slow", "model": "m"}])
            return running

    return Serving(upstreams={"slow": {"kind": "openai", "base_url": model.url}})

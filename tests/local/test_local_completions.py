"""Running prompts over HTTP against the echo: what is sent where, and what comes back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from checked_client import CheckedClient, chunks_of, events_of, message_of, text_of

from portkey_local import LocalServer

Make = Callable[..., dict[str, Any]]
KEY = {"x-portkey-virtual-key": "VIRTUAL_KEY"}


@pytest.fixture
def slug(make_prompt: Make) -> str:
    return make_prompt(string='[{"role":"system","content":"Be kind."},{"role":"user","content":"Hi {{name}}"}]')[
        "slug"
    ]


def test_a_completion_has_the_seeds_fields(api: CheckedClient, slug: str) -> None:
    answer = api.post(f"/prompts/{slug}@1/completions", json={"variables": {"name": "Ann"}}, headers=KEY).json()
    assert (answer["object"], answer["prompt_id"], answer["model"]) == ("prompt.completion", f"{slug}@1", "echo")
    assert answer["choices"] == [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hi Ann"}}
    ]
    assert answer["usage"] == {"prompt_tokens": 4, "completion_tokens": 2, "total_tokens": 6}


def test_a_stream_brings_several_chunks_and_its_end(api: CheckedClient, slug: str) -> None:
    body = {"variables": {"name": "Ann  of\nCleves "}, "stream": True}
    response = api.post(f"/prompts/{slug}/completions", json=body, headers=KEY)
    chunks = chunks_of(response)
    assert events_of(response)[-1] == "[DONE]"
    assert len(chunks) > 3
    assert text_of(response) == "Hi Ann  of\nCleves "
    assert {chunk["object"] for chunk in chunks} == {"prompt.completion.chunk"}
    assert {chunk["prompt_id"] for chunk in chunks} == {slug}
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert chunks[0]["choices"][0]["delta"]["role"] == "assistant"
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks[-2:]] == [None, "stop"]
    assert all(chunk["choices"] for chunk in chunks)


def test_usage_of_a_stream_comes_only_where_it_was_asked_for(api: CheckedClient, slug: str) -> None:
    body = {"variables": {"name": "Ann"}, "stream": True, "stream_options": {"include_usage": True}}
    chunks = chunks_of(api.post(f"/prompts/{slug}/completions", json=body, headers=KEY))
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["total_tokens"] == 6
    assert all(chunk["choices"] for chunk in chunks[:-1])
    body["stream_options"] = {"include_usage": False}
    assert all(
        chunk["choices"] for chunk in chunks_of(api.post(f"/prompts/{slug}/completions", json=body, headers=KEY))
    )


@pytest.mark.parametrize("stream", [False, None])
def test_variables_and_stream_may_be_null_or_left_out(api: CheckedClient, slug: str, stream: bool | None) -> None:
    answer = api.post(f"/prompts/{slug}/completions", json={"stream": stream, "variables": None}, headers=KEY).json()
    assert answer["choices"][0]["message"]["content"] == "Hi "
    assert api.post(f"/prompts/{slug}/completions", json={}, headers=KEY).status_code == 200


def test_a_text_prompt_is_run_as_one_user_message(api: CheckedClient, make_prompt: Make) -> None:
    slug = make_prompt(string="Hi {{name}}")["slug"]
    answer = api.post(f"/prompts/{slug}/completions", json={"variables": {"name": "Ann"}}, headers=KEY).json()
    assert answer["choices"][0]["message"] == {"role": "assistant", "content": "Hi Ann"}


def test_a_completion_prompt_is_run_as_a_text_completion(api: CheckedClient, make_prompt: Make) -> None:
    slug = make_prompt(string="Once {{x}}", template_metadata={"template_type": "completion"})["slug"]
    answer = api.post(f"/prompts/{slug}/completions", json={"variables": {"x": "upon"}}, headers=KEY).json()
    assert answer["choices"] == [{"index": 0, "finish_reason": "stop", "text": "Once upon"}]
    streamed = api.post(f"/prompts/{slug}/completions", json={"variables": {"x": "upon"}, "stream": True}, headers=KEY)
    assert text_of(streamed) == "Once upon"
    assert "delta" not in streamed.text


@pytest.mark.parametrize(
    "content",
    [None, "", [{"type": "text", "text": "look"}, {"type": "image_url", "image_url": {"url": "data:,x"}}]],
)
def test_messages_with_any_content_are_run(api: CheckedClient, make_prompt: Make, content: object) -> None:
    slug = make_prompt(string=json.dumps([{"role": "user", "content": content}]))["slug"]
    answer = api.post(f"/prompts/{slug}/completions", json={}, headers=KEY)
    assert answer.json()["choices"][0]["message"]["content"] == ("look" if content else "")
    streamed = api.post(f"/prompts/{slug}/completions", json={"stream": True}, headers=KEY)
    assert text_of(streamed) == ("look" if content else "")


@pytest.fixture(scope="module")
def keyed() -> Iterator[tuple[CheckedClient, str]]:
    """A prompt that names an upstream that does not exist."""
    with LocalServer(upstreams={"header": "echo", "body": "echo"}) as server:
        server.add_prompt(slug="keyed", versions=[{"string": "x", "virtual_key": "prompts-own"}])
        with CheckedClient(server.base_url) as client:
            yield client, "/prompts/keyed/completions"


def test_the_calls_virtual_key_wins_over_the_prompts(keyed: tuple[CheckedClient, str]) -> None:
    api, path = keyed
    assert "`prompts-own`" in message_of(api.post(path, json={}))
    assert api.post(path, json={"virtual_key": "body"}).status_code == 200
    assert api.post(path, json={}, headers={"x-portkey-virtual-key": "header"}).status_code == 200
    both = api.post(path, json={"virtual_key": "body"}, headers={"x-portkey-virtual-key": "unknown"})
    assert "`unknown`" in message_of(both)


def test_an_unknown_upstream_is_named_with_the_known_ones(keyed: tuple[CheckedClient, str]) -> None:
    api, path = keyed
    response = api.post(path, json={}, headers={"x-portkey-virtual-key": "openai-main"})
    assert (response.status_code, response.json()["data"]["errorCode"]) == (404, "AB02")
    for word in ("`openai-main`", "`echo`", "`header`", "`body`", "portkey-local.toml"):
        assert word in message_of(response)


def model_that_answers(name: str) -> dict[str, Any]:
    return {"kind": "openai", "base_url": "http://127.0.0.1:9/v1", "model": name}


def test_of_several_upstreams_one_has_to_be_named(database: str) -> None:
    models = {name: model_that_answers(name) for name in ("first", "second")}
    with LocalServer(database, upstreams=models) as server, CheckedClient(server.base_url) as api:
        server.add_prompt(slug="p", versions=["Hi"])
        response = api.post("/prompts/p/completions", json={})
        assert response.status_code == 404
        for word in ("x-portkey-virtual-key", "`first`", "`second`", "`echo`"):
            assert word in message_of(response)


def test_where_there_is_one_upstream_it_need_not_be_named(database: str) -> None:
    with LocalServer(database, upstreams={"only": model_that_answers("m")}) as server:
        server.add_prompt(slug="p", versions=["Hi"])
        server.add_prompt(slug="lost", versions=[{"string": "Hi", "virtual_key": "gone"}])
        with CheckedClient(server.base_url) as api:
            assert api.post("/prompts/p/completions", json={}).json()["provider"] == "only"
            assert api.post("/prompts/lost/completions", json={}).json()["data"]["errorCode"] == "AB02"


def test_where_there_is_none_the_echo_answers_and_says_so(api: CheckedClient, slug: str) -> None:
    answer = api.post(f"/prompts/{slug}/completions", json={"variables": {"name": "Ann"}}).json()
    assert (answer["model"], answer["choices"][0]["message"]["content"]) == ("echo", "Hi Ann")


def test_a_stream_of_an_unknown_upstream_is_a_plain_error(api: CheckedClient, slug: str) -> None:
    response = api.post(f"/prompts/{slug}/completions", json={"stream": True, "virtual_key": "nope"})
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/json"


def test_the_echo_is_always_there(api: CheckedClient, slug: str) -> None:
    assert api.post(f"/prompts/{slug}/completions", json={"virtual_key": "echo"}).status_code == 200


def test_the_older_way_of_running_wraps_the_completion(api: CheckedClient, slug: str) -> None:
    answer = api.post(f"/prompts/{slug}/generate", json={"variables": {"name": "Ann"}}, headers=KEY).json()
    assert answer["success"] is True
    assert answer["data"]["choices"][0]["message"]["content"] == "Hi Ann"


def test_headers_of_the_hosted_gateway_are_accepted_and_ignored(api: CheckedClient, slug: str) -> None:
    names = ("api-key", "config", "provider", "metadata", "cache-namespace", "cache-force-refresh", "forward-headers")
    headers = {f"x-portkey-{name}": "{nonsense" for name in names} | {"authorization": "Bearer x"} | KEY
    assert api.post(f"/prompts/{slug}/completions", json={}, headers=headers).status_code == 200

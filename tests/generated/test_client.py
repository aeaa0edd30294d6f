"""The compiled clients against a real socket: recorded-like answers, streams, failures."""

from __future__ import annotations

import asyncio
import inspect
import json
import time
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any

import httpx
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from portkey_openapi import AsyncClient, Client, models
from portkey_openapi.api.collections import list_collections
from portkey_openapi.api.labels import list_labels, retrieve_label
from portkey_openapi.api.prompts import (
    create_prompt,
    create_prompt_completion,
    delete_prompt,
    list_prompts,
    render_prompt,
    retrieve_prompt,
    update_prompt,
)
from portkey_openapi.api.versions import list_prompt_versions, retrieve_prompt_version, update_prompt_version
from portkey_openapi.errors import ErrorEvent, IncompleteStream, OptionError, UnexpectedBody, UnexpectedStatus

# As a hosted service was seen to answer: nulls where the documents say text, fields and words that nobody listed.
FLAT_PROMPT: dict[str, Any] = {
    "id": "5f0c…",
    "slug": "pp-greeting-5cd6b6",
    "collection_id": None,
    "name": "Greeting",
    "created_at": "2026-05-29T01:11:58.000Z",
    "last_updated_at": None,
    "status": "half-archived",
    "model": None,
    "object": "prompt",
    "access_level": "all",
    "forked_from_prompt_id": None,
    "prompt_version": 3,
    "prompt_version_label_name": None,
    "prompt_version_labels": [{"id": "l-1", "name": "production"}],
    "string": '[{"role": "user", "content": "Hi {{name}}"}]',
    "parameters": {"temperature": 0, "thread": ""},
    "functions": None,
    "tools": [{"type": "function", "function": {"name": "f"}}],
    "tool_choice": {"type": "function"},
    "variable_components": {"variables": ["name"], "sectionVariables": {"s": ["x"]}, "partials": None},
    "is_raw_template": 0,
}
COMPLETION: dict[str, Any] = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": None}, "finish_reason": "guarded"}],
    "usage": None,
    "hook_results": {"before_request_hooks": []},
}


@pytest.fixture(params=["sync", "async"])
def call(request: pytest.FixtureRequest, httpserver: HTTPServer) -> Callable[..., Any]:
    """Call an operation through either client; the test is the same for both."""

    def run(operation: Any, *args: Any, **options: Any) -> Any:
        if request.param == "sync":
            with Client(httpserver.url_for("/v1/"), api_key="key", timeout=5) as client:
                return client.call(operation, *args, **options)

        async def send() -> Any:
            async with AsyncClient(httpserver.url_for("/v1/"), api_key="key", timeout=5) as client:
                return await client.call(operation, *args, **options)

        return asyncio.run(send())

    return run


@pytest.fixture(params=["sync", "async"])
def stream(request: pytest.FixtureRequest, httpserver: HTTPServer) -> Callable[[], list[Any]]:
    """Collect the chunks of a completion's stream through either client."""

    def run() -> list[Any]:
        body = {"variables": {}, "stream": True}
        if request.param == "sync":
            with (
                Client(httpserver.url_for("/v1"), timeout=5) as client,
                client.stream(create_prompt_completion, "pp-x", body=body) as chunks,
            ):
                return list(chunks)

        async def collect() -> list[Any]:
            async with (
                AsyncClient(httpserver.url_for("/v1"), timeout=5) as client,
                client.stream(create_prompt_completion, "pp-x", body=body) as chunks,
            ):
                return [chunk async for chunk in chunks]

        return asyncio.run(collect())

    return run


def answer_stream(httpserver: HTTPServer, reads: list[bytes], content_type: str = "text/event-stream") -> None:
    def handle(_request: Request) -> Response:
        return Response(iter(reads), content_type=content_type)

    httpserver.expect_request("/v1/prompts/pp-x/completions").respond_with_handler(handle)


def test_a_flat_prompt_as_recorded_is_read_and_nothing_is_lost(
    httpserver: HTTPServer, call: Callable[..., Any]
) -> None:
    httpserver.expect_request("/v1/prompts/pp-greeting", query_string="version=3").respond_with_json(FLAT_PROMPT)
    prompt = call(retrieve_prompt, "pp-greeting", version=3)
    assert prompt == FLAT_PROMPT
    assert isinstance(prompt, models.PromptDetail)
    assert prompt.status == "half-archived"
    assert prompt.collection_id is None
    assert prompt.created_at.year == 2026
    assert prompt.last_updated_at is None
    assert prompt.tool_choice["type"] == "function"
    assert prompt.tools[0].function.name == "f"
    assert prompt.variable_components.section_variables["s"] == ["x"]
    assert prompt.variable_components.partials is None
    assert prompt.prompt_version_labels[0].name == "production"
    assert prompt.access_level == "all"
    assert prompt == FLAT_PROMPT


def test_a_call_sends_what_was_built(httpserver: HTTPServer, call: Callable[..., Any]) -> None:
    seen: list[Request] = []

    def handle(request: Request) -> Response:
        seen.append(request)
        return Response(json.dumps({"success": True, "data": {}}), content_type="application/json")

    httpserver.expect_request("/v1/prompts/pp-x@12/render", method="POST").respond_with_handler(handle)
    body = MappingProxyType({"variables": models.FreeForm(name="Åsa \ud83d"), "temperature": None})
    assert call(render_prompt, "pp-x@12", body=body, x_portkey_metadata='{"a": "b"}').success is True
    request = seen[0]
    assert request.environ["RAW_URI"] == "/v1/prompts/pp-x@12/render"
    assert request.json == {"variables": {"name": "Åsa \ud83d"}, "temperature": None}
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-portkey-api-key"] == "key"
    assert request.headers["x-portkey-metadata"] == '{"a": "b"}'
    assert "x-portkey-trace-id" not in request.headers


def test_a_call_without_a_body_sends_none(httpserver: HTTPServer, call: Callable[..., Any]) -> None:
    seen: list[Request] = []

    def handle(request: Request) -> Response:
        seen.append(request)
        return Response("{}", content_type="application/json")

    httpserver.expect_request("/v1/prompts/a%2Fb").respond_with_handler(handle)
    httpserver.expect_request("/v1/prompts/a/b").respond_with_handler(handle)
    assert call(delete_prompt, "a/b") == {}
    assert seen[0].environ["RAW_URI"] == "/v1/prompts/a%2Fb"
    assert seen[0].get_data() == b""
    assert "content-type" not in seen[0].headers


@pytest.mark.parametrize("status", [200, 201, 246])
def test_a_success_of_any_2xx_keeps_its_status(httpserver: HTTPServer, call: Callable[..., Any], status: int) -> None:
    httpserver.expect_request("/v1/prompts/pp-x/completions").respond_with_json(
        COMPLETION, status=status, headers={"X-Portkey-Trace-Id": "t-9"}
    )
    completion = call(create_prompt_completion, "pp-x", body={})
    assert isinstance(completion, models.PromptCompletion)
    assert completion == COMPLETION
    assert completion.choices[0].finish_reason == "guarded"
    assert completion.choices[0].message.content is None
    assert completion.usage is None
    assert completion.get_headers()["x-portkey-trace-id"] == "t-9"
    assert completion._meta.status_code == status


def test_a_446_is_a_failure_that_comes_back_as_a_value(httpserver: HTTPServer, call: Callable[..., Any]) -> None:
    body = {"error": {"message": "denied", "type": "hooks_failed", "param": None, "code": None}, "provider": None}
    httpserver.expect_request("/v1/prompts/pp-x/completions").respond_with_json(body, status=446)
    failure = call(create_prompt_completion, "pp-x", body={})
    assert isinstance(failure, models.ProviderError)
    assert failure.error.message == "denied"
    assert failure._meta.status_code == 446


def test_a_bare_array_is_read_as_a_list(httpserver: HTTPServer, call: Callable[..., Any]) -> None:
    httpserver.expect_request("/v1/prompts/pp-x/versions").respond_with_json(
        [{"id": "v2", "prompt_template": {"string": "Hi"}, "label_id": None}, {"id": "v1", "prompt_template": "Hi"}]
    )
    versions = call(list_prompt_versions, "pp-x")
    assert [version.id for version in versions.data] == ["v2", "v1"]
    assert versions.total == 2
    assert versions.data[0].prompt_template["string"] == "Hi"
    assert versions.data[1].prompt_template == "Hi"


@pytest.mark.parametrize(
    ("operation", "path", "args", "options", "body"),
    [
        (create_prompt, "/v1/prompts", (), {"body": {}}, {"id": "1", "slug": "pp-x", "version_id": "v"}),
        (update_prompt, "/v1/prompts/pp-x", ("pp-x",), {"body": {}}, {}),
        (update_prompt_version, "/v1/prompts/pp-x/versions/v", ("pp-x", "v"), {"body": {"label_id": None}}, {}),
        (retrieve_prompt_version, "/v1/prompts/pp-x/versions/v", ("pp-x", "v"), {}, FLAT_PROMPT),
        (
            retrieve_label,
            "/v1/labels/l",
            ("l",),
            {},
            {"id": "l", "is_universal": 1, "status": "odd", "color_code": None},
        ),
        (list_labels, "/v1/labels", (), {}, {"object": "list", "total": 1, "data": [{"id": "l"}]}),
        (list_collections, "/v1/collections", (), {}, {"object": "list", "total": 0, "data": []}),
    ],
)
def test_recorded_answers_are_kept_whole(
    httpserver: HTTPServer, call: Callable[..., Any], operation: Any, path: str, args: Any, options: Any, body: Any
) -> None:
    httpserver.expect_request(path).respond_with_json(body)
    assert call(operation, *args, **options) == body


def test_an_empty_body_is_an_acknowledgement(httpserver: HTTPServer, call: Callable[..., Any]) -> None:
    httpserver.expect_request("/v1/prompts/pp-x").respond_with_data("", status=204)
    assert type(call(delete_prompt, "pp-x")) is models.Acknowledgement


def test_a_success_that_is_no_json_raises(httpserver: HTTPServer, call: Callable[..., Any]) -> None:
    httpserver.expect_request("/v1/prompts").respond_with_data("<html>sign in</html>", content_type="text/html")
    with pytest.raises(UnexpectedBody, match="status 200 came with no JSON: '<html>sign in"):
        call(list_prompts)


def test_a_success_nested_deeper_than_python_goes_raises(httpserver: HTTPServer, call: Callable[..., Any]) -> None:
    httpserver.expect_request("/v1/prompts").respond_with_data("[" * 200_000, content_type="application/json")
    with pytest.raises(UnexpectedBody, match="no JSON"):
        call(list_prompts)


def test_a_success_of_another_kind_raises(httpserver: HTTPServer, call: Callable[..., Any]) -> None:
    httpserver.expect_request("/v1/prompts/pp-x").respond_with_json("pp-x")
    with pytest.raises(UnexpectedBody, match="retrievePrompt is a string"):
        call(retrieve_prompt, "pp-x")


@pytest.mark.parametrize(("status", "text"), [(502, "<html>bad gateway</html>"), (503, ""), (302, "moved")])
def test_an_answer_that_nobody_described_raises_with_its_status(
    httpserver: HTTPServer, call: Callable[..., Any], status: int, text: str
) -> None:
    httpserver.expect_request("/v1/prompts/pp-x").respond_with_data(text, status=status)
    with pytest.raises(UnexpectedStatus) as raised:
        call(retrieve_prompt, "pp-x")
    assert raised.value.status_code == status
    assert raised.value.body == (text or None)


def test_a_body_that_json_has_no_word_for_is_refused_before_sending(httpserver: HTTPServer) -> None:
    with Client(httpserver.url_for("/v1")) as client, pytest.raises(ValueError, match="JSON"):
        client.call(render_prompt, "pp-x", body={"variables": {"x": float("nan")}})
    assert httpserver.log == []


def test_no_server_is_an_error_of_the_http_library(call: Callable[..., Any], httpserver: HTTPServer) -> None:
    with Client("http://127.0.0.1:9", timeout=2) as client, pytest.raises(httpx.ConnectError):
        client.call(list_prompts)


def serve_pages(httpserver: HTTPServer, pages: list[list[str]], total: int) -> None:
    def handle(request: Request) -> Response:
        number = int(request.args.get("current_page", 0))
        data = [{"id": name} for name in (pages[number] if number < len(pages) else [])]
        body = {"object": "list", "total": total, "data": data}
        return Response(json.dumps(body), content_type="application/json")

    httpserver.expect_request("/v1/prompts").respond_with_handler(handle)


def test_a_list_iterates_over_all_pages(httpserver: HTTPServer) -> None:
    serve_pages(httpserver, [["a", "b"], ["c", "d"], ["e"]], total=5)
    with Client(httpserver.url_for("/v1")) as client:
        assert [prompt.id for prompt in client.call(list_prompts, page_size=2)] == ["a", "b", "c", "d", "e"]
        assert [prompt.id for prompt in client.call(list_prompts, current_page=1)] == ["c", "d", "e"]
    queries = [request.query_string.decode() for request, _ in httpserver.log]
    assert queries[:3] == ["page_size=2", "current_page=1&page_size=2", "current_page=2&page_size=2"]


async def test_a_list_of_the_async_client_iterates_over_all_pages(httpserver: HTTPServer) -> None:
    serve_pages(httpserver, [["a", "b"], ["c"]], total=3)
    async with AsyncClient(httpserver.url_for("/v1")) as client:
        page = await client.call(list_prompts)
        assert [prompt.id async for prompt in page] == ["a", "b", "c"]
        with pytest.raises(TypeError, match="async for"):
            list(page)


def test_a_list_that_has_no_pages_is_not_asked_for_more(httpserver: HTTPServer, call: Callable[..., Any]) -> None:
    httpserver.expect_ordered_request("/v1/prompts/pp-x/versions").respond_with_json(
        {"object": "list", "total": 9, "data": [{"id": "v1"}]}
    )
    page = call(list_prompt_versions, "pp-x")
    assert [version.id for version in page] == ["v1"]
    assert len(httpserver.log) == 1


def event(content: str) -> bytes:
    chunk = {"id": "c", "choices": [{"index": 0, "delta": {"content": content}, "finish_reason": None}]}
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode()


def texts(chunks: list[Any]) -> list[str]:
    return [chunk.choices[0].delta.content for chunk in chunks]


def test_a_stream_yields_typed_chunks_until_done(httpserver: HTTPServer, stream: Callable[[], list[Any]]) -> None:
    answer_stream(httpserver, [event("Hel"), b": ping\n\n", event("lo"), b"data: [DONE]\n\n", event("never")])
    chunks = stream()
    assert all(isinstance(chunk, models.PromptCompletionChunk) for chunk in chunks)
    assert texts(chunks) == ["Hel", "lo"]


def test_a_stream_may_be_cut_anywhere(httpserver: HTTPServer, stream: Callable[[], list[Any]]) -> None:
    whole = "\ufeff".encode() + event("Åsa 🎈 \u2028") + event("b") + b"data: [DONE]\n\n"
    answer_stream(httpserver, [whole[at : at + 1] for at in range(len(whole))])
    assert texts(stream()) == ["Åsa 🎈 \u2028", "b"]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_lines_end_with_cr_lf_or_both(httpserver: HTTPServer, stream: Callable[[], list[Any]], end: bytes) -> None:
    body = b'event: chunk\nid: 7\ndata:{"choices":\ndata: [{"delta":{"content":"a"}}]}\n\ndata: [DONE]\n\n'
    body = body.replace(b"\n", end)
    answer_stream(httpserver, [body[at : at + 1] for at in range(len(body))])
    assert texts(stream()) == ["a"]


def test_a_failure_inside_a_stream_raises(httpserver: HTTPServer, stream: Callable[[], list[Any]]) -> None:
    answer_stream(httpserver, [event("a"), b'data: {"error": {"message": "overloaded"}}\n\n'])
    with pytest.raises(ErrorEvent, match="overloaded") as raised:
        stream()
    assert raised.value.body == {"error": {"message": "overloaded"}}


def test_a_stream_that_just_ends_raises(httpserver: HTTPServer, stream: Callable[[], list[Any]]) -> None:
    answer_stream(httpserver, [event("a")])
    with pytest.raises(IncompleteStream, match=r"before `\[DONE\]`"):
        stream()


def test_an_event_that_is_no_json_raises(httpserver: HTTPServer, stream: Callable[[], list[Any]]) -> None:
    answer_stream(httpserver, [b"data: {oops\n\n"])
    with pytest.raises(UnexpectedBody, match=r"no JSON: '\{oops'"):
        stream()


def test_a_stream_that_is_answered_with_json_raises(httpserver: HTTPServer, stream: Callable[[], list[Any]]) -> None:
    httpserver.expect_request("/v1/prompts/pp-x/completions").respond_with_json(COMPLETION)
    with pytest.raises(UnexpectedBody, match="createPromptCompletion answered no event stream"):
        stream()


def test_a_stream_that_is_refused_raises_with_the_failure(
    httpserver: HTTPServer, stream: Callable[[], list[Any]]
) -> None:
    httpserver.expect_request("/v1/prompts/pp-x/completions").respond_with_json(
        {"status": "failure", "message": "budget exhausted"}, status=412
    )
    with pytest.raises(UnexpectedStatus) as raised:
        stream()
    assert raised.value.status_code == 412
    assert isinstance(raised.value.answer, models.GatewayError)
    assert raised.value.answer.message == "budget exhausted"


def test_leaving_a_stream_early_closes_it(httpserver: HTTPServer) -> None:
    closed: list[bool] = []

    def body() -> Iterator[bytes]:
        try:
            while True:
                yield event("more")
        finally:
            closed.append(True)

    def handle(_request: Request) -> Response:
        return Response(body(), content_type="text/event-stream")

    httpserver.expect_request("/v1/prompts/pp-x/completions").respond_with_handler(handle)
    with (
        Client(httpserver.url_for("/v1"), timeout=5) as client,
        client.stream(create_prompt_completion, "pp-x", body={}) as chunks,
    ):
        assert next(chunks).choices[0].delta.content == "more"
    deadline = time.monotonic() + 5
    while not closed and time.monotonic() < deadline:
        time.sleep(0.01)
    assert closed == [True]


def test_a_client_shows_no_secret() -> None:
    with Client(api_key="secret", headers={"authorization": "secret"}) as client:
        assert repr(client) == "Client('https://api.portkey.ai/v1')"


def test_both_clients_have_the_same_arguments() -> None:
    assert inspect.signature(Client) == inspect.signature(AsyncClient)
    assert "api_key" in inspect.signature(Client).parameters


@pytest.mark.parametrize(
    "url",
    ["", "  ", "api.portkey.ai/v1", "ftp://h/v1", "http://", "http://h:port/v1", "http://[::1/v1", "http://h/v1?a=b"],
)
@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_base_url_that_can_t_be_used_is_refused_at_once(kind: type[Client | AsyncClient], url: str) -> None:
    with pytest.raises(OptionError, match="base URL"):
        kind(url)


def test_a_refused_base_url_is_shown_without_its_password() -> None:
    with pytest.raises(OptionError) as caught:
        Client("http://ann:hunter2@h:0/v1")
    assert "hunter2" not in str(caught.value)


def test_a_base_url_may_end_in_a_slash(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/labels").respond_with_json({"object": "list", "total": 0, "data": []})
    with Client(f" {httpserver.url_for('/v1/')} ") as client:
        assert client.labels.list().total == 0

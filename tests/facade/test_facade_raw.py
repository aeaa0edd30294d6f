"""`with_raw_response`: every method of every resource, answering its HTTP response with the result in it."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any

import pytest
from facade_calls import Client, each, settle
from facade_shapes import COMPLETION, HELLO, PROMPT, RENDER, VERSION_2, fitting
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from portkey_ai import NotFoundError, RawResponse

RESOURCES = [
    "prompts", "prompts.completions", "prompts.versions", "prompts.partials", "prompts.partials.versions", "labels",
    "collections", "generations",
]  # fmt: skip
CALLS: dict[str, dict[str, Any]] = {
    "prompts.render": {"prompt_id": "pp-x", "variables": {}},
    "prompts.create": {"name": "n", "collection_id": "c", "string": "s", "parameters": {}},
    "prompts.publish": {"prompt_id": "pp-x", "version": 1},
    "prompts.versions.retrieve": {"prompt_id": "pp-x", "version_id": VERSION_2},
    "prompts.versions.create": {"prompt_id": "pp-x", "string": "s"},
    "prompts.versions.update": {"prompt_id": "pp-x", "version_id": VERSION_2, "label_id": None},
    "prompts.completions.create": {"prompt_id": "pp-x"},
    "prompts.partials.create": {"name": "n", "string": "s"},
    "prompts.partials.publish": {"partial_id": "pp-x", "version": 1},
    "labels.create": {"name": "n"},
    "collections.create": {"name": "n"},
    "generations.create": {"prompt_id": "pp-x"},
}
IN_THIS_PROCESS = {"get", "prefetch"}
"""Methods whose result is no one answer's."""
IDS = {
    "prompts": {"prompt_id": "pp-x"},
    "prompts.versions": {"prompt_id": "pp-x"},
    "prompts.partials": {"partial_id": "pp-x"},
    "prompts.partials.versions": {"partial_id": "pp-x"},
    "labels": {"label_id": "l-1"},
    "collections": {"collection_id": "c-1"},
}


def resource_of(client: Client, path: str) -> Any:
    for name in path.split("."):
        client = getattr(client, name)
    return client


def methods_of(resource: Any) -> set[str]:
    return {name for name, _ in inspect.getmembers(type(resource), inspect.isfunction) if not name.startswith("_")}


@pytest.fixture
def everything(httpserver: HTTPServer) -> None:
    """Answer every request with what its operation may answer, and a trace id of its own."""

    def answer(request: Request) -> Response:
        headers = {"x-portkey-trace-id": f"t-{len(httpserver.log)}", "content-type": "application/json"}
        return Response(json.dumps(fitting(request.method, request.path)), headers=headers)

    httpserver.expect_request(re.compile("/v1/.*")).respond_with_handler(answer)


@pytest.mark.parametrize("path", RESOURCES)
@pytest.mark.filterwarnings("ignore:generations.create:DeprecationWarning")
async def test_every_method_answers_its_response_too(portkey: Client, everything: None, path: str) -> None:
    resource = resource_of(portkey, path)
    for name in methods_of(resource) - IN_THIS_PROCESS:
        arguments = CALLS.get(f"{path}.{name}", {} if name == "list" and "versions" not in path else IDS.get(path, {}))
        answer = await settle(getattr(resource.with_raw_response, name)(**arguments))
        assert isinstance(answer, RawResponse), name
        sent = answer.http_response.request
        assert (answer.status_code, answer.json()) == (200, fitting(sent.method, sent.url.path))
        assert (
            answer.trace_id
            == answer.headers["x-portkey-trace-id"]
            == answer.http_response.headers["x-portkey-trace-id"]
        )
        plain = await settle(getattr(resource, name)(**arguments))
        assert type(answer.parse()) is type(plain), name


async def test_a_raw_response_shows_what_came_untouched(portkey: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/prompts/pp-x/render").respond_with_json(RENDER)
    raw = await settle(portkey.prompts.with_raw_response.render(prompt_id="pp-x", variables={}))
    assert raw.json() == RENDER
    assert raw.parse().prompt == "You are brief.\n\nTell Alice about AI."
    assert raw.text.startswith("{")
    assert repr(raw) == "RawResponse(200, PromptRender)"


async def test_the_resources_below_are_raw_too(portkey: Client, everything: None) -> None:
    raw = portkey.prompts.with_raw_response
    assert (await settle(raw.completions(prompt_id="pp-x"))).status_code == 200
    assert (await settle(raw.versions.list("pp-x"))).status_code == 200
    assert (await settle(raw.partials.versions.list("pp-x"))).status_code == 200


async def test_of_a_call_in_steps_the_last_answer_is_shown(portkey: Client, httpserver: HTTPServer) -> None:
    versions = {"object": "list", "total": 1, "data": [{"id": VERSION_2, "prompt_version": 2}]}
    httpserver.expect_request("/v1/prompts/pp-x/versions").respond_with_json(versions)
    httpserver.expect_request(f"/v1/prompts/pp-x/versions/{VERSION_2}").respond_with_json(PROMPT)
    raw = await settle(portkey.prompts.versions.with_raw_response.retrieve("pp-x", "v2"))
    assert raw.json() == PROMPT


async def test_a_raw_stream_can_be_read(portkey: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/prompts/pp-x/completions").respond_with_data(
        b"".join(HELLO), content_type="text/event-stream"
    )
    raw = await settle(portkey.prompts.completions.with_raw_response.create(prompt_id="pp-x", stream=True))
    assert raw.headers["content-type"] == "text/event-stream"
    assert "".join(await each(raw.parse().text_deltas())) == "Hello, Alice."


async def test_a_raw_call_that_fails_raises_as_the_plain_one(portkey: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/prompts/pp-x/completions").respond_with_json({"message": "No."}, status=404)
    with pytest.raises(NotFoundError, match=r"No\."):
        await settle(portkey.prompts.completions.with_raw_response.create(prompt_id="pp-x"))


async def test_calls_at_the_same_time_keep_their_answers_apart(portkey: Client, httpserver: HTTPServer) -> None:
    import asyncio

    for n in range(20):
        httpserver.expect_request(f"/v1/prompts/pp-{n}/completions").respond_with_json({**COMPLETION, "id": str(n)})

    def start(n: int) -> Any:
        return portkey.prompts.completions.with_raw_response.create(prompt_id=f"pp-{n}")

    if "Async" in type(portkey).__name__:
        raws = await asyncio.gather(*map(start, range(20)))
    else:
        raws = await asyncio.gather(*(asyncio.to_thread(start, n) for n in range(20)))
    assert [raw.json()["id"] for raw in raws] == [raw.parse().id for raw in raws] == [str(n) for n in range(20)]

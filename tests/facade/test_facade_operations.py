"""Every operation of the contract, by its facade method: the method, path, query and body that it sends."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from facade_calls import Client, each, settle
from facade_shapes import COMPLETION, HELLO, fitting
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from portkey_ai import APIStreamError, AsyncPortkey, GenericResponse

FIELDS = {"name": "n", "collection_id": "c", "string": "s", "parameters": {"a": 1}}
TWO = {"version": 2}
OPERATIONS: list[tuple[str, dict[str, Any], str, dict[str, Any] | None]] = [
    ("prompts.create", FIELDS, "POST /prompts", FIELDS),
    ("prompts.retrieve", {"prompt_id": "pp-x"}, "GET /prompts/pp-x", None),
    ("prompts.retrieve", {"prompt_slug": "pp-x", "version": 3}, "GET /prompts/pp-x?version=3", None),
    ("prompts.update", {"prompt_id": "pp-x", "name": "m"}, "PUT /prompts/pp-x", {"name": "m"}),
    ("prompts.update", {"prompt_slug": "pp-x", "template_metadata": {}}, "PUT /prompts/pp-x", {"prompt_metadata": {}}),
    ("prompts.delete", {"prompt_slug": "pp-x"}, "DELETE /prompts/pp-x", None),
    ("prompts.publish", {"prompt_slug": "pp-x", "version": 2}, "PUT /prompts/pp-x/makeDefault", {"version": 2}),
    ("prompts.list", {"collection_id": "c", "workspace_id": "w"}, "GET /prompts?collection_id=c&workspace_id=w", None),
    ("prompts.versions.list", {"prompt_id": "pp-x@3"}, "GET /prompts/pp-x/versions", None),
    ("prompts.partials.list", {"collection_id": "c"}, "GET /prompts/partials?collection_id=c", None),
    ("prompts.partials.retrieve", {"partial_slug": "pp-x", "version": 2}, "GET /prompts/partials/pp-x?version=2", None),
    ("prompts.partials.update", {"partial_slug": "pp-x", "string": "s"}, "PUT /prompts/partials/pp-x", {"string": "s"}),
    ("prompts.partials.delete", {"partial_slug": "pp-x"}, "DELETE /prompts/partials/pp-x", None),
    ("prompts.partials.publish", {"partial_id": "p", "version": 2}, "PUT /prompts/partials/p/makeDefault", TWO),
    ("prompts.partials.versions.list", {"partial_slug": "pp-x"}, "GET /prompts/partials/pp-x/versions", None),
    ("labels.create", {"name": "n", "color_code": "#fff"}, "POST /labels", {"name": "n", "color_code": "#fff"}),
    ("labels.retrieve", {"label_id": "l"}, "GET /labels/l", None),
    ("labels.update", {"label_id": "l", "description": None}, "PUT /labels/l", {"description": None}),
    ("labels.delete", {"label_id": "l"}, "DELETE /labels/l", None),
    ("labels.list", {"search": "s", "current_page": 0}, "GET /labels?current_page=0&search=s", None),
    ("collections.create", {"name": "n"}, "POST /collections", {"name": "n"}),
    ("collections.retrieve", {"collection_id": "c"}, "GET /collections/c", None),
    ("collections.update", {"collection_id": "c", "name": "n"}, "PUT /collections/c", {"name": "n"}),
    ("collections.delete", {"collection_id": "c"}, "DELETE /collections/c", None),
    ("collections.list", {"workspace_id": "w"}, "GET /collections?workspace_id=w", None),
]  # fmt: skip


def method_of(client: Client, path: str) -> Any:
    for name in path.split("."):
        client = getattr(client, name)
    return client


def fits(request: Request) -> Response:
    return Response(json.dumps(fitting(request.method, request.path)), content_type="application/json")


def line(request: Request) -> str:
    query = "&".join(sorted(request.query_string.decode().split("&")))
    return f"{request.method} {request.path.removeprefix('/v1')}" + (f"?{query}" if query else "")


@pytest.mark.parametrize(("path", "arguments", "sent", "body"), OPERATIONS)
async def test_a_method_sends_its_operation(
    portkey: Client, httpserver: HTTPServer, path: str, arguments: dict[str, Any], sent: str, body: Any
) -> None:
    httpserver.expect_request(re.compile("/v1/.*")).respond_with_handler(fits)
    await settle(method_of(portkey, path)(**arguments, trace_id="t-1"))
    request = httpserver.log[0][0]
    assert line(request) == sent
    assert request.headers["x-portkey-trace-id"] == "t-1"
    assert (json.loads(request.data) if request.data else None) == body
    assert ("content-type" in {name.lower() for name, _ in request.headers}) is (body is not None)


@pytest.mark.parametrize(
    ("path", "arguments", "said"),
    [
        ("prompts.create", {"name": "n"}, "collection_id"),
        ("labels.create", {}, "name"),
        ("collections.create", {}, "name"),
        ("prompts.publish", {"prompt_id": "pp-x"}, "version"),
        ("prompts.delete", {}, "Pass one prompt_id"),
        ("prompts.delete", {"prompt_id": "pp-x", "verison": 1}, "verison"),
    ],
)
async def test_what_is_missing_or_misspelled_is_named(
    portkey: Client, httpserver: HTTPServer, path: str, arguments: dict[str, Any], said: str
) -> None:
    with pytest.raises(TypeError, match=said):
        await settle(method_of(portkey, path)(**arguments))
    assert not httpserver.log


@pytest.fixture
def completions(httpserver: HTTPServer) -> Callable[[], Request]:
    """Answer completions, as JSON or as a stream; gives the last request."""

    def answer(request: Request) -> Response:
        if json.loads(request.data).get("stream"):
            return Response(b"".join(HELLO), content_type="text/event-stream")
        return Response(json.dumps(COMPLETION), headers={"x-portkey-trace-id": "t-1"}, content_type="application/json")

    httpserver.expect_request("/v1/prompts/pp-x/completions", method="POST").respond_with_handler(answer)
    return lambda: httpserver.log[-1][0]


async def test_a_generation_warns_at_the_callers_line(portkey: Client, completions: Callable[[], Request]) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        made = portkey.generations.create(prompt_id="pp-x")
        if isinstance(portkey, AsyncPortkey):
            await made
    assert [(one.category, one.filename) for one in caught] == [(DeprecationWarning, __file__)]
    assert "prompts.completions()" in str(caught[0].message)


@pytest.mark.filterwarnings("ignore:generations.create:DeprecationWarning")
async def test_a_generation_is_a_wrapped_completion(portkey: Client, completions: Callable[[], Request]) -> None:
    config = {"retry": {"attempts": 2}}
    made = await settle(portkey.generations.create(prompt_id="pp-x", config=config, variables={"a": 1}))
    assert type(made) is GenericResponse
    assert (made.success, "deprecated" in made.warning) == (True, True)
    assert made.data["choices"][0]["message"]["content"] == "Hello, Alice."
    assert made.data.choices[0].message.content == "Hello, Alice."
    assert made.get_headers()["x-portkey-trace-id"] == "t-1"
    assert json.loads(completions().headers["x-portkey-config"]) == config
    assert json.loads(completions().data) == {"variables": {"a": 1}}


@pytest.mark.filterwarnings("ignore:generations.create:DeprecationWarning")
async def test_a_generation_can_be_streamed(portkey: Client, completions: Callable[[], Request]) -> None:
    stream = await settle(portkey.generations.create(prompt_id="pp-x", config="pc-1", stream=True))
    made = await each(stream)
    assert {type(one) for one in made} == {GenericResponse}
    assert "".join(one.data["choices"][0]["delta"].get("content", "") for one in made) == "Hello, Alice."
    assert completions().headers["x-portkey-config"] == "pc-1"
    assert (await settle(stream.get_final_completion())).choices[0].message.content == "Hello, Alice."


async def test_calling_completions_and_its_create_are_the_same(
    portkey: Client, completions: Callable[[], Request]
) -> None:
    for call in (portkey.prompts.completions, portkey.prompts.completions.create):
        assert (await settle(call(prompt_id="pp-x"))).prompt_id == "pp-x"
        assert len(await each(call(prompt_id="pp-x", stream=True))) == 4


async def test_a_stream_error_is_no_status_error(portkey: Client, httpserver: HTTPServer) -> None:
    body = b'data: {"error": {"message": "Broke."}}\n\n'
    httpserver.expect_request("/v1/prompts/pp-x/completions").respond_with_data(body, content_type="text/event-stream")
    with pytest.raises(APIStreamError, match=r"Broke\."):
        await each(portkey.prompts.completions(prompt_id="pp-x", stream=True))

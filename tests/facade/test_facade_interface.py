"""The interface's usage examples, unchanged, against a server that answers as the hosted service was seen to."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from facade_shapes import COMPLETION, DONE, PROMPT, RENDER, VERSION_1, VERSION_2, VERSIONS, chunk, event
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from portkey_ai import PromptChoice, PromptChoiceDelta, PromptCompletion, PromptCompletionChunk, PromptRender

EXAMPLE = """
from portkey_ai import Portkey

portkey = Portkey(
    api_key="PORTKEY_API_KEY",
    virtual_key="VIRTUAL_KEY"
)

# Render prompt template
rendered = portkey.prompts.render(
    prompt_id="template_123",
    variables={"name": "Alice", "topic": "AI"}
)

print(f"Rendered prompt: {rendered.prompt}")

# Execute prompt with completion
response = portkey.prompts.completions(
    prompt_id="template_123",
    variables={"name": "Alice", "topic": "AI"},
    model="gpt-4",
    temperature=0.7,
    max_tokens=150
)

print(f"Response: {response.choices[0].message.content}")

# Work with prompt versions
versions = portkey.prompts.versions.list("template_123")
print(f"Available versions: {[v.id for v in versions.data]}")

# Get specific version
version = portkey.prompts.versions.retrieve("template_123", "v2")
print(f"Version details: {version.prompt}")

# Stream completion responses
for chunk in portkey.prompts.completions(
    prompt_id="template_123",
    variables={"name": "Alice", "topic": "AI"},
    model="gpt-4",
    stream=True
):
    if chunk.choices[0].delta.content:
        print(chunk.choices[0].delta.content, end="")
"""

ASYNC_EXAMPLE = """
import asyncio
from portkey_ai import AsyncPortkey

async def manage_prompts():
    portkey = AsyncPortkey(
        api_key="PORTKEY_API_KEY",
        virtual_key="VIRTUAL_KEY"
    )
    
    # Render prompt asynchronously
    rendered = await portkey.prompts.render(
        prompt_id="template_123",
        variables={"name": "Bob", "topic": "Machine Learning"}
    )
    
    # Execute prompt completion
    response = await portkey.prompts.completions(
        prompt_id="template_123",
        variables={"name": "Bob", "topic": "Machine Learning"},
        model="gpt-4"
    )
    
    return rendered, response

rendered, response = asyncio.run(manage_prompts())
"""  # noqa: W293
SHOW = """
print(rendered.prompt, rendered.variables["name"], rendered.prompt_id, response.choices[0].message.content, sep="|")
"""

Recorded = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def recorded(httpserver: HTTPServer) -> Recorded:
    """Answer what the examples ask; notes each request's path and body."""
    seen: Recorded = []

    def note(request: Request) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(request.data) if request.data else {}
        assert request.headers["x-portkey-api-key"] == "PORTKEY_API_KEY"
        assert request.headers["x-portkey-virtual-key"] == "VIRTUAL_KEY"
        seen.append((request.path.removeprefix("/v1/prompts/template_123"), body))
        return body

    def say(body: Any) -> Response:
        return Response(json.dumps(body), content_type="application/json")

    def render(request: Request) -> Response:
        name = note(request)["variables"]["name"]
        message = {"role": "user", "content": f"Tell {name} more."}
        return say({"success": True, "data": {**RENDER["data"], "messages": [message]}})

    def complete(request: Request) -> Response:
        if not note(request).get("stream"):
            return say(COMPLETION)
        body = [
            event(chunk("", role="assistant")),
            event(chunk("AI is")),
            event(chunk(" here.")),
            event(chunk(None, "stop")),
        ]
        return Response(b"".join([b": ping\n\n", *body, DONE]), content_type="text/event-stream")

    def listed(request: Request) -> Response:
        note(request)
        return say(VERSIONS)

    def read(request: Request) -> Response:
        note(request)
        return say(PROMPT)

    for path, answer in {
        "render": render, "completions": complete, "versions": listed, f"versions/{VERSION_2}": read,
    }.items():  # fmt: skip
        httpserver.expect_request(f"/v1/prompts/template_123/{path}").respond_with_handler(answer)
    return seen


def test_the_interfaces_example_runs_unchanged(
    run_python: Callable[..., str], httpserver: HTTPServer, recorded: Recorded
) -> None:
    said = run_python(EXAMPLE, PORTKEY_BASE_URL=httpserver.url_for("/v1"))
    ids = [one["id"] for one in VERSIONS["data"]]
    assert said.splitlines() == [
        "Rendered prompt: Tell Alice more.",
        "Response: Hello, Alice.",
        f"Available versions: {ids}",
        "Version details: Be {{tone}}.",
        "",
        "Hi {{name}}",
        "AI is here.",
    ]
    assert VERSION_1 in ids
    variables = {"name": "Alice", "topic": "AI"}
    assert recorded == [
        ("/render", {"variables": variables}),
        ("/completions", {"variables": variables, "model": "gpt-4", "temperature": 0.7, "max_tokens": 150}),
        ("/versions", {}),
        ("/versions", {}),
        (f"/versions/{VERSION_2}", {}),
        ("/completions", {"variables": variables, "model": "gpt-4", "stream": True}),
    ]


def test_the_interfaces_async_example_runs_unchanged(
    run_python: Callable[..., str], httpserver: HTTPServer, recorded: Recorded
) -> None:
    said = run_python(ASYNC_EXAMPLE + SHOW, PORTKEY_BASE_URL=httpserver.url_for("/v1"))
    assert said == "Tell Bob more.|Bob|template_123|Hello, Alice.\n"
    assert [path for path, _ in recorded] == ["/render", "/completions"]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (PromptRender, ["prompt", "variables", "prompt_id"]),
        (PromptCompletion, ["id", "object", "created", "model", "choices", "usage", "prompt_id"]),
        (PromptCompletionChunk, ["id", "object", "created", "model", "choices", "prompt_id"]),
        (PromptChoice, ["index", "message", "finish_reason"]),
        (PromptChoiceDelta, ["index", "delta", "finish_reason"]),
    ],
)
def test_the_interfaces_types_have_its_fields(kind: type, fields: list[str]) -> None:
    for field in fields:
        assert field in kind._fields  # type: ignore[attr-defined]
        assert hasattr(kind, field)


def test_a_choice_is_an_object_and_a_dict_at_once() -> None:
    choice = PromptChoice.from_dict(
        {"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": None}
    )
    assert isinstance(choice.message, dict)
    assert choice.message.content == choice.message["content"] == dict(choice.message)["content"] == "Hi"
    delta = PromptChoiceDelta.from_dict({"index": 0, "delta": {"content": "Hi"}, "finish_reason": None}).delta
    assert delta.content == delta["content"] == "Hi"

"""Every operation of the contract can be called through each client, sync and async: derived from the contract."""

from __future__ import annotations

import importlib
import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from repository_copy import ROOT, read_contract
from werkzeug import Request, Response

import portkey_openapi
from portkey_ai import AsyncPortkey, Portkey

CONTRACT = read_contract(ROOT)
NEEDED = {"renderPrompt": {"variables"}}
"""Fields that a method needs which the operation does not: the interface says so."""
VERBS = ("get", "put", "post", "delete", "patch")
Node = dict[str, Any]


def resolve(node: Node) -> Node:
    while "$ref" in node:
        found: Any = CONTRACT
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        node = found
    return node


class Operation:
    """One operation: where its method lies by the contract's own words, and how it is called by its examples."""

    def __init__(self, path: str, verb: str, item: Node) -> None:
        self.path, self.verb = path, verb
        self.node: Node = item[verb]
        self.id: str = self.node["operationId"]
        self.by_hand = self.node.get("x-by-hand") is True
        self.parameters = [resolve(one) for one in [*item.get("parameters", []), *self.node.get("parameters", [])]]

    @property
    def resource(self) -> str:
        """Where its method lies, such as `prompts.versions`."""
        tag = self.node["tags"][0]
        known = next(one for one in CONTRACT["tags"] if one["name"] == tag)
        return str(self.node.get("x-resource") or known.get("x-resource") or tag)

    @property
    def method(self) -> str:
        """The name of its method: the first word of its id."""
        return re.match(r"[a-z]+", self.id)[0]  # type: ignore[index]

    @property
    def places(self) -> dict[str, str]:
        """The parameters of its path, as their examples say, without the `@version` of a reference."""
        examples = {one["name"]: one["schema"]["examples"][0] for one in self.parameters if one["in"] == "path"}
        return {name: text.partition("@")[0] for name, text in examples.items()}

    @property
    def body(self) -> Node:
        """The fields that its body must have, as their examples say."""
        content = self.node.get("requestBody", {}).get("content")
        schema = resolve(content["application/json"]["schema"]) if content else {}
        parts = [schema, *map(resolve, schema.get("allOf", []))]
        needed = {name for part in parts for name in part.get("required", [])} | NEEDED.get(self.id, set())
        return {name: value for name, value in example(schema).items() if name in needed}

    @property
    def url(self) -> str:
        """The path that is asked for, without the version of the API."""
        return re.sub(r"\{(\w+)\}", lambda match: self.places[match[1]], self.path)

    def answer(self) -> Node:
        """What its success holds, as the examples say."""
        success = resolve(self.node["responses"]["200"])
        return example(resolve(success["content"]["application/json"]["schema"]))


def example(schema: Node) -> Node:
    """An object of a schema, of its fields' examples."""
    made: Node = {}
    for part in [*map(resolve, schema.get("allOf", [])), schema]:
        for name, field in part.get("properties", {}).items():
            examples = field.get("examples") or resolve(field).get("examples")
            if examples:
                made[name] = examples[0]
    return made


def operations() -> Iterator[Operation]:
    for path, item in CONTRACT["paths"].items():
        yield from (Operation(path, verb, item) for verb in VERBS if verb in item)


OPERATIONS = list(operations())
SENT_AS = {"createGeneration": "createPromptCompletion"}
"""Operations whose methods send another one: the older way of running goes through the newer."""


@pytest.fixture
def asked(httpserver: HTTPServer) -> list[str]:
    """Answer every operation with its examples; returns the requests as `GET /labels`."""
    seen: list[str] = []
    patterns = {
        (one.verb, re.compile(re.sub(r"\{\w+\}", "[^/]+", one.path))): one
        for one in sorted(OPERATIONS, key=lambda one: one.path.count("{"))
    }

    def handle(request: Request) -> Response:
        path = request.path.removeprefix("/v1")
        seen.append(f"{request.method} {path}")
        for (verb, pattern), operation in patterns.items():
            if verb == request.method.lower() and pattern.fullmatch(path):
                return Response(json_of(operation.answer()), content_type="application/json")
        return Response("{}", status=599)

    httpserver.expect_request(re.compile("/v1/.*")).respond_with_handler(handle)
    return seen


def json_of(value: Any) -> str:
    return json.dumps(value, default=str)


def wanted(operation: Operation) -> str:
    sent = next(one for one in OPERATIONS if one.id == SENT_AS.get(operation.id, operation.id))
    return f"{sent.verb.upper()} {sent.url}"


def method_of(client: Any, operation: Operation) -> Any:
    for name in operation.resource.split("."):
        client = getattr(client, name)
    return getattr(client, operation.method)


@pytest.mark.filterwarnings("ignore:generations.create:DeprecationWarning")
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.id)
@pytest.mark.parametrize("kind", [Portkey, AsyncPortkey])
async def test_an_operation_is_a_method_of_the_client(
    kind: Any, operation: Operation, httpserver: HTTPServer, asked: list[str]
) -> None:
    client = kind(api_key="k", base_url=httpserver.url_for("/v1"))
    answer = method_of(client, operation)(**operation.places, **operation.body)
    if inspect.isawaitable(answer):
        answer = await answer
    assert asked[-1] == wanted(operation)
    assert isinstance(answer, portkey_openapi.Record)
    method = method_of(client, operation)
    assert inspect.getdoc(method)
    raw = method_of(client, operation).__self__.with_raw_response
    assert hasattr(raw, operation.method)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.id)
@pytest.mark.parametrize("kind", [portkey_openapi.Client, portkey_openapi.AsyncClient])
async def test_an_operation_is_called_by_the_compiled_package_alone(
    kind: Any, operation: Operation, httpserver: HTTPServer, asked: list[str]
) -> None:
    client = kind(httpserver.url_for("/v1"), api_key="k")
    if operation.by_hand:
        tag = operation.node["tags"][0]
        module = importlib.import_module(f"portkey_openapi.api.{tag}.{snake(operation.id)}")
        answer = client.call(module, *operation.places.values(), body=operation.body)
    else:
        answer = method_of(client, operation)(**operation.places, **operation.body)
    if inspect.isawaitable(answer):
        answer = await answer
    assert asked == [f"{operation.verb.upper()} {operation.url}"]
    assert isinstance(answer, portkey_openapi.Record)
    await client.aclose() if hasattr(client, "aclose") else client.close()


def snake(operation_id: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation_id).lower()


def test_the_operations_are_all_of_the_contract() -> None:
    assert len({one.id for one in OPERATIONS}) == len(OPERATIONS) > 20
    assert set(SENT_AS) <= {one.id for one in OPERATIONS}

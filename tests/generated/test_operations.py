"""Operations build requests and read answers, without I/O."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator
from inspect import signature
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

import portkey_openapi.api
from portkey_openapi import models
from portkey_openapi.api.collections import delete_collection
from portkey_openapi.api.generations import create_generation
from portkey_openapi.api.labels import list_labels
from portkey_openapi.api.prompts import (
    create_prompt_completion,
    list_prompts,
    publish_prompt,
    render_prompt,
    retrieve_prompt,
    update_prompt,
)
from portkey_openapi.api.versions import retrieve_prompt_version
from portkey_openapi.errors import UnexpectedBody
from portkey_openapi.requests import segment


def operations() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(portkey_openapi.api.__path__, "portkey_openapi.api."):
        module = importlib.import_module(found.name)
        if not found.ispkg:
            yield module


def test_every_operation_of_the_contract_has_a_module_under_its_tag(root: Path) -> None:
    from contract_yaml import read_yaml

    document = read_yaml((root / "openapi.yaml").read_bytes())
    described = {
        (entry["tags"][0], entry["operationId"], entry["method"], entry["path"])
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict)
        for entry in [{**operation, "method": method.upper(), "path": path}]
    }
    compiled = set()
    for module in operations():
        # What stands between braces in the path is what stands in the place of each argument here.
        arguments = signature(module.request).parameters
        segments = [
            f"~{name}~" for name, argument in arguments.items() if argument.kind is argument.POSITIONAL_OR_KEYWORD
        ]
        built = module.request(*segments, **({"body": {}} if "body" in arguments else {}))
        path = "/".join("{" + part.strip("~") + "}" if "~" in part else part for part in built.path.split("/"))
        compiled.add((module.__name__.split(".")[-2], module.OPERATION_ID, built.method, path))
    assert compiled == described
    assert len(compiled) > 20


def test_a_request_holds_what_is_sent_and_nothing_else() -> None:
    body = {"variables": {"name": "Ada"}}
    request = render_prompt.request("pp-x@12", body=body, x_portkey_trace_id="t-1")
    assert (request.method, request.path) == ("POST", "/prompts/pp-x@12/render")
    assert request.params == {}
    assert request.body is body
    assert request.headers == {"x-portkey-trace-id": "t-1"}
    assert repr(request) == "Request(POST /prompts/pp-x@12/render)"


def test_a_query_leaves_out_what_is_not_given_and_keeps_zero_and_the_empty_text() -> None:
    assert list_prompts.request().params == {}
    request = list_prompts.request(current_page=0, search="", page_size=None)
    assert request.params == {"current_page": 0, "search": ""}
    assert request.body is None


def test_a_body_may_be_a_model_or_any_mapping() -> None:
    model = models.Publication(version=3)
    assert publish_prompt.request("pp-x", body=model).body is model
    proxy = MappingProxyType({"version": 3})
    assert publish_prompt.request("pp-x", body=proxy).body is proxy


@pytest.mark.parametrize(
    ("reference", "path"),
    [
        ("pp-greeting-5cd6b6", "pp-greeting-5cd6b6"),
        ("pp-x@latest", "pp-x@latest"),
        ("a/b", "a%2Fb"),
        ("../admin", "..%2Fadmin"),
        ("..%2fadmin", "..%252fadmin"),
        ("a b?c#d", "a%20b%3Fc%23d"),
        ("ångström", "%C3%A5ngstr%C3%B6m"),
        ("...", "..."),
        ("a\nb", "a%0Ab"),
        ("a;b", "a%3Bb"),
    ],
)
def test_a_segment_travels_quoted_and_its_version_as_it_is(reference: str, path: str) -> None:
    assert retrieve_prompt.request(reference).path == f"/prompts/{path}"


@pytest.mark.parametrize("reference", ["", ".", "..", None, 7, b"pp-x", ["a"]])
def test_a_segment_that_is_empty_or_climbs_or_no_text_is_refused_by_name(reference: Any) -> None:
    with pytest.raises(ValueError, match="prompt_id must"):
        retrieve_prompt.request(reference)
    with pytest.raises(ValueError, match="version_id must"):
        retrieve_prompt_version.request("pp-x", reference)
    with pytest.raises(ValueError, match="collection_id must"):
        delete_collection.request(reference)


def test_half_a_surrogate_pair_in_a_segment_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="prompt_id holds a character that can't be sent"):
        retrieve_prompt.request("\ud83d")


@given(st.text())
def test_any_text_is_one_segment_that_reads_back_or_is_refused(text: str) -> None:
    try:
        quoted = segment("prompt_id", text)
    except ValueError:
        assert text in ("", ".", "..") or not text.isprintable()
        return
    assert quoted.isascii()
    assert not set(quoted) & set("/?#\\ \r\n")
    assert quoted not in (".", "..", "")
    assert unquote(quoted) == text


def test_a_line_break_in_a_header_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="header x-portkey-trace-id can't hold a line break"):
        render_prompt.request("pp-x", body={}, x_portkey_trace_id="a\r\nx-evil: 1")
    with pytest.raises(ValueError, match="header x-portkey-metadata can only hold ASCII"):
        render_prompt.request("pp-x", body={}, x_portkey_metadata='{"name": "Åsa"}')


@pytest.mark.parametrize("status", [200, 201, 202, 206, 226, 246, 299])
def test_any_2xx_is_the_success(status: int) -> None:
    render = render_prompt.parse(status, {"success": True, "data": {"model": "m"}})
    assert isinstance(render, models.PromptRender)
    assert render.data.model == "m"


@pytest.mark.parametrize("status", [400, 401, 404, 418, 446, 499, 500, 599])
def test_a_described_failure_is_its_record(status: int) -> None:
    failure = render_prompt.parse(status, {"success": False, "data": {"message": "no", "errorCode": "AB02"}})
    assert isinstance(failure, models.ControlPlaneError)
    assert failure.data.error_code == "AB02"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"success": False, "data": {"message": "no"}}, models.ControlPlaneError),
        ({"status": "failure", "message": "no"}, models.GatewayError),
        ({"error": {"message": "no"}, "provider": "openai"}, models.ProviderError),
        ({"detail": "something else"}, models.ControlPlaneError),
        ({}, models.ControlPlaneError),
    ],
)
def test_of_several_families_of_failures_the_fitting_one_is_taken(body: Any, kind: type) -> None:
    assert type(create_prompt_completion.parse(446, body)) is kind
    assert type(create_generation.parse(503, body)) is kind


@pytest.mark.parametrize("body", [None, "<html>", [1], 5])
def test_a_failure_without_an_object_is_none(body: Any) -> None:
    assert render_prompt.parse(502, body) is None


@pytest.mark.parametrize("status", [100, 199, 300, 302, 304])
def test_what_is_no_success_is_never_read_as_one(status: int) -> None:
    assert not isinstance(render_prompt.parse(status, {"success": True, "data": {}}), models.PromptRender)


def test_a_bare_array_becomes_the_envelope() -> None:
    page = list_prompts.parse(200, [{"id": "a", "slug": "pp-a"}, {"id": "b", "slug": "pp-b"}])
    assert isinstance(page, models.PromptList)
    assert page == {"object": "list", "total": 2, "data": [{"id": "a", "slug": "pp-a"}, {"id": "b", "slug": "pp-b"}]}
    assert [prompt.slug for prompt in page] == ["pp-a", "pp-b"]
    empty = list_labels.parse(200, [])
    assert isinstance(empty, models.LabelList)
    assert list(empty) == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [([], "an array"), ("text", "a string"), (5, "a number"), (1.5, "a number"), (True, "a boolean"), (None, "null")],
)
def test_a_success_of_another_kind_raises_and_says_what_came(body: Any, kind: str) -> None:
    with pytest.raises(
        UnexpectedBody, match=f"renderPrompt is {kind}.*contract says an object .PromptRender"
    ) as raised:
        render_prompt.parse(200, body)
    assert raised.value.body == body
    assert isinstance(raised.value, ValueError)


def test_an_unexpected_body_shows_its_beginning_only() -> None:
    with pytest.raises(UnexpectedBody) as raised:
        render_prompt.parse(200, "x" * 100_000)
    assert len(str(raised.value)) < 400


def test_an_envelope_whose_data_is_no_array_raises() -> None:
    with pytest.raises(UnexpectedBody, match="the `data` of listPrompts is an object"):
        list_prompts.parse(200, {"object": "list", "data": {"id": "a"}})
    assert list_prompts.parse(200, {"object": "list", "data": None}) == {"object": "list", "data": None}


@pytest.mark.parametrize("body", [None, {}])
def test_an_empty_body_is_an_empty_record_where_nothing_is_required(body: Any) -> None:
    assert type(delete_collection.parse(204, body)) is models.Acknowledgement
    assert type(update_prompt.parse(200, body)) is models.PromptUpdated


def test_an_event_is_a_chunk() -> None:
    chunk = create_prompt_completion.parse_event({"choices": [{"index": 0, "delta": {"content": "Hi"}}]})
    assert isinstance(chunk, models.PromptCompletionChunk)
    assert chunk.choices[0].delta is not None
    assert chunk.choices[0].delta.content == "Hi"
    with pytest.raises(UnexpectedBody, match="an event of createPromptCompletion is an array"):
        create_prompt_completion.parse_event([])


def test_only_operations_that_stream_parse_events() -> None:
    assert [module.OPERATION_ID for module in operations() if hasattr(module, "parse_event")] == [
        "createPromptCompletion"
    ]


def test_the_keywords_of_hyperparameters_are_their_names_on_the_wire(root: Path) -> None:
    from contract_yaml import read_yaml

    from portkey_openapi.models.hyperparameters import HyperparametersParams

    described = read_yaml((root / "openapi.yaml").read_bytes())["components"]["schemas"]["Hyperparameters"]
    assert list(HyperparametersParams.__annotations__) == list(described["properties"])
    assert HyperparametersParams.__required_keys__ == frozenset()
    assert models.HyperparametersParams is HyperparametersParams
    assert json.dumps(HyperparametersParams(temperature=0.5)) == '{"temperature": 0.5}'

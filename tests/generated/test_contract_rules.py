"""What the compiled client asks of the contract, and that each description arrived in it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from contract_yaml import read_yaml

import portkey_openapi
from portkey_ai import AsyncPortkey, Portkey
from portkey_openapi import Record, contract, models
from portkey_openapi.resources import Resources

Schema = dict[str, Any]


@pytest.fixture(scope="module")
def document(root: Path) -> Schema:
    loaded: Schema = read_yaml((root / "openapi.yaml").read_bytes())
    return loaded


def operations(document: Schema) -> Iterator[Schema]:
    for item in document["paths"].values():
        yield from (operation for operation in item.values() if isinstance(operation, dict))


def resolve(document: Schema, node: Schema) -> Schema:
    while "$ref" in node:
        found: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def answers(document: Schema) -> Iterator[tuple[str, str, str, Schema]]:
    """Yield the operation, status, content type and schema of everything that may be answered."""
    for operation in operations(document):
        for status, response in operation["responses"].items():
            for content_type, content in resolve(document, response).get("content", {}).items():
                yield operation["operationId"], status, content_type, content["schema"]


def walk(document: Schema, node: Any, seen: set[int]) -> Iterator[Schema]:
    """Yield every schema that can be reached from a schema."""
    if isinstance(node, list):
        for entry in node:
            yield from walk(document, entry, seen)
    if not isinstance(node, dict):
        return
    node = resolve(document, node)
    if id(node) in seen:
        return
    seen.add(id(node))
    yield node
    for key in ("allOf", "anyOf", "oneOf", "items", "additionalProperties"):
        yield from walk(document, node.get(key), seen)
    yield from walk(document, list(node.get("properties", {}).values()), seen)


def fields(document: Schema, schema: Schema) -> Iterator[tuple[str, bool]]:
    """Yield the fields of an object, with those of what it is composed of, and whether they are required."""
    for part in [*(resolve(document, part) for part in schema.get("allOf", [])), schema]:
        for name in part.get("properties", {}):
            yield name, name in part.get("required", [])


def objects(document: Schema) -> Iterator[tuple[str, Schema]]:
    for name, schema in document["components"]["schemas"].items():
        if schema.get("type") == "object" or "allOf" in schema:
            yield name, schema


def test_answers_hold_no_closed_sets_of_words(document: Schema) -> None:
    seen: set[int] = set()
    schemas = [found for *_, schema in answers(document) for found in walk(document, schema, seen)]
    assert len(schemas) > 100
    closed = [schema for schema in schemas if schema.keys() & {"enum", "const"} or schema.get("format") == "uuid"]
    assert closed == []


def test_free_form_objects_share_one_schema(document: Schema) -> None:
    def inline(node: Any, top: bool) -> Iterator[Schema]:
        if not isinstance(node, dict) or "$ref" in node:
            return
        kinds = node.get("type")
        if not top and (kinds == "object" or (isinstance(kinds, list) and "object" in kinds)):
            yield node
        for part in node.get("allOf", []):
            yield from inline(part, top)
        for part in [*node.get("anyOf", []), *node.get("oneOf", []), *node.get("properties", {}).values()]:
            yield from inline(part, False)
        for key in ("items", "additionalProperties"):
            yield from inline(node.get(key), False)

    schemas = document["components"]["schemas"]
    assert [found for schema in schemas.values() for found in inline(schema, True)] == []
    assert [name for name, schema in objects(document) if not list(fields(document, schema))] == [
        "FreeForm",
        "Acknowledgement",
    ]


def test_every_answer_is_an_object_of_its_own_name(document: Schema) -> None:
    for operation_id, status, _, schema in answers(document):
        for choice in schema.get("anyOf", [schema]):
            found = resolve(document, choice)
            assert found.get("type") == "object" or "allOf" in found, (operation_id, status)
            assert "$ref" in choice, (operation_id, status)


def test_no_schema_takes_a_name_that_the_client_uses(document: Schema) -> None:
    names = set(document["components"]["schemas"])
    assert not names & {"Record", "Page", "Any", "Mapping", "Sequence", "TypedDict", "Required"}
    assert not [name for name in names if name.endswith("Params") and name.removesuffix("Params") in names]


def test_an_event_stream_stands_beside_json_and_names_the_type_of_one_event(document: Schema) -> None:
    streaming = [operation for operation in operations(document) if "text/event-stream" in str(operation)]
    assert [operation["operationId"] for operation in streaming] == ["createPromptCompletion"]
    for operation in streaming:
        events = []
        for status, response in operation["responses"].items():
            content = resolve(document, response).get("content", {})
            if "text/event-stream" in content:
                assert list(content) == ["application/json", "text/event-stream"], status
                events.append(content["text/event-stream"]["schema"])
        assert len({event["$ref"] for event in events}) == 1
        module = importlib.import_module("portkey_openapi.api.prompts.create_prompt_completion")
        assert type(module.parse_event({})).__name__ == events[0]["$ref"].rsplit("/", 1)[-1]


def test_each_success_of_an_operation_holds_the_same(document: Schema) -> None:
    kinds: dict[str, set[str]] = {}
    for operation_id, status, content_type, schema in answers(document):
        if status.startswith("2") and content_type == "application/json":
            kinds.setdefault(operation_id, set()).add(schema["$ref"])
    assert len(kinds) == len(list(operations(document))) > 20
    assert {operation_id: kind for operation_id, kind in kinds.items() if len(kind) != 1} == {}


def test_every_object_is_a_model_and_every_field_a_property_of_it(document: Schema) -> None:
    count = 0
    for name, schema in objects(document):
        model = getattr(models, name)
        assert issubclass(model, Record)
        described = {field.wire: field.required for field in model._fields.values()}
        assert described == dict(fields(document, schema)), name
        for attribute, field in model._fields.items():
            assert getattr(model.from_dict({field.wire: 5}), attribute) == 5, (name, attribute)
            count += 1
    assert count > 250


def test_lists_are_pages_and_nothing_else_is(document: Schema) -> None:
    from portkey_openapi import Page

    pages = {name for name, _ in objects(document) if issubclass(getattr(models, name), Page)}
    assert pages == {name for name in document["components"]["schemas"] if name.endswith("List")}
    assert pages


def names_of(*kinds: type) -> set[str]:
    return {name for kind in kinds for name in dir(kind) if not name.startswith("_")}


@pytest.fixture
def run_generator() -> ModuleType:
    """The generator's program; importing it takes 0.3 s of each process that reads the tests."""
    return importlib.import_module("run_generator")


def test_names_that_fields_cannot_have_are_those_of_record(run_generator: ModuleType) -> None:
    assert names_of(Record) == run_generator.RECORD_NAMES


def test_names_that_resources_cannot_have_are_those_of_the_clients(run_generator: ModuleType) -> None:
    clients = names_of(Portkey, AsyncPortkey, portkey_openapi.Client, portkey_openapi.AsyncClient)
    assert clients - names_of(Resources) == run_generator.CLIENT_NAMES


def test_the_constants_are_those_of_the_contract_that_ships(root: Path, document: Schema) -> None:
    import hashlib

    source = (root / "openapi.yaml").read_bytes()
    assert contract.read().encode() == source
    assert hashlib.sha256(source).hexdigest() == contract.CONTRACT_SHA256
    assert document["info"]["version"] == contract.API_VERSION
    assert document["servers"][0]["url"] == contract.BASE_URL
    assert contract.API_KEY_HEADER == "x-portkey-api-key"
    assert contract.GENERATOR_VERSION == "0.29.1"

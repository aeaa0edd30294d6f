"""Contracts compared as wholes: directions, references, hostile documents, the real contract, versions."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from small_contract import base, changed, item, operation, schema, sent

from portkey_prompts.contract_diff import ContractError, ContractVerdict, compare_contracts

ROOT = Path(__file__).resolve().parents[2]


def document_of(sent_schema: Any = True, answered: Any = True, **schemas: Any) -> dict[str, Any]:
    """A contract of one operation."""
    return {
        "openapi": "3.1.0",
        "paths": {
            "/x": {
                "post": {
                    "requestBody": {"content": {"application/json": {"schema": sent_schema}}},
                    "responses": {"200": {"content": {"application/json": {"schema": answered}}}},
                }
            }
        },
        "components": {"schemas": schemas},
    }


def verdicts(old: Any, new: Any) -> tuple[str, str]:
    """What a change of a schema means in a request, and in a response."""
    request = compare_contracts(document_of(sent_schema=old), document_of(sent_schema=new))
    response = compare_contracts(document_of(answered=old), document_of(answered=new))
    return str(request.verdict), str(response.verdict)


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ({"type": "string"}, {"type": ["string", "null"]}),
        ({"type": "string"}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ({"type": "string"}, {"type": "string", "nullable": True}),
        ({"type": "integer"}, {"type": "number"}),
        ({"type": "string"}, {}),
        ({"type": "string"}, True),
        ({"type": "string", "maxLength": 5}, {"type": "string", "maxLength": 6}),
        ({"type": "integer", "minimum": 0}, {"type": "integer"}),
        ({"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 0}),
        ({"type": "string", "enum": ["a"]}, {"type": "string", "enum": ["a", "b"]}),
        ({"const": "a"}, {"enum": ["a", "b"]}),
        ({"enum": ["a"]}, {"type": "string"}),
        ({"type": "array", "uniqueItems": True}, {"type": "array"}),
        ({"type": "array", "items": {"type": "integer"}}, {"type": "array"}),
        ({"type": "object", "required": ["a"]}, {"type": "object"}),
        (False, {"type": "string"}),
        ({"allOf": [{"type": "integer", "minimum": 3}, {"minimum": 5}]}, {"type": "integer", "minimum": 3}),
    ],
)
def test_what_is_narrowed_breaks_requests_and_what_is_widened_breaks_responses(narrow: Any, wide: Any) -> None:
    assert verdicts(narrow, wide) == ("compatible", "breaking")
    assert verdicts(wide, narrow) == ("breaking", "compatible")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"type": ["string", "null"]}, {"anyOf": [{"type": "null"}, {"type": "string"}]}),
        ({"type": "string", "nullable": True}, {"type": ["null", "string"]}),
        (
            {"type": "object", "properties": {"a": {"type": "string"}}},
            {"allOf": [{"properties": {"a": {"type": "string"}}}]},
        ),
        ({"const": 1}, {"enum": [1]}),
        ({"type": "array", "uniqueItems": False}, {"type": "array"}),
        ({"oneOf": [{"type": "string"}]}, {"type": "string"}),
    ],
)
def test_two_spellings_of_one_schema_are_the_same_on_the_wire(one: Any, other: Any) -> None:
    assert verdicts(one, other) == verdicts(other, one) == ("documentation", "documentation")


def test_true_and_one_are_not_the_same_value() -> None:
    assert verdicts({"enum": [1]}, {"enum": [True]})[0] == "breaking"
    assert verdicts({"type": "integer", "default": 1}, {"type": "integer", "default": True})[0] == "breaking"


def test_a_schema_reached_from_requests_and_responses_counts_as_both() -> None:
    wider = changed(base(), lambda d: item(d, "id").update(type=["string", "integer"]))
    levels = {change.location: change.level for change in compare_contracts(base(), wider).changes}
    assert levels["POST /items response 200 .id"] is ContractVerdict.BREAKING
    assert levels["POST /items request body .parts[].id"] is ContractVerdict.COMPATIBLE


def test_a_change_names_its_location_and_the_others_that_reach_it() -> None:
    diff = compare_contracts(base(), changed(base(), lambda d: schema(d, "Fault")["properties"].clear()))
    (change,) = diff.changes
    assert change.location == "GET /items response default (Fault) .fault"
    assert change.also == ("POST /items response 404 (Fault) .fault",)
    assert "removed" in change.message
    assert str(change) == f"breaking: {change.location} (and in {change.also[0]}): {change.message}"


def test_a_change_inside_of_a_cycle_is_found_once_and_at_its_shortest_location() -> None:
    def edit(document: dict[str, Any]) -> None:
        item(document, "tags")["items"] = {"type": "integer"}

    diff = compare_contracts(base(), changed(base(), edit))
    assert [change.location for change in diff.changes] == [
        "GET /items response 200 [].tags[]",
        "POST /items request body .parts[].tags[]",
    ]


def test_a_property_named_like_a_note_is_compared_as_a_property() -> None:
    diff = compare_contracts(base(), changed(base(), lambda d: item(d, "description").update(type="integer")))
    assert diff.verdict == "breaking"
    assert all(change.location.endswith(".description") for change in diff.changes)


def test_status_codes_may_be_numbers() -> None:
    old, new = document_of(), document_of()
    responses = new["paths"]["/x"]["post"]["responses"]
    responses[200] = responses.pop("200")
    assert compare_contracts(old, new).verdict in ("documentation", "none")


def test_the_gravest_changes_come_first_and_as_dict_is_json() -> None:
    def edit(document: dict[str, Any]) -> None:
        document["info"]["title"] = "Other"
        operation(document)["deprecated"] = True
        document["paths"].pop("/items/{item_id}")

    diff = compare_contracts(base(), changed(base(), edit))
    assert [change.level for change in diff.changes] == ["breaking", "compatible", "documentation"]
    told = json.loads(json.dumps(diff.as_dict()))
    assert (told["verdict"], told["bump"], told["old"]) == ("breaking", "major", "1.0.0")
    assert told["changes"][0] == {
        "level": "breaking",
        "kind": "operation_removed",
        "location": "DELETE /items/{item_id}",
        "message": "the operation deleteItem was removed",
        "also": [],
    }
    assert str(diff).splitlines()[0] == "1.0.0 → 1.0.0: breaking"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "old: no OpenAPI document"),
        ([], "old: no OpenAPI document"),
        ({"openapi": "3.1.0", "paths": []}, "old: no OpenAPI document"),
        (
            document_of({"$ref": "#/components/schemas/Nobody"}),
            "old: the reference #/components/schemas/Nobody leads nowhere",
        ),
        (document_of({"$ref": "other.yaml#/X"}), "old: the reference other.yaml#/X leaves the document"),
        (document_of({"$ref": "#/components/schemas/A"}, A={"$ref": "#/components/schemas/A"}), "around in a circle"),
        (document_of({"type": "object", "properties": ["a"]}), "`properties` in a schema can't be"),
        ({"openapi": "3.1.0", "paths": {"/x": 5}}, "old: expected an object, not 5"),
    ],
)
def test_a_document_that_can_not_be_compared_is_an_error_that_names_it(document: Any, message: str) -> None:
    with pytest.raises(ContractError, match=re.escape(message)):
        compare_contracts(document, document_of(False))


def test_a_schema_that_is_all_of_itself_is_compared_without_end() -> None:
    knot = document_of(
        {"$ref": "#/components/schemas/A"}, A={"allOf": [{"$ref": "#/components/schemas/A"}], "type": "object"}
    )
    assert compare_contracts(knot, copy.deepcopy(knot)).verdict == "none"


def test_schemas_that_reach_each_other_twice_at_every_step_take_no_time() -> None:
    """Two ways from each of 60 schemas to the next are 2 to the power of 60 paths."""
    schemas: dict[str, Any] = {
        f"S{n}": {"type": "object", "properties": {side: {"$ref": f"#/components/schemas/S{n + 1}"} for side in "ab"}}
        for n in range(60)
    }
    schemas["S60"] = {"type": "string"}
    old = document_of(answered={"$ref": "#/components/schemas/S0"}, **schemas)
    new = changed(old, lambda d: d["components"]["schemas"]["S60"].update(type="integer"))
    diff = compare_contracts(old, new)
    assert diff.verdict == "breaking"
    assert len(diff.changes) == 1


def test_unions_that_multiply_are_refused() -> None:
    union = {"anyOf": [{"type": "object", "required": [str(n)]} for n in range(30)]}
    with pytest.raises(ContractError, match="make its unions smaller"):
        compare_contracts(document_of({"allOf": [union, union, union]}), document_of())


def test_a_document_that_is_nested_too_deep_is_an_error() -> None:
    deep: Any = {"type": "string"}
    for _ in range(5_000):
        deep = {"type": "array", "items": deep}
    with pytest.raises(ContractError, match="nested too deep"):
        compare_contracts(document_of(deep), document_of(True))


def test_comparing_changes_neither_document() -> None:
    old, new = base(), changed(base(), lambda d: sent(d, "kind").update(enum=["big"]))
    before = json.dumps([old, new])
    compare_contracts(old, new)
    assert json.dumps([old, new]) == before


types = st.sampled_from(["string", "integer", "number", "boolean", "null", "array", "object"])
schemas_of_json = st.recursive(
    st.one_of(
        st.booleans(),
        st.fixed_dictionaries({}, optional={"type": st.one_of(types, st.lists(types, min_size=1, max_size=3))}),
        st.fixed_dictionaries(
            {"type": st.just("integer")}, optional={"minimum": st.integers(-3, 3), "maximum": st.integers(-3, 3)}
        ),
        st.fixed_dictionaries({"enum": st.lists(st.sampled_from(["a", "b", 1, None, True]), min_size=1)}),
        st.just({"$ref": "#/components/schemas/Loop"}),
    ),
    lambda inner: st.one_of(
        st.fixed_dictionaries(
            {"type": st.just("object")},
            optional={
                "properties": st.dictionaries(st.sampled_from("abc"), inner),
                "required": st.lists(st.sampled_from("abc"), unique=True),
                "additionalProperties": inner,
            },
        ),
        st.fixed_dictionaries({"type": st.just("array"), "items": inner}),
        st.sampled_from(["anyOf", "oneOf", "allOf"]).flatmap(
            lambda word: st.fixed_dictionaries({word: st.lists(inner, min_size=1, max_size=2)})
        ),
    ),
    max_leaves=8,
)
LOOP = {"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#/components/schemas/Loop"}, {"type": "null"}]}}}


@settings(max_examples=examples(100), deadline=None)
@given(schemas_of_json)
def test_a_contract_compared_with_its_copy_has_no_change(value: Any) -> None:
    old = document_of(value, value, Loop=LOOP)
    assert str(compare_contracts(old, copy.deepcopy(old))) == "old → new: none"


@settings(max_examples=examples(100), deadline=None)
@given(schemas_of_json, schemas_of_json)
def test_any_two_schemas_are_compared_and_a_difference_is_never_silent(one: Any, other: Any) -> None:
    old, new = document_of(one, Loop=LOOP), document_of(other, Loop=LOOP)
    diff = compare_contracts(old, new)
    assert (diff.verdict == "none") == (json.dumps(one) == json.dumps(other))

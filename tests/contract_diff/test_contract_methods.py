"""The `x-` fields that name methods: what goes is breaking, what comes is compatible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small_contract import base, changed, operation

from portkey_prompts.contract_diff import ContractDiff, compare_contracts

Edit = Callable[[dict[str, Any]], Any]

GET, DELETE = "GET /items", "DELETE /items/{item_id}"
SLOT = f"{DELETE} path parameter item_id"
TRACE = f"{GET} header parameter X-Trace"


def slot(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/items/{item_id}"]["parameters"][0]
    return found


def trace(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/items"]["parameters"][0]
    return found


def named() -> dict[str, Any]:
    """A contract that says of every method where it lies."""
    document = base()
    document["tags"][0]["x-resource"] = "stock.items"
    operation(document).update({"x-by-hand": True, "x-scope": "read"})
    operation(document, "post").update({"x-repeatable": True, "x-resource": "stock.orders"})
    slot(document)["x-alias"] = "item_slug"
    trace(document)["x-every-call"] = True
    return document


def levels(diff: ContractDiff) -> dict[str, str]:
    """The gravest level of each location."""
    ordered = reversed(diff.changes)
    return {change.location: str(change.level) for change in ordered if change.level != "documentation"}


COMES: dict[str, tuple[Edit, str]] = {
    "a tag's resource": (lambda d: d["tags"][0].update({"x-resource": "stock.items"}), GET),
    "an operation's resource": (lambda d: operation(d).update({"x-resource": "stock.items"}), GET),
    "a method by hand": (lambda d: operation(d).update({"x-by-hand": True}), GET),
    "a call that may be repeated": (lambda d: operation(d, "post").update({"x-repeatable": True}), "POST /items"),
    "a scope": (lambda d: operation(d).update({"x-scope": "read"}), GET),
    "an alias": (lambda d: slot(d).update({"x-alias": "item_slug"}), SLOT),
    "an option of every call": (lambda d: trace(d).update({"x-every-call": True}), TRACE),
    "several aliases": (lambda d: slot(d).update({"x-alias": ["item_slug", "slug"]}), SLOT),
    "an alias at the operation": (
        lambda d: operation(d, "delete", "/items/{item_id}").update({"x-alias": {"item_id": "item_slug"}}),
        DELETE,
    ),
}

GOES: dict[str, tuple[Edit, str]] = {
    "a tag's resource": (lambda d: d["tags"][0].pop("x-resource"), GET),
    "another resource of a tag": (lambda d: d["tags"][0].update({"x-resource": "stock.things"}), GET),
    "an operation's resource": (lambda d: operation(d, "post").pop("x-resource"), "POST /items"),
    "another resource of an operation": (
        lambda d: operation(d, "post").update({"x-resource": "stock.new"}),
        "POST /items",
    ),
    "a resource for an operation that lay with its tag": (
        lambda d: operation(d).update({"x-resource": "stock.lists"}),
        GET,
    ),
    "another tag": (lambda d: operation(d).update(tags=["things"]), GET),
    "a method by hand": (lambda d: operation(d).pop("x-by-hand"), GET),
    "a compiled method": (lambda d: operation(d, "post").update({"x-by-hand": True}), "POST /items"),
    "a call that may be repeated": (lambda d: operation(d, "post").pop("x-repeatable"), "POST /items"),
    "a scope": (lambda d: operation(d).pop("x-scope"), GET),
    "another scope": (lambda d: operation(d).update({"x-scope": "write"}), GET),
    "an alias": (lambda d: slot(d).pop("x-alias"), SLOT),
    "an option of every call": (lambda d: trace(d).pop("x-every-call"), TRACE),
    "another alias": (lambda d: slot(d).update({"x-alias": "slug"}), SLOT),
}


@pytest.mark.parametrize(("edit", "location"), COMES.values(), ids=COMES)
def test_what_comes_to_a_contract_that_named_no_methods_is_compatible(edit: Edit, location: str) -> None:
    diff = compare_contracts(base(), changed(base(), edit))
    assert diff.verdict == "compatible", str(diff)
    assert location in levels(diff), str(diff)


@pytest.mark.parametrize(("edit", "location"), GOES.values(), ids=GOES)
def test_a_name_that_goes_is_breaking(edit: Edit, location: str) -> None:
    diff = compare_contracts(named(), changed(named(), edit))
    assert diff.verdict == "breaking", str(diff)
    assert levels(diff).get(location) == "breaking", str(diff)


def test_all_fields_at_once_come_compatibly_and_go_breaking() -> None:
    assert compare_contracts(base(), named()).verdict == "compatible"
    assert compare_contracts(named(), base()).verdict == "breaking"


def test_a_further_alias_is_compatible() -> None:
    diff = compare_contracts(named(), changed(named(), lambda d: slot(d).update({"x-alias": ["item_slug", "slug"]})))
    assert [(change.level, change.kind, change.location) for change in diff.changes] == [
        ("compatible", "alias_added", SLOT)
    ]


def test_a_new_operation_is_compatible_wherever_its_method_lies() -> None:
    def edit(document: dict[str, Any]) -> None:
        document["paths"]["/items"]["put"] = {"operationId": "replaceItems", "tags": ["items"], "x-by-hand": True}

    assert compare_contracts(named(), changed(named(), edit)).verdict == "compatible"


def test_a_name_that_is_said_in_another_place_moves_no_method() -> None:
    def edit(document: dict[str, Any]) -> None:
        document["tags"][0].pop("x-resource")
        for method, path in (("get", "/items"), ("delete", "/items/{item_id}")):
            operation(document, method, path)["x-resource"] = "stock.items"
        slot(document).pop("x-alias")
        operation(document, "delete", "/items/{item_id}")["x-alias"] = {"item_id": "item_slug"}

    diff = compare_contracts(named(), changed(named(), edit))
    assert diff.verdict == "documentation", str(diff)


def test_a_tag_that_is_told_of_in_other_words_is_documentation() -> None:
    diff = compare_contracts(named(), changed(named(), lambda d: d["tags"][0].update(description="Stuff.")))
    assert [str(change) for change in diff.changes] == ["documentation: contract: tags changed"]


def test_a_field_that_is_off_says_nothing() -> None:
    diff = compare_contracts(base(), changed(base(), lambda d: operation(d).update({"x-by-hand": False})))
    assert diff.verdict == "documentation", str(diff)


def test_what_operations_share_is_told_once() -> None:
    diff = compare_contracts(named(), changed(named(), lambda d: trace(d).pop("x-every-call")))
    assert [(change.kind, change.location, change.also) for change in diff.changes] == [
        ("every_call_removed", TRACE, ("POST /items header parameter X-Trace",))
    ]

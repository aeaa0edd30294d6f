"""Each kind of change of a contract has its verdict, its location and its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small_contract import base, item, operation, schema, sent

from portkey_prompts.contract_diff import compare_contracts, required_bump

Edit = Callable[[dict[str, Any]], Any]


def rename_path(document: dict[str, Any], new: str, slot: str) -> None:
    entry = document["paths"].pop("/items/{item_id}")
    entry["parameters"][0]["name"] = slot
    document["paths"][new] = entry


def lists(document: dict[str, Any]) -> dict[str, Any]:
    """The answer that is only answered: everything in `Fault`."""
    return schema(document, "Fault")


def make_fault(document: dict[str, Any], **fault: Any) -> None:
    schema(document, "Fault").update(fault)


GET, POST, DELETE = "GET /items", "POST /items", "DELETE /items/{item_id}"
BODY, LISTED, FAILED = f"{POST} request body", f"{GET} response 200", f"{GET} response default (Fault)"

BREAKING: dict[str, tuple[Edit, str]] = {
    "an operation removed": (lambda d: d["paths"]["/items"].pop("post"), POST),
    "a path removed": (lambda d: d["paths"].pop("/items/{item_id}"), DELETE),
    "an operation renamed": (lambda d: operation(d).update(operationId="getItems"), GET),
    "a path renamed": (lambda d: rename_path(d, "/things/{item_id}", "item_id"), "DELETE /things/{item_id}"),
    "a path parameter renamed": (
        lambda d: rename_path(d, "/items/{id}", "id"),
        "DELETE /items/{id} path parameter id",
    ),
    "a parameter removed": (lambda d: operation(d)["parameters"].pop(0), f"{GET} query parameter page"),
    "a parameter of a path removed": (
        lambda d: d["paths"]["/items"].pop("parameters"),
        f"{GET} header parameter x-trace",
    ),
    "a parameter renamed": (lambda d: operation(d)["parameters"][0].update(name="p"), f"{GET} query parameter page"),
    "a parameter moved to a header": (
        lambda d: operation(d)["parameters"][1].update({"in": "header"}),
        f"{GET} query parameter kind",
    ),
    "a parameter retyped": (
        lambda d: operation(d)["parameters"][1]["schema"].update(type="integer"),
        f"{GET} query parameter kind",
    ),
    "a parameter became required": (
        lambda d: operation(d)["parameters"][0].update(required=True),
        f"{GET} query parameter page",
    ),
    "a new required parameter": (
        lambda d: operation(d)["parameters"].append({"name": "q", "in": "query", "required": True}),
        f"{GET} query parameter q",
    ),
    "a parameter got a bound": (
        lambda d: operation(d)["parameters"][0]["schema"].update(maximum=10),
        f"{GET} query parameter page",
    ),
    "another default of a parameter": (
        lambda d: operation(d)["parameters"][0]["schema"].update(default=1),
        f"{GET} query parameter page",
    ),
    "a parameter written in another style": (
        lambda d: operation(d)["parameters"][1].update(style="deepObject"),
        f"{GET} query parameter kind",
    ),
    "a request body became required": (lambda d: operation(d, "post")["requestBody"].update(required=True), BODY),
    "a request body removed": (lambda d: operation(d, "post").pop("requestBody"), BODY),
    "a new required request body": (
        lambda d: operation(d, "delete", "/items/{item_id}").update(requestBody={"required": True, "content": {}}),
        f"{DELETE} request body",
    ),
    "a media type of a request removed": (
        lambda d: operation(d, "post")["requestBody"]["content"].pop("text/plain"),
        BODY,
    ),
    "a new required field": (lambda d: schema(d, "Named").update(required=["name", "code"]), f"{BODY} .code"),
    "a field became required": (
        lambda d: schema(d, "NewItem")["allOf"][1]["required"].append("weight"),
        f"{BODY} .weight",
    ),
    "a request field removed": (lambda d: schema(d, "NewItem")["allOf"][1]["properties"].pop("code"), f"{BODY} .code"),
    "a request type narrowed": (lambda d: sent(d, "weight").update(type="integer"), f"{BODY} .weight"),
    "a request type changed": (lambda d: sent(d, "code").update(type="boolean"), f"{BODY} .code"),
    "a lower maximum": (lambda d: sent(d, "weight").update(maximum=50), f"{BODY} .weight"),
    "a higher minimum": (lambda d: sent(d, "weight").update(minimum=1), f"{BODY} .weight"),
    "a new length": (lambda d: sent(d, "code").update(maxLength=3), f"{BODY} .code"),
    "fewer items": (lambda d: sent(d, "parts").update(maxItems=3), f"{BODY} .parts"),
    "a new pattern": (lambda d: sent(d, "kind").update(pattern="^b"), f"{BODY} .kind"),
    "another pattern": (lambda d: sent(d, "code").update(pattern="^[0-9]$"), f"{BODY} .code"),
    "a new enum": (lambda d: sent(d, "code").update(enum=["a"]), f"{BODY} .code"),
    "a value of an enum removed": (lambda d: sent(d, "kind").update(enum=["big"]), f"{BODY} .kind"),
    "an enum turned to a constant": (
        lambda d: (sent(d, "kind").pop("enum"), sent(d, "kind").update(const="big")),
        f"{BODY} .kind",
    ),
    "a member of a request union removed": (lambda d: sent(d, "shape")["oneOf"].pop(), f"{BODY} .shape"),
    "a request closed to further fields": (
        lambda d: schema(d, "Round").update(additionalProperties=False),
        f"{BODY} .shape (Round)",
    ),
    "values of a map retyped": (
        lambda d: sent(d, "labels")["additionalProperties"].update(type="integer"),
        f"{BODY} .labels.{{}}",
    ),
    "a request field became read-only": (lambda d: sent(d, "code").update(readOnly=True), f"{BODY} .code"),
    "a condition that is not looked into": (
        lambda d: schema(d, "Round").update({"if": {"required": ["colour"]}}),
        f"{BODY} .shape (Round)",
    ),
    "a format of a request": (lambda d: sent(d, "code").update(format="uuid"), f"{BODY} .code"),
    "a response field removed": (lambda d: schema(d, "Item")["properties"].pop("size"), f"{LISTED} [].size"),
    "a response field became optional": (lambda d: schema(d, "Item").update(required=["id"]), f"{LISTED} [].name"),
    "a response field became nullable": (
        lambda d: item(d, "name").update(type=["string", "null"]),
        f"{LISTED} [].name",
    ),
    "a response field changed its type": (lambda d: item(d, "id").update(type="integer"), f"{LISTED} [].id"),
    "a response field widened to any type": (lambda d: item(d, "id").pop("type"), f"{LISTED} [].id"),
    "a longer text in a response": (lambda d: item(d, "name").update(maxLength=500), f"{LISTED} [].name"),
    "a format of a response removed": (lambda d: item(d, "made_at").pop("format"), f"{LISTED} [].made_at"),
    "items of a list retyped": (lambda d: item(d, "tags")["items"].update(type="integer"), f"{LISTED} [].tags[]"),
    "a new member of a response union": (
        lambda d: d["components"]["responses"]["Failure"]["content"]["application/json"]["schema"]["anyOf"].append(
            {"type": "string"}
        ),
        f"{GET} response default",
    ),
    "a response field became write-only": (lambda d: lists(d)["properties"]["fault"].update(writeOnly=True), FAILED),
    "a response removed": (lambda d: operation(d, "post")["responses"].pop("404"), f"{POST} response 404"),
    "another status": (
        lambda d: operation(d, "delete", "/items/{item_id}").update(responses={"200": {"description": ""}}),
        f"{DELETE} response 204",
    ),
    "a media type of a response removed": (
        lambda d: operation(d)["responses"]["200"]["content"].pop("text/csv"),
        LISTED,
    ),
    "a response header removed": (
        lambda d: operation(d)["responses"]["200"].pop("headers"),
        f"{LISTED} header x-total",
    ),
    "a response header became optional": (
        lambda d: operation(d)["responses"]["200"]["headers"]["x-total"].pop("required"),
        f"{LISTED} header x-total",
    ),
    "a response header retyped": (
        lambda d: operation(d)["responses"]["200"]["headers"]["x-total"]["schema"].update(type="string"),
        f"{LISTED} header x-total",
    ),
    "another key asked for": (lambda d: d.update(security=[{"token": []}]), GET),
    "a second key asked for": (lambda d: operation(d).update(security=[{"key": [], "token": []}]), GET),
    "a scope asked for": (lambda d: d.update(security=[{"key": ["write"]}]), GET),
    "a key in another header": (lambda d: d["components"]["securitySchemes"]["key"].update(name="x-api-key"), GET),
    "another base URL": (lambda d: d.update(servers=[{"url": "https://other.example.com"}]), "servers"),
    "callbacks of an operation": (lambda d: operation(d).update(callbacks={"done": {}}), GET),
}

COMPATIBLE: dict[str, tuple[Edit, str]] = {
    "a new operation": (lambda d: d["paths"]["/items"].update(put={"operationId": "replaceItems"}), "PUT /items"),
    "a new optional parameter": (
        lambda d: operation(d)["parameters"].append({"name": "q", "in": "query"}),
        f"{GET} query parameter q",
    ),
    "a parameter became optional": (
        lambda d: operation(d)["parameters"][1].pop("required"),
        f"{GET} query parameter kind",
    ),
    "a parameter without its bound": (
        lambda d: operation(d)["parameters"][0]["schema"].pop("minimum"),
        f"{GET} query parameter page",
    ),
    "a default documented": (
        lambda d: operation(d)["parameters"][1]["schema"].update(default="all"),
        f"{GET} query parameter kind",
    ),
    "a new optional request body": (
        lambda d: operation(d, "delete", "/items/{item_id}").update(requestBody={"content": {}}),
        f"{DELETE} request body",
    ),
    "a new media type of a request": (
        lambda d: operation(d, "post")["requestBody"]["content"].update({"text/csv": {}}),
        BODY,
    ),
    "a new optional request field": (
        lambda d: schema(d, "Named")["properties"].update(note={"type": "string"}),
        f"{BODY} .note",
    ),
    "a request field became optional": (lambda d: schema(d, "Named").pop("required"), f"{BODY} .name"),
    "a request type widened": (lambda d: sent(d, "code").update(type=["string", "null"]), f"{BODY} .code"),
    "a request without its pattern": (lambda d: sent(d, "code").pop("pattern"), f"{BODY} .code"),
    "a request may say anything": (lambda d: sent(d, "kind").pop("enum"), f"{BODY} .kind"),
    "a new value of an enum": (lambda d: sent(d, "kind")["enum"].append("huge"), f"{BODY} .kind"),
    "a new member of a request union": (
        lambda d: sent(d, "shape")["oneOf"].append({"type": "string"}),
        f"{BODY} .shape",
    ),
    "a new response field": (
        lambda d: lists(d)["properties"].update(code={"type": "string"}),
        f"{FAILED} .code",
    ),
    "a response field became required": (lambda d: make_fault(d, required=["fault"]), f"{FAILED} .fault"),
    "a response field got a bound": (lambda d: lists(d)["properties"]["fault"].update(maxLength=9), f"{FAILED} .fault"),
    "a member of a response union removed": (
        lambda d: d["components"]["responses"]["Failure"]["content"]["application/json"]["schema"]["anyOf"].pop(),
        f"{GET} response default",
    ),
    "a new response": (
        lambda d: operation(d)["responses"].update({"404": {"description": "None."}}),
        f"{GET} response 404",
    ),
    "a new media type of a response": (
        lambda d: operation(d)["responses"]["200"]["content"].update({"text/plain": {}}),
        LISTED,
    ),
    "a new response header": (
        lambda d: operation(d)["responses"]["200"]["headers"].update({"x-more": {}}),
        f"{LISTED} header x-more",
    ),
    "an operation deprecated": (lambda d: operation(d).update(deprecated=True), GET),
    "a parameter deprecated": (
        lambda d: operation(d)["parameters"][0].update(deprecated=True),
        f"{GET} query parameter page",
    ),
    "a field deprecated": (lambda d: sent(d, "code").update(deprecated=True), f"{BODY} .code"),
    "another way in": (lambda d: d["security"].append({"token": []}), GET),
    "no key needed": (lambda d: operation(d).update(security=[]), GET),
    "another server": (lambda d: d["servers"].append({"url": "https://eu.example.com/v1"}), "servers"),
    "another tag": (lambda d: operation(d).update(tags=["things"]), GET),
    "a schema under another name": (
        lambda d: d["components"]["schemas"].update(Idle=d["components"]["schemas"].pop("Unused")),
        "schema Unused",
    ),
    "a webhook": (lambda d: d.update(webhooks={"made": {}}), "webhook made"),
}

DOCUMENTATION: dict[str, tuple[Edit, str]] = {
    "the description of the whole": (lambda d: d["info"].update(description="About."), "contract"),
    "a title": (lambda d: d["info"].update(title="Stuff"), "contract"),
    "a summary": (lambda d: operation(d).update(summary="List"), "paths./items.get"),
    "a description of a field": (
        lambda d: item(d, "name").update(description="The name."),
        "components.schemas.Item.properties.name",
    ),
    "examples": (lambda d: item(d, "name").update(examples=["A"]), "components.schemas.Item.properties.name"),
    "a description of a response": (
        lambda d: d["components"]["responses"]["Failure"].update(description="No."),
        "components.responses.Failure",
    ),
    "a description of a key": (
        lambda d: d["components"]["securitySchemes"]["key"].update(description="Secret."),
        "components.securitySchemes.key",
    ),
    "a tag's description": (lambda d: d["tags"][0].update(description="Stuff."), "contract"),
    "an extension": (lambda d: operation(d).update({"x-note": 1}), "paths./items.get"),
    "the order of paths": (lambda d: d.update(paths=dict(reversed(d["paths"].items()))), "contract"),
    "the order of required fields": (lambda d: schema(d, "Item")["required"].reverse(), "contract"),
    "the order of an enum": (lambda d: sent(d, "kind")["enum"].reverse(), "contract"),
    "the order of parameters": (lambda d: operation(d)["parameters"].reverse(), None),
    "a schema that nothing reaches": (lambda d: schema(d, "Unused").update(required=["x"]), "contract"),
    "a new schema that nothing reaches": (lambda d: d["components"]["schemas"].update(More={}), "contract"),
    "a reference written out": (
        lambda d: sent(d, "parts").update(items={"allOf": [{"$ref": "#/components/schemas/Item"}]}),
        "contract",
    ),
}

NONE: dict[str, tuple[Edit, str]] = {
    "nothing": (lambda d: None, ""),
    "the version alone": (lambda d: d["info"].update(version="2.0.0"), ""),
}

KINDS = [
    pytest.param(edit, location, verdict, bump, id=f"{verdict}: {name}")
    for kinds, verdict, bump in (
        (BREAKING, "breaking", "major"),
        (COMPATIBLE, "compatible", "minor"),
        (DOCUMENTATION, "documentation", "patch"),
        (NONE, "none", "none"),
    )
    for name, (edit, location) in kinds.items()
]


@pytest.mark.parametrize(("edit", "location", "verdict", "bump"), KINDS)
def test_each_kind_of_change_has_its_verdict(edit: Edit, location: str | None, verdict: str, bump: str) -> None:
    document = base()
    edit(document)
    diff = compare_contracts(base(), document)
    assert diff.verdict == verdict, str(diff)
    assert required_bump(diff) == bump
    assert all(change.message for change in diff.changes)
    if location:
        locations = [
            where for change in diff.changes for where in (change.location, *change.also) if change.level == verdict
        ]
        assert any(where.startswith(location) for where in locations), str(diff)


def test_the_table_holds_more_than_thirty_kinds_of_breaking_changes() -> None:
    assert len(BREAKING) > 30

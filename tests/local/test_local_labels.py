"""Labels and collections over HTTP."""

from __future__ import annotations

import pytest
from checked_client import CheckedClient, message_of


def test_three_labels_and_the_default_collection_always_exist(fresh_api: CheckedClient) -> None:
    labels = fresh_api.get("/labels").json()
    assert {label["name"] for label in labels["data"]} == {"production", "staging", "development"}
    assert all(label["is_universal"] is True for label in labels["data"])
    assert labels["total"] == 3
    (collection,) = fresh_api.get("/collections").json()["data"]
    assert (collection["slug"], collection["is_default"], collection["status"]) == ("default", True, "active")


def test_universal_labels_can_not_be_removed_or_renamed(api: CheckedClient) -> None:
    for label in api.get("/labels").json()["data"]:
        if label["is_universal"]:
            assert api.delete(f"/labels/{label['id']}").status_code == 403
            renamed = api.put(f"/labels/{label['id']}", json={"name": "other"})
            assert renamed.status_code == 403
            assert renamed.json()["data"]["errorCode"] == "AB03"
            assert api.put(f"/labels/{label['id']}", json={"color_code": "#000000"}).json() == {}
            assert api.get(f"/labels/{label['id']}").json()["color_code"] == "#000000"


def test_a_label_reads_as_it_was_written(api: CheckedClient) -> None:
    fields = {"name": "canary.ünï", "description": "One in a hundred", "color_code": "#FFB300"}
    label_id = api.post("/labels", json=fields).json()["id"]
    found = api.get(f"/labels/{label_id}").json()
    assert {name: found[name] for name in fields} == fields
    assert (found["is_universal"], found["status"]) == (False, "active")
    assert api.put(f"/labels/{label_id}", json={"description": "", "color_code": None}).json() == {}
    changed = api.get(f"/labels/{label_id}").json()
    assert (changed["description"], changed["color_code"]) == ("", "#FFB300")
    assert api.delete(f"/labels/{label_id}").json() == {}
    assert api.get(f"/labels/{label_id}").status_code == 404


@pytest.mark.parametrize("name", ["latest", "default", "12", "", "a b", "a@b", "a/b", 7, None])
def test_a_label_that_could_be_mistaken_is_refused(api: CheckedClient, name: object) -> None:
    response = api.post("/labels", json={"name": name})
    assert response.status_code == 400
    assert "`name`" in message_of(response)


def test_a_label_name_that_is_taken_is_a_conflict(api: CheckedClient) -> None:
    response = api.post("/labels", json={"name": "production"})
    assert response.status_code == 409
    assert response.json()["data"]["errorCode"] == "AB07"
    label_id = api.post("/labels", json={"name": "mine"}).json()["id"]
    assert api.put(f"/labels/{label_id}", json={"name": "staging"}).status_code == 409
    assert api.put(f"/labels/{label_id}", json={"name": "mine"}).status_code == 200


def test_labels_are_searched_and_paged(fresh_api: CheckedClient) -> None:
    for name in ("blue", "Blue-green", "red"):
        fresh_api.post("/labels", json={"name": name})
    page = fresh_api.get("/labels", params={"search": "BLUE", "page_size": 1}).json()
    assert ([label["name"] for label in page["data"]], page["total"]) == (["Blue-green"], 2)
    assert "folded_name" not in page["data"][0]


@pytest.mark.parametrize("query", [{"workspace_id": "nope"}, {"organization_id": "nope"}])
def test_places_that_do_not_exist_are_not_found(api: CheckedClient, query: dict[str, str]) -> None:
    response = api.get("/labels", params=query)
    assert response.status_code == 404
    assert "`nope`" in message_of(response)
    assert api.post("/labels", json={"name": "placed", **query}).status_code == 404


def test_a_collection_reads_as_it_was_written(api: CheckedClient) -> None:
    outer = api.post("/collections", json={"name": "Outer"}).json()
    assert outer["slug"].startswith("outer-")
    fields = {"name": "Inner", "parent_collection_id": outer["slug"], "workspace_id": "ws-local"}
    inner = api.post("/collections", json=fields).json()
    found = api.get(f"/collections/{inner['slug']}").json()
    assert (found["id"], found["name"], found["parent_collection_id"]) == (inner["id"], "Inner", outer["id"])
    assert found["is_default"] == 0
    assert api.put(f"/collections/{inner['id']}", json={"name": "Renamed"}).json() == {}
    renamed = api.get(f"/collections/{inner['id']}").json()
    assert (renamed["name"], renamed["slug"]) == ("Renamed", inner["slug"])


def test_a_collection_that_holds_something_can_not_be_removed(api: CheckedClient) -> None:
    outer, inner = (api.post("/collections", json={"name": name}).json()["id"] for name in ("Outer", "Inner"))
    place = {"name": "P", "collection_id": inner, "string": "x"}
    prompt = api.post("/prompts", json={**place, "parameters": {}}).json()["slug"]
    partial = api.post("/prompts/partials", json=place).json()["slug"]
    child = api.post("/collections", json={"name": "Child", "parent_collection_id": outer}).json()["id"]
    refused = api.delete(f"/collections/{inner}")
    assert (refused.status_code, refused.json()["data"]["errorCode"]) == (409, "AB07")
    assert "prompts and partials" in message_of(refused)
    assert "collections" in message_of(api.delete(f"/collections/{outer}"))
    api.delete(f"/prompts/{prompt}")
    api.delete(f"/prompts/partials/{partial}")
    for collection in (inner, child, outer):
        assert api.delete(f"/collections/{collection}").json() == {}
        assert api.get(f"/collections/{collection}").status_code == 404


def test_the_default_collection_can_not_be_removed(api: CheckedClient) -> None:
    assert api.delete("/collections/default").status_code == 403


@pytest.mark.parametrize("fields", [{"workspace_id": "nope"}, {"parent_collection_id": "nope"}])
def test_a_collection_in_an_unknown_place_is_not_found(api: CheckedClient, fields: dict[str, str]) -> None:
    response = api.post("/collections", json={"name": "Lost", **fields})
    assert response.status_code == 404
    assert "`nope`" in message_of(response)


def test_collections_are_searched(fresh_api: CheckedClient) -> None:
    for name in ("Support", "Sales"):
        fresh_api.post("/collections", json={"name": name})
    page = fresh_api.get("/collections", params={"search": "sup"}).json()
    assert [collection["name"] for collection in page["data"]] == ["Support"]
    assert fresh_api.get("/collections", params={"workspace_id": "nope"}).status_code == 404


def test_an_unknown_label_is_told_ten_that_are_borne_at_most(fresh_api: CheckedClient) -> None:
    body = {"name": "Hi", "collection_id": "default", "string": "Hi", "parameters": {}, "virtual_key": "echo"}
    made = fresh_api.post("/prompts", json=body).json()
    slug, version = made["slug"], made["version_id"]
    for number in range(30):
        label = fresh_api.post("/labels", json={"name": f"label-{number:02}"}).json()["id"]
        fresh_api.put(f"/prompts/{slug}/versions/{version}", json={"label_id": label})
    refused = message_of(fresh_api.get(f"/prompts/{slug}@nope"))
    assert "`label-09` and 20 more" in refused
    assert "label-10" not in refused

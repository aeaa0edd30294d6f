"""Prompts over HTTP: create, list, read, update, publish, delete."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from checked_client import CHAT, CheckedClient, message_of

Make = Callable[..., dict[str, Any]]
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_creating_answers_the_ids_and_a_slug_made_from_the_name(make_prompt: Make) -> None:
    made = make_prompt(name="Greeting")
    assert set(made) == {"id", "slug", "version_id", "object"}
    assert made["object"] == "prompt"
    assert re.fullmatch(r"pp-greeting-[0-9a-f]{6}", made["slug"])
    assert UUID.fullmatch(made["id"])
    assert UUID.fullmatch(made["version_id"])


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Héllo Wörld!", "hello-world"),
        ("Straße", "strasse"),
        ("  A  --  B  ", "a-b"),
        ("你好", "prompt"),
        ("🙂", "prompt"),
        ("../../etc/passwd", "etc-passwd"),
        ("x" * 500, "x" * 48),
    ],
)
def test_slugs_are_plain_whatever_the_name(make_prompt: Make, name: str, stem: str) -> None:
    assert re.fullmatch(rf"pp-{stem}-[0-9a-f]{{6}}", make_prompt(name=name)["slug"])


def test_names_need_not_be_unique_and_slugs_are(make_prompt: Make) -> None:
    slugs = {make_prompt(name="Same")["slug"] for _ in range(5)}
    assert len(slugs) == 5


def test_a_prompt_reads_as_it_was_written(api: CheckedClient, make_prompt: Make) -> None:
    fields = {
        "parameters": {"temperature": 0.5, "topic": "AI", "stop": ["\n"], "🙂": None},
        "model": "gpt-4",
        "virtual_key": "openai-main",
        "functions": [{"name": "f"}],
        "tools": [{"type": "function", "function": {"name": "weather"}}],
        "tool_choice": {"type": "function", "function": {"name": "weather"}},
        "version_description": "First draft",
        "template_metadata": {"template_type": "chat", "note": "ünï"},
    }
    made = make_prompt(**fields)
    found = api.get(f"/prompts/{made['slug']}").json()
    assert found["string"] == CHAT
    assert found["prompt"] == "Tell {{name}} about {{topic}}."
    assert found["prompt_version_description"] == "First draft"
    assert {name: found[name] for name in fields if name != "version_description"} == {
        name: value for name, value in fields.items() if name != "version_description"
    }
    assert (found["prompt_version"], found["prompt_version_id"]) == (1, made["version_id"])
    assert (found["status"], found["prompt_version_status"], found["is_raw_template"]) == ("active", "active", 0)
    assert (found["prompt_version_label_id"], found["prompt_version_labels"]) == (None, [])
    assert STAMP.fullmatch(found["created_at"])
    assert STAMP.fullmatch(found["last_updated_at"])
    assert api.get(f"/prompts/{made['id']}").json() == found


def test_what_is_left_out_at_creation_has_its_default(api: CheckedClient, make_prompt: Make) -> None:
    found = api.get(f"/prompts/{make_prompt()['slug']}").json()
    assert (found["parameters"], found["template_metadata"]) == ({}, {})
    assert [found[name] for name in ("functions", "tools", "tool_choice", "model", "virtual_key")] == [None] * 5


def test_components_of_a_template_are_computed(api: CheckedClient, make_prompt: Make) -> None:
    string = "{{a}} {{#items}}{{title}}{{/items}} {{>pp-tone}} {{>>closing}}"
    found = api.get(f"/prompts/{make_prompt(string=string)['slug']}").json()
    assert found["variable_components"] == {
        "variables": ["a"],
        "sections": ["items"],
        "partials": ["pp-tone"],
        "sectionVariables": {"items": ["title"]},
        "variablePartials": ["closing"],
    }


@pytest.mark.parametrize(
    ("string", "position"),
    [("Hello\n  {{name", "line 2, column 3"), ("{{#a}}x{{/b}}", "line 1, column 8")],
)
def test_a_malformed_template_is_refused_with_its_position(api: CheckedClient, string: str, position: str) -> None:
    body = {"name": "Broken", "collection_id": "default", "string": string, "parameters": {}}
    response = api.post("/prompts", json=body)
    assert response.status_code == 400
    assert position in message_of(response)
    assert "`string`" in message_of(response)
    assert response.json()["data"]["errorCode"] == "AB01"


def test_a_chat_that_is_no_array_of_messages_is_refused(api: CheckedClient) -> None:
    body = {"name": "Broken", "collection_id": "default", "string": "not json", "parameters": {}}
    response = api.post("/prompts", json={**body, "template_metadata": {"template_type": "chat"}})
    assert response.status_code == 400


def test_a_malformed_update_makes_no_version(api: CheckedClient, make_prompt: Make) -> None:
    slug = make_prompt()["slug"]
    assert api.put(f"/prompts/{slug}", json={"string": "{{x", "name": "Renamed"}).status_code == 400
    assert api.get(f"/prompts/{slug}/versions").json()["total"] == 1
    assert api.get(f"/prompts/{slug}").json()["name"] == "Greeting"


def test_an_update_makes_a_version_that_nobody_gets_until_it_is_published(
    api: CheckedClient, make_prompt: Make
) -> None:
    made = make_prompt(string="one")
    updated = api.put(f"/prompts/{made['slug']}", json={"string": "two", "parameters": {}}).json()
    assert (updated["id"], updated["slug"], updated["object"]) == (made["id"], made["slug"], "prompt")
    assert api.get(f"/prompts/{made['slug']}").json()["string"] == "one"
    latest = api.get(f"/prompts/{made['slug']}@latest").json()
    assert (latest["string"], latest["prompt_version"]) == ("two", 2)
    assert latest["prompt_version_id"] == updated["prompt_version_id"]
    assert latest["prompt_version_status"] == "archived"
    assert api.put(f"/prompts/{made['slug']}/makeDefault", json={"version": 2}).json() == {}
    published = api.get(f"/prompts/{made['slug']}").json()
    assert (published["string"], published["prompt_version_status"]) == ("two", "active")


def test_publishing_may_be_repeated_and_undone(api: CheckedClient, make_prompt: Make) -> None:
    slug = make_prompt(string="one")["slug"]
    api.put(f"/prompts/{slug}", json={"string": "two"})
    for version in (2, 2, 1):
        assert api.put(f"/prompts/{slug}/makeDefault", json={"version": version}).json() == {}
        assert api.get(f"/prompts/{slug}").json()["prompt_version"] == version


@pytest.mark.parametrize("version", [3, 2147483647])
def test_publishing_an_unknown_version_finds_nothing(api: CheckedClient, make_prompt: Make, version: int) -> None:
    response = api.put(f"/prompts/{make_prompt()['slug']}/makeDefault", json={"version": version})
    assert response.status_code == 404
    assert f"no version {version}" in message_of(response)


def test_an_update_without_patch_takes_over_nothing(api: CheckedClient, make_prompt: Make) -> None:
    slug = make_prompt(model="gpt-4", parameters={"temperature": 1}, tools=[{"type": "function"}])["slug"]
    api.put(f"/prompts/{slug}", json={"string": "two"})
    latest = api.get(f"/prompts/{slug}@latest").json()
    assert (latest["model"], latest["parameters"], latest["tools"]) == (None, {}, None)


def test_an_update_without_a_template_takes_over_the_latest_one_and_how_it_is_read(
    api: CheckedClient, make_prompt: Make
) -> None:
    raw = {"string": "[{{x}}]", "is_raw_template": 1, "template_metadata": {"template_type": "chat"}}
    slug = make_prompt(**raw, model="gpt-4", parameters={"temperature": 1})["slug"]
    api.put(f"/prompts/{slug}", json={"tool_choice": "auto"})
    latest = api.get(f"/prompts/{slug}@latest").json()
    assert {name: latest[name] for name in raw} == raw
    assert (latest["prompt_version"], latest["model"], latest["parameters"]) == (2, None, {})
    api.put(f"/prompts/{slug}", json={"is_raw_template": 0, "prompt_metadata": {}})
    latest = api.get(f"/prompts/{slug}@latest").json()
    assert (latest["string"], latest["is_raw_template"], latest["template_metadata"]) == ("[{{x}}]", 0, {})


def test_a_patch_takes_over_what_is_left_out_from_the_latest_version(api: CheckedClient, make_prompt: Make) -> None:
    slug = make_prompt(string="one {{x}}", model="gpt-4", parameters={"temperature": 1}, virtual_key="k")["slug"]
    api.put(f"/prompts/{slug}", json={"string": "two {{y}}", "patch": True, "version_description": "Why"})
    api.put(f"/prompts/{slug}", json={"model": "gpt-5", "virtual_key": "k-2", "patch": True})
    latest = api.get(f"/prompts/{slug}@3").json()
    assert (latest["string"], latest["model"], latest["parameters"]) == ("two {{y}}", "gpt-5", {"temperature": 1})
    assert latest["virtual_key"] == "k-2"
    assert latest["variable_components"]["variables"] == ["y"]
    assert latest["prompt_version_description"] is None


@pytest.mark.parametrize("spelling", ["prompt_metadata", "template_metadata"])
def test_metadata_of_an_update_has_two_spellings(api: CheckedClient, make_prompt: Make, spelling: str) -> None:
    slug = make_prompt()["slug"]
    api.put(f"/prompts/{slug}", json={"patch": True, spelling: {"note": spelling}})
    assert api.get(f"/prompts/{slug}@latest").json()["template_metadata"] == {"note": spelling}


def test_prompt_metadata_wins_over_its_other_spelling(api: CheckedClient, make_prompt: Make) -> None:
    slug = make_prompt()["slug"]
    both = {"patch": True, "template_metadata": {"of": "the loser"}, "prompt_metadata": {"of": "the winner"}}
    api.put(f"/prompts/{slug}", json=both)
    assert api.get(f"/prompts/{slug}@latest").json()["template_metadata"] == {"of": "the winner"}


def test_a_name_or_a_collection_alone_makes_no_version(api: CheckedClient, make_prompt: Make) -> None:
    slug = make_prompt()["slug"]
    collection = api.post("/collections", json={"name": "Support"}).json()
    assert api.put(f"/prompts/{slug}", json={"name": "Renamed"}).json() == {}
    assert api.put(f"/prompts/{slug}", json={"collection_id": collection["slug"]}).json() == {}
    assert api.put(f"/prompts/{slug}", json={}).json() == {}
    found = api.get(f"/prompts/{slug}").json()
    assert (found["name"], found["collection_id"], found["prompt_version"]) == ("Renamed", collection["id"], 1)
    assert api.get(f"/prompts/{slug}/versions").json()["total"] == 1


def test_an_update_may_rename_and_make_a_version_at_once(api: CheckedClient, make_prompt: Make) -> None:
    slug = make_prompt()["slug"]
    assert api.put(f"/prompts/{slug}", json={"name": "Both", "string": "two"}).json()["prompt_version_id"]
    found = api.get(f"/prompts/{slug}@latest").json()
    assert (found["name"], found["string"]) == ("Both", "two")


def test_a_deleted_prompt_is_gone_with_all_of_its_versions(api: CheckedClient, make_prompt: Make) -> None:
    made = make_prompt()
    slug = made["slug"]
    assert api.post(f"/prompts/{slug}/render", json={"variables": {}}).status_code == 200
    assert api.delete(f"/prompts/{slug}").json() == {}
    for reference in (slug, f"{slug}@1", f"{slug}@latest", made["id"]):
        assert api.get(f"/prompts/{reference}").status_code == 404
        assert api.post(f"/prompts/{reference}/render", json={"variables": {}}).status_code == 404
    assert api.get(f"/prompts/{slug}/versions").status_code == 404
    assert api.delete(f"/prompts/{slug}").status_code == 404


def test_a_reference_to_one_version_can_not_delete_or_update_the_prompt(api: CheckedClient, make_prompt: Make) -> None:
    slug = make_prompt()["slug"]
    assert api.delete(f"/prompts/{slug}@1").status_code == 404
    assert api.put(f"/prompts/{slug}@1", json={"name": "x"}).status_code == 404
    assert api.put(f"/prompts/{slug}@1/makeDefault", json={"version": 1}).status_code == 404
    assert api.get(f"/prompts/{slug}").status_code == 200


def test_an_unknown_collection_is_named_with_the_known_ones(api: CheckedClient) -> None:
    body = {"name": "Lost", "collection_id": "nowhere", "string": "x", "parameters": {}}
    response = api.post("/prompts", json=body)
    assert response.status_code == 404
    assert "`nowhere`" in message_of(response)
    assert "`default`" in message_of(response)
    assert response.json()["data"]["errorCode"] == "AB02"


def test_lists_are_empty_at_first(fresh_api: CheckedClient) -> None:
    assert fresh_api.get("/prompts").json() == {"object": "list", "total": 0, "data": []}


def test_a_list_is_paged_the_newest_first(fresh_api: CheckedClient) -> None:
    bodies = [{"name": f"P{n}", "collection_id": "default", "string": "x", "parameters": {}} for n in range(5)]
    for body in bodies:
        fresh_api.post("/prompts", json=body)
    pages = [fresh_api.get("/prompts", params={"current_page": n, "page_size": 2}).json() for n in range(4)]
    assert [page["total"] for page in pages] == [5, 5, 5, 5]
    assert [[prompt["name"] for prompt in page["data"]] for page in pages] == [["P4", "P3"], ["P2", "P1"], ["P0"], []]
    assert len(fresh_api.get("/prompts").json()["data"]) == 5


def test_a_list_shows_no_templates_but_the_published_model(fresh_api: CheckedClient) -> None:
    body = {"name": "P", "collection_id": "default", "string": "x", "parameters": {}, "model": "gpt-4"}
    slug = fresh_api.post("/prompts", json=body).json()["slug"]
    fresh_api.put(f"/prompts/{slug}", json={"model": "gpt-5", "patch": True})
    (listed,) = fresh_api.get("/prompts").json()["data"]
    assert listed["model"] == "gpt-4"
    assert set(listed) == {
        "id",
        "collection_id",
        "name",
        "slug",
        "created_at",
        "last_updated_at",
        "status",
        "model",
        "object",
    }


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ÄPFEL", ["Äpfel 100%"]),
        ("100%", ["Äpfel 100%"]),
        ("a_b", ["a_b"]),
        ("%", ["Äpfel 100%"]),
        ("\\", ["back\\slash"]),
        ("nothing", []),
        ("", ["back\\slash", "axb", "a_b", "Äpfel 100%"]),
    ],
)
def test_search_finds_names_in_either_case_and_takes_wildcards_literally(
    fresh_api: CheckedClient, search: str, found: list[str]
) -> None:
    for name in ("Äpfel 100%", "a_b", "axb", "back\\slash"):
        body = {"name": name, "collection_id": "default", "string": "x", "parameters": {}}
        fresh_api.post("/prompts", json=body)
    page = fresh_api.get("/prompts", params={"search": search}).json()
    assert [prompt["name"] for prompt in page["data"]] == found
    assert page["total"] == len(found)


def test_lists_are_filtered_by_collection_and_workspace(fresh_api: CheckedClient) -> None:
    inside = fresh_api.post("/collections", json={"name": "Inside"}).json()
    for name, place in (("A", "default"), ("B", inside["slug"])):
        body = {"name": name, "collection_id": place, "string": "x", "parameters": {}}
        fresh_api.post("/prompts", json=body)
    for reference in (inside["id"], inside["slug"]):
        page = fresh_api.get("/prompts", params={"collection_id": reference, "workspace_id": "ws-local"}).json()
        assert [prompt["name"] for prompt in page["data"]] == ["B"]
    assert fresh_api.get("/prompts", params={"collection_id": "nowhere"}).status_code == 404
    assert fresh_api.get("/prompts", params={"workspace_id": "nowhere"}).status_code == 404

"""Updates as strictly typed clients send them: nulls, what makes no version, and which version is asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from checked_client import CheckedClient
from serving_process import Serving

from portkey_local import LocalServer

CONTENT = {
    "string": "Hello {{name}}",
    "parameters": {"temperature": 0.5},
    "model": "m-1",
    "virtual_key": "key-1",
    "tools": [{"type": "function", "function": {"name": "f"}}],
    "tool_choice": "auto",
    "version_description": "first",
}


@pytest.fixture
def api() -> Iterator[CheckedClient]:
    with LocalServer() as server, CheckedClient(server.base_url) as client:
        yield client


@pytest.fixture
def made(api: CheckedClient) -> dict[str, Any]:
    created: dict[str, Any] = api.post(
        "/prompts", json={"name": "Greeting", "collection_id": "default", **CONTENT}
    ).json()
    return created


def detail(api: CheckedClient, reference: str, **query: Any) -> dict[str, Any]:
    answered = api.get(f"/prompts/{reference}", params=query)
    assert answered.status_code == 200, answered.text
    found: dict[str, Any] = answered.json()
    return found


def update(api: CheckedClient, slug: str, **fields: Any) -> dict[str, Any]:
    answered = api.put(f"/prompts/{slug}", json=fields)
    assert answered.status_code == 200, answered.text
    found: dict[str, Any] = answered.json()
    return found


@pytest.mark.parametrize(
    ("fields", "column"),
    [
        ({"name": "Other"}, "name"),
        ({"virtual_key": "key-2"}, "virtual_key"),
        ({"version_description": "better said"}, "prompt_version_description"),
        ({"virtual_key": "key-2", "patch": True}, "virtual_key"),
        ({"name": "Other", "virtual_key": "key-2", "version_description": "x"}, "virtual_key"),
    ],
)
def test_what_is_no_content_makes_no_version_and_is_changed_in_place(
    api: CheckedClient, made: dict[str, Any], fields: dict[str, Any], column: str
) -> None:
    before = detail(api, made["slug"])
    assert update(api, made["slug"], **fields) == {}
    after = detail(api, made["slug"])
    assert after[column] == next(iter(fields.values())) if len(fields) < 3 else after[column] == "key-2"
    changed = {"name", "virtual_key", "prompt_version_description", "last_updated_at"}
    assert {name: after[name] for name in after if name not in changed} == {
        name: before[name] for name in before if name not in changed
    }
    assert after["last_updated_at"] >= before["last_updated_at"]
    assert api.get(f"/prompts/{made['slug']}/versions").json()["total"] == 1


def test_the_latest_version_is_changed_and_not_the_published_one(api: CheckedClient, made: dict[str, Any]) -> None:
    assert update(api, made["slug"], string="second", patch=True)["prompt_version"] == 2
    update(api, made["slug"], virtual_key="key-3", version_description="of the second")
    first, second = detail(api, f"{made['slug']}@1"), detail(api, f"{made['slug']}@2")
    assert (first["virtual_key"], first["prompt_version_description"]) == ("key-1", "first")
    assert (second["virtual_key"], second["prompt_version_description"]) == ("key-3", "of the second")


def test_nothing_at_all_and_a_patch_of_nothing_make_no_version(api: CheckedClient, made: dict[str, Any]) -> None:
    for fields in ({}, {"patch": True}, {"patch": None, "name": None}):
        assert update(api, made["slug"], **fields) == {}
    assert detail(api, f"{made['slug']}@latest")["prompt_version"] == 1


@pytest.mark.parametrize("patch", [None, True])
def test_null_is_left_out_in_every_field_of_an_update(
    api: CheckedClient, made: dict[str, Any], contract: dict[str, Any], patch: bool | None
) -> None:
    before = detail(api, made["slug"])
    nulls = dict.fromkeys(contract["components"]["schemas"]["PromptUpdate"]["properties"])
    assert {"name", "parameters", "string", "virtual_key"} <= nulls.keys()
    assert update(api, made["slug"], **nulls | {"patch": patch}) == {}
    assert update(api, made["slug"], **nulls | {"name": "Renamed", "patch": patch}) == {}
    after = detail(api, made["slug"])
    changed = ("name", "last_updated_at")
    assert after["name"] == "Renamed"
    assert {name: after[name] for name in after if name not in changed} == {
        name: before[name] for name in before if name not in changed
    }
    assert update(api, made["slug"], **nulls | {"string": "2", "patch": True})["prompt_version"] == 2
    second = detail(api, f"{made['slug']}@2")
    assert (second["parameters"], second["virtual_key"]) == ({"temperature": 0.5}, "key-1")


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    import yaml

    from portkey_openapi.contract import read

    document: dict[str, Any] = yaml.load(read(), Loader=yaml.CSafeLoader)
    return document


@pytest.mark.parametrize("kind", ["Label", "Collection", "PromptPartial"])
def test_null_is_left_out_of_other_updates_too(api: CheckedClient, contract: dict[str, Any], kind: str) -> None:
    path = {"Label": "/labels", "Collection": "/collections", "PromptPartial": "/prompts/partials"}[kind]
    body = {"name": "one", "string": "text", "description": "d", "version_description": "d", "color_code": "#000000"}
    known = contract["components"]["schemas"][f"{kind}Create"]["properties"]
    made = api.post(path, json={name: body[name] for name in body if name in known}).json()
    before = api.get(f"{path}/{made['id']}").json()
    nulls = dict.fromkeys(contract["components"]["schemas"][f"{kind}Update"]["properties"])
    assert api.put(f"{path}/{made['id']}", json=nulls).json() == {}
    assert api.put(f"{path}/{made['id']}", json={**nulls, "name": "two"}).status_code == 200
    after = api.get(f"{path}/{made['id']}").json()
    assert after["name"] == "two"
    assert {**after, "name": "", "last_updated_at": ""} == {**before, "name": "", "last_updated_at": ""}


def test_a_description_alone_makes_no_version_of_a_partial(api: CheckedClient) -> None:
    made = api.post("/prompts/partials", json={"name": "Tone", "string": "kind"}).json()
    added = api.put(f"/prompts/partials/{made['slug']}", json={"string": "kinder", "description": "second"}).json()
    assert added["version"] == 2
    assert api.put(f"/prompts/partials/{made['slug']}", json={"version_description": "better"}).json() == {}
    found = api.get(f"/prompts/partials/{made['slug']}/versions").json()
    assert [(each["string"], each["description"]) for each in found["data"]] == [("kinder", "better"), ("kind", None)]


def test_a_query_takes_a_number_latest_or_default(api: CheckedClient, made: dict[str, Any]) -> None:
    update(api, made["slug"], string="second", patch=True)
    tone = api.post("/prompts/partials", json={"name": "Tone", "string": "kind"}).json()
    api.put(f"/prompts/partials/{tone['slug']}", json={"string": "kinder"})
    for reference in (made["slug"], made["id"], f"{made['slug']}@1", f"{made['slug']}@latest"):
        for version, number in (("latest", 2), ("default", 1), ("2", 2), ("1", 1)):
            assert detail(api, reference, version=version)["prompt_version"] == number
    for version, number in (("latest", 2), ("default", 1), ("2", 2), ("1", 1)):
        assert api.get(f"/prompts/partials/{tone['slug']}", params={"version": version}).json()["version"] == number
    api.put(f"/prompts/{made['slug']}/makeDefault", json={"version": 2})
    assert detail(api, made["slug"], version="default")["prompt_version"] == 2


@pytest.mark.parametrize("version", ["0", "-1", "3.5", "newest", "LATEST", "", "2147483648", "latest ", "production"])
def test_a_query_of_another_version_is_refused(api: CheckedClient, made: dict[str, Any], version: str) -> None:
    answered = api.get(f"/prompts/{made['slug']}", params={"version": version})
    assert answered.status_code == 400
    assert "`version`" in answered.json()["data"]["message"]


def test_a_collection_says_one_or_zero(api: CheckedClient) -> None:
    made = api.post("/collections", json={"name": "Mine"}).json()
    said = {each["slug"]: each["is_default"] for each in api.get("/collections").json()["data"]}
    assert said == {"default": 1, made["slug"]: 0}
    assert not [value for value in said.values() if isinstance(value, bool)]
    one = api.get("/collections/default").json()["is_default"]
    assert one == 1
    assert not isinstance(one, bool)


@pytest.mark.parametrize("body", [{}, {"variables": None}, {"variables": {}}, {"temperature": 1}])
def test_a_render_without_variables_has_none(api: CheckedClient, made: dict[str, Any], body: dict[str, Any]) -> None:
    answered = api.post(f"/prompts/{made['slug']}/render", json=body)
    assert answered.status_code == 200, answered.text
    assert answered.json()["data"]["messages" if "messages" in answered.json()["data"] else "prompt"]
    assert answered.json()["variables"] == {}


@pytest.mark.parametrize("where", ["fields", "parameters", "call"])
def test_no_provider_is_sent_an_empty_list_of_tools_or_a_choice_among_them(api: CheckedClient, where: str) -> None:
    empty = {"tools": [], "functions": [], "tool_choice": "auto", "function_call": "auto"}
    saved: dict[str, Any] = {"parameters": empty if where == "parameters" else {}}
    if where == "fields":
        saved |= {name: empty[name] for name in ("tools", "functions", "tool_choice")}
    elif where == "call":
        saved |= {"tools": CONTENT["tools"], "functions": [{"name": "f"}], "tool_choice": "auto"}
    body = {"name": "x", "collection_id": "default", "string": "hi", **saved}
    made = api.post("/prompts", json=body).json()
    overrides = {"tools": [], "functions": []} if where == "call" else {}
    data = api.post(f"/prompts/{made['slug']}/render", json={"variables": {}, **overrides}).json()["data"]
    assert not {"tools", "functions", "tool_choice"} & data.keys()
    if where == "call":
        assert api.post(f"/prompts/{made['slug']}/render", json={}).json()["data"]["tools"] == CONTENT["tools"]


def test_both_processes_run_with_the_new_virtual_key_within_a_second(new_database: Callable[[str], str]) -> None:
    for kind in ("sqlite", "postgresql"):
        database = new_database(kind)
        with (
            Serving(database) as one,
            Serving(database) as two,
            CheckedClient(one.base_url) as here,
            CheckedClient(two.base_url) as there,
        ):
            body = {"name": "x", "collection_id": "default", "string": "hi", "parameters": {}}
            slug = here.post("/prompts", json={**body, "virtual_key": "nowhere"}).json()["slug"]
            before = detail(here, slug)
            for each in (here, there):
                assert each.post(f"/prompts/{slug}/completions", json={}).status_code != 200
            assert update(here, slug, virtual_key="echo") == {}
            assert here.post(f"/prompts/{slug}/completions", json={}).status_code == 200
            time.sleep(1)
            assert there.post(f"/prompts/{slug}/completions", json={}).status_code == 200
            after = detail(there, slug)
            assert after["prompt_version_id"] == before["prompt_version_id"]

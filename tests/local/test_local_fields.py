"""Every field that a body can hold comes back: what the contract describes is never taken and lost."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from checked_client import CheckedClient

from portkey_local import LocalServer
from portkey_local.store.universals import ORGANISATION_ID, WORKSPACE_ID
from portkey_openapi.contract import read

PATHS = {
    "Prompt": "/prompts",
    "PromptPartial": "/prompts/partials",
    "Label": "/labels",
    "Collection": "/collections",
}
ANSWERED_AS = {
    ("Prompt", "version_description"): "prompt_version_description",
    ("Prompt", "prompt_metadata"): "template_metadata",
    ("PromptPartial", "description"): "version_description",
    ("Label", "organization_id"): "organisation_id",
}
"""Fields of bodies that answers call otherwise, as the contract says."""
NOT_ANSWERED = {
    ("Prompt", "patch"): "says how the update is meant",
    ("PromptPartial", "workspace_id"): "there is one workspace, and answers of partials have no field for it",
}


@cache
def schemas() -> dict[str, Any]:
    document = yaml.load(read(), Loader=yaml.CSafeLoader)
    found: dict[str, Any] = document["components"]["schemas"]
    return found


def fields() -> list[tuple[str, str, str]]:
    """Each field of each body that makes or changes something."""
    return [
        (kind, change, name)
        for kind in PATHS
        for change in ("Create", "Update")
        for name in schemas()[f"{kind}{change}"]["properties"]
    ]


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as running:
        yield running


@pytest.fixture
def api(server: LocalServer) -> Iterator[CheckedClient]:
    server.reset()
    with CheckedClient(server.base_url) as client:
        yield client


@pytest.fixture
def references(api: CheckedClient) -> dict[str, Any]:
    """What stands for the examples that name things."""
    collection = api.post("/collections", json={"name": "Outer"}).json()["id"]
    return {
        "collection_id": collection,
        "parent_collection_id": collection,
        "organization_id": ORGANISATION_ID,
        "workspace_id": WORKSPACE_ID,
    }


def example(schema: dict[str, Any], name: str, references: dict[str, Any]) -> Any:
    return references.get(name, schema["properties"][name]["examples"][0])


def test_the_tables_above_name_fields_of_the_contract() -> None:
    known = {(kind, name) for kind, _, name in fields()}
    assert (ANSWERED_AS | NOT_ANSWERED).keys() <= known


@pytest.mark.parametrize(("kind", "change", "name"), fields())
def test_a_field_comes_back(api: CheckedClient, references: dict[str, Any], kind: str, change: str, name: str) -> None:
    create, update = schemas()[f"{kind}Create"], schemas()[f"{kind}Update"]
    body = {each: example(create, each, references) for each in create["required"]} | {"name": "one"}
    if change == "Create":
        body[name] = example(create, name, references)
    made = api.post(PATHS[kind], json=body)
    assert made.status_code == 200, made.text
    place, wanted = f"{PATHS[kind]}/{made.json()['id']}", body.get(name)
    if change == "Update":
        wanted = example(update, name, references)
        changed = api.put(place, json={name: wanted})
        assert changed.status_code == 200, changed.text
    found = api.get(place, params={"version": "latest"} if kind.startswith("Prompt") else {}).json()
    if (kind, name) in NOT_ANSWERED:
        assert name not in found
    else:
        assert found[ANSWERED_AS.get((kind, name), name)] == wanted, f"{kind}{change} takes `{name}`, and it is lost"

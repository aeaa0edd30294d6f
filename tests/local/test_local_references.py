"""References over HTTP, and the labels of versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from checked_client import CheckedClient, message_of

Make = Callable[..., dict[str, Any]]


@pytest.fixture
def slug(api: CheckedClient, make_prompt: Make) -> str:
    """A prompt with versions 1 (published), 2 (labelled staging) and 3."""
    made = make_prompt(string="v1")
    api.put(f"/prompts/{made['slug']}", json={"string": "v2"})
    second = api.get(f"/prompts/{made['slug']}@2").json()["prompt_version_id"]
    api.put(f"/prompts/{made['slug']}/versions/{second}", json={"label_id": label_id(api, "staging")})
    api.put(f"/prompts/{made['slug']}", json={"string": "v3"})
    return made["slug"]


def label_id(api: CheckedClient, name: str) -> str:
    return next(label["id"] for label in api.get("/labels").json()["data"] if label["name"] == name)


def rendered(api: CheckedClient, reference: str) -> str:
    return api.post(f"/prompts/{reference}/render", json={"variables": {}}).json()["prompt"]


@pytest.mark.parametrize(
    ("behind", "text"), [("", "v1"), ("@2", "v2"), ("@3", "v3"), ("@latest", "v3"), ("@staging", "v2")]
)
def test_a_reference_means_one_version(api: CheckedClient, slug: str, behind: str, text: str) -> None:
    assert rendered(api, slug + behind) == text
    assert rendered(api, slug + behind.replace("@", "%40")) == text
    assert api.get(f"/prompts/{slug}{behind}").json()["string"] == text
    prompt_id = api.get(f"/prompts/{slug}").json()["id"]
    assert rendered(api, prompt_id + behind) == text


@pytest.mark.parametrize(
    "behind",
    [
        "@4",
        "@0",
        "@99999999999999999999",
        "@production",
        "@Staging",
        "@default",
        "@",
        "@@2",
        "@2@3",
        "@-1",
        "@²",
        "@02",
        "@%D9%A2",
        "@%20",
    ],
)
def test_a_reference_to_nothing_is_not_found(api: CheckedClient, slug: str, behind: str) -> None:
    response = api.get(f"/prompts/{slug}{behind}")
    assert response.status_code == 404
    assert response.json()["data"]["errorCode"] == "AB02"
    assert api.post(f"/prompts/{slug}{behind}/render", json={"variables": {}}).status_code == 404


def test_a_reference_to_nothing_says_what_there_is(api: CheckedClient, slug: str) -> None:
    assert "Its newest one is 3" in message_of(api.get(f"/prompts/{slug}@9"))
    assert "`staging`" in message_of(api.get(f"/prompts/{slug}@canary"))
    assert f"`{slug}`" in message_of(api.get("/prompts/pp-unknown"))


def test_the_query_selects_a_version_and_wins_over_the_reference(api: CheckedClient, slug: str) -> None:
    assert api.get(f"/prompts/{slug}", params={"version": 2}).json()["string"] == "v2"
    assert api.get(f"/prompts/{slug}@3", params={"version": 2}).json()["string"] == "v2"
    assert api.get(f"/prompts/{slug}", params={"version": 9}).status_code == 404


@pytest.mark.parametrize("number", ["02", "+2", "2.0", "2e0", " 2", "2 ", "0x2", "2_", "²", "٢", "00", "-0", ""])
def test_a_number_is_written_as_json_writes_it(api: CheckedClient, slug: str, number: str) -> None:
    for path, name in ((f"/prompts/{slug}", "version"), ("/prompts", "page_size"), ("/labels", "current_page")):
        response = api.get(path, params={name: number})
        if number == "-0" and name == "current_page":  # it is 0
            continue
        assert response.status_code == 400, (path, response.text)
        assert f"`{name}`" in message_of(response)
        assert f"`{number}`" in message_of(response) or number in ("", "-0", "²", "٢")
    assert "without zeros in front, @2" in message_of(api.get(f"/prompts/{slug}@02"))


def test_versions_are_listed_newest_first(api: CheckedClient, slug: str) -> None:
    page = api.get(f"/prompts/{slug}/versions").json()
    assert [version["prompt_version"] for version in page["data"]] == [3, 2, 1]
    assert [version["prompt_template"] for version in page["data"]] == ["v3", "v2", "v1"]
    assert [version["status"] for version in page["data"]] == ["archived", "archived", "active"]
    assert [version["label_id"] for version in page["data"]] == [None, label_id(api, "staging"), None]
    assert (page["object"], page["total"]) == ("list", 3)
    assert {version["prompt_id"] for version in page["data"]} == {api.get(f"/prompts/{slug}").json()["id"]}


def test_a_version_is_read_by_its_id(api: CheckedClient, slug: str) -> None:
    for version in api.get(f"/prompts/{slug}/versions").json()["data"]:
        found = api.get(f"/prompts/{slug}/versions/{version['id']}").json()
        assert found == api.get(f"/prompts/{slug}@{version['prompt_version']}").json()
        assert found["prompt_version_id"] == version["id"]


def test_a_version_of_another_prompt_is_not_found(api: CheckedClient, slug: str, make_prompt: Make) -> None:
    stranger = make_prompt()["version_id"]
    assert api.get(f"/prompts/{slug}/versions/{stranger}").status_code == 404
    assert api.put(f"/prompts/{slug}/versions/{stranger}", json={"label_id": None}).status_code == 404
    assert api.get("/prompts/pp-unknown/versions").status_code == 404


def test_a_label_moves_to_the_version_that_it_is_given_to(api: CheckedClient, slug: str) -> None:
    third = api.get(f"/prompts/{slug}@3").json()["prompt_version_id"]
    staging = label_id(api, "staging")
    assert api.put(f"/prompts/{slug}/versions/{third}", json={"label_id": staging}).json() == {}
    assert rendered(api, f"{slug}@staging") == "v3"
    assert api.get(f"/prompts/{slug}@2").json()["prompt_version_labels"] == []
    found = api.get(f"/prompts/{slug}@3").json()
    assert found["prompt_version_labels"] == [{"id": staging, "name": "staging", "given_by": None}]
    assert (found["prompt_version_label_id"], found["prompt_version_label_name"]) == (staging, "staging")


def test_a_version_can_bear_several_labels_and_null_takes_them_all(api: CheckedClient, slug: str) -> None:
    second = api.get(f"/prompts/{slug}@2").json()["prompt_version_id"]
    api.put(f"/prompts/{slug}/versions/{second}", json={"label_id": label_id(api, "production")})
    found = api.get(f"/prompts/{slug}@production").json()
    assert [label["name"] for label in found["prompt_version_labels"]] == ["staging", "production"]
    assert found["prompt_version_label_name"] == "staging"
    assert api.put(f"/prompts/{slug}/versions/{second}", json={"label_id": None}).json() == {}
    assert api.get(f"/prompts/{slug}@2").json()["prompt_version_labels"] == []
    assert api.get(f"/prompts/{slug}@staging").status_code == 404


def test_giving_a_label_again_changes_nothing(api: CheckedClient, slug: str) -> None:
    second = api.get(f"/prompts/{slug}@2").json()["prompt_version_id"]
    for _ in range(2):
        api.put(f"/prompts/{slug}/versions/{second}", json={"label_id": label_id(api, "staging")})
    assert len(api.get(f"/prompts/{slug}@2").json()["prompt_version_labels"]) == 1


def test_labels_of_two_prompts_do_not_touch_each_other(api: CheckedClient, slug: str, make_prompt: Make) -> None:
    other = make_prompt(string="other")
    body = {"label_id": label_id(api, "staging")}
    api.put(f"/prompts/{other['slug']}/versions/{other['version_id']}", json=body)
    assert rendered(api, f"{slug}@staging") == "v2"
    assert rendered(api, f"{other['slug']}@staging") == "other"


def test_an_unknown_label_is_named_with_the_known_ones(api: CheckedClient, slug: str) -> None:
    second = api.get(f"/prompts/{slug}@2").json()["prompt_version_id"]
    response = api.put(f"/prompts/{slug}/versions/{second}", json={"label_id": "nope"})
    assert response.status_code == 404
    assert "`nope`" in message_of(response)
    assert "(production)" in message_of(response)


def test_the_label_must_be_named_when_a_version_is_updated(api: CheckedClient, slug: str) -> None:
    second = api.get(f"/prompts/{slug}@2").json()["prompt_version_id"]
    response = api.put(f"/prompts/{slug}/versions/{second}", json={})
    assert response.status_code == 400
    assert "`label_id` is missing" in message_of(response)


def test_references_through_a_deleted_label_find_nothing(api: CheckedClient, slug: str) -> None:
    canary = api.post("/labels", json={"name": "canary-1"}).json()["id"]
    third = api.get(f"/prompts/{slug}@3").json()["prompt_version_id"]
    api.put(f"/prompts/{slug}/versions/{third}", json={"label_id": canary})
    assert rendered(api, f"{slug}@canary-1") == "v3"
    assert api.delete(f"/labels/{canary}").json() == {}
    assert api.get(f"/prompts/{slug}@canary-1").status_code == 404
    assert api.get(f"/prompts/{slug}@3").json()["prompt_version_labels"] == []


def test_a_renamed_label_is_found_under_its_new_name_only(api: CheckedClient, slug: str) -> None:
    label = api.post("/labels", json={"name": "before"}).json()["id"]
    third = api.get(f"/prompts/{slug}@3").json()["prompt_version_id"]
    api.put(f"/prompts/{slug}/versions/{third}", json={"label_id": label})
    assert api.put(f"/labels/{label}", json={"name": "after"}).json() == {}
    assert rendered(api, f"{slug}@after") == "v3"
    assert api.get(f"/prompts/{slug}@before").status_code == 404
    api.delete(f"/labels/{label}")

"""Partials over HTTP, alone and inside of prompts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest
from checked_client import CheckedClient, message_of

from portkey_ai import AsyncPortkey, ConflictError, Portkey
from portkey_local import LocalServer

Make = Callable[..., dict[str, Any]]


def make_partial(api: CheckedClient, string: str = "Be kind.", **fields: Any) -> dict[str, Any]:
    response = api.post("/prompts/partials", json={"name": "Tone", "string": string, **fields})
    assert response.status_code == 200, response.text
    return response.json()


def render(api: CheckedClient, slug: str, **variables: Any) -> str:
    response = api.post(f"/prompts/{slug}/render", json={"variables": variables})
    assert response.status_code == 200, response.text
    return response.json()["prompt"]


def test_the_fixed_path_of_partials_wins_over_a_prompt_called_partials(fresh_api: CheckedClient) -> None:
    assert fresh_api.get("/prompts/partials").json() == {"object": "list", "total": 0, "data": []}


def test_a_partial_reads_as_it_was_written(api: CheckedClient) -> None:
    made = make_partial(api, "Be kind to {{name}}.", version_description="First")
    assert re.fullmatch(r"pp-tone-[0-9a-f]{6}", made["slug"])
    assert made["object"] == "partial"
    found = api.get(f"/prompts/partials/{made['slug']}").json()
    assert (found["id"], found["string"], found["version"]) == (made["id"], "Be kind to {{name}}.", 1)
    assert (found["version_description"], found["prompt_partial_version_id"]) == ("First", made["version_id"])
    assert found["variable_components"]["variables"] == ["name"]
    assert found["status"] == "active"
    assert api.get(f"/prompts/partials/{made['id']}").json() == found


def test_a_new_text_makes_a_version_that_nobody_gets_until_it_is_published(api: CheckedClient) -> None:
    slug = make_partial(api, "one")["slug"]
    updated = api.put(f"/prompts/partials/{slug}", json={"string": "two", "description": "Why"}).json()
    assert updated["slug"] == slug
    assert api.get(f"/prompts/partials/{slug}").json()["string"] == "one"
    latest = api.get(f"/prompts/partials/{slug}@latest").json()
    assert (latest["string"], latest["version"], latest["version_description"]) == ("two", 2, "Why")
    assert latest["prompt_partial_version_id"] == updated["prompt_partial_version_id"]
    assert api.put(f"/prompts/partials/{slug}/makeDefault", json={"version": 2}).json() == {}
    assert api.get(f"/prompts/partials/{slug}").json()["string"] == "two"
    assert api.get(f"/prompts/partials/{slug}@1").json()["string"] == "one"
    assert api.get(f"/prompts/partials/{slug}", params={"version": 1}).json()["string"] == "one"


def test_version_description_wins_over_its_other_spelling(api: CheckedClient) -> None:
    slug = make_partial(api)["slug"]
    body = {"string": "two", "version_description": "the winner", "description": "the loser"}
    api.put(f"/prompts/partials/{slug}", json=body)
    assert api.get(f"/prompts/partials/{slug}@latest").json()["version_description"] == "the winner"


def test_a_name_or_status_alone_makes_no_version(api: CheckedClient) -> None:
    slug = make_partial(api)["slug"]
    assert api.put(f"/prompts/partials/{slug}", json={"name": "Renamed", "status": "archived"}).json() == {}
    found = api.get(f"/prompts/partials/{slug}").json()
    assert (found["name"], found["status"], found["version"]) == ("Renamed", "archived", 1)


def test_versions_of_a_partial_are_listed_newest_first(api: CheckedClient) -> None:
    slug = make_partial(api, "one")["slug"]
    api.put(f"/prompts/partials/{slug}", json={"string": "two"})
    page = api.get(f"/prompts/partials/{slug}/versions").json()
    assert [(v["version"], v["string"], v["prompt_version_status"]) for v in page["data"]] == [
        (2, "two", "archived"),
        (1, "one", "active"),
    ]
    assert page["total"] == 2
    assert {v["object"] for v in page["data"]} == {"partial"}


@pytest.mark.parametrize("behind", ["@2", "@staging", "@", "@0"])
def test_a_reference_to_no_version_of_a_partial_is_not_found(api: CheckedClient, behind: str) -> None:
    assert api.get(f"/prompts/partials/{make_partial(api)['slug']}{behind}").status_code == 404


def test_a_malformed_partial_is_refused_with_its_position(api: CheckedClient) -> None:
    response = api.post("/prompts/partials", json={"name": "Bad", "string": "ok\n{{#x}}"})
    assert response.status_code == 400
    assert "line 2" in message_of(response)
    slug = make_partial(api)["slug"]
    assert api.put(f"/prompts/partials/{slug}", json={"string": "{{"}).status_code == 400


def test_partials_are_listed_by_collection(fresh_api: CheckedClient) -> None:
    inside = fresh_api.post("/collections", json={"name": "Inside"}).json()
    make_partial(fresh_api, "a", name="A")
    make_partial(fresh_api, "b", name="B", collection_id=inside["slug"], workspace_id="ws-local")
    assert [each["name"] for each in fresh_api.get("/prompts/partials").json()["data"]] == ["B", "A"]
    page = fresh_api.get("/prompts/partials", params={"collection_id": inside["id"]}).json()
    assert [(each["name"], each["collection_id"]) for each in page["data"]] == [("B", inside["id"])]
    assert fresh_api.get("/prompts/partials", params={"collection_id": "nowhere"}).status_code == 404
    assert fresh_api.get("/prompts/partials", params={"workspace_id": "nowhere"}).status_code == 404


def test_a_prompt_includes_partials_by_reference(api: CheckedClient, make_prompt: Make) -> None:
    tone = make_partial(api, "one {{name}}")["slug"]
    api.put(f"/prompts/partials/{tone}", json={"string": "two {{name}}"})
    slug = make_prompt(string=f"{{{{>{tone}}}}}, {{{{>{tone}@2}}}}, {{{{>{tone}@latest}}}}")["slug"]
    assert render(api, slug, name="Ann") == "one Ann, two Ann, two Ann"


def test_a_pinned_prompt_takes_the_partial_that_is_published_now(api: CheckedClient, make_prompt: Make) -> None:
    tone = make_partial(api, "one")["slug"]
    slug = make_prompt(string=f"{{{{>{tone}}}}}")["slug"]
    assert render(api, f"{slug}@1") == "one"
    api.put(f"/prompts/partials/{tone}", json={"string": "two"})
    assert render(api, f"{slug}@1") == "one"
    api.put(f"/prompts/partials/{tone}/makeDefault", json={"version": 2})
    assert render(api, f"{slug}@1") == "two"


def test_a_variable_chooses_a_stored_partial_or_brings_its_text(api: CheckedClient, make_prompt: Make) -> None:
    tone = make_partial(api, "stored {{name}}")["slug"]
    slug = make_prompt(string="{{>>closing}}")["slug"]
    assert render(api, slug, closing=tone, name="Ann") == "stored Ann"
    assert render(api, slug, closing="given {{name}}", name="Ann") == "given Ann"
    smuggled = api.post(f"/prompts/{slug}/render", json={"variables": {"closing": f"{{{{>{tone}}}}}"}})
    assert smuggled.status_code == 400


def test_an_unknown_partial_is_named_when_the_prompt_is_rendered(api: CheckedClient, make_prompt: Make) -> None:
    slug = make_prompt(string="{{>pp-missing@3}}")["slug"]
    response = api.post(f"/prompts/{slug}/render", json={"variables": {}})
    assert response.status_code == 404
    assert "pp-missing@3" in message_of(response)


def test_a_deleted_partial_no_longer_renders(api: CheckedClient, make_prompt: Make) -> None:
    tone = make_partial(api)["slug"]
    slug = make_prompt(string=f"{{{{>{tone}}}}}")["slug"]
    assert render(api, slug) == "Be kind."
    assert api.delete(f"/prompts/partials/{tone}?force=true").json() == {}
    assert api.post(f"/prompts/{slug}/render", json={"variables": {}}).status_code == 404
    assert api.get(f"/prompts/partials/{tone}").status_code == 404
    assert api.get(f"/prompts/partials/{tone}/versions").status_code == 404
    assert api.delete(f"/prompts/partials/{tone}").status_code == 404


def test_partials_that_include_each_other_without_end_fail_fast(api: CheckedClient, make_prompt: Make) -> None:
    loop = make_partial(api, "x")["slug"]
    api.put(f"/prompts/partials/{loop}", json={"string": f"{{{{>{loop}}}}}{{{{>{loop}}}}}"})
    api.put(f"/prompts/partials/{loop}/makeDefault", json={"version": 2})
    slug = make_prompt(string=f"{{{{>{loop}}}}}")["slug"]
    response = api.post(f"/prompts/{slug}/render", json={"variables": {}})
    assert response.status_code == 413
    assert loop in message_of(response)
    assert "limits.depth" in message_of(response)
    assert api.get("/labels").status_code == 200


def refusal(api: CheckedClient, slug: str) -> str:
    response = api.delete(f"/prompts/partials/{slug}")
    assert (response.status_code, response.json()["data"]["errorCode"]) == (409, "AB07"), response.text
    assert api.get(f"/prompts/partials/{slug}").status_code == 200
    return message_of(response)


@pytest.mark.parametrize(
    "written", ["{{{{>{slug}}}}}", "{{{{#x}}}}{{{{> {id}@1 }}}}{{{{/x}}}}", "{{{{>{slug}@latest}}}}"]
)
@pytest.mark.parametrize("in_use", ["published", "latest", "labelled"])
def test_a_partial_that_a_version_in_use_includes_is_not_deleted(database: str, written: str, in_use: str) -> None:
    with LocalServer(database) as server, CheckedClient(server.base_url) as api:
        seeded = server.add_partial(slug='pp-t\\o_n"é', versions=["Be kind."])
        text = written.format(slug=seeded.slug, id=seeded.id)
        others = {"published": ["a", text, "c"], "latest": ["a", "b", text], "labelled": ["a", text, "c"]}[in_use]
        published = 2 if in_use == "published" else 1
        labels = {"staging": 2} if in_use == "labelled" else {}
        server.add_prompt(slug="p", versions=others, labels=labels, published=published)
        number = others.index(text) + 1
        assert f"is included by 1 template, which would no longer render: prompt `p@{number}`. " in refusal(
            api, seeded.id
        )
        assert api.delete(f"/prompts/partials/{seeded.id}?force=false").status_code == 409
        assert api.delete(f"/prompts/partials/{seeded.id}?force=true").json() == {}


def test_a_partial_that_only_older_versions_or_other_ones_like_it_include_is_deleted(database: str) -> None:
    with LocalServer(database) as server, CheckedClient(server.base_url) as api:
        server.add_partial(slug="tone", versions=["{{>tone}}"])  # itself does not count
        server.add_partial(slug="tone2", versions=["x"])
        server.add_prompt(slug="p", versions=["{{>tone}}", "{{>tone2}} tone {{tone}} {{>>tone}}"])
        assert api.delete("/prompts/partials/tone").json() == {}
        assert "prompt `p@2`" in refusal(api, "tone2")


def test_a_partial_inside_of_a_partial_is_in_use(database: str) -> None:
    with LocalServer(database) as server, CheckedClient(server.base_url) as api:
        server.add_partial(slug="inner", versions=["x"])
        server.add_partial(slug="outer", versions=["{{>inner}}", "y", "{{>inner@1}}"], published=2)
        assert "partial `outer@3`" in refusal(api, "inner")
        assert "outer@1" not in refusal(api, "inner")
        assert api.delete("/prompts/partials/outer").json() == {}
        assert api.delete("/prompts/partials/inner").json() == {}


def test_of_many_users_five_are_named_and_all_counted(database: str) -> None:
    with LocalServer(database) as server, CheckedClient(server.base_url) as api:
        server.add_partial(slug="tone", versions=["x"])
        for number in range(7):
            server.add_prompt(slug=f"p{number}", versions=["{{>tone}}"])
        said = refusal(api, "tone")
        assert "included by 7 templates" in said
        assert re.findall(r"`(p\d@1)`", said) == [f"p{number}@1" for number in range(5)]
        assert "and 2 more" in said
        for query in ("force=yes", "force=1", "forced=true"):
            assert api.delete(f"/prompts/partials/tone?{query}").status_code == 400
        assert api.get("/prompts/partials/tone").status_code == 200


def test_the_clients_delete_by_force(database: str) -> None:
    async def by_force(url: str) -> None:
        async with AsyncPortkey(base_url=url) as portkey:
            with pytest.raises(ConflictError, match="included by 1 template"):
                await portkey.prompts.partials.delete("other")
            await portkey.prompts.partials.delete("other", force=True)

    with LocalServer(database) as server, Portkey(base_url=server.base_url) as portkey:
        server.add_partial(slug="tone", versions=["x"])
        server.add_partial(slug="other", versions=["x"])
        server.add_prompt(slug="p", versions=["{{>tone}}{{>other}}"])
        with pytest.raises(ConflictError, match="included by 1 template"):
            portkey.prompts.partials.delete("tone")
        portkey.prompts.partials.delete("tone", force=True)
        asyncio.run(by_force(server.base_url))
        assert list(portkey.prompts.partials.list()) == []

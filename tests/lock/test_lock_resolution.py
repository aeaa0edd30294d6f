"""Finding out what references mean: without I/O, and from a real server."""

from __future__ import annotations

from typing import Any

import pytest
from lock_shapes import detail
from pytest_httpserver import HTTPServer

from portkey_ai import AuthenticationError, Portkey
from portkey_cli.resolving import resolve
from portkey_local import LocalServer
from portkey_prompts.lock import LockError, Resolution, Wanted


def partial(slug: str, string: str) -> dict[str, Any]:
    return {"slug": slug, "version": 1, "string": string}


def test_it_asks_for_prompts_then_for_partials_then_for_theirs_each_once() -> None:
    resolution = Resolution(["pp-a", "pp-b@2", "pp-a"])
    assert resolution.wanted() == (Wanted("prompt", "pp-a"), Wanted("prompt", "pp-b@2"))
    resolution.add(Wanted("prompt", "pp-a"), detail("{{>pp-x}}", template_metadata={}))
    assert resolution.wanted() == (Wanted("prompt", "pp-b@2"), Wanted("partial", "pp-x"))
    resolution.add(Wanted("prompt", "pp-b@2"), detail("{{>pp-x}}{{>pp-y@1}}", template_metadata={}))
    assert resolution.wanted() == (Wanted("partial", "pp-x"), Wanted("partial", "pp-y@1"))
    resolution.add(Wanted("partial", "pp-x"), partial("pp-x", "{{>pp-y@1}}{{>pp-x}}"))
    resolution.add(Wanted("partial", "pp-y@1"), partial("pp-y", "{{>pp-z}}"))
    assert resolution.wanted() == (Wanted("partial", "pp-z"),)
    resolution.add(Wanted("partial", "pp-z"), partial("pp-z", "end"))
    assert resolution.wanted() == ()
    assert list(resolution.locked("pp-a").partials) == ["pp-x", "pp-y@1", "pp-z"]
    assert list(resolution.locked("pp-b@2").partials) == ["pp-x", "pp-y@1", "pp-z"]


def test_nothing_asked_for_is_nothing_wanted() -> None:
    assert Resolution([]).wanted() == ()


def test_one_that_does_not_exist_is_no_obstacle_for_the_others() -> None:
    resolution = Resolution(["pp-a", "pp-gone"])
    resolution.add(Wanted("prompt", "pp-a"), detail("x", template_metadata={}))
    resolution.add(Wanted("prompt", "pp-gone"), None)
    assert resolution.wanted() == ()
    assert resolution.locked("pp-a").version == 12
    with pytest.raises(LockError, match=r"^pp-gone: the service has no such prompt, version or label\."):
        resolution.locked("pp-gone")


def test_a_malformed_template_is_said_of_the_prompt_that_has_it_alone() -> None:
    resolution = Resolution(["pp-a", "pp-bad"])
    resolution.add(Wanted("prompt", "pp-a"), detail("x", template_metadata={}))
    resolution.add(Wanted("prompt", "pp-bad"), detail("{{#open}}", template_metadata={}))
    assert resolution.wanted() == ()
    assert resolution.locked("pp-a")
    with pytest.raises(LockError, match="pp-bad: its template is malformed"):
        resolution.locked("pp-bad")


@pytest.mark.parametrize(
    ("reference", "version"),
    [("pp-greeting", 2), ("pp-greeting@1", 1), ("pp-greeting@latest", 3), ("pp-greeting@production", 1)],
)
def test_every_form_of_reference_is_locked_to_its_exact_version(
    server: LocalServer, portkey: Portkey, reference: str, version: int
) -> None:
    seeded = server.add_prompt(
        slug="pp-greeting", versions=["one", "two", "three"], published=2, labels={"production": 1}
    )
    locked = resolve(portkey, [reference]).locked(reference)
    assert (locked.reference, locked.slug, locked.version) == (reference, "pp-greeting", version)
    assert locked.version_id == seeded.version_ids[version - 1]
    assert locked.detail["string"] == ["one", "two", "three"][version - 1]


def test_a_uuid_is_locked_under_its_slug(server: LocalServer, portkey: Portkey) -> None:
    seeded = server.add_prompt(slug="pp-greeting", versions=["one"])
    assert resolve(portkey, [seeded.id]).locked(seeded.id).slug == "pp-greeting"


def test_partials_of_the_server_are_locked_at_the_versions_that_it_would_take(
    server: LocalServer, portkey: Portkey
) -> None:
    server.add_partial(slug="pp-tone", versions=["kind", "brief", "new"], published=2)
    server.add_partial(slug="pp-outer", versions=["({{>pp-tone@latest}})"])
    server.add_prompt(slug="pp-a", versions=["{{>pp-tone}} {{>pp-tone@1}} {{>pp-outer}}\r\nÜ 🙂"])
    locked = resolve(portkey, ["pp-a"]).locked("pp-a")
    assert {name: (each.slug, each.version, each.string) for name, each in locked.partials.items()} == {
        "pp-tone": ("pp-tone", 2, "brief"),
        "pp-tone@1": ("pp-tone", 1, "kind"),
        "pp-tone@latest": ("pp-tone", 3, "new"),
        "pp-outer": ("pp-outer", 1, "({{>pp-tone@latest}})"),
    }
    assert locked.detail["string"].endswith("\r\nÜ 🙂")


def test_a_partial_version_that_does_not_exist_is_named(server: LocalServer, portkey: Portkey) -> None:
    server.add_partial(slug="pp-tone", versions=["kind"])
    server.add_prompt(slug="pp-a", versions=["{{>pp-tone@9}}"])
    with pytest.raises(LockError, match="pp-a: it includes the partial 'pp-tone@9', which the service does not have"):
        resolve(portkey, ["pp-a"]).locked("pp-a")


def test_many_prompts_are_fetched_with_each_partial_asked_for_once(httpserver: HTTPServer) -> None:
    for number in range(20):
        answer = detail("{{>pp-tone}}", slug=f"pp-{number}", template_metadata={})
        httpserver.expect_request(f"/v1/prompts/pp-{number}").respond_with_json(answer)
    httpserver.expect_request("/v1/prompts/partials/pp-tone").respond_with_json(partial("pp-tone", "kind"))
    references, come = [f"pp-{number}" for number in range(20)], list[int]()
    with Portkey(base_url=httpserver.url_for("/v1")) as portkey:
        resolution = resolve(portkey, references, progress=come.append)
    assert [resolution.locked(reference).slug for reference in references] == references
    assert len(httpserver.log) == 21
    assert come == list(range(1, 22))


def test_any_other_failure_of_the_service_is_raised_as_it_is(httpserver: HTTPServer) -> None:
    refusal = {"success": False, "data": {"message": "Wrong key", "errorCode": "AB05"}}
    httpserver.expect_request("/v1/prompts/pp-a").respond_with_json(refusal, status=401)
    with Portkey(base_url=httpserver.url_for("/v1")) as portkey, pytest.raises(AuthenticationError, match="Wrong key"):
        resolve(portkey, ["pp-a"])


@pytest.mark.parametrize("reference", ["..", "."])
def test_a_reference_that_can_t_stand_in_a_url_is_unknown_to_the_service(
    server: LocalServer, portkey: Portkey, reference: str
) -> None:
    server.add_prompt(slug="pp-a", versions=["{{>" + reference + "}}"])
    with pytest.raises(LockError, match="does not have"):
        resolve(portkey, ["pp-a"]).locked("pp-a")
    with pytest.raises(LockError, match="no such prompt"):
        resolve(portkey, [reference]).locked(reference)

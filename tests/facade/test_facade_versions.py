"""Versions: found by whatever a caller calls them, made, published, labelled."""

from __future__ import annotations

import json
from typing import Any

import pytest
from facade_calls import Client, settle
from facade_shapes import PROMPT, VERSION_1, VERSION_2, VERSION_3, VERSIONS, control_plane_error
from pytest_httpserver import HTTPServer

from portkey_ai import NotFoundError

LABELLED = {**PROMPT, "prompt_version": 1, "prompt_version_id": VERSION_1}


@pytest.fixture
def versions(httpserver: HTTPServer) -> HTTPServer:
    """Serve a prompt of three versions; the first bears the label `staging`."""
    httpserver.expect_request("/v1/prompts/pp-x/versions").respond_with_json(VERSIONS)
    for number, uuid in enumerate((VERSION_1, VERSION_2, VERSION_3), start=1):
        one = {**PROMPT, "prompt_version": number, "prompt_version_id": uuid}
        httpserver.expect_request(f"/v1/prompts/pp-x/versions/{uuid}", method="GET").respond_with_json(one)
        httpserver.expect_request(f"/v1/prompts/pp-x/versions/{uuid}", method="PUT").respond_with_json({})
    httpserver.expect_request("/v1/prompts/pp-x@staging").respond_with_json(LABELLED)
    unknown = control_plane_error("No version of pp-x bears the label 'nobody'.")
    httpserver.expect_request("/v1/prompts/pp-x@nobody").respond_with_json(unknown, status=404)
    return httpserver


def sent(httpserver: HTTPServer) -> list[str]:
    return [f"{request.method} {request.path.removeprefix('/v1/prompts/')}" for request, _ in httpserver.log]


@pytest.mark.parametrize(
    ("wanted", "number"),
    [("v2", 2), ("V2", 2), (2, 2), ("2", 2), ("latest", 3), ("staging", 1), (1, 1), (VERSION_3, 3)],
)
async def test_a_version_is_found_by_what_it_is_called(
    portkey: Client, versions: HTTPServer, wanted: str | int, number: int
) -> None:
    found = await settle(portkey.prompts.versions.retrieve("pp-x", wanted))
    assert (found.prompt_version, found.prompt) == (number, "Be {{tone}}.\n\nHi {{name}}")


async def test_a_uuid_takes_one_call_and_a_number_two(portkey: Client, versions: HTTPServer) -> None:
    await settle(portkey.prompts.versions.retrieve("pp-x", VERSION_2))
    assert sent(versions) == [f"GET pp-x/versions/{VERSION_2}"]
    await settle(portkey.prompts.versions.retrieve("pp-x", 2))
    assert sent(versions)[1:] == ["GET pp-x/versions", f"GET pp-x/versions/{VERSION_2}"]


@pytest.mark.parametrize("wanted", ["nobody", 9, "v9", "-1"])
async def test_an_unknown_version_is_not_found(portkey: Client, versions: HTTPServer, wanted: str | int) -> None:
    versions.expect_request(f"/v1/prompts/pp-x@{wanted}").respond_with_json(control_plane_error("None."), status=404)
    with pytest.raises(NotFoundError):
        await settle(portkey.prompts.versions.retrieve("pp-x", wanted))


async def test_a_number_wins_over_a_label_spelled_like_one(portkey: Client, versions: HTTPServer) -> None:
    versions.expect_request("/v1/prompts/pp-x@v2").respond_with_json(LABELLED)
    assert (await settle(portkey.prompts.versions.retrieve("pp-x", "v2"))).prompt_version == 2


async def test_a_label_spelled_like_a_number_that_is_no_version_is_a_label(
    portkey: Client, versions: HTTPServer
) -> None:
    versions.expect_request("/v1/prompts/pp-x@v9").respond_with_json(LABELLED)
    assert (await settle(portkey.prompts.versions.retrieve("pp-x", "v9"))).prompt_version == 1


async def test_the_version_may_stand_in_the_reference(portkey: Client, versions: HTTPServer) -> None:
    assert (await settle(portkey.prompts.versions.retrieve("pp-x@1"))).prompt_version == 1
    assert (await settle(portkey.prompts.versions.retrieve("pp-x@1", 3))).prompt_version == 3


@pytest.mark.parametrize("arguments", [("pp-x",), ("pp-x", None), ("pp-x", ""), ("pp-x@",)])
async def test_no_version_at_all_is_an_error_that_says_so(portkey: Client, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError, match="Pass one version_id"):
        await settle(portkey.prompts.versions.retrieve(*arguments))
    with pytest.raises(TypeError, match="Pass one version_id"):
        await settle(portkey.prompts.versions.update(*arguments, label_id=None))


async def test_the_latest_of_a_list_in_any_order_is_the_highest(portkey: Client, versions: HTTPServer) -> None:
    versions.clear()
    shuffled = [VERSIONS["data"][1], {"id": None, "prompt_version": None}, VERSIONS["data"][0]]
    versions.expect_request("/v1/prompts/pp-x/versions").respond_with_json(shuffled)
    versions.expect_request(f"/v1/prompts/pp-x/versions/{VERSION_3}").respond_with_json(PROMPT)
    await settle(portkey.prompts.versions.retrieve("pp-x", "latest"))
    assert sent(versions)[-1].endswith(VERSION_3)


@pytest.mark.parametrize("data", [None, [], [None]])
async def test_a_prompt_without_versions_has_no_latest(portkey: Client, httpserver: HTTPServer, data: Any) -> None:
    listed = {"object": "list", "total": 0, "data": data}
    httpserver.expect_request("/v1/prompts/pp-x/versions").respond_with_json(listed)
    missing = control_plane_error("There is none.")
    httpserver.expect_request("/v1/prompts/pp-x@latest").respond_with_json(missing, status=404)
    with pytest.raises(NotFoundError, match=r"There is none\."):
        await settle(portkey.prompts.versions.retrieve("pp-x", "latest"))


async def test_a_new_version_takes_over_what_is_left_out(portkey: Client, httpserver: HTTPServer) -> None:
    made = {"id": "p", "slug": "pp-x", "prompt_version_id": VERSION_3, "object": "prompt"}
    httpserver.expect_request("/v1/prompts/pp-x", method="PUT").respond_with_json(made)
    fields = {"string": "Hi", "version_description": "shorter", "template_metadata": {"template_type": "completion"}}
    answer = await settle(portkey.prompts.versions.create("pp-x", **fields))
    assert answer.prompt_version_id == VERSION_3
    assert json.loads(httpserver.log[0][0].data) == {
        "patch": True, "string": "Hi", "version_description": "shorter",
        "prompt_metadata": {"template_type": "completion"},
    }  # fmt: skip
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("made", [{"prompt_version_id": VERSION_3}, {}])
async def test_a_new_version_can_be_published_at_once(
    portkey: Client, versions: HTTPServer, made: dict[str, str]
) -> None:
    versions.expect_request("/v1/prompts/pp-x", method="PUT").respond_with_json(made)
    versions.expect_request("/v1/prompts/pp-x/makeDefault", method="PUT").respond_with_json({})
    await settle(portkey.prompts.versions.create("pp-x", string="Hi", publish=True))
    assert (sent(versions)[0], sent(versions)[-1]) == ("PUT pp-x", "PUT pp-x/makeDefault")
    assert "publish" not in json.loads(versions.log[0][0].data)
    assert json.loads(versions.log[-1][0].data) == {"version": 3}


@pytest.mark.parametrize("fields", [{}, {"name": "n"}, {"patch": True}, {"publish": True}])
async def test_a_new_version_without_content_is_refused(portkey: Client, fields: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="needs a content field"):
        await settle(portkey.prompts.versions.create("pp-x", **fields))


@pytest.mark.parametrize(
    ("wanted", "uuid"), [(VERSION_2, VERSION_2), ("v2", VERSION_2), (3, VERSION_3), ("staging", VERSION_1)]
)
@pytest.mark.parametrize("label_id", ["l-1", None])
async def test_a_label_is_put_on_a_version_or_taken_away(
    portkey: Client, versions: HTTPServer, wanted: str | int, uuid: str, label_id: str | None
) -> None:
    assert await settle(portkey.prompts.versions.update("pp-x", wanted, label_id=label_id)) == {}
    assert sent(versions)[-1] == f"PUT pp-x/versions/{uuid}"
    assert json.loads(versions.log[-1][0].data) == {"label_id": label_id}


async def test_both_spellings_of_a_reference_work_and_exactly_one_is_needed(
    portkey: Client, versions: HTTPServer
) -> None:
    by_slug = await settle(portkey.prompts.versions.list(prompt_slug="pp-x"))
    by_id = await settle(portkey.prompts.versions.list(prompt_id="pp-x"))
    assert by_slug == by_id == VERSIONS
    assert (await settle(portkey.prompts.versions.retrieve(prompt_slug="pp-x", version_id="v1"))).prompt_version == 1
    for wrong in ({}, {"prompt_id": "pp-x", "prompt_slug": "pp-x"}):
        with pytest.raises(TypeError, match="Pass one prompt_id"):
            await settle(portkey.prompts.versions.list(**wrong))

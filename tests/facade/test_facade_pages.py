"""Lists: pages that fetch the next one when it is needed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from facade_calls import Client, each, settle
from facade_shapes import PROMPT
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from portkey_ai import APIResponseValidationError, AsyncPortkey, RateLimitError

PATHS = {"prompts": "/v1/prompts", "labels": "/v1/labels", "collections": "/v1/collections"}


def pages(httpserver: HTTPServer, path: str, total: int, size: int = 2) -> list[dict[str, str]]:
    """Serve a list in pages; answers the queries as they come."""
    queries: list[dict[str, str]] = []

    def answer(request: Request) -> Response:
        queries.append(dict(request.args))
        start = int(request.args.get("current_page", 0)) * size
        items = [{**PROMPT, "id": f"id-{n}", "slug": f"pp-{n}"} for n in range(start, min(start + size, total))]
        return Response(json.dumps({"object": "list", "total": total, "data": items}), content_type="application/json")

    httpserver.expect_request(path).respond_with_handler(answer)
    return queries


@pytest.mark.parametrize("resource", PATHS)
async def test_iterating_fetches_all_pages_when_they_are_needed(
    portkey: Client, httpserver: HTTPServer, resource: str
) -> None:
    queries = pages(httpserver, PATHS[resource], 5)
    page = await settle(getattr(portkey, resource).list(page_size=2, search="x"))
    assert len(queries) == 1
    assert [item.id for item in await each(page)] == [f"id-{n}" for n in range(5)]
    assert [query.get("current_page") for query in queries] == [None, "1", "2"]
    assert all((query["page_size"], query["search"]) == ("2", "x") for query in queries)


async def test_a_page_is_fetched_no_sooner_than_its_first_item_is_wanted(
    portkey: Client, httpserver: HTTPServer
) -> None:
    queries = pages(httpserver, "/v1/prompts", 5)
    page = await settle(portkey.prompts.list())
    iterator = aiter(page) if isinstance(portkey, AsyncPortkey) else iter(page)
    for taken, fetched in enumerate([1, 1, 2, 2, 3]):
        item = await settle(anext(iterator) if isinstance(portkey, AsyncPortkey) else next(iterator))
        assert (item.slug, len(queries)) == (f"pp-{taken}", fetched)


async def test_data_and_total_are_the_first_pages(portkey: Client, httpserver: HTTPServer) -> None:
    queries = pages(httpserver, "/v1/prompts", 5)
    page = await settle(portkey.prompts.list())
    assert ([prompt.slug for prompt in page.data], page.total, page.object) == (["pp-0", "pp-1"], 5, "list")
    await each(page)
    assert [prompt.slug for prompt in page.data] == ["pp-0", "pp-1"]
    assert len(await each(page)) == 5
    assert len(queries) == 5


async def test_iterating_may_begin_with_a_later_page(portkey: Client, httpserver: HTTPServer) -> None:
    queries = pages(httpserver, "/v1/prompts", 6)
    assert [item.slug for item in await each(portkey.prompts.list(current_page=1))] == ["pp-2", "pp-3", "pp-4", "pp-5"]
    assert [query["current_page"] for query in queries][:2] == ["1", "2"]


async def test_a_page_is_its_envelope_as_a_mapping(portkey: Client, httpserver: HTTPServer) -> None:
    pages(httpserver, "/v1/prompts", 1)
    page = await settle(portkey.prompts.list())
    plain = {"object": "list", "total": 1, "data": [{**PROMPT, "id": "id-0", "slug": "pp-0"}]}
    assert json.loads(json.dumps(page)) == plain
    assert dict(page) == plain
    assert {**page} == plain
    assert json.loads(str(page)) == plain
    assert ("total" in page, len(page), page["total"]) == (True, 3, 1)


async def test_options_of_the_call_hold_for_all_pages(portkey: Client, httpserver: HTTPServer) -> None:
    pages(httpserver, "/v1/prompts", 5)
    await each(portkey.prompts.list(trace_id="t-1"))
    assert [request.headers["x-portkey-trace-id"] for request, _ in httpserver.log] == ["t-1"] * 3


async def test_an_empty_list_has_no_items(portkey: Client, httpserver: HTTPServer) -> None:
    queries = pages(httpserver, "/v1/prompts", 0)
    assert await each(portkey.prompts.list()) == []
    assert len(queries) == 1


async def test_a_failure_on_a_later_page_raises(portkey: Client, httpserver: HTTPServer) -> None:
    first = {"object": "list", "total": 2, "data": [{"id": "1"}]}
    httpserver.expect_ordered_request("/v1/prompts").respond_with_json(first)
    for _ in range(3):
        httpserver.expect_ordered_request("/v1/prompts").respond_with_json({}, status=429)
    with pytest.raises(RateLimitError):
        await each(portkey.prompts.list())


@pytest.mark.parametrize("items", [[], [{"id": "1", "slug": "pp-1"}, {"id": "2", "slug": "pp-2"}]])
async def test_a_bare_array_is_read_as_a_list(
    portkey: Client, httpserver: HTTPServer, items: list[dict[str, Any]]
) -> None:
    httpserver.expect_request("/v1/prompts").respond_with_json(items)
    page = await settle(portkey.prompts.list())
    assert (page.total, page.object, page.data) == (len(items), "list", items)
    assert await each(page) == items


async def test_a_page_that_a_server_repeats_for_ever_ends(portkey: Client, httpserver: HTTPServer) -> None:
    page = {"object": "list", "total": 99, "data": [{"id": "1"}]}
    httpserver.expect_request("/v1/prompts").respond_with_json(page)
    assert len(await each(portkey.prompts.list())) == 1
    assert len(httpserver.log) == 2


async def test_iterating_the_wrong_way_says_which_is_right(portkey: Client, httpserver: HTTPServer) -> None:
    pages(httpserver, "/v1/prompts", 1)
    page = await settle(portkey.prompts.list())
    if isinstance(portkey, AsyncPortkey):
        with pytest.raises(TypeError, match="async for"):
            list(page)
    else:
        with pytest.raises(TypeError, match="use `for"):
            aiter(page)


@pytest.mark.parametrize("body", [{"object": "list", "data": {"a": 1}}, "text", 3])
async def test_a_list_of_another_kind_is_a_validation_error(portkey: Client, httpserver: HTTPServer, body: Any) -> None:
    httpserver.expect_request("/v1/prompts").respond_with_json(body)
    with pytest.raises(APIResponseValidationError, match="where the contract says"):
        await settle(portkey.prompts.list())

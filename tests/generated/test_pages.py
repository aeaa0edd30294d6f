"""A list page is a mapping that iterates the items of all pages."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from portkey_openapi import Page
from portkey_openapi.models import Prompt, PromptList, PromptPartialVersionList


def page_of(*ids: str, total: Any = None) -> PromptList:
    return PromptList.from_dict({"object": "list", "total": total, "data": [{"id": name} for name in ids]})


def linked(*pages: PromptList | None) -> tuple[PromptList, list[int]]:
    """Link pages in a row, and note which ones are asked for."""
    first, asked = pages[0], []
    assert first is not None

    def fetch(further: int) -> PromptList | None:
        asked.append(further)
        assert further < len(pages), "asked for a page after the last one"
        return pages[further]

    first._next = fetch
    return first, asked


def ids(page: Page[Prompt]) -> list[str]:
    return [prompt.id for prompt in page]


def test_a_page_of_its_own_iterates_its_items_as_models() -> None:
    page = page_of("a", "b", total=7)
    assert ids(page) == ["a", "b"]
    assert all(isinstance(prompt, Prompt) for prompt in page)


def test_iteration_yields_the_items_of_all_pages_up_to_the_total() -> None:
    first, asked = linked(page_of("a", "b", total=3), page_of("c", total=3))
    assert ids(first) == ["a", "b", "c"]
    assert asked == [1]
    assert ids(first) == ["a", "b", "c"], "a second iteration begins anew"
    assert first.total == 3
    assert [prompt.id for prompt in first.data] == ["a", "b"]


def test_a_page_is_fetched_only_when_it_is_needed() -> None:
    first, asked = linked(page_of("a", total=2), page_of("b", total=2))
    items = iter(first)
    assert next(items).id == "a"
    assert asked == []
    assert next(items).id == "b"


def test_iteration_stops_at_an_empty_page() -> None:
    first, asked = linked(page_of("a", total=9), page_of(total=9))
    assert ids(first) == ["a"]
    assert asked == [1]
    empty, asked = linked(page_of(total=9))
    assert ids(empty) == []
    assert asked == []


def test_iteration_stops_when_a_page_brings_nothing_new() -> None:
    first, asked = linked(page_of("a", "b"), page_of("a", "b"))
    assert ids(first) == ["a", "b"]
    assert asked == [1]


def test_iteration_stops_where_there_is_no_further_page() -> None:
    first, _ = linked(page_of("a"), page_of("b"), None)
    assert ids(first) == ["a", "b"]


def test_an_item_that_moved_to_the_next_page_comes_once() -> None:
    first, _ = linked(page_of("a", "b", total=4), page_of("b", "c", total=4), page_of("d", total=4))
    assert ids(first) == ["a", "b", "c", "d"]


def test_duplicates_within_the_first_page_are_kept() -> None:
    assert ids(page_of("a", "a")) == ["a", "a"]


def test_items_without_an_id_are_told_apart_by_what_they_hold() -> None:
    def versions(*numbers: int) -> PromptPartialVersionList:
        return PromptPartialVersionList.from_dict({"data": [{"version": number} for number in numbers]})

    first = versions(3, 2)
    first._next = lambda further: [versions(2, 1), versions(2, 1)][further - 1]
    assert [version.version for version in first] == [3, 2, 1]


@pytest.mark.parametrize("total", [None, "3", True, -1.5])
def test_a_total_that_is_no_count_is_not_obeyed(total: Any) -> None:
    first, _ = linked(page_of("a", total=total), page_of("b"), page_of())
    assert ids(first) == ["a", "b"]


@pytest.mark.parametrize("envelope", [{}, {"data": None}, {"data": []}])
def test_a_page_without_data_iterates_nothing(envelope: dict[str, Any]) -> None:
    assert list(PromptList.from_dict(envelope)) == []


def test_the_envelope_is_seen_by_everything_but_iteration() -> None:
    page, asked = linked(page_of("a", total=2), page_of("b", total=2))
    envelope = {"object": "list", "total": 2, "data": [{"id": "a"}]}
    assert dict(page) == {**page} == page == envelope
    assert json.loads(json.dumps(page)) == json.loads(str(page)) == envelope
    assert json.loads(json.dumps(page, indent=1)) == envelope
    assert list(page.keys()) == ["object", "total", "data"]
    assert list(page.values()) == ["list", 2, [{"id": "a"}]]
    assert len(page) == 3
    assert "data" in page
    assert page
    assert (lambda **fields: fields)(**page) == envelope
    assert page | {"more": 1} == {**envelope, "more": 1}
    assert repr(page).startswith("PromptList({'object': 'list'")
    assert asked == []


@pytest.mark.parametrize("twin", [copy.copy, copy.deepcopy])
def test_a_copy_goes_on_to_the_same_pages(twin: Callable[[Any], Any]) -> None:
    first, _ = linked(page_of("a", total=2), page_of("b", total=2))
    assert ids(twin(first)) == ["a", "b"]


def test_a_pickled_page_leaves_its_connection_behind() -> None:
    first, _ = linked(page_of("a", total=2), page_of("b", total=2))
    first.with_meta(("meta",))
    other = pickle.loads(pickle.dumps(first))
    assert type(other) is PromptList
    assert ids(other) == ["a"]
    assert other._meta == ("meta",)


async def test_a_page_of_an_async_client_is_iterated_with_async_for() -> None:
    second = page_of("b", total=2)

    async def fetch(further: int) -> PromptList | None:
        assert further == 1
        return second

    first = page_of("a", total=2)
    first._anext = fetch
    assert [prompt.id async for prompt in first] == ["a", "b"]
    with pytest.raises(TypeError, match="use `async for item in page`"):
        list(first)
    assert dict(first)["total"] == 2


async def test_a_page_of_a_sync_client_refuses_async_for() -> None:
    first, _ = linked(page_of("a", total=1))
    with pytest.raises(TypeError, match="use `for item in page`"):
        [prompt async for prompt in first]


async def test_a_page_of_no_client_is_iterated_either_way() -> None:
    page = page_of("a")
    assert [prompt.id async for prompt in page] == ids(page) == ["a"]


def test_an_error_while_fetching_reaches_the_loop_after_the_items_before_it() -> None:
    page = page_of("a", total=2)
    page._next = lambda further: 1 / 0  # type: ignore[assignment, return-value]
    items = iter(page)
    assert next(items).id == "a"
    with pytest.raises(ZeroDivisionError):
        next(items)

"""Merging chunks, and other decisions that need no server."""

from __future__ import annotations

from typing import Any

import pytest
from facade_shapes import chunk
from hypothesis import given
from hypothesis import strategies as st

from portkey_ai._merge import is_finished, merge
from portkey_ai._references import find_version, is_uuid, version_asked
from portkey_ai._secrets import secrets_in, shown_url, without


@given(st.lists(st.tuples(st.integers(0, 3), st.text()), max_size=30))
def test_each_answers_content_is_its_pieces_in_order(pieces: list[tuple[int, str]]) -> None:
    merged = merge(chunk(text, index=index) for index, text in pieces)
    indexes = sorted({index for index, _ in pieces})
    assert [choice.index for choice in merged.choices] == indexes
    for choice in merged.choices:
        assert choice.message.content == "".join(text for index, text in pieces if index == choice.index)


def test_no_chunks_make_an_empty_completion() -> None:
    assert merge([]) == {"choices": []}
    assert not is_finished([])


def test_a_later_null_takes_nothing_back() -> None:
    first = {**chunk("a", "stop"), "usage": {"total_tokens": 3}, "model": "m"}
    merged = merge([first, {"model": None, "usage": None, "choices": [{"index": 0, "finish_reason": None}]}])
    assert (merged.model, merged.usage, merged.choices[0].finish_reason) == ("m", {"total_tokens": 3}, "stop")


def test_merging_leaves_the_chunks_as_they_are() -> None:
    pieces = [chunk("a", tool_calls=[{"index": 0, "function": {"arguments": "x"}}]) for _ in range(2)]
    before = repr(pieces)
    assert merge(pieces).choices[0].message.tool_calls[0].function.arguments == "xx"  # type: ignore[index,union-attr]
    assert repr(pieces) == before


def call(text: str, **place: Any) -> dict[str, Any]:
    return {**place, "function": {"arguments": text}}


@pytest.mark.parametrize(
    ("pieces", "merged"),
    [
        ([[call("1", id="a")], [call("2")]], [("a", "12")]),
        ([[call("1", id="a")], [call("2", id="b")], [call("3", id="a")]], [("a", "13"), ("b", "2")]),
        ([[call("", index=1, id="b")], [call("y", index=0, id="a")], [call("x", index=1)]], [("b", "x"), ("a", "y")]),
        ([None, []], None),
    ],
)
def test_pieces_of_tool_calls_find_their_call(pieces: list[Any], merged: Any) -> None:
    calls = merge(chunk(None, tool_calls=piece) for piece in pieces).choices[0].message.get("tool_calls")
    assert merged == (calls and [(one.get("id"), one["function"]["arguments"]) for one in calls])


def test_log_probabilities_and_strange_lists_are_joined() -> None:
    pieces = [chunk("a", annotations=[1]), chunk("b", annotations=[2])]
    for number, piece in enumerate(pieces):
        piece["choices"][0]["logprobs"] = {"content": [number], "refusal": None}
    choice = merge(pieces).choices[0]
    assert choice["logprobs"] == {"content": [0, 1], "refusal": None}
    assert choice.message["annotations"] == [1, 2]


def test_a_stream_has_finished_when_every_answer_has() -> None:
    one, other = chunk(None, "stop"), chunk("x", index=1)
    assert is_finished([one])
    assert not is_finished([one, other])
    assert is_finished([one, other, chunk(None, "length", index=1)])


def test_versions_are_found_in_whatever_a_list_holds() -> None:
    assert find_version(None, "latest") is None
    assert find_version([None, {"prompt_version": "2", "id": "a"}], 2) is None  # type: ignore[list-item]
    assert find_version([{"prompt_version": 2, "id": "a"}], "V2") == "a"
    assert find_version([{"prompt_version": 2, "id": "v3"}, {"prompt_version": 3, "id": "b"}], "v3") == "v3"
    assert not is_uuid(7)
    assert version_asked("pp-x@3", None) == "3"
    assert version_asked("pp-x@3", 0) == 0


def test_secrets_are_hidden_the_longest_first_and_short_ones_are_left() -> None:
    secrets = secrets_in({"api_key": "abcd", "authorization": "Bearer abcdef"}, {"api_key": "no"}, {"api_key": None})
    assert without("abcdef abcd Bearer abcdef no", secrets) == "*** *** *** no"
    assert secrets_in({"authorization": " "}, {"extra_headers": None}) == ()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://a/v1", "http://a/v1"),
        ("http://u:p@a/v1", "http://***@a/v1"),
        ("http://u:p@w@a/v1", "http://***@a/v1"),
        ("http://a/v1/pp-x@2", "http://a/v1/pp-x@2"),
    ],
)
def test_a_shown_url_hides_its_user(url: str, shown: str) -> None:
    assert shown_url(url) == shown

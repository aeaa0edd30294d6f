"""The parts that need no server: events, names, references, reading JSON."""

from __future__ import annotations

import json
import threading
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portkey_local import references
from portkey_local.errors import BadRequestError, NotFoundError
from portkey_local.http.contract import load
from portkey_local.ids import new_id, new_slug
from portkey_local.json import read_json
from portkey_local.runs.run import event
from portkey_openapi.events import Decoder
from portkey_prompts.errors import quoted
from portkey_prompts.streaming.merger import ChunkMerger

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(st.lists(JSON, max_size=5), st.lists(st.integers(1, 40)), st.sampled_from(["\n", "\r\n", "\r"]))
def test_events_are_read_whatever_their_line_ends_and_pieces(items: list[Any], cuts: list[int], line_end: str) -> None:
    raw = b"".join(event(item) for item in items).replace(b"\n", line_end.encode())
    reader, found = Decoder(), []
    for cut in [*cuts, len(raw) + 1]:
        piece, raw = raw[:cut], raw[cut:]
        found += [json.loads(event.data) for event in reader.feed(piece)]
    assert found == items


@pytest.mark.parametrize(
    ("raw", "events"),
    [
        (b"data: a\ndata: b\n\n", ["a\nb"]),
        (b"data: a\r\ndata: b\r\n\r\n", ["a\nb"]),
        (b"data:a\n\ndata:  b\n\n", ["a", " b"]),
        (b": ping\n\nevent: x\nid: 1\nretry: 5\ndata: a\n\n", ["a"]),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b"data: a", []),
        (b"data: a\n", []),
        (b"data\n\n", [""]),
        (b"\n\n\n", []),
        ("data: a\u2028b\u0085c\n\n".encode(), ["a\u2028b\u0085c"]),
    ],
)
def test_events_are_read_as_the_standard_says(raw: bytes, events: list[str]) -> None:
    assert [event.data for event in Decoder().feed(raw)] == events
    reader = Decoder()
    assert [event.data for index in range(len(raw)) for event in reader.feed(raw[index : index + 1])] == events


def folded(*chunks: dict[str, Any]) -> dict[str, Any]:
    merger = ChunkMerger()
    for chunk in chunks:
        merger.add(chunk)
    return merger.completion()


def delta(index: int = 0, finish: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"id": "c", "model": "m", "choices": [{"index": index, "delta": fields, "finish_reason": finish}]}


def test_texts_of_a_stream_fold_into_messages() -> None:
    chunks = (delta(role="assistant", content=None), delta(content="a"), delta(1, content="x"), delta(content="b"))
    answer = folded(*chunks, delta(finish="stop"), delta(1, finish="length"), {"choices": [], "usage": {"total": 3}})
    assert answer == {
        "id": "c",
        "model": "m",
        "usage": {"total": 3},
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "ab"}, "finish_reason": "stop"},
            {"index": 1, "message": {"role": "assistant", "content": "x"}, "finish_reason": "length"},
        ],
    }


def test_pieces_of_tool_calls_fold_by_their_index() -> None:
    first = {"index": 0, "id": "call", "type": "function", "function": {"name": "weather", "arguments": ""}}
    pieces = [{"index": 0, "function": {"arguments": piece}} for piece in ('{"city": ', '"Oslo"}')]
    second = {"index": 1, "id": "other", "type": "function", "function": {"name": "time", "arguments": "{}"}}
    chunks = [delta(tool_calls=calls) for calls in ([first], [pieces[0]], [second], [pieces[1]])]
    (choice,) = folded(*chunks, delta(finish="tool_calls"))["choices"]
    assert choice["message"]["tool_calls"] == [
        {**first, "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}},
        second,
    ]
    assert choice["message"]["content"] is None
    assert choice["finish_reason"] == "tool_calls"


def test_text_completions_and_log_probabilities_fold() -> None:
    pieces = [
        {"choices": [{"index": 0, "text": text, "logprobs": {"content": [{"token": text}]}, "finish_reason": None}]}
        for text in ("a", "b")
    ]
    (choice,) = folded(*pieces)["choices"]
    assert choice["text"] == "ab"
    assert choice["logprobs"] == {"content": [{"token": "a"}, {"token": "b"}]}


def test_ids_sort_by_age_and_are_uuids_of_version_7() -> None:
    ids = [new_id() for _ in range(10_000)]
    assert ids == sorted(set(ids))
    assert {uuid.UUID(each).version for each in ids} == {7}
    assert {uuid.UUID(each).variant for each in ids} == {uuid.RFC_4122}


def test_ids_are_unique_across_threads() -> None:
    made: list[list[str]] = []
    threads = [threading.Thread(target=lambda: made.append([new_id() for _ in range(2000)])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each for batch in made for each in batch}) == 16_000


@given(st.text())
def test_any_name_makes_a_slug_that_can_stand_in_a_reference(name: str) -> None:
    slug = new_slug(name)
    assert slug.isascii()
    assert references.parse(slug).name == slug
    assert slug == slug.strip("-").lower()
    assert "--" not in slug


@given(st.text())
def test_any_text_is_a_reference_or_not_found(text: str) -> None:
    try:
        reference = references.parse(text)
    except NotFoundError:
        return
    assert reference.name == text.partition("@")[0]


@given(JSON)
def test_what_is_written_as_json_is_read_back(value: Any) -> None:
    assert read_json(json.dumps(value).encode(), values=1000, names=1000) == value
    assert read_json(json.dumps(value, ensure_ascii=False).encode(), values=1000, names=1000) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_refused(raw: bytes) -> None:
    try:
        value = read_json(raw, values=1000, names=1000)
    except BadRequestError:
        return
    assert json.loads(raw) == value


def test_quoted_text_is_short_and_printable() -> None:
    assert quoted("x") == "`x`"
    assert len(quoted("x" * 10_000)) < 110
    assert quoted("a\r\nb\u202e") == "`a\\r\\nb\\u202e`"


def test_every_operation_of_the_contract_has_a_handler() -> None:
    from portkey_local.operations import HANDLERS

    assert {operation.id for operation in load().operations} == set(HANDLERS)

"""ChunkMerger chunks, and other decisions that need no server."""

from __future__ import annotations

import base64
import html
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, quote_plus

import msgspec  # noqa: F401  loaded, so that streams are read by it
import pytest
from facade_shapes import chunk
from hypothesis import example, given
from hypothesis import strategies as st

from portkey_openapi.requests import shown_url
from portkey_prompts.answers import merge
from portkey_prompts.redaction import redact, secrets_in
from portkey_prompts.references import find_version, is_uuid, version_asked
from portkey_prompts.streaming.chunks import choices_of, content_text, delta_of, is_finished
from portkey_prompts.streaming.merger import ChunkMerger
from portkey_prompts.streaming.reader import ChunkReader, StreamError


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


def call(text: str | None = None, name: str | None = None, **place: Any) -> dict[str, Any]:
    said = {"name": name, "arguments": text}
    return {**place, "function": {field: value for field, value in said.items() if value is not None}}


@pytest.mark.parametrize(
    ("pieces", "merged"),
    [
        ([[call("1", id="a")], [call("2")]], [("a", "12")]),
        ([[call("1", id="a")], [call("2", id="b")], [call("3", id="a")]], [("a", "13"), ("b", "2")]),
        ([[call("", index=1, id="b")], [call("y", index=0, id="a")], [call("x", index=1)]], [("b", "x"), ("a", "y")]),
        # Index 0 for all, and ids that tell them apart.
        ([[call("1", index=0, id="a")], [call("2", index=0, id="b")]], [("a", "1"), ("b", "2")]),
        ([[call("1", index=0, id="a"), call("2", index=0, id="b")]], [("a", "1"), ("b", "2")]),
        (
            [[call("1", index=0, id="a")], [call("2", index=0, id="b")], [call("3", index=0)]],
            [("a", "1"), ("b", "23")],
        ),
        (
            [[call("1", index=0, id="a"), call("2", index=0, id="b")], [call("3", index=0, id="a")]],
            [("a", "13"), ("b", "2")],
        ),
        # The same id for all, and an index that tells them apart.
        ([[call("1", index=0, id="a")], [call("2", index=1, id="a")], [call("3", index=1)]], [("a", "1"), ("a", "23")]),
        # Index 0 for all, and no ids.
        ([[call("{}", "f", index=0, id="")], [call("{}", "g", index=0, id="")]], [("", "{}"), ("", "{}")]),
        ([[call("{}", "f", index=0)], [call('{"a": 1}', "f", index=0)]], [(None, "{}"), (None, '{"a": 1}')]),
        # Neither.
        ([[call("{}", "f")], [call("{}", "g")]], [(None, "{}"), (None, "{}")]),
        ([[call("{}", "f"), call('{"a": 1}', "f")]], [(None, "{}"), (None, '{"a": 1}')]),
        ([[call("{}", "f")], [call('{"a": 1}', "f")]], [(None, "{}"), (None, '{"a": 1}')]),
        ([[call("{", "f"), call("{ ", "g")], [call("}"), call(" }")]], [(None, "{}"), (None, "{  }")]),
        ([[call("{", "f", index=None)], [call("}", index=None)]], [(None, "{}")]),
        # What is repeated in each piece.
        ([[call("{", "f", id="a", index=0)], [call("}", "f", id="a", index=0)]], [("a", "{}")]),
        ([[call("{", "f", index=0)], [call("}", "f", index=0)]], [(None, "{}")]),
        ([[call("{", "f")], [call("}", "f")], [call("", "f")]], [(None, "{}")]),
        # An id that comes late, or empty.
        ([[call("{", "f", index=0)], [call("}", index=0, id="a")]], [("a", "{}")]),
        ([[call("{", "f", index=0, id="a")], [call("}", "", index=0, id="")]], [("a", "{}")]),
        ([None, []], None),
        ([[None], [call("{", "f", id="a"), None], [None, call("}")], None], [("a", "{}")]),
        ([call("{}", "f", id="a")], [("a", "{}")]),
        ([[None], "nonsense", 3], None),
    ],
)
def test_pieces_of_tool_calls_find_their_call(pieces: list[Any], merged: Any) -> None:
    calls = merge(chunk(None, tool_calls=piece) for piece in pieces).choices[0].message.get("tool_calls")
    assert merged == (calls and [(one.get("id"), one["function"]["arguments"]) for one in calls])


def test_what_a_provider_repeats_is_not_doubled() -> None:
    named = {"id": "a", "index": 0, "type": "function", "function": {"name": "f", "arguments": "1"}}
    pieces = [chunk("x", role="assistant", id="m", type="message", name="Ann", tool_calls=[named]) for _ in range(3)]
    message = merge([*pieces, chunk("y", role="", id="", name=None)]).choices[0].message
    assert {name: message[name] for name in ("role", "id", "type", "name", "content")} == {
        "role": "assistant", "id": "m", "type": "message", "name": "Ann", "content": "xxxy",
    }  # fmt: skip
    assert message["tool_calls"] == [{**named, "function": {"name": "f", "arguments": "111"}}]


def test_an_empty_role_is_filled_by_a_later_one() -> None:
    assert merge([chunk("a", role=""), chunk("b", role="tool")]).choices[0].message.role == "tool"
    assert merge([chunk("a", role=None), chunk("b")]).choices[0].message.role == "assistant"


def test_audio_adds_up_to_what_a_decoder_reads() -> None:
    sounds = [bytes(range(number)) for number in (3, 4, 5, 7)]
    pieces = [
        chunk(None, audio={"id": "audio_1", "data": base64.b64encode(sound).decode(), "transcript": word})
        for sound, word in zip(sounds, ["Hel", "lo, ", "Ali", "ce."], strict=True)
    ]
    audio = merge([*pieces, chunk(None, audio={"id": "audio_1", "expires_at": 1780017118})]).choices[0].message["audio"]
    assert base64.b64decode(audio["data"]) == b"".join(sounds)
    assert {**audio, "data": ""} == {
        "id": "audio_1", "data": "", "transcript": "Hello, Alice.", "expires_at": 1780017118,
    }  # fmt: skip


def test_choices_without_an_index_are_counted() -> None:
    pieces = [
        {"choices": [{"delta": {"content": a}}, {"index": None, "delta": {"content": b}}]} for a, b in ("ax", "by")
    ]
    assert [(one.index, one.message.content) for one in merge(pieces).choices] == [(0, "ab"), (1, "xy")]


def test_merging_takes_time_in_proportion_to_what_comes() -> None:
    def seconds(number: int) -> float:
        piece = chunk("word " * 20, tool_calls=[call("x" * 100, "f", index=0)], audio={"transcript": "y" * 100})
        started = time.thread_time()
        merge(piece for _ in range(number))
        return time.thread_time() - started

    seconds(100)
    assert seconds(40_000) < 40 * min(seconds(2_000) for _ in range(3))  # put together one by one, it is some 400 times


FIELDS = (
    *(
        "choices",
        "error",
        "id",
        "object",
        "model",
        "usage",
        "delta",
        "message",
        "index",
        "finish_reason",
        "content",
        "text",
    ),
    *(
        "role",
        "tool_calls",
        "function",
        "name",
        "arguments",
        "type",
        "logprobs",
        "audio",
        "data",
        "status",
        "code",
        "errors",
    ),
)
LEAVES = st.sampled_from(
    [None, "", "x", "error", "stop", "{}", "\ud83d", 0, 1, -1, 2**70, True, False, 1e308, float("nan"), float("inf")]
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=3)
)
CHOICES = st.lists(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=4), max_size=2)
EVENTS = VALUES | st.fixed_dictionaries(
    {"choices": CHOICES}, optional={"error": VALUES, "usage": VALUES, "type": VALUES}
)
NO_OBJECTS = [
    '{"y": 1}]',
    '{"y": 1}]}',
    '{"y": 1}, {"y": 2}',
    '{"y": [{"z": 1}',
    '{"z": 2}]}',
    "{",
    "[DONE]",
    "ping",
    "",
]
"""Texts of events that are no JSON, some of which are part of it together with their neighbours."""
TEXTS = EVENTS.map(json.dumps) | st.sampled_from(NO_OBJECTS)


@contextmanager
def without(module: str) -> Iterator[None]:
    """Have a module as one that the program has not loaded."""
    assert module in sys.modules
    with patch.dict(sys.modules):
        del sys.modules[module]
        yield


@given(st.lists(TEXTS, max_size=4), st.integers(1, 200))
@example(["[DONE]", '"x"'], 1)
@example(['{"choices": []}', '{"y": 1}]'], 20)
@example(['{"y": 1}, {"y": 2}', '{"y": [{"z": 1}', '{"z": 2}]}'], 20)
def test_whatever_comes_is_read_or_refused_and_alike_however_it_is_cut(events: list[str], size: int) -> None:
    raw = "".join(f"data: {each}\n\n" for each in events).encode()

    def read(pieces: list[bytes]) -> tuple[list[Any], str]:
        reader, found = ChunkReader(), []
        try:
            for piece in pieces:
                found.extend(chunk for _, chunk in reader.feed(piece))
            found.extend(chunk for _, chunk in reader.end())
        except StreamError as error:
            return found, str(error)
        return found, ""

    cut = [raw[at : at + size] for at in range(0, len(raw), size)]
    whole = read([raw])
    assert repr(read(cut)) == repr(whole)  # by what is shown, since NaN is not equal to itself
    with without("msgspec"):
        assert repr((read([raw]), read(cut))) == repr((whole, whole))
    merger = ChunkMerger()
    for found in whole[0]:
        merger.add(found)
        for choice in choices_of(found):
            assert isinstance(content_text(delta_of(choice).get("content")), str)
    json.dumps(merger.completion())


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
    assert redact("abcdef abcd Bearer abcdef no", secrets) == "*** *** *** no"
    assert secrets_in({"authorization": " "}, {"extra_headers": None}) == ()


def test_what_only_looks_like_a_secret_is_left() -> None:
    secrets = ("sk-Secret/1=",)
    for text in ("SK-SECRET/1=", "sk-Secret", "%73k-secret%2f1%3d", "\\u0073k-Secret\\/1"):
        assert redact(text, secrets) == text
    assert redact("\\u0073k-Secret\\/1\\u003d and %73k-Secret%2f1%3D", secrets) == "*** and ***"


def test_a_long_secret_is_hidden_as_encoders_write_it_and_takes_no_time() -> None:
    config = json.dumps({"targets": [{"api_key": f"sk-ö/{number}", "x": "a&b <c>"} for number in range(500)]})
    in_json = json.dumps(config)
    forms = [config, in_json, json.dumps(in_json), in_json.replace("/", "\\/"), quote(config), quote_plus(config)]
    forms += [html.escape(config), base64.b64encode(b"x" + config.encode()).decode()]
    started = time.process_time()
    for form in forms:
        assert "sk-" not in redact(f"before {form} after", (config,))
        assert len(redact(f"before {form} after", (config,))) < 40
    assert time.process_time() - started < 1


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

"""Whatever a service was seen to send in a stream: what the app gets of it."""

from __future__ import annotations

import asyncio
import gzip
import resource
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from facade_calls import Client, each, settle, text_of
from facade_wire import STREAM_HEAD, Connection, Play, Wire, transfer_chunk
from stream_shapes import (
    ANSWERS,
    BEGINNING,
    DONE,
    END,
    ENDS,
    FAILURES,
    HEAD,
    QUIET,
    TYPES,
    USAGE,
    event,
    message_of,
    said,
    text_in,
)

from portkey_ai import (
    APIError,
    APIResponseValidationError,
    APIStreamError,
    APIStreamTimeoutError,
    APITimeoutError,
    AsyncStream,
)

Make = Callable[..., Client]
Serve = Callable[[Play], Wire]
Open = Callable[..., Any]


async def take_each(stream: Any, into: list[Any]) -> None:
    """Iterate a stream of either kind, and keep what came before it failed."""
    if isinstance(stream, AsyncStream):
        async for one in stream:
            into.append(one)
    else:
        for one in stream:
            into.append(one)


@pytest.mark.parametrize("name", QUIET)
async def test_what_carries_nothing_is_passed_by(open_stream: Open, name: str) -> None:
    stream = await open_stream(QUIET[name], BEGINNING, QUIET[name], END, QUIET[name], DONE)
    chunks = await each(stream)
    assert all(chunk.choices for chunk in chunks)
    assert text_of(chunks) == "Hello, Alice."
    final = await settle(stream.get_final_completion())
    assert (final.choices[0].message.content, final.choices[0].finish_reason) == ("Hello, Alice.", "stop")
    assert len(final.choices) == 1


@pytest.mark.parametrize("name", ANSWERS)
async def test_chunks_add_up_to_the_answer(open_stream: Open, name: str) -> None:
    chunks, message = ANSWERS[name]
    stream = await open_stream(*map(event, chunks), event(said(finish="stop")), DONE)
    assert "".join(await each(stream.text_deltas())) == text_in(message)
    (choice,) = (await settle(stream.get_final_completion())).choices
    assert (message_of(choice.message), choice.finish_reason) == (message, "stop")


async def test_the_usage_of_a_chunk_without_choices_is_taken(open_stream: Open) -> None:
    for without_choices in ({"choices": []}, {"choices": None}, {}):
        stream = await open_stream(BEGINNING, END, event({**HEAD, **without_choices, "usage": USAGE}), DONE)
        assert len(await each(stream)) == 3
        assert (await settle(stream.get_final_completion())).usage == USAGE


@pytest.mark.parametrize(
    "chunks",
    [
        [{**said("Hi"), "usage": {"total_tokens": 1}}, {**said("!"), "usage": USAGE}, {**HEAD, "choices": []}],
        [{**said("Hi"), "usage": USAGE}, {**HEAD, "choices": [], "usage": {}}, {**HEAD, "usage": None}],
        [{**HEAD, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "usage": USAGE}]}],
        [{**said(finish="stop"), "x_groq": {"id": "r", "usage": USAGE}}],
    ],
)
async def test_the_usage_is_taken_wherever_it_stands(open_stream: Open, chunks: list[Any]) -> None:
    stream = await open_stream(BEGINNING, *map(event, chunks), DONE)
    assert (await settle(stream.get_final_completion())).usage == USAGE


async def test_answers_side_by_side_stay_apart(open_stream: Open) -> None:
    pieces: list[list[dict[str, Any]]] = [
        [{"index": 1, "delta": {"content": "a"}}, {"index": 0, "delta": {"content": "x"}}],
        [{"index": "0", "delta": {"content": "y"}}, {"index": 1, "delta": {"content": "b"}}],
        [{"delta": {"content": "z"}}, {"delta": {"content": "c"}}],
        [{"index": 1, "finish_reason": "length"}, {"index": 0, "finish_reason": "stop", "delta": None}],
    ]
    stream = await open_stream(*(event({**HEAD, "choices": choices}) for choices in pieces))
    assert await each(stream.text_deltas()) == ["x", "y", "z"]
    choices = (await settle(stream.get_final_completion())).choices
    assert [(one.index, one.message.content, one.finish_reason) for one in choices] == [
        (0, "xyz", "stop"),
        (1, "abc", "length"),
    ]


@pytest.mark.parametrize("line_end", ["\r", "\r\n", "\n"])
@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("field", [b"data:", b"data: ", b"data:  ", b"data:\t"])
async def test_a_stream_in_any_form_of_the_standard_is_read(
    open_stream: Open, line_end: str, before: bytes, field: bytes
) -> None:
    lines = (BEGINNING + b": x\nid: 1\nretry: 5\n\n" + END + DONE).replace(b"data: ", field)
    body = before + lines.replace(b"\n", line_end.encode())
    stream = await open_stream(*(body[at : at + 1] for at in range(40)), body[40:])
    assert text_of(await each(stream)) == "Hello, Alice."


async def test_a_usage_that_was_asked_for_is_a_chunk(open_stream: Open) -> None:
    last = event({**HEAD, "choices": [], "usage": USAGE})
    stream = await open_stream(BEGINNING, END, last, DONE, stream_options={"include_usage": True})
    assert [chunk.usage for chunk in await each(stream)] == [None, None, None, USAGE]


@pytest.mark.parametrize("name", ENDS)
async def test_a_stream_ends_in_any_of_these_ways(make: Make, wire: Serve, name: str) -> None:
    body = BEGINNING + event(said("Alice.")) + (event(said(finish="stop")) if not ENDS[name] else b"") + ENDS[name]
    server = wire(lambda connection: connection.read_request() and connection.stream(body))
    stream = await settle(make(base_url=server.url).prompts.completions(prompt_id="pp-x", stream=True))
    assert text_of(await each(stream)) == "Hello, Alice."
    await settle(stream.get_final_completion())


NOTHING = [b": x\n\n", event("null"), event(HEAD), event({**HEAD, "choices": [], "usage": USAGE})]


@pytest.mark.parametrize("nothing", NOTHING)
async def test_a_stream_of_nothing_is_no_answer(open_stream: Open, nothing: bytes) -> None:
    for done in (DONE, DONE[:-2]):
        stream = await open_stream(nothing, done)
        with pytest.raises(APIStreamError, match="without an answer"):
            await each(stream)


async def test_a_stream_of_another_api_is_shown(open_stream: Open) -> None:
    said_there = event({"candidates": [{"content": {"parts": [{"text": "Hello"}]}}]})
    stream = await open_stream(said_there, event({"usage": USAGE}))
    with pytest.raises(APIStreamError, match=r"without an answer, after 2 events\. It brought: .*candidates"):
        await each(stream)


async def test_what_is_said_beside_the_events_is_shown_where_a_stream_breaks_off(open_stream: Open) -> None:
    stream = await open_stream(BEGINNING, b"<html>502 Bad Gateway</html>")
    with pytest.raises(APIStreamError, match=r"before the model had finished.* It brought: <html>502 Bad") as caught:
        await each(stream)
    assert caught.value.partial.choices[0].message.content == "Hello, "


async def test_a_done_without_a_blank_line_is_the_end_at_once(open_stream: Open) -> None:
    stream = await open_stream(BEGINNING, END, b"data: [DONE]\n", end=False)
    assert text_of(await each(stream)) == "Hello, Alice."


async def test_a_stream_that_breaks_off_after_an_empty_finish_reason_has_broken_off(open_stream: Open) -> None:
    stream = await open_stream(BEGINNING, event(said("Al", "")))
    with pytest.raises(APIStreamError, match="before the model had finished") as caught:
        await each(stream)
    assert caught.value.partial.choices[0].finish_reason is None


@pytest.mark.parametrize("name", FAILURES)
async def test_a_failure_is_raised_with_what_came_before(open_stream: Open, name: str) -> None:
    failure, word = FAILURES[name]
    # Some tell of it in their last bytes, after which nothing more is to come.
    stream = await open_stream(BEGINNING, failure, *([END, DONE] if failure.endswith(b"\n\n") else []))
    seen: list[Any] = []
    with pytest.raises(APIStreamError, match=word) as caught:
        await take_each(stream, seen)
    came = "Hello, Al" if "content" in name else "Hello, "
    assert text_of(seen) == came
    assert caught.value.partial.choices[0].message.content == came
    assert caught.value.partial.choices[0].finish_reason is None
    assert "error" not in caught.value.partial
    with pytest.raises(APIStreamError, match=word):
        await settle(stream.get_final_completion())


@pytest.mark.parametrize("media_type", TYPES)
async def test_an_event_stream_is_known_whatever_it_is_called(make: Make, wire: Serve, media_type: str) -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        named = f"content-type: {media_type}\r\n" if media_type else ""
        connection.send(f"HTTP/1.1 200 OK\r\n{named}transfer-encoding: chunked\r\n\r\n".encode())
        connection.send(*map(transfer_chunk, [BEGINNING, END, DONE, b""]))

    client = make(base_url=wire(play).url)
    chunks = await each(client.prompts.completions(prompt_id="pp-x", stream=True))
    assert text_of(chunks) == "Hello, Alice."


@pytest.mark.parametrize("media_type", ["text/event-stream", "text/plain", ""])
async def test_an_answer_that_is_no_event_stream_is_shown(make: Make, wire: Serve, media_type: str) -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        named = f"content-type: {media_type}\r\n" if media_type else ""
        head = f"HTTP/1.1 200 OK\r\n{named}content-length: 26\r\n\r\n"
        connection.send(head.encode() + b"<html>Sign in first</html>")

    client = make(base_url=wire(play).url)
    with pytest.raises(APIResponseValidationError, match=r"no event stream.*Sign in first"):
        await each(client.prompts.completions(prompt_id="pp-x", stream=True))


async def test_an_event_that_is_too_long_is_given_up(make: Make, wire: Serve) -> None:
    sent = 0

    def play(connection: Connection) -> None:
        nonlocal sent
        connection.read_request()
        connection.send(STREAM_HEAD, transfer_chunk(BEGINNING + b"data: "))
        piece = transfer_chunk(b"x" * 1_000_000)
        while sent < 400:
            connection.send(piece)
            sent += 1

    client = make(base_url=wire(play).url)
    with pytest.raises(APIError, match=r"longer than 33,554,432 characters") as caught:
        await each(client.prompts.completions(prompt_id="pp-x", stream=True))
    assert caught.value.partial.choices[0].message.content == "Hello, "
    assert sent < 60


@pytest.mark.parametrize("quiet", [b": comment\n\n", event("{}", "ping"), event("ping"), event("null")])
async def test_what_only_keeps_a_connection_open_does_not_hold_an_app_for_ever(
    make: Make, wire: Serve, quiet: bytes
) -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        connection.send(STREAM_HEAD, transfer_chunk(BEGINNING))
        while True:
            connection.send(transfer_chunk(quiet))
            time.sleep(0.02)

    client = make(base_url=wire(play).url, timeout=0.5)
    started = time.monotonic()
    with pytest.raises(APIStreamTimeoutError, match=r"0\.5 s") as caught:
        await each(client.prompts.completions(prompt_id="pp-x", stream=True))
    assert 0.4 < time.monotonic() - started < 60
    assert isinstance(caught.value, APITimeoutError)
    assert caught.value.partial.choices[0].message.content == "Hello, "


async def test_a_slow_app_is_no_silence_of_the_service(open_stream: Open) -> None:
    stream = await open_stream(BEGINNING, b": comment\n\n", END, DONE, timeout=0.3)
    first = await settle(anext(stream) if isinstance(stream, AsyncStream) else next(stream))
    await asyncio.sleep(0.6)
    assert text_of([first, *await each(stream)]) == "Hello, Alice."


# Content in parts, audio, and whole messages

THOUGHT = [{"type": "thinking", "thinking": [{"type": "text", "text": "They want "}]}]
MORE = [{"type": "thinking", "thinking": [{"type": "text", "text": "a greeting."}]}]


async def test_a_content_of_parts_and_then_of_text_loses_nothing(open_stream: Open) -> None:
    pieces = [
        said(THOUGHT, role="assistant"),
        said(MORE),
        said([{"type": "text", "text": "Hel"}]),
        said("lo"),
        said("!"),
    ]
    stream = await open_stream(*map(event, [*pieces, said(finish="stop")]), DONE)
    assert await each(stream.text_deltas()) == ["Hel", "lo", "!"]
    content = (await settle(stream.get_final_completion())).choices[0].message.content
    assert content == [
        {"type": "thinking", "thinking": [{"type": "text", "text": "They want a greeting."}]},
        {"type": "text", "text": "Hello!"},
    ]


async def test_text_and_then_parts_lose_nothing_either(open_stream: Open) -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    pieces = [
        said("", role="assistant"),
        said("See "),
        said("this:"),
        said([image]),
        said([{"type": "text", "text": "."}]),
    ]
    stream = await open_stream(*map(event, [*pieces, said(finish="stop")]), DONE)
    assert await each(stream.text_deltas()) == ["See ", "this:", "."]
    content = (await settle(stream.get_final_completion())).choices[0].message.content
    assert content == [{"type": "text", "text": "See this:"}, image, {"type": "text", "text": "."}]


async def test_refusals_and_thoughts_add_up_beside_the_content(open_stream: Open) -> None:
    pieces = [said(refusal="I ", reasoning_content="Is it"), said(refusal="won't.", reasoning_content=" safe?")]
    stream = await open_stream(*map(event, [*pieces, said(finish="stop")]), DONE)
    message = (await settle(stream.get_final_completion())).choices[0].message
    assert (message.refusal, message["reasoning_content"], message.content) == ("I won't.", "Is it safe?", None)


async def test_a_whole_message_in_a_stream_is_a_delta(open_stream: Open) -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}
    stream = await open_stream(event({**HEAD, "choices": [choice]}), DONE)
    assert text_of(await each(stream)) == "Hello"
    assert (await settle(stream.get_final_completion())).choices[0].message.content == "Hello"


async def test_a_whole_message_beside_another_answer_s_deltas_is_kept(open_stream: Open) -> None:
    whole = {"index": 1, "message": {"role": "assistant", "content": "Good day"}, "finish_reason": "stop"}
    rest = {"index": 0, "delta": {"content": "lo"}, "finish_reason": "stop"}
    stream = await open_stream(event(said("Hel")), event({**HEAD, "choices": [whole, rest]}), DONE)
    choices = (await settle(stream.get_final_completion())).choices
    assert [choice.message.content for choice in choices] == ["Hello", "Good day"]


@pytest.mark.parametrize("delta", [True, False, 0, 1.5, [], ["Hel"]], ids=repr)
async def test_a_delta_that_is_none_brings_nothing(open_stream: Open, delta: Any) -> None:
    odd = event({**HEAD, "choices": [{"index": 0, "delta": delta}]})
    stream = await open_stream(odd, BEGINNING, odd, END, DONE)
    assert text_of(await each(stream)) == "Hello, Alice."
    assert (await settle(stream.get_final_completion())).choices[0].message.content == "Hello, Alice."


async def test_a_message_beside_the_delta_is_not_added_to_it(open_stream: Open) -> None:
    both = [
        {**HEAD, "choices": [{"index": 0, "message": {"content": whole}, "delta": {"content": piece}}]}
        for whole, piece in [("Hel", "Hel"), ("Hello", "lo")]
    ]
    stream = await open_stream(*map(event, [*both, said(finish="stop")]), DONE)
    assert await each(stream.text_deltas()) == ["Hel", "lo"]
    assert (await settle(stream.get_final_completion())).choices[0].message.content == "Hello"


# What is packed, and what lies

LIES = {
    "a header of 1 MB": b"HTTP/1.1 200 OK\r\nx-a: " + b"a" * 1_000_000 + b"\r\n\r\n",
    "5,000 headers": b"HTTP/1.1 200 OK\r\n" + b"x-a: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n" * 5000 + b"\r\n",
    "a length that is too long": b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n" + BEGINNING,
    "a length below 0": b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n" + BEGINNING,
    "two lengths": b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\ncontent-length: 8\r\n\r\n" + BEGINNING,
    "a chunk that is none": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nx",
    "a chunk that is too long": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfff\r\n" + BEGINNING,
    "no HTTP": b"\x16\x03\x01\x02\x00",
    "nothing": b"",
    "what is not packed": b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n" + BEGINNING,
}


@pytest.mark.parametrize("name", LIES)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_an_answer_that_lies_about_itself_is_an_error(make: Make, wire: Serve, name: str, stream: bool) -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        with suppress(OSError):  # the client may have read enough
            connection.send(LIES[name])

    client = make(base_url=wire(play).url, max_retries=0, timeout=5)

    async def run() -> None:
        await each(await settle(client.prompts.completions(prompt_id="pp-x", stream=stream)))

    with pytest.raises(APIError) as caught:
        await run()
    assert len(str(caught.value)) < 2000


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
async def test_a_packed_stream_is_read_as_it_comes(make: Make, wire: Serve, pack: Callable[[bytes], bytes]) -> None:
    encoding = "gzip" if pack is gzip.compress else "deflate"

    def play(connection: Connection) -> None:
        connection.read_request()
        raw = pack(BEGINNING + END + DONE)
        head = f"HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\ncontent-length: {len(raw)}\r\n\r\n"
        connection.send(head.encode(), *(raw[at : at + 9] for at in range(0, len(raw), 9)))

    chunks = await each(make(base_url=wire(play).url).prompts.completions(prompt_id="pp-x", stream=True))
    assert text_of(chunks) == "Hello, Alice."


async def test_a_bomb_is_given_up_before_it_goes_off(make: Make, wire: Serve) -> None:
    member = gzip.compress(b"data: " + bytes(64_000_000))  # 62 KB; all of them are 6.4 GB

    def play(connection: Connection) -> None:
        connection.read_request()
        with suppress(OSError):
            connection.send(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n", member * 100)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(APIError, match="longer than"):
        await each(make(base_url=wire(play).url).prompts.completions(prompt_id="pp-x", stream=True))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600_000  # KB

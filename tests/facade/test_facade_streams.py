"""Streams: chunks as they come, and what they add up to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from facade_calls import Client, each, settle, text_of
from facade_shapes import DONE, HELLO, chunk, event
from facade_wire import STREAM_HEAD, Connection, Play, Wire, transfer_chunk

import portkey_ai
from portkey_ai import AsyncStream, Stream

Make = Callable[..., Client]
Serve = Callable[[Play], Wire]
Open = Callable[..., Any]


async def test_iterating_yields_typed_chunks(open_stream: Open) -> None:
    stream = await open_stream(*HELLO)
    assert isinstance(stream, Stream | AsyncStream)
    chunks = await each(stream)
    assert [type(one).__name__ for one in chunks] == ["PromptCompletionChunk"] * 4
    assert text_of(chunks) == "Hello, Alice."
    assert chunks[0].choices[0].delta.role == chunks[0]["choices"][0]["delta"]["role"] == "assistant"
    assert (chunks[0].prompt_id, chunks[0].object, chunks[-1].choices[0].finish_reason) == (
        "pp-x", "chat.completion.chunk", "stop",
    )  # fmt: skip


async def test_a_chunk_comes_when_it_was_written_not_at_the_end(make: Make, wire: Serve) -> None:
    go_on = threading.Event()

    def play(connection: Connection) -> None:
        connection.read_request()
        connection.send(STREAM_HEAD, transfer_chunk(HELLO[1]))
        assert go_on.wait(60)
        connection.send(*map(transfer_chunk, [*HELLO[2:], b""]))

    client = make(base_url=wire(play).url)
    stream = await settle(client.prompts.completions(prompt_id="pp-x", stream=True))
    first = await settle(anext(stream) if isinstance(stream, AsyncStream) else next(stream))
    assert first.choices[0].delta.content == "Hello, "
    go_on.set()
    assert text_of(await each(stream)) == "Alice."


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
async def test_however_the_bytes_are_cut_the_chunks_are_the_same(open_stream: Open, size: int, line_end: str) -> None:
    text = "é€😀\u2028\u0085 {}"
    body = b"\xef\xbb\xbf: ping\n\n" + b"".join(
        [
            event(chunk(text)),
            f'data: {{"choices": [{{"index": 0,\ndata: "delta": {{"content": "{text}"}}}}]}}\n\n'.encode(),
            b": ping\n\nevent: ping\ndata: {}\n\ndata:\n\n",
            event(chunk(None, "stop")),
            DONE,
        ]
    )
    body = body.replace(b"\n", line_end.encode())
    stream = await open_stream(*(body[at : at + size] for at in range(0, len(body), size)))
    chunks = await each(stream)
    assert len(chunks) == 3
    assert text_of(chunks) == text * 2


async def test_text_deltas_are_the_pieces_of_the_first_answer(open_stream: Open) -> None:
    pieces = [chunk("a"), chunk("X", index=1), chunk("b"), chunk(None, "stop"), chunk(None, "stop", index=1)]
    assert await each((await open_stream(*map(event, pieces), DONE)).text_deltas()) == ["a", "b"]


async def test_the_final_completion_merges_content_and_usage(open_stream: Open) -> None:
    usage = {**chunk(), "choices": [], "usage": {"total_tokens": 7}}
    stream = await open_stream(*HELLO[:-1], event(usage), DONE)
    final = await settle(stream.get_final_completion())
    assert final.choices[0].message.content == "Hello, Alice."
    assert final.choices[0].message.role == "assistant"
    assert final.choices[0].finish_reason == "stop"
    assert final.usage.total_tokens == 7
    assert (final.object, final.prompt_id, final.model) == ("chat.completion", "pp-x", "gpt-4-0613")
    assert type(final) is portkey_ai.PromptCompletion


async def test_the_final_completion_holds_what_was_iterated_before(open_stream: Open) -> None:
    stream = await open_stream(*HELLO)
    assert await each(stream.text_deltas()) == ["Hello, ", "Alice."]
    for _ in range(2):
        assert (await settle(stream.get_final_completion())).choices[0].message.content == "Hello, Alice."


async def test_the_final_completion_puts_tool_calls_together(open_stream: Open) -> None:
    first, second = {"name": "f", "arguments": ""}, {"name": "g", "arguments": "{"}
    pieces = [
        chunk(None, role="assistant", tool_calls=[{"index": 0, "id": "a", "type": "function", "function": first}]),
        chunk(None, tool_calls=[{"index": 0, "function": {"arguments": '{"x":'}}]),
        chunk(None, tool_calls=[{"index": 0, "function": {"arguments": " 1}"}}]),
        chunk(None, tool_calls=[{"index": 1, "id": "b", "type": "function", "function": second}]),
        chunk(None, tool_calls=[{"index": 1, "function": {"arguments": "}"}}]),
        chunk(None, "tool_calls"),
    ]  # fmt: skip
    final = await settle((await open_stream(*map(event, pieces), DONE)).get_final_completion())
    message = final.choices[0].message
    assert message.content is None
    assert [(one.id, one.function.name, one.function.arguments) for one in message.tool_calls] == [
        ("a", "f", '{"x": 1}'), ("b", "g", "{}"),
    ]  # fmt: skip


async def test_the_final_completion_keeps_answers_apart(open_stream: Open) -> None:
    pieces = [chunk("b", index=1), chunk("a"), chunk("a", "stop"), chunk("b", "length", index=1)]
    final = await settle((await open_stream(*map(event, pieces), DONE)).get_final_completion())
    assert [(one.index, one.message.content, one.finish_reason) for one in final.choices] == [
        (0, "aa", "stop"), (1, "bb", "length"),
    ]  # fmt: skip


async def test_a_text_completions_pieces_are_deltas_too(open_stream: Open) -> None:
    pieces = [
        {"id": "1", "object": "text_completion", "choices": [{"index": 0, "text": text, "finish_reason": reason}]}
        for text, reason in [("Hel", None), ("lo", "stop")]
    ]
    stream = await open_stream(*map(event, pieces), DONE)
    assert await each(stream.text_deltas()) == ["Hel", "lo"]
    final = await settle(stream.get_final_completion())
    assert (final.choices[0].message.content, final.choices[0]["text"]) == ("Hello", "Hello")


async def test_what_a_service_sends_beside_chunks_is_kept_for_the_end(open_stream: Open) -> None:
    stream = await open_stream(event({"hook_results": {"before": [1]}}), *HELLO)
    assert len(await each(stream)) == 4
    assert (await settle(stream.get_final_completion()))["hook_results"] == {"before": [1]}


async def test_status_headers_and_trace_id_are_at_hand(make: Make, wire: Serve) -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        head = STREAM_HEAD.replace(b"\r\n\r\n", b"\r\nX-Portkey-Trace-Id: t-1\r\n\r\n")
        connection.send(head, *map(transfer_chunk, [*HELLO, b""]))

    client = make(base_url=wire(play).url)
    stream = await settle(client.prompts.completions(prompt_id="pp-x", stream=True))
    assert (stream.response.status_code, stream.trace_id) == (200, "t-1")
    assert stream.headers["x-portkey-trace-id"] == "t-1"
    await each(stream)


async def test_a_stream_asks_for_an_event_stream(make: Make, wire: Serve) -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        connection.stream(*HELLO)

    server = wire(play)
    await each(make(base_url=server.url).prompts.completions(prompt_id="pp-x", stream=True))
    assert "accept: text/event-stream" in server.requests[0]

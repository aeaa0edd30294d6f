"""Streams: chunks as they come, how they end, and what becomes of the connection."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from facade_calls import Client, close, each, settle
from facade_shapes import COMPLETION, DONE, HELLO, chunk, event
from facade_wire import STREAM_HEAD, Connection, Play, Wire, transfer_chunk

import portkey_ai
from portkey_ai import APIConnectionError, APIError, APIResponseValidationError, APIStreamError, AsyncStream, Stream

Make = Callable[..., Client]
Serve = Callable[[Play], Wire]
Open = Callable[..., Any]


@pytest.fixture
def open_stream(make: Make, wire: Serve) -> Open:
    """Open a stream of the given pieces, each of them a write of its own."""

    async def opened(*pieces: bytes, end: bool = True, **options: Any) -> Any:
        def play(connection: Connection) -> None:
            while connection.read_request() is not None:
                connection.stream(*pieces, end=end)
                if not end:
                    return

        client = make(base_url=wire(play).url)
        return await settle(client.prompts.completions(prompt_id="pp-x", stream=True, **options))

    return opened


def text_of(chunks: list[Any]) -> str:
    return "".join(one.choices[0].delta.content or "" for one in chunks)


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
        assert go_on.wait(5)
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


@pytest.mark.parametrize(
    "strange",
    [{"choices": None}, {"choices": [None]}, {"choices": []}, {"choices": [{"delta": None}]}, {"error": None}],
)
async def test_a_strange_chunk_breaks_nothing(open_stream: Open, strange: dict[str, Any]) -> None:
    stream = await open_stream(event(strange), *HELLO)
    assert "".join(await each(stream.text_deltas())) == "Hello, Alice."
    assert (await settle(stream.get_final_completion())).choices[0].message.content == "Hello, Alice."


@pytest.mark.parametrize(
    "error",
    [
        event({"error": {"message": "Overloaded.", "code": "E1"}, "provider": "openai"}),
        event({"error": "Overloaded."}),
        event({"status": "failure", "message": "Overloaded."}),
        b'event: error\ndata: {"message": "Overloaded."}\n\n',
    ],
)
async def test_an_error_event_raises_with_what_came_before(open_stream: Open, error: bytes) -> None:
    stream = await open_stream(*HELLO[:2], error, DONE)
    seen: list[Any] = []

    async def collect() -> None:
        if isinstance(stream, AsyncStream):
            async for one in stream:
                seen.append(one)
        else:
            for one in stream:
                seen.append(one)

    with pytest.raises(APIStreamError, match=r"Overloaded\.") as caught:
        await collect()
    assert text_of(seen) == "Hello, "
    assert caught.value.partial is not None
    assert caught.value.partial.choices[0].message.content == "Hello, "
    assert (caught.value.status_code, caught.value.request is not None) == (200, True)
    with pytest.raises(APIStreamError, match=r"Overloaded\."):
        await settle(stream.get_final_completion())


async def test_an_event_that_is_no_json_raises(open_stream: Open) -> None:
    for bad in (b"data: {nope\n\n", b"data: [1]\n\n", b"data: 3\n\n"):
        stream = await open_stream(HELLO[1], bad)
        with pytest.raises(APIResponseValidationError, match="no JSON object") as caught:
            await each(stream)
        assert caught.value.partial is not None


async def test_a_stream_without_done_ends_well_where_the_model_had_finished(open_stream: Open) -> None:
    stream = await open_stream(*HELLO[:-1])
    assert len(await each(stream)) == 4
    assert (await settle(stream.get_final_completion())).choices[0].finish_reason == "stop"


@pytest.mark.parametrize("pieces", [[], HELLO[:2], [event(chunk("a", "stop")), event(chunk("b", index=1))]])
async def test_a_stream_with_neither_done_nor_finish_reason_raises(open_stream: Open, pieces: list[bytes]) -> None:
    stream = await open_stream(*pieces)
    with pytest.raises(APIStreamError, match="before the model had finished") as caught:
        await each(stream)
    assert caught.value.partial is not None
    assert len(caught.value.partial.choices) == (0 if not pieces else len(pieces) - (pieces == HELLO[:2]))


async def test_a_connection_that_breaks_raises_with_what_came_before(open_stream: Open) -> None:
    stream = await open_stream(*HELLO[:2], end=False)
    with pytest.raises(APIConnectionError) as caught:
        await each(stream)
    assert caught.value.partial.choices[0].message.content == "Hello, "


@pytest.mark.parametrize("read_first", [0, 1])
async def test_a_closed_stream_ends_and_hangs_up(make: Make, wire: Serve, read_first: int) -> None:
    hung_up = threading.Event()

    def play(connection: Connection) -> None:
        connection.read_request()
        if connection.stream_and_wait(*HELLO[:3]):
            hung_up.set()

    client = make(base_url=wire(play).url)
    stream = await settle(client.prompts.completions(prompt_id="pp-x", stream=True))
    for _ in range(read_first):
        await settle(anext(stream) if isinstance(stream, AsyncStream) else next(stream))
    await close(stream)
    assert await asyncio.to_thread(hung_up.wait, 5)
    assert await each(stream) == []
    await close(stream)
    with pytest.raises(APIError, match="closed before its end"):
        await settle(stream.get_final_completion())


async def test_a_with_block_closes_the_stream(open_stream: Open) -> None:
    stream = await open_stream(*HELLO)
    if isinstance(stream, AsyncStream):
        async with stream as entered:
            async for _ in entered:
                break
    else:
        with stream as entered:
            for _ in entered:
                break
    assert entered is stream
    assert stream.response.is_closed


async def test_a_stream_that_nobody_reads_to_its_end_leaves_no_warning(open_stream: Open) -> None:
    for read in (0, 1):
        stream = await open_stream(*HELLO)
        for _ in range(read):
            await settle(anext(stream) if isinstance(stream, AsyncStream) else next(stream))
        del stream
        gc.collect()
        await asyncio.sleep(0)


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


async def test_20_streams_one_after_another_use_one_connection(make: Make, wire: Serve) -> None:
    def play(connection: Connection) -> None:
        while connection.read_request() is not None:
            connection.stream(*HELLO)

    server = wire(play)
    client = make(base_url=server.url)
    for _ in range(20):
        assert text_of(await each(client.prompts.completions(prompt_id="pp-x", stream=True))) == "Hello, Alice."
    assert (server.connections, len(server.requests)) == (1, 20)


@pytest.mark.parametrize("pause", [0.1, 0.5, 8.0])
async def test_a_server_that_goes_on_after_done_does_not_hold_the_client(make: Make, wire: Serve, pause: float) -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        connection.stream(*HELLO, end=False)
        for _ in range(int(8 / pause)):
            time.sleep(pause)
            connection.send(transfer_chunk(b": ping\n\n"))

    client = make(base_url=wire(play).url)
    started = time.monotonic()
    stream = await settle(client.prompts.completions(prompt_id="pp-x", stream=True, timeout=10))
    assert text_of(await each(stream)) == "Hello, Alice."
    assert time.monotonic() - started < 2.5
    assert stream.response.is_closed


async def test_a_json_answer_where_a_stream_was_asked_for_is_shown(make: Make, wire: Serve) -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        connection.answer(200, COMPLETION)

    client = make(base_url=wire(play).url)
    with pytest.raises(APIResponseValidationError, match=r"no event stream but application/json: .*chatcmpl-1"):
        await settle(client.prompts.completions(prompt_id="pp-x", stream=True))


async def test_a_stream_that_asks_for_json_gets_json_headers(make: Make, wire: Serve) -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        connection.stream(*HELLO)

    server = wire(play)
    await each(make(base_url=server.url).prompts.completions(prompt_id="pp-x", stream=True))
    assert "accept: text/event-stream" in server.requests[0]

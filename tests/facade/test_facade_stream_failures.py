"""Streams that fail: what is raised, and what had come before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from facade_calls import Client, each, settle, text_of
from facade_shapes import COMPLETION, DONE, HELLO, chunk, event
from facade_wire import Connection, Play, Wire

from portkey_ai import APIConnectionError, APIResponseValidationError, APIStreamError, AsyncStream

Make = Callable[..., Client]
Serve = Callable[[Play], Wire]
Open = Callable[..., Any]


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
    said = "before the model had finished" if pieces else "without an answer"
    with pytest.raises(APIStreamError, match=said) as caught:
        await each(stream)
    assert caught.value.partial is not None
    assert len(caught.value.partial.choices) == (0 if not pieces else len(pieces) - (pieces == HELLO[:2]))


async def test_a_connection_that_breaks_raises_with_what_came_before(open_stream: Open) -> None:
    stream = await open_stream(*HELLO[:2], end=False)
    with pytest.raises(APIConnectionError) as caught:
        await each(stream)
    assert caught.value.partial.choices[0].message.content == "Hello, "
    assert "broke off (RemoteProtocolError" in str(caught.value)
    assert "base URL" not in str(caught.value)


async def test_a_json_answer_where_a_stream_was_asked_for_is_shown(make: Make, wire: Serve) -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        connection.answer(200, COMPLETION)

    client = make(base_url=wire(play).url)
    with pytest.raises(APIResponseValidationError, match=r"no event stream but application/json: .*chatcmpl-1"):
        await settle(client.prompts.completions(prompt_id="pp-x", stream=True))

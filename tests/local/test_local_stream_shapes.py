"""Whatever an upstream was seen to send in a stream: what the client of the server gets of it, and what is recorded."""

from __future__ import annotations

import gzip
import json
import resource
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from checked_client import CheckedClient, check_chunk, chunks_of, events_of, text_of
from puppet_upstream import Exchange, Puppet, chunk, completion, wait_for
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

from portkey_ai import APIStreamError, Portkey
from portkey_local import Config, LocalServer, RunsSettings
from portkey_local.store import Store, runs
from portkey_local.upstreams import openai

PATH = "/prompts/p/completions"
HASTY = "/prompts/hasty/completions"
"""For what is a time-out: all else has time, however busy the machine is."""
STREAM = {"stream": True}
ASKED = {"stream": True, "stream_options": {"include_usage": True}}


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[LocalServer, Puppet]]:
    """One server for all rows: each of them has to leave it fit for the next."""
    with Puppet() as puppet:
        up = {"kind": "openai", "base_url": puppet.base_url, "timeout": 30}
        with LocalServer(upstreams={"up": up, "hasty": {**up, "timeout": 1}}) as server:
            server.add_prompt(slug="p", versions=[{"string": "Hi", "virtual_key": "up"}])
            server.add_prompt(slug="hasty", versions=[{"string": "Hi", "virtual_key": "hasty"}])
            yield server, puppet


@pytest.fixture
def puppet(shared: tuple[LocalServer, Puppet]) -> Puppet:
    shared[1].seen.clear()
    return shared[1]


@pytest.fixture
def api(shared: tuple[LocalServer, Puppet]) -> Iterator[CheckedClient]:
    with CheckedClient(shared[0].base_url) as client:
        yield client


def streams(*pieces: bytes, media_type: str = "text/event-stream") -> Callable[[Exchange], None]:
    """Return a script that writes a stream, which ends with its connection."""

    def script(exchange: Exchange) -> None:
        named = f"content-type: {media_type}\r\n" if media_type else ""
        exchange.send(f"HTTP/1.1 200 OK\r\n{named}connection: close\r\n\r\n".encode() + b"".join(pieces))

    return script


@pytest.mark.parametrize("name", QUIET)
def test_what_carries_nothing_is_passed_by(api: CheckedClient, puppet: Puppet, name: str) -> None:
    puppet.script = streams(QUIET[name], BEGINNING, QUIET[name], END, QUIET[name], DONE)
    response = api.post(PATH, json=STREAM)
    chunks = chunks_of(response)  # each is held against the contract
    assert all(chunk["choices"] for chunk in chunks)
    assert text_of(response) == "Hello, Alice."
    assert events_of(response)[-1] == "[DONE]"


@pytest.mark.parametrize("nothing", [{"choices": []}, {"choices": None}, {}])
def test_the_usage_of_a_chunk_without_choices_goes_to_who_asked(
    api: CheckedClient, puppet: Puppet, nothing: dict[str, Any]
) -> None:
    puppet.script = streams(BEGINNING, END, event({**HEAD, **nothing, "usage": USAGE}), DONE)
    assert [each.get("usage") for each in chunks_of(api.post(PATH, json=STREAM))] == [None] * 3
    asked = chunks_of(api.post(PATH, json=ASKED))
    assert [(len(each["choices"]), each.get("usage")) for each in asked] == [(1, None)] * 3 + [(0, USAGE)]


@pytest.mark.parametrize("name", ENDS)
def test_a_stream_ends_in_any_of_these_ways(api: CheckedClient, puppet: Puppet, name: str) -> None:
    finish = event(said(finish="stop")) if not ENDS[name] else b""
    puppet.script = streams(BEGINNING, event(said("Alice.")), finish, ENDS[name])
    response = api.post(PATH, json=STREAM)
    assert text_of(response) == "Hello, Alice."
    assert events_of(response)[-1] == "[DONE]"


def test_a_done_without_a_blank_line_is_the_end_at_once(api: CheckedClient, puppet: Puppet) -> None:
    def script(exchange: Exchange) -> None:
        streams(BEGINNING, END, b"data: [DONE]\n")(exchange)
        exchange.wait_until_gone()

    puppet.script = script
    assert events_of(api.post(PATH, json=STREAM))[-1] == "[DONE]"


def test_a_stream_that_breaks_off_after_an_empty_finish_reason_has_broken_off(
    api: CheckedClient, puppet: Puppet
) -> None:
    puppet.script = streams(BEGINNING, event(said("Al", "")))
    *chunks, last = events_of(api.post(PATH, json=STREAM))
    assert [json.loads(each)["choices"][0]["finish_reason"] for each in chunks] == [None, None]
    assert json.loads(last)["error"]["type"] == "stream_cut"


@pytest.mark.parametrize("asked", [STREAM, ASKED])
@pytest.mark.parametrize("done", [DONE, b""])
def test_a_stream_of_another_api_is_no_answer_and_shown(
    api: CheckedClient, puppet: Puppet, asked: dict[str, Any], done: bytes
) -> None:
    puppet.script = streams(event({"response": "Hello"}), event({"response": "", "usage": USAGE}), done)
    response = api.post(PATH, json=asked)
    told = json.loads(events_of(response)[-1]) if response.status_code == 200 else response.json()
    assert told["error"]["type"] == "bad_gateway"
    assert "base_url in portkey-local.toml may be wrong: {" in told["error"]["message"]
    assert '"response": "Hello"' in told["error"]["message"]


def test_what_is_said_beside_the_events_is_shown_where_a_stream_breaks_off(api: CheckedClient, puppet: Puppet) -> None:
    puppet.script = streams(BEGINNING, b"<html>502 Bad Gateway</html>\n")
    told = json.loads(events_of(api.post(PATH, json=STREAM))[-1])
    assert told["error"]["type"] == "stream_cut"
    assert "<html>502 Bad Gateway</html>" in told["error"]["message"]


@pytest.mark.parametrize("head", ["transfer-encoding: chunked", "content-length: 10000", "content-encoding: gzip"])
def test_how_an_answer_ends_behind_its_done_does_not_matter(api: CheckedClient, puppet: Puppet, head: str) -> None:
    def script(exchange: Exchange) -> None:
        body = BEGINNING + END + DONE
        exchange.send(f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n{head}\r\n\r\n".encode())
        if "chunked" in head:
            exchange.send(b"%x\r\n%s\r\n" % (len(body), body))  # and no last chunk
        elif "gzip" in head:
            exchange.send(gzip.compress(body) + b"no more of it")
        else:
            exchange.send(body)

    puppet.script = script
    response = api.post(PATH, json=STREAM)
    assert (text_of(response), events_of(response)[-1]) == ("Hello, Alice.", "[DONE]")


def test_all_answers_have_to_end(api: CheckedClient, puppet: Puppet) -> None:
    puppet.script = streams(BEGINNING, event(said("x", index=1)), event(said(finish="stop")))
    assert json.loads(events_of(api.post(PATH, json=STREAM))[-1])["error"]["type"] == "stream_cut"


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_in_mid_stream_is_an_error_that_names_the_upstream(
    api: CheckedClient, puppet: Puppet, name: str
) -> None:
    failure, word = FAILURES[name]
    puppet.script = streams(BEGINNING, failure, *([END, DONE] if failure.endswith(b"\n\n") else []))
    *chunks, last = events_of(api.post(PATH, json=STREAM))
    came = "".join(json.loads(each)["choices"][0]["delta"].get("content", "") for each in chunks)
    assert came == ("Hello, Al" if "content" in name else "Hello, ")
    assert json.loads(last)["provider"] == "up"
    assert json.loads(last)["error"]["message"].startswith("Upstream `up`: ")
    assert word in json.loads(last)["error"]["message"]


@pytest.mark.parametrize(
    ("name", "stream"),
    [
        (name, stream)
        for name, (raw, _) in FAILURES.items()
        for stream in (True, False)
        if raw.startswith(b"data: {") and not (stream and "beside content" in name)  # content goes first, with a 200
    ],
)
def test_a_failure_as_the_whole_answer_has_a_status_of_its_own(
    api: CheckedClient, puppet: Puppet, name: str, stream: bool
) -> None:
    failure, word = FAILURES[name]
    body = failure.removeprefix(b"data: ")
    puppet.script = streams(failure) if stream else lambda exchange: exchange.answer(200, body)
    response = api.post(PATH, json={"stream": stream})
    assert response.status_code >= 400
    assert (response.json()["provider"], word in response.json()["error"]["message"]) == ("up", True)


@pytest.mark.parametrize("kind", ["text/event-stream", "text/plain", "application/json"])
def test_a_json_error_keeps_its_words_whatever_its_type(api: CheckedClient, puppet: Puppet, kind: str) -> None:
    body = {"error": {"message": "No such model", "type": "not_found", "code": 404}}
    for raw in (json.dumps(body).encode(), json.dumps(body, indent=2).encode()):
        puppet.script = lambda exchange, raw=raw: exchange.answer(200, raw, kind=kind)
        response = api.post(PATH, json=STREAM)
        assert (response.status_code, response.json()["error"]["type"]) == (404, "not_found")
        assert response.json()["error"]["message"] == "Upstream `up`: No such model"


@pytest.mark.parametrize("media_type", TYPES)
def test_an_event_stream_is_known_whatever_it_is_called(api: CheckedClient, puppet: Puppet, media_type: str) -> None:
    puppet.script = streams(BEGINNING, END, DONE, media_type=media_type)
    assert text_of(api.post(PATH, json=STREAM)) == "Hello, Alice."


def test_every_failure_is_a_failed_run_that_names_the_upstream(database: str, puppet: Puppet) -> None:
    up = {"kind": "openai", "base_url": puppet.base_url, "timeout": 60}
    with (
        LocalServer(database, upstreams={"up": up}, config=Config(runs=RunsSettings(texts=True))) as server,
        Portkey(base_url=server.base_url, max_retries=0) as portkey,
    ):
        server.add_prompt(slug="p", versions=[{"string": "Hi", "virtual_key": "up"}])
        for failure, word in FAILURES.values():
            puppet.script = streams(BEGINNING, failure)
            with pytest.raises(APIStreamError, match=word) as caught:
                list(portkey.prompts.completions(prompt_id="p", stream=True))
            assert caught.value.partial is not None
            assert str(caught.value.partial.choices[0].message.content).startswith("Hello, ")
    store = Store(database)
    recorded = store.read_now(runs.latest, runs.Choice(), 100)
    store.close()
    assert len(recorded) == len(FAILURES)
    assert all(run.status >= 400 and run.error and run.upstream == "up" and "Hello, " in run.answer for run in recorded)


def test_chunks_add_up_to_the_answer_on_their_way_and_in_the_record(database: str, puppet: Puppet) -> None:
    up = {"kind": "openai", "base_url": puppet.base_url, "timeout": 5}
    with (
        LocalServer(database, upstreams={"up": up}, config=Config(runs=RunsSettings(texts=True))) as server,
        Portkey(base_url=server.base_url, max_retries=0) as portkey,
    ):
        server.add_prompt(slug="p", versions=[{"string": "Hi", "virtual_key": "up"}])
        for number, (name, (chunks, message)) in enumerate(ANSWERS.items()):
            last = {"index": 0, "delta": {}, "finish_reason": "stop", "usage": {"total_tokens": number}}
            puppet.script = streams(*map(event, chunks), event({**HEAD, "choices": [last]}), DONE)
            stream = portkey.prompts.completions(prompt_id="p", stream=True, trace_id=f"answer-{number}")
            assert "".join(stream.text_deltas()) == text_in(message), name
            final = stream.get_final_completion()
            assert message_of(final.choices[0].message) == message, name
            assert final.choices[0].finish_reason == "stop"
    store = Store(database)
    recorded = {run.trace_id: run for run in store.read_now(runs.latest, runs.Choice(), 100)}
    store.close()
    for number, (name, (_, message)) in enumerate(ANSWERS.items()):
        run = recorded[f"answer-{number}"]
        assert (run.status, run.total_tokens) == (200, number), name
        assert message_of(json.loads(run.answer)["choices"][0]["message"]) == message, name


def test_parts_audio_and_refusals_pass_and_are_recorded(database: str, puppet: Puppet) -> None:
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
    audio = {"id": "audio_1", "data": "AAAA", "transcript": "Hi"}
    pieces = [
        said([thought], role="assistant"),
        said("Hel"),
        said("lo"),
        said(audio=audio, refusal="No"),
        said(finish="stop"),
    ]
    puppet.script = streams(*map(event, pieces), DONE)
    up = {"kind": "openai", "base_url": puppet.base_url}
    with LocalServer(database, upstreams={"up": up}, config=Config(runs=RunsSettings(texts=True))) as server:
        server.add_prompt(slug="p", versions=[{"string": "Hi", "virtual_key": "up"}])
        with Portkey(base_url=server.base_url) as portkey:
            stream = portkey.prompts.completions(prompt_id="p", stream=True)
            assert list(stream.text_deltas()) == ["Hel", "lo"]
            message = stream.get_final_completion().choices[0].message
    store = Store(database)
    (run,) = store.read_now(runs.latest, runs.Choice(), 100)
    store.close()
    assert json.loads(run.answer)["choices"][0]["message"] == message
    assert message == {
        "role": "assistant",
        "content": [thought, {"type": "text", "text": "Hello"}],
        "audio": audio,
        "refusal": "No",
    }


def test_what_a_choice_leaves_out_is_filled_in(api: CheckedClient, puppet: Puppet) -> None:
    whole = {"index": None, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}
    puppet.script = streams(event({**HEAD, "choices": [whole, {"delta": None}]}), DONE)
    (only,) = chunks_of(api.post(PATH, json=STREAM))
    check_chunk(only)
    assert only["choices"] == [
        {"index": 0, "delta": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"},
        {"index": 1, "delta": {}},
    ]


@pytest.mark.parametrize("levels", [1_100, 100_000])
def test_an_answer_that_is_nested_too_deeply_is_an_error_that_names_the_upstream(
    api: CheckedClient, puppet: Puppet, levels: int
) -> None:
    nested = json.dumps(completion("Hello", more=0)).replace('"more": 0', '"more": ' + "[" * levels + "]" * levels)
    puppet.script = lambda exchange: exchange.answer(200, nested.encode())
    response = api.post(PATH, json={})
    assert (response.status_code, response.json()["provider"]) == (502, "up")
    assert "nested too deeply" in response.json()["error"]["message"]


# What is endless


def test_an_event_that_is_too_long_is_given_up(api: CheckedClient, puppet: Puppet) -> None:
    sent = 0

    def script(exchange: Exchange) -> None:
        nonlocal sent
        streams(BEGINNING, b"data: ")(exchange)
        while sent < 400:
            exchange.send(b"x" * 1_000_000)
            sent += 1

    puppet.script = script
    last = json.loads(events_of(api.post(PATH, json=STREAM))[-1])
    assert (last["error"]["type"], last["provider"]) == ("answer_too_large", "up")
    assert wait_for(puppet.seen[0].gone.is_set)
    assert sent < 60


@pytest.mark.parametrize("status", [200, 500])
def test_a_whole_answer_that_is_too_large_is_given_up(api: CheckedClient, puppet: Puppet, status: int) -> None:
    sent = 0

    def script(exchange: Exchange) -> None:
        nonlocal sent
        exchange.send(f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n".encode())
        while sent < 400:
            exchange.send(b"x" * 1_000_000)
            sent += 1

    puppet.script = script
    response = api.post(PATH, json={})
    assert (response.status_code, response.json()["error"]["type"]) == (502, "answer_too_large")
    assert wait_for(puppet.seen[0].gone.is_set)
    assert sent < 100


@pytest.mark.parametrize("quiet", [b": comment\n\n", event("{}", "ping"), event("ping"), b"data: null\n\n", b"\n"])
@pytest.mark.parametrize("beginning", [b"", BEGINNING])
def test_what_only_keeps_a_connection_open_is_silence(
    api: CheckedClient, puppet: Puppet, beginning: bytes, quiet: bytes
) -> None:
    def script(exchange: Exchange) -> None:
        streams(beginning)(exchange)
        while True:
            exchange.send(quiet)
            time.sleep(0.02)

    puppet.script = script
    started = time.monotonic()
    response = api.post(HASTY, json=STREAM)
    assert 0.9 < time.monotonic() - started < 60
    assert response.status_code == (200 if beginning else 408)
    told = json.loads(events_of(response)[-1]) if beginning else response.json()
    assert (told["error"]["type"], told["provider"]) == ("timeout", "hasty")
    assert wait_for(puppet.seen[0].gone.is_set)


def test_white_space_alone_is_no_whole_answer(api: CheckedClient, puppet: Puppet) -> None:
    def script(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n")
        while True:
            exchange.send(b"\n")
            time.sleep(0.02)

    puppet.script = script
    response = api.post(HASTY, json={})
    assert (response.status_code, response.json()["error"]["type"]) == (408, "timeout")


def test_comments_before_an_answer_that_comes_in_time_are_no_silence(api: CheckedClient, puppet: Puppet) -> None:
    def script(exchange: Exchange) -> None:
        streams()(exchange)
        for piece in (BEGINNING, *map(event, map(said, "abcd")), END + DONE):
            for _ in range(6):
                exchange.send(b": PROCESSING\n\n")
                time.sleep(0.05)
            exchange.send(piece)

    puppet.script = script
    assert text_of(api.post(PATH, json=STREAM)) == "Hello, abcdAlice."  # takes longer than the time-out, all in all


def test_a_server_that_was_given_nonsense_goes_on(api: CheckedClient, puppet: Puppet) -> None:
    puppet.script = lambda exchange: exchange.answer(200, completion("Well"))
    assert httpx.get(f"{api.base_url}healthz", trust_env=False).status_code == 200
    assert api.post(PATH, json={}).json()["choices"][0]["message"]["content"] == "Well"
    puppet.script = streams(event(chunk("Well", finish="stop")), DONE)
    assert text_of(api.post(PATH, json=STREAM)) == "Well"


# What is packed, and what lies


def packed(raw: bytes, encoding: str) -> bytes:
    if encoding == "raw deflate":
        packer = zlib.compressobj(wbits=-15)
        return packer.compress(raw) + packer.flush()
    return zlib.compress(raw) if encoding == "deflate" else gzip.compress(raw)


def head(*headers: str, status: int = 200) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status} X", "connection: close", *headers, "", ""]).encode()


@pytest.mark.parametrize("encoding", ["gzip", "X-GZip", "deflate", "raw deflate", "two members", "identity"])
def test_what_is_packed_as_was_asked_for_is_unpacked(api: CheckedClient, puppet: Puppet, encoding: str) -> None:
    whole, stream = json.dumps(completion("Well")).encode(), BEGINNING + END + DONE
    for raw, asked, words in ((whole, {}, "Well"), (stream, STREAM, "Hello, Alice.")):
        if encoding == "two members":
            body, said = gzip.compress(raw[:20]) + gzip.compress(raw[20:]), "gzip"
        else:
            body = raw if encoding == "identity" else packed(raw, encoding)
            said = encoding.removeprefix("raw ")
        puppet.script = lambda exchange, body=body, said=said: [
            exchange.send(piece) for piece in (head(f"content-encoding: {said}"), body[:9], body[9:])
        ]
        response = api.post(PATH, json=asked)
        assert words in (text_of(response) if asked else response.text)
        assert puppet.seen.pop().headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("encoding", "body", "words"),
    [
        ("gzip", b"no gzip at all", "can't be unpacked"),
        ("gzip", gzip.compress(b"data: null\n\n")[:-8] + bytes(8), "can't be unpacked"),
        ("deflate", b"\xff" * 9, "can't be unpacked"),
        ("br", b"x", "`br`"),
        ("zstd", b"x", "`zstd`"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"x")), "`gzip, gzip`"),
    ],
    ids=["none", "a wrong sum", "no deflate", "br", "zstd", "twice"],
)
def test_what_can_not_be_unpacked_is_said(
    api: CheckedClient, puppet: Puppet, encoding: str, body: bytes, words: str, stream: bool
) -> None:
    puppet.script = lambda exchange: exchange.send(head(f"content-encoding: {encoding}") + body)
    response = api.post(PATH, json={"stream": stream})
    assert (response.status_code, response.json()["error"]["type"]) == (502, "bad_gateway")
    assert words in response.json()["error"]["message"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", [200, 500])
def test_a_bomb_is_given_up_before_it_goes_off(api: CheckedClient, puppet: Puppet, stream: bool, status: int) -> None:
    member = gzip.compress(b"data: " + bytes(64_000_000))  # 62 KB; all of them are 6.4 GB
    puppet.script = lambda exchange: exchange.send(head("content-encoding: gzip", status=status) + member * 100)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    response = api.post(PATH, json={"stream": stream})
    assert (response.status_code, response.json()["error"]["type"]) == (502, "answer_too_large")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000  # KB


def drip(exchange: Exchange, beginning: bytes, piece: bytes) -> None:
    exchange.send(beginning)
    while True:
        exchange.send(piece)
        time.sleep(0.02)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("beginning", "piece"),
    [
        (b"", b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"x-a: 1\r\n"),
        (b"HTTP/1.1 200 OK\r\nx-a: ", b"1"),
    ],
)
def test_a_head_that_never_ends_is_silence(
    api: CheckedClient, puppet: Puppet, beginning: bytes, piece: bytes, stream: bool
) -> None:
    puppet.script = lambda exchange: drip(exchange, beginning, piece)
    started = time.monotonic()
    response = api.post(HASTY, json={"stream": stream})
    assert (response.status_code, response.json()["error"]["type"]) == (408, "timeout")
    assert time.monotonic() - started < 60
    assert wait_for(puppet.seen[0].gone.is_set)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "answer",
    [
        head("x-a: " + "a" * 1_000_000),
        head(*(f"x-{number}: {'a' * 100}" for number in range(5000))),
        head("content-length: 5000") + b'{"choices": []}',
        head("content-length: -1") + b'{"choices": []}',
        head("content-length: 15", "content-length: 16") + b'{"choices": []}',
        head("content-length: " + "9" * 500) + b'{"choices": []}',
        head("transfer-encoding: chunked") + b"zz\r\nx",
        head("transfer-encoding: chunked") + b"ff\r\nx",
        head("transfer-encoding: chunked") + b"1;" + b"x" * 1_000_000 + b"\r\n",
        b"HTTP/1.1 99 X\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"\r\n" * 200_000,
        b"",
    ],
    ids=lambda answer: f"{answer[:48]!r}",
)
def test_an_answer_that_lies_about_itself_is_a_broken_connection(
    api: CheckedClient, puppet: Puppet, answer: bytes, stream: bool
) -> None:
    puppet.script = lambda exchange: exchange.send(answer)
    response = api.post(PATH, json={"stream": stream})
    assert (response.status_code, response.json()["provider"]) == (502, "up")
    assert len(response.text) < 2000


def test_bytes_after_an_answer_are_no_answer_to_the_next_run(api: CheckedClient, puppet: Puppet) -> None:
    whole = json.dumps(completion("Mine")).encode()
    other = json.dumps(completion("Not mine")).encode()
    behind = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(other) + other

    def script(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(whole) + whole + behind)
        exchange.wait_until_gone()

    puppet.script = script
    assert api.post(PATH, json={}).json()["choices"][0]["message"]["content"] == "Mine"
    assert api.post(PATH, json={}).json()["choices"][0]["message"]["content"] == "Mine"


def test_streams_one_after_another_use_one_connection(
    api: CheckedClient, puppet: Puppet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai, "_LAST_BYTES", 60)  # that the end is waited for is meant, and not how long
    body = BEGINNING + END + DONE

    def script(exchange: Exchange) -> None:
        # The last answer says that it is the last: the next test's request must not come in here.
        for connection in ("keep-alive", "keep-alive", "close"):
            head = f"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: {connection}\r\n\r\n".encode()
            exchange.send(head + b"%x\r\n" % len(body) + body + b"\r\n")
            time.sleep(0.01)
            exchange.send(b"0\r\n\r\n")
            if connection == "close" or not exchange.wait_for_more():
                return

    puppet.script = script
    for _ in range(3):
        assert text_of(api.post(PATH, json=STREAM)) == "Hello, Alice."
    assert len(puppet.seen) == 1


@pytest.mark.parametrize(
    ("content", "kept"),
    [("NaN", None), ("Infinity", None), ("1e400", None), ("9" * 30, int("9" * 30)), ('"\\ud83d"', "\ud83d")],
)
def test_a_whole_answer_may_hold_what_is_hardly_json(
    api: CheckedClient, puppet: Puppet, content: str, kept: object
) -> None:
    answer = json.dumps({**completion("Well"), "extra": "?"}).replace('"?"', content)
    puppet.script = lambda exchange: exchange.answer(200, answer.encode())
    response = api.post(PATH, json={})
    assert response.json()["choices"][0]["message"]["content"] == "Well"
    assert response.json()["extra"] == kept

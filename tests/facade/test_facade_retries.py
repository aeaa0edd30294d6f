"""Which calls are repeated, and when: the decision as a table, and on sockets."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest
from facade_calls import Client, each, settle
from facade_shapes import COMPLETION, HELLO, PROMPT, RENDER, chunk, event
from facade_wire import Connection, Play, Wire, refusing_url

from portkey_ai import APIConnectionError, APIError, APITimeoutError, InternalServerError, RateLimitError
from portkey_openapi.retries import Failure, growing_wait, retry_after, wait_before_retry

Make = Callable[..., Client]
Serve = Callable[[Play], Wire]
NOT_CONNECTED, INTERRUPTED, LASTING = Failure.NOT_CONNECTED, Failure.INTERRUPTED, Failure.LASTING


def decide(outcome: Failure | int, repeatable: bool, retries: int = 0, **headers: str) -> float | None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return wait_before_retry(outcome, named, retries=retries, max_retries=2, repeatable=repeatable)


@pytest.mark.parametrize(
    ("outcome", "a_read", "a_completion"),
    [
        (NOT_CONNECTED, True, True), (INTERRUPTED, True, False), (400, False, False), (401, False, False),
        (403, False, False), (404, False, False), (408, True, False), (409, False, False), (412, False, False),
        (422, False, False), (429, True, True), (446, False, False), (500, True, False), (502, True, False),
        (503, True, True), (504, True, False), (529, True, False), (302, False, False),
        (LASTING, False, False),
    ],
)  # fmt: skip
def test_what_is_repeated(outcome: Failure | int, a_read: bool, a_completion: bool) -> None:
    assert (decide(outcome, True) is not None) is a_read
    assert (decide(outcome, False) is not None) is a_completion


def test_a_call_is_repeated_as_often_as_it_may_be() -> None:
    assert [decide(500, True, retries) is not None for retries in range(4)] == [True, True, False, False]


def test_the_wait_grows_to_a_limit_and_is_shortened_at_random() -> None:
    for retries, most in enumerate([0.5, 1, 2, 4, 8, 8, 8]):
        waits = {growing_wait(retries) for _ in range(50)}
        assert all(0.75 * most <= wait <= most for wait in waits)
        assert len(waits) > 10
    assert growing_wait(10**9) <= 8


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None), ({"retry-after": "7"}, 7), ({"retry-after": "0"}, 0), ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250"}, 0.25), ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9), ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None), ({"retry-after": "nan"}, None), ({"retry-after": "inf"}, None),
        ({"retry-after": ""}, None), ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
    ],
)  # fmt: skip
def test_retry_after_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_retry_after_may_be_a_date() -> None:
    assert retry_after({"retry-after": formatdate(time.time() + 30, usegmt=True)}) == pytest.approx(30, abs=2)


@pytest.mark.parametrize("hours", [-30, -2, 2, 30])
def test_retry_after_as_a_date_is_read_by_the_clock_of_the_service(hours: int) -> None:
    there = time.time() + hours * 3600
    said = {"date": formatdate(there, usegmt=True), "retry-after": formatdate(there + 30, usegmt=True)}
    assert retry_after(said) == 30
    assert retry_after({**said, "retry-after": said["date"]}) == 0
    assert retry_after({**said, "date": "yesterday", "retry-after": "7"}) == 7


def test_retry_after_as_a_date_without_a_zone_is_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    there, then = "Sun Nov 29 18:00:00 2026", "Sun Nov 29 18:00:30 2026"
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        assert retry_after({"date": "Sun, 29 Nov 2026 18:00:00 GMT", "retry-after": then}) == 30
        assert retry_after({"date": there, "retry-after": then}) == 30
    time.tzset()


def test_retry_after_is_obeyed_up_to_60_seconds_and_beyond_the_call_gives_up() -> None:
    assert decide(429, False, retry_after="60") == 60
    assert decide(429, False, retry_after="61") is None
    assert decide(503, True, retry_after_ms="60001") is None
    assert decide(400, True, retry_after="1") is None


def then(*acts: Callable[[Connection], None]) -> Play:
    """Play one act for each request, the last one for all further ones, until the client hangs up."""

    def play(connection: Connection) -> None:
        while connection.read_request() is not None:
            acts[min(len(connection.server.requests), len(acts)) - 1](connection)

    return play


def says(status: int, body: Any = None, **headers: str) -> Callable[[Connection], None]:
    return lambda connection: connection.answer(status, body, **headers)


def breaks(connection: Connection) -> None:
    connection.reset()


def stalls(connection: Connection) -> None:
    connection.wait_for_end()


async def render(client: Client, **options: Any) -> Any:
    return await settle(client.prompts.render(prompt_id="pp-x", variables={}, **options))


async def run(client: Client, **options: Any) -> Any:
    return await settle(client.prompts.completions(prompt_id="pp-x", **options))


@pytest.mark.parametrize("trouble", [says(500), says(408), says(429), says(503), says(502), breaks])
async def test_a_render_is_repeated(make: Make, wire: Serve, trouble: Callable[[Connection], None]) -> None:
    server = wire(then(trouble, trouble, says(200, RENDER)))
    assert (await render(make(base_url=server.url))).success
    assert len(server.requests) == 3


async def test_a_render_is_repeated_after_a_read_time_out(make: Make, wire: Serve) -> None:
    server = wire(then(stalls, says(200, RENDER)))
    assert (await render(make(base_url=server.url, timeout=0.2))).success
    assert len(server.requests) == 2


async def test_a_render_gives_up_after_max_retries(make: Make, wire: Serve) -> None:
    server = wire(then(says(500)))
    for most in (0, 1, 3):
        server.requests.clear()
        with pytest.raises(InternalServerError):
            await render(make(base_url=server.url, max_retries=most))
        assert len(server.requests) == most + 1


async def test_max_retries_of_a_call_win_over_the_clients(make: Make, wire: Serve) -> None:
    server = wire(then(says(500)))
    with pytest.raises(InternalServerError):
        await render(make(base_url=server.url, max_retries=0), max_retries=4)
    assert len(server.requests) == 5


@pytest.mark.parametrize("trouble", [says(500), says(408), says(502), breaks])
async def test_a_completion_is_not_repeated_where_it_may_have_run(
    make: Make, wire: Serve, trouble: Callable[[Connection], None]
) -> None:
    server = wire(then(trouble, says(200, COMPLETION)))
    with pytest.raises(APIError):
        await run(make(base_url=server.url))
    assert len(server.requests) == 1


@pytest.mark.parametrize("stream", [True, False])
async def test_a_completion_is_not_repeated_after_a_read_time_out(make: Make, wire: Serve, stream: bool) -> None:
    server = wire(then(stalls))
    with pytest.raises(APITimeoutError):
        await run(make(base_url=server.url), timeout=0.1, stream=stream)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [429, 503])
async def test_a_completion_is_repeated_where_it_did_not_run(make: Make, wire: Serve, status: int) -> None:
    server = wire(then(says(status, retry_after_ms="1"), says(200, COMPLETION)))
    assert (await run(make(base_url=server.url))).choices[0].message.content == "Hello, Alice."
    assert len(server.requests) == 2


async def test_a_completion_is_repeated_where_the_connection_was_refused(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[int] = []

    def note(retries: int) -> float:
        waits.append(retries)
        return 0.0

    monkeypatch.setattr("portkey_openapi.retries.growing_wait", note)
    with pytest.raises(APIConnectionError):
        await run(make(base_url=refusing_url(), max_retries=3))
    assert waits == [0, 1, 2]


async def test_retry_after_makes_a_call_wait(make: Make, wire: Serve) -> None:
    server = wire(then(says(429, retry_after="0.3"), says(200, COMPLETION)))
    started = time.monotonic()
    await run(make(base_url=server.url))
    assert time.monotonic() - started >= 0.3


async def test_told_to_wait_longer_than_a_minute_a_call_gives_up_at_once(make: Make, wire: Serve) -> None:
    server = wire(then(says(429, retry_after="3600")))
    started = time.monotonic()
    with pytest.raises(RateLimitError):
        await render(make(base_url=server.url))
    assert len(server.requests) == 1
    assert time.monotonic() - started < 60


async def test_reads_and_publishing_are_repeated(make: Make, wire: Serve) -> None:
    server = wire(then(says(500), says(200, {**PROMPT, "data": []})))
    client = make(base_url=server.url)
    for call in (
        lambda: client.prompts.retrieve("pp-x"),
        lambda: client.prompts.publish("pp-x", version=2),
        lambda: client.prompts.list(),
        lambda: client.prompts.versions.list("pp-x"),
        lambda: client.prompts.partials.retrieve("pp-x"),
        lambda: client.prompts.partials.publish("pp-x", version=1),
        lambda: client.labels.retrieve("l-1"),
        lambda: client.collections.list(),
    ):
        server.requests.clear()
        await settle(call())
        assert len(server.requests) == 2


async def test_what_makes_or_changes_something_is_not_repeated(make: Make, wire: Serve) -> None:
    server = wire(then(says(500), says(200, {})))
    client = make(base_url=server.url)
    fields = {"name": "n", "string": "s"}
    for call in (
        lambda: client.prompts.create(collection_id="c", parameters={}, **fields),
        lambda: client.prompts.update("pp-x", name="n"),
        lambda: client.prompts.delete("pp-x"),
        lambda: client.prompts.versions.create("pp-x", string="s"),
        lambda: client.prompts.partials.create(**fields),
        lambda: client.labels.create(name="n"),
        lambda: client.collections.create(name="n"),
    ):
        server.requests.clear()
        with pytest.raises(InternalServerError):
            await settle(call())
        assert len(server.requests) == 1


async def test_a_stream_is_repeated_before_its_first_event_only(make: Make, wire: Serve) -> None:
    def begins_and_breaks(connection: Connection) -> None:
        connection.stream(event(chunk("Hel")), end=False)
        connection.reset()

    server = wire(then(says(429), says(503), lambda connection: connection.stream(*HELLO)))
    stream = await run(make(base_url=server.url), stream=True)
    assert len(await each(stream)) == 4
    assert len(server.requests) == 3
    broken = wire(then(begins_and_breaks))
    with pytest.raises(APIError):
        await each(run(make(base_url=broken.url), stream=True))
    assert len(broken.requests) == 1

"""Every run is recorded, however it ends, and slows nobody down; and no more are done at once than may be."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from checked_client import CheckedClient, message_of
from puppet_upstream import Exchange, Puppet, chunk, completion, wait_for
from serving_process import Serving

from portkey_local import Config, ConfigError, LocalLimits, LocalServer, RunsSettings
from portkey_local.clock import stamp
from portkey_local.runs.recording import Recorder
from portkey_local.store import Store, runs
from portkey_local.upstreams.kinds import build_upstreams

PATH = "/prompts/p/completions"
VERSION = {"string": '[{"role":"user","content":"Hi {{x}}"}]', "virtual_key": "up"}


class Records:
    """What a server has recorded, as another program reads it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._store: Store | None = None

    @property
    def store(self) -> Store:
        if self._store is None:
            self._store = Store(self.url)
        return self._store

    def all(self) -> list[Any]:
        """Return the runs, the first one first."""
        return list(reversed(self.store.read_now(runs.latest, runs.Choice(), 10_000)))

    def wait(self, number: int) -> list[Any]:
        """Return so many runs, once they are there."""
        assert wait_for(lambda: len(self.all()) >= number, 60), self.all()
        found = self.all()
        assert len(found) == number
        return found

    def one(self) -> Any:
        return self.wait(1)[0]

    def close(self) -> None:
        if self._store is not None:
            self._store.close()


@pytest.fixture
def records(database: str) -> Iterator[Records]:
    found = Records(database)
    yield found
    found.close()


@pytest.fixture
def serve(database: str, puppet: Puppet) -> Iterator[Callable[..., CheckedClient]]:
    """Start a server whose upstream `up` is the puppet, and return a client of it."""
    started: list[Any] = []

    def start(**config: Any) -> CheckedClient:
        up = {"kind": "openai", "base_url": puppet.base_url, "timeout": 4}
        server = LocalServer(database, upstreams={"up": up}, config=Config(**config)).start()
        started.append(server)
        server.add_prompt(slug="p", versions=["Hello", VERSION])
        client = CheckedClient(server.base_url)
        started.append(client)
        client.stop = server.stop  # type: ignore[attr-defined]
        return client

    yield start
    for each in reversed(started):
        each.close() if isinstance(each, CheckedClient) else each.stop()


@pytest.fixture
def api(serve: Callable[..., CheckedClient]) -> CheckedClient:
    return serve()


def words(*texts: str, usage: dict[str, Any] | None = None) -> Callable[[Exchange], None]:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(chunk() | {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]})
        for text in texts:
            exchange.event(chunk(text))
        exchange.event(chunk(finish="stop"))
        if usage is not None:
            exchange.event(chunk() | {"choices": [], "usage": usage})
        exchange.event("[DONE]")

    return script


def test_a_whole_run_is_recorded_without_its_texts(api: CheckedClient, records: Records) -> None:
    before = stamp(datetime.now(UTC))
    api.post("/prompts/p@2/completions", json={"model": "asked"}, headers={"x-portkey-trace-id": "trace-7"})
    run = records.one()
    assert before <= run.started_at <= stamp(datetime.now(UTC))
    assert (run.trace_id, run.reference, run.prompt_slug, run.version_number) == ("trace-7", "p@2", "p", 2)
    prompt = api.get("/prompts/p").json()
    assert (run.prompt_id, run.version_id) == (prompt["id"], prompt["prompt_version_id"])
    assert (run.upstream, run.model, run.streamed) == ("up", "gpt-4-0613", False)
    assert (run.status, run.error) == (200, None)
    assert run.latency_ms > 0
    assert run.first_token_ms is None
    assert (run.prompt_tokens, run.completion_tokens, run.total_tokens) == (3, 1, 4)
    assert (run.request, run.answer) == (None, None)


def test_a_stream_is_recorded_with_the_time_to_its_first_token(
    api: CheckedClient, puppet: Puppet, records: Records
) -> None:
    was_read = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(chunk() | {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]})
        time.sleep(0.2)  # a frame without a word is no token yet
        exchange.event(chunk("one"))
        assert was_read.wait(60)
        time.sleep(0.2)
        exchange.event(chunk("two", finish="stop"))
        exchange.event("[DONE]")

    puppet.script = script
    with api.stream("POST", PATH, json={"stream": True}) as response:
        for line in response.iter_lines():
            if "one" in line:
                was_read.set()
    run = records.one()
    assert (run.streamed, run.status, run.error) == (True, 200, None)
    assert 200 <= run.first_token_ms <= run.latency_ms - 200
    assert (run.prompt_tokens, run.completion_tokens, run.total_tokens) == (None, None, None)


def test_a_tool_call_is_a_first_token(api: CheckedClient, puppet: Puppet, records: Records) -> None:
    call = {"index": 0, "id": "c1", "type": "function", "function": {"name": "f", "arguments": ""}}

    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(chunk() | {"choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": None}]})
        exchange.event(chunk(finish="tool_calls"))
        exchange.event("[DONE]")

    puppet.script = script
    api.post(PATH, json={"stream": True})
    assert records.one().first_token_ms > 0


def test_the_usage_that_a_stream_brings_is_recorded(api: CheckedClient, puppet: Puppet, records: Records) -> None:
    puppet.script = words("a", usage={"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9})
    api.post(PATH, json={"stream": True, "stream_options": {"include_usage": True}})
    run = records.one()
    assert (run.prompt_tokens, run.completion_tokens, run.total_tokens) == (7, 2, 9)


@pytest.mark.parametrize("usage", ["none", {"prompt_tokens": -1, "completion_tokens": 1.5, "total_tokens": 2**40}, [3]])
def test_a_usage_without_sense_is_no_usage(api: CheckedClient, puppet: Puppet, records: Records, usage: object) -> None:
    puppet.script = lambda exchange: exchange.answer(200, completion("x", usage=usage, model="\ud800" + "m" * 500))
    url = f"{str(api.base_url).rstrip('/')}{PATH}"
    assert httpx.post(url, json={}, trust_env=False).status_code == 200  # the contract knows no such usage
    run = records.one()
    assert (run.prompt_tokens, run.completion_tokens, run.total_tokens) == (None, None, None)
    assert run.model == "?" + "m" * 199


def test_texts_are_recorded_where_that_is_configured(
    serve: Callable[..., CheckedClient], puppet: Puppet, records: Records
) -> None:
    api = serve(runs=RunsSettings(texts=True))
    api.post(PATH, json={"variables": {"x": "Ann\0"}, "temperature": 0})
    puppet.script = words("Hel", "lo")
    api.post(PATH, json={"variables": {"x": "Bob"}, "stream": True})
    whole, streamed = records.wait(2)
    assert json.loads(whole.request) == {"messages": [{"role": "user", "content": "Hi Ann\0"}], "temperature": 0}
    assert json.loads(whole.answer) == completion("Hello")
    assert json.loads(streamed.request)["messages"][0]["content"] == "Hi Bob"
    (choice,) = json.loads(streamed.answer)["choices"]
    assert (choice["message"]["content"], choice["finish_reason"]) == ("Hello", "stop")


def test_a_failing_upstream_is_recorded_with_its_status_and_kind(
    api: CheckedClient, puppet: Puppet, records: Records
) -> None:
    puppet.script = lambda exchange: exchange.answer(429, {"error": {"message": "No", "type": "too_fast"}})
    api.post(PATH, json={})
    api.post(PATH, json={"stream": True})
    for run in records.wait(2):
        assert (run.status, run.error, run.upstream, run.total_tokens) == (429, "too_fast", "up", None)


def test_a_failure_in_mid_stream_is_recorded_though_the_answer_began_well(
    api: CheckedClient, puppet: Puppet, records: Records
) -> None:
    def stall(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(chunk("a"))
        exchange.wait_until_gone()

    puppet.script = stall
    assert api.post(PATH, json={"stream": True}).status_code == 200
    run = records.one()
    assert (run.status, run.error) == (408, "timeout")
    assert run.first_token_ms < run.latency_ms


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("body", "status", "error", "upstream"),
    [
        ({"virtual_key": "nobody"}, 404, "AB02", "nobody"),
        ({"variables": {"part": "{{#open}}"}}, 400, "AB01", "up"),
    ],
    ids=["an unknown upstream", "a render that fails"],
)
def test_a_run_that_fails_before_the_upstream_is_recorded(
    api: CheckedClient, records: Records, body: dict[str, Any], status: int, error: str, upstream: str, stream: bool
) -> None:
    made = {"name": "x", "collection_id": "default", "string": "{{>>part}}", "parameters": {}, "virtual_key": "up"}
    slug = api.post("/prompts", json=made).json()["slug"]
    assert api.post(f"/prompts/{slug}/completions", json={**body, "stream": stream}).status_code == status
    run = records.one()
    assert (run.prompt_slug, run.status, run.error, run.upstream) == (slug, status, error, upstream)


def test_what_names_no_prompt_is_no_run(api: CheckedClient, records: Records) -> None:
    assert api.post("/prompts/nothing/completions", json={}).status_code == 404
    assert api.post("/prompts/p@99/completions", json={"stream": True}).status_code == 404
    assert api.post(PATH, json={"temperature": "hot"}).status_code == 400
    assert api.post("/prompts/p/render", json={"variables": {}}).status_code == 200
    api.post(PATH, json={})
    assert records.one().status == 200


def leave(api: CheckedClient, puppet: Puppet, body: dict[str, Any]) -> None:
    """Go away while the upstream works."""
    raw = json.dumps(body).encode()
    before = len(puppet.seen)
    with socket.create_connection((api.base_url.host, api.base_url.port or 0)) as connection:
        head = f"POST /v1{PATH} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        connection.sendall(f"{head}content-length: {len(raw)}\r\n\r\n".encode() + raw)
        assert wait_for(lambda: len(puppet.seen) > before)


def is_silent(exchange: Exchange) -> None:
    exchange.wait_until_gone()


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_goes_away_is_recorded(
    api: CheckedClient, puppet: Puppet, records: Records, stream: bool
) -> None:
    puppet.script = is_silent
    leave(api, puppet, {"stream": stream})
    run = records.one()
    assert (run.status, run.error, run.streamed) == (499, "client_gone", stream)


def test_a_client_that_leaves_in_mid_stream_is_recorded(api: CheckedClient, puppet: Puppet, records: Records) -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(chunk("a"))
        exchange.wait_until_gone()

    puppet.script = script
    with api.stream("POST", PATH, json={"stream": True}) as response:
        next(response.iter_lines())
    run = records.one()
    assert (run.status, run.error) == (499, "client_gone")
    assert run.first_token_ms is not None


def test_runs_of_the_older_way_are_recorded(api: CheckedClient, records: Records) -> None:
    api.post("/prompts/p/generate", json={"variables": {}})
    assert records.one().total_tokens == 4


def test_a_stop_records_what_was_run_and_what_it_cut(database: str, records: Records) -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(chunk("a"))
        while not exchange.wait_until_gone(1):
            pass

    with Puppet() as puppet:
        puppet.script = script
        up = {"kind": "openai", "base_url": puppet.base_url}
        with LocalServer(database, upstreams={"up": up}) as server, CheckedClient(server.base_url) as api:
            server.add_prompt(slug="p", versions=[VERSION])
            for _ in range(130):
                api.post(PATH, json={"virtual_key": "echo"})
            with api.stream("POST", PATH, json={"stream": True}) as response:
                lines = response.iter_lines()
                next(lines)
                server.stop()
                assert "stopping" in "".join(lines)
    found = records.all()
    assert len(found) == 131
    cut = next(run for run in found if run.error)
    assert (cut.status, cut.error) == (503, "stopping")


def test_a_signal_ends_the_program_with_all_runs_recorded(database: str, records: Records, tmp_path: Path) -> None:
    with Serving(database) as serving, CheckedClient(serving.base_url) as api:
        made = {"name": "x", "collection_id": "default", "string": "Hi", "parameters": {}, "virtual_key": "echo"}
        slug = api.post("/prompts", json=made).json()["slug"]
        for _ in range(5):
            api.post(f"/prompts/{slug}/completions", json={})
        assert serving.end()[0] == 0
    assert len(records.all()) == 5


def row(**fields: Any) -> dict[str, Any]:
    """A row of the table."""
    known = {
        "id": f"{random.getrandbits(128):032x}",
        "started_at": stamp(datetime.now(UTC)),
        "trace_id": "t",
        "reference": "p",
        "prompt_id": "the-id",
        "prompt_slug": "p",
        "version_id": "v",
        "version_number": 1,
        "upstream": "up",
        "model": None,
        "streamed": False,
        "status": 200,
        "error": None,
        "latency_ms": 1.0,
        "first_token_ms": None,
        "prompt_tokens": None,
        "completion_tokens": None,
        "total_tokens": None,
        "request": None,
        "answer": None,
    }
    assert known.keys() >= fields.keys()
    return known | fields


def days_ago(days: float) -> str:
    return stamp(datetime.now(UTC) - timedelta(days=days))


def test_old_runs_are_removed(serve: Callable[..., CheckedClient], records: Records) -> None:
    old = [row(started_at=days_ago(8)) for _ in range(5100)]  # more than one transaction removes
    records.store.write_now(runs.add, [*old, row(started_at=days_ago(6), trace_id="younger")])
    serve(runs=RunsSettings(keep_days=7))
    assert wait_for(lambda: len(records.all()) == 1, 60)
    assert records.one().trace_id == "younger"


def test_runs_are_kept_for_ever_where_that_is_configured(serve: Callable[..., CheckedClient], records: Records) -> None:
    records.store.write_now(runs.add, [row(started_at=days_ago(10_000))])
    serve(runs=RunsSettings(keep_days=0)).post(PATH, json={})
    assert len(records.wait(2)) == 2


class Hold:
    """Keep the database from everyone else who would write."""

    def __init__(self, url: str) -> None:
        self._store = Store(url)
        self._held, self._release = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._store.write_long, args=(self._hold,))

    def _hold(self, connection: object) -> None:
        self._held.set()
        assert self._release.wait(60)

    def __enter__(self) -> Hold:
        self._thread.start()
        assert self._held.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self._release.set()
        self._thread.join()
        self._store.close()


def impatient(database: str) -> str:
    """The database's URL, for a program that waits a second for its turn to write."""
    return f"{database}{'&' if '?' in database else '?'}timeout=1"


def test_a_busy_database_delays_records_and_no_run(database: str, records: Records) -> None:
    with LocalServer(impatient(database)) as server, CheckedClient(server.base_url) as api:
        server.add_prompt(slug="p", versions=[{"string": "Hi", "virtual_key": "echo"}])
        with Hold(database):
            for _ in range(3):
                assert api.post(PATH, json={}).status_code == 200
            time.sleep(3)  # so long that the first attempts have failed
            assert records.all() == []
            assert api.post(PATH, json={}).status_code == 200
        assert len(records.wait(4)) == 4


def test_a_record_that_may_have_been_written_is_not_written_twice(records: Records) -> None:
    first, second = row(), row()
    records.store.write_now(runs.add, [first])
    records.store.write_now(runs.add, [first, second])
    assert sorted(run.id for run in records.all()) == sorted([first["id"], second["id"]])


async def recorded(recorder: Recorder, done: Callable[[], bool]) -> None:
    """Let a recorder work until something holds."""
    working = asyncio.create_task(recorder.work())
    try:
        assert await asyncio.to_thread(wait_for, done, 60)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def test_a_full_queue_drops_and_counts(records: Records, caplog: pytest.LogCaptureFixture) -> None:
    recorder = Recorder(records.store, RunsSettings())
    for number in range(10_007):
        recorder.put(row(version_number=number))
    await recorded(recorder, lambda: "7 runs were not recorded" in caplog.text)
    assert len(records.all()) == 10_000
    assert max(run.version_number for run in records.all()) == 9_999


async def test_what_is_dropped_is_told_while_the_database_takes_nothing(
    database: str, records: Records, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(impatient(database))
    recorder = Recorder(store, RunsSettings())
    try:
        with Hold(database):
            for _ in range(10_003):
                recorder.put(row())
            await recorded(recorder, lambda: "3 runs were not recorded" in caplog.text)
        recorder.finish()
    finally:
        store.close()
    assert len(records.all()) == 10_000


async def test_a_record_that_no_database_takes_holds_no_other_up(
    records: Records, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = Recorder(records.store, RunsSettings())
    for number in range(5):
        recorder.put(row(upstream="\ud800" if number == 2 else str(number)))
    await recorded(recorder, lambda: len(records.all()) == 4)
    assert {run.upstream for run in records.all()} == {"0", "1", "3", "4"}
    assert "can't be recorded" in caplog.text


async def test_texts_that_wait_are_bounded(records: Records) -> None:
    recorder = Recorder(records.store, RunsSettings(texts=True))
    long = "x" * (30 * 1024 * 1024)
    for number in range(3):
        recorder.put(row(version_number=number, request=long))
    recorder.put(row(version_number=3, request="short"))
    recorder.finish()
    kept = {run.version_number: len(run.request or "") for run in records.all()}
    assert kept == {0: len(long), 1: len(long), 2: 0, 3: 5}


def test_recording_is_no_change_that_others_have_to_look_at(api: CheckedClient, records: Records) -> None:
    before = records.store.changes
    asyncio.run(records.store.write_uncounted(runs.add, [row()]))
    assert records.store.changes == before


def test_the_log_tells_of_no_failure_to_record(
    api: CheckedClient, records: Records, caplog: pytest.LogCaptureFixture
) -> None:
    api.post(PATH, json={})
    records.one()
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


def nearest_rank(values: list[float], percent: int) -> float:
    return sorted(values)[max(0, math.ceil(percent / 100 * len(values)) - 1)]


def test_percentiles_are_by_nearest_rank_of_what_succeeded(records: Records) -> None:
    made: dict[tuple[str, int], list[dict[str, Any]]] = {}
    shuffle = random.Random(7)
    for slug, version, number in [("a", 1, 1), ("a", 2, 2), ("a", 3, 20), ("a", 10, 101), ("b", 1, 200)]:
        made[slug, version] = [
            row(
                prompt_slug=slug,
                version_number=version,
                latency_ms=float(shuffle.choice([shuffle.randrange(50), shuffle.random() * 1000])),
                first_token_ms=shuffle.choice([None, float(shuffle.randrange(100))]),
                total_tokens=shuffle.choice([None, shuffle.randrange(100)]),
            )
            for _ in range(number)
        ]
    failed = [row(prompt_slug="a", version_number=3, error="timeout", status=408, latency_ms=1e6, first_token_ms=1e6)]
    only_failed = [row(prompt_slug="c", error="timeout", status=408)]
    records.store.write_now(runs.add, [*(each for rows in made.values() for each in rows), *failed * 1, *only_failed])
    summed = records.store.read_now(runs.by_version, runs.Choice())
    order = [(each["prompt_slug"], each["version_number"]) for each in summed]
    assert order == [("a", 10), ("a", 3), ("a", 2), ("a", 1), ("b", 1), ("c", 1)]
    for each in summed[:-1]:
        rows = made[each["prompt_slug"], each["version_number"]]
        is_third = each["version_number"] == 3
        assert (each["runs"], each["failures"]) == (len(rows) + is_third, int(is_third))
        for name in ("latency_ms", "first_token_ms"):
            values = [value for value in (one[name] for one in rows) if value is not None]
            expected = {f"p{percent}": nearest_rank(values, percent) for percent in (50, 95, 99)} if values else None
            assert each[name] == expected
        tokens = [one["total_tokens"] for one in rows if one["total_tokens"] is not None]
        assert each["total_tokens"] == (pytest.approx(sum(tokens) / len(tokens)) if tokens else None)
    assert summed[-1] | {"runs": 1, "failures": 1, "latency_ms": None, "first_token_ms": None} == summed[-1]


def test_runs_are_chosen_by_prompt_version_and_time(records: Records) -> None:
    records.store.write_now(
        runs.add,
        [
            row(trace_id="a1", prompt_slug="a", started_at="2026-01-01T00:00:00.000Z"),
            row(trace_id="a2", prompt_slug="a", version_number=2, started_at="2026-01-02T00:00:00.000Z"),
            row(trace_id="b1", prompt_slug="b", prompt_id="uuid-b", started_at="2026-01-03T00:00:00.000Z"),
        ],
    )

    def chosen(limit: int = 10, **choice: Any) -> list[str]:
        return [run.trace_id for run in records.store.read_now(runs.latest, runs.Choice(**choice), limit)]

    assert chosen() == ["b1", "a2", "a1"]
    assert chosen(limit=2) == ["b1", "a2"]
    assert chosen(prompt="a") == ["a2", "a1"]
    assert chosen(prompt="a", version=1) == ["a1"]
    assert chosen(prompt="uuid-b") == ["b1"]
    assert chosen(since="2026-01-02T00:00:00.000Z") == ["b1", "a2"]


@pytest.fixture
def crowded(serve: Callable[..., CheckedClient], puppet: Puppet) -> CheckedClient:
    """A server that does two runs at once, and whose upstream says nothing."""
    api = serve(limits=LocalLimits(runs=2))
    puppet.script = is_silent
    return api


def test_more_runs_than_may_be_are_refused_at_once(crowded: CheckedClient, puppet: Puppet, records: Records) -> None:
    release = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(chunk("a"))
        assert release.wait(60)
        exchange.event(chunk("b", finish="stop"))
        exchange.event("[DONE]")

    puppet.script = script
    body = {"stream": True}
    with crowded.stream("POST", PATH, json=body) as one, crowded.stream("POST", PATH, json=body) as two:
        lines = [each.iter_lines() for each in (one, two)]
        for each in lines:
            next(each)
        for stream in (False, True):
            refused = crowded.post(PATH, json={"stream": stream})
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
            assert refused.json()["data"]["errorCode"] == "AB06"
            assert message_of(refused).startswith("2 runs are under way")
            assert "[limits]" in message_of(refused)
        assert crowded.post("/prompts/p/render", json={"variables": {}}).status_code == 200
        assert len(puppet.seen) == 2
        release.set()
        for each in lines:
            assert "data: [DONE]" in list(each)
    assert wait_for(lambda: crowded.post(PATH, json=body).status_code == 200)
    assert [run.status for run in records.wait(3)] == [200, 200, 200]  # what was refused was no run


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_goes_away_leaves_its_place_to_others(
    crowded: CheckedClient, puppet: Puppet, stream: bool
) -> None:
    for _ in range(5):
        leave(crowded, puppet, {"stream": stream})
        assert wait_for(puppet.seen[-1].gone.is_set)
    puppet.script = lambda exchange: exchange.answer(200, completion("x"))
    assert wait_for(lambda: crowded.post(PATH, json={}).status_code == 200)


def test_a_stream_that_is_closed_leaves_its_place_to_others(crowded: CheckedClient, puppet: Puppet) -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(chunk("a"))
        exchange.wait_until_gone()

    puppet.script = script
    for _ in range(5):
        with crowded.stream("POST", PATH, json={"stream": True}) as response:
            next(response.iter_lines())
        assert wait_for(puppet.seen[-1].gone.is_set)
    puppet.script = lambda exchange: exchange.answer(200, completion("x"))
    assert wait_for(lambda: crowded.post(PATH, json={}).status_code == 200)


def quick_burst(exchange: Exchange) -> None:
    """Send many chunks without a pause, so that whoever passes them on never has to wait for the next one."""
    exchange.begin_stream()
    exchange.send(f"data: {json.dumps(chunk('a'))}\n\n".encode() * 200_000)


@pytest.mark.parametrize("upstream", ["echo", "up"])
def test_a_long_stream_lets_others_in_and_ends_when_its_client_goes_away(
    crowded: CheckedClient, puppet: Puppet, records: Records, upstream: str
) -> None:
    puppet.script = quick_burst
    body = {"stream": True, "virtual_key": upstream, "variables": {"x": "word " * 200_000}}
    with crowded.stream("POST", PATH, json=body) as response:
        next(response.iter_lines())
        asked = time.monotonic()
        assert httpx.get(f"{crowded.base_url}healthz", trust_env=False).status_code == 200
        assert time.monotonic() - asked < 1
    gone = time.monotonic()
    run = records.one()
    assert (run.status, run.error) == (499, "client_gone")
    assert time.monotonic() - gone < 1.5  # all of it takes several seconds
    puppet.script = lambda exchange: exchange.answer(200, completion("x"))
    with (
        crowded.stream("POST", PATH, json={"stream": True, "virtual_key": "echo"}),
        crowded.stream("POST", PATH, json={"stream": True, "virtual_key": "echo"}) as second,
    ):
        assert second.status_code == 200  # both of the server's two places are free


def test_a_run_that_fails_leaves_its_place_to_others(crowded: CheckedClient, puppet: Puppet) -> None:
    puppet.script = lambda exchange: exchange.answer(500, b"", kind="text/plain")
    for stream in (False, True) * 3:
        assert crowded.post(PATH, json={"stream": stream}).status_code == 500
        assert crowded.post(PATH, json={"stream": stream, "virtual_key": "nobody"}).status_code == 404
    puppet.script = lambda exchange: exchange.answer(200, completion("x"))
    assert crowded.post(PATH, json={}).status_code == 200


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("runs = 1", "runs is no table"),
        ("[runs]\nspeed = 1", "runs.speed is not known. Known: keep_days, texts."),
        ("[runs]\nkeep_days = -1", "runs.keep_days is -1"),
        ("[runs]\nkeep_days = 1.5", "runs.keep_days is 1.5"),
        ("[runs]\nkeep_days = true", "runs.keep_days is True"),
        ('[runs]\ntexts = "yes"', "runs.texts is 'yes'"),
        ("[limits]\nruns = 0", "limits.runs is 0"),
        ('[upstreams.x]\nkind = "openai"\nbase_url = "https://x/v1"\nca_file = "no.pem"', "upstreams.x.ca_file"),
        (
            '[upstreams.x]\nkind = "openai"\nbase_url = "https://x/v1"\nca_file = "portkey-local.toml"',
            "which holds no certificates. Name a PEM file.",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_the_remedy(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "portkey-local.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        build_upstreams(Config.read(path))
    assert message in str(caught.value)


def test_the_settings_are_read(tmp_path: Path) -> None:
    path = tmp_path / "portkey-local.toml"
    path.write_text("[runs]\nkeep_days = 7\ntexts = true\n[limits]\nruns = 5")
    config = Config.read(path)
    assert (config.runs, config.limits.runs) == (RunsSettings(keep_days=7, texts=True), 5)
    assert (Config().runs, Config().limits.runs) == (RunsSettings(keep_days=90, texts=False), 100)

"""`runs`: from a server's database, while the server runs or not."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cli_process import on_terminal

from portkey_ai import InternalServerError, Portkey
from portkey_cli.commands.runs import since
from portkey_cli.failures import UsageError
from portkey_local import Config, LocalServer, RunsSettings
from portkey_local.store import Store, runs

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
UUID = "01a20c7c-4e19-71ac-8b03-99e5588c6641"


def run(number: int, **fields: Any) -> dict[str, Any]:
    """A row of the table: run `number` began so many minutes before now."""
    began = datetime.now(UTC) - timedelta(minutes=number)
    return {
        "id": f"run-{1000 - number}",
        "started_at": began.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "trace_id": f"trace-{number}",
        "reference": "pp-greeting@production",
        "prompt_id": UUID,
        "prompt_slug": "pp-greeting",
        "version_id": "v",
        "version_number": 12,
        "upstream": "openai",
        "model": "gpt-4o-mini",
        "streamed": True,
        "status": 200,
        "error": None,
        "latency_ms": 1234.5,
        "first_token_ms": 310.0,
        "prompt_tokens": 31,
        "completion_tokens": 8,
        "total_tokens": 39,
        "request": None,
        "answer": None,
    } | fields


@pytest.fixture
def recorded(database: str) -> str:
    """A database with runs of two versions, and one of another prompt."""
    rows = [run(number, latency_ms=100.0 * number) for number in range(1, 11)]
    rows += [run(number, version_number=11, latency_ms=1000.0 * number) for number in range(11, 21)]
    rows += [run(21, version_number=11, status=408, error="timeout", latency_ms=9e5, prompt_tokens=None)]
    rows += [run(60 * 24 * 3, prompt_slug="pp-other", prompt_id="other", version_number=1, upstream="", model=None)]
    store = Store(database)
    store.write_now(runs.add, rows)
    store.close()
    return database


Runs = Callable[..., Any]


@pytest.fixture
def list_runs(alone: Any, recorded: str) -> Runs:
    return lambda *arguments: alone("runs", *arguments, "--database", recorded)


def test_runs_lists_the_latest_first_a_run_a_line(list_runs: Runs) -> None:
    titles, first, *rest = list_runs("--limit", "3").out.splitlines()
    assert titles.split("  ")[0] == "time (UTC)"
    assert first.split()[2:] == ["pp-greeting@12", "openai:", "gpt-4o-mini", "200", "100ms", "310ms", "31+8"]
    assert len(rest) == 2


def test_runs_shows_the_kind_of_a_failure_and_leaves_out_what_is_not_known(list_runs: Runs) -> None:
    shown = list_runs("--limit", "100").out.splitlines()
    (failed,) = (line for line in shown if "408" in line)
    assert failed.split()[5:] == ["408", "timeout", "900s", "310ms", "39"]
    assert shown[-1].split()[2:] == ["pp-other@1", "200", "1.23s", "310ms", "31+8"]


@pytest.mark.parametrize("prompt", ["pp-greeting@11", f"{UUID}@11"])
def test_runs_of_a_version_alone(list_runs: Runs, prompt: str) -> None:
    listed = list_runs(prompt, "--json").json
    assert listed["object"] == "list"
    assert [each["trace_id"] for each in listed["data"]] == [f"trace-{number}" for number in range(11, 22)]


def test_runs_since_a_moment(list_runs: Runs) -> None:
    assert len(list_runs("--since", "24h", "--limit", "100", "--json").json["data"]) == 21
    assert len(list_runs("--since", "5m", "--json").json["data"]) in (4, 5)
    assert len(list_runs("--since", "2020-01-01", "--limit", "100", "--json").json["data"]) == 22


def test_runs_by_version_compares_them_by_nearest_rank(list_runs: Runs) -> None:
    lines = [line.split() for line in list_runs("--by-version").out.splitlines()]
    assert lines[1:] == [
        ["pp-greeting@12", "10", "0", "0.50/1.00/1.00s", "310/310/310ms", "31+8"],
        ["pp-greeting@11", "11", "1", "15.0/20.0/20.0s", "310/310/310ms", "31+8"],
        ["pp-other@1", "1", "0", "1.23/1.23/1.23s", "310/310/310ms", "31+8"],
    ]
    assert len(list_runs("pp-greeting", "--by-version").out.splitlines()) == 3
    assert len(list_runs("--by-version", "--since", "1d").out.splitlines()) == 3


def test_runs_by_version_as_json(list_runs: Runs) -> None:
    (summed,) = list_runs("pp-greeting@11", "--by-version", "--json").json["data"]
    assert summed == {
        "prompt_slug": "pp-greeting",
        "version_number": 11,
        "runs": 11,
        "failures": 1,
        "latency_ms": {"p50": 15000.0, "p95": 20000.0, "p99": 20000.0},
        "first_token_ms": {"p50": 310.0, "p95": 310.0, "p99": 310.0},
        "prompt_tokens": 31.0,
        "completion_tokens": 8.0,
        "total_tokens": 39.0,
    }


def test_runs_of_nothing_say_so(list_runs: Runs, alone: Any, database: str) -> None:
    done = list_runs("pp-nothing")
    assert (done.code, done.out, done.err) == (0, "", "There are no runs like that.\n")
    assert list_runs("pp-nothing", "--by-version", "--json").json == {"object": "list", "data": []}


def test_runs_of_an_empty_database_say_so(alone: Any, database: str) -> None:
    Store(database).close()
    assert alone("runs", "--database", database).err == "There are no runs yet.\n"


def test_runs_are_those_of_a_server_that_runs(alone: Any, database: str) -> None:
    config = Config(runs=RunsSettings(texts=True))
    with LocalServer(database, config=config) as server, Portkey(base_url=server.base_url, max_retries=0) as portkey:
        server.add_prompt(slug="pp-hi", versions=[{"string": "Hi {{x}}", "virtual_key": "echo"}])
        portkey.prompts.completions(prompt_id="pp-hi@1", variables={"x": "Ann"}, trace_id="one")
    (shown,) = alone("runs", "--database", database, "--json").json["data"]
    assert (shown["reference"], shown["trace_id"], shown["status"]) == ("pp-hi@1", "one", 200)
    assert shown["request"] == {"messages": [{"role": "user", "content": "Hi Ann"}]}
    assert shown["answer"]["choices"][0]["message"]["content"] == "Hi Ann"


def test_a_failing_run_is_seen_under_its_version(alone: Any, database: str) -> None:
    upstreams = {"gone": {"kind": "openai", "base_url": "http://127.0.0.1:9/v1"}}
    with LocalServer(database, upstreams=upstreams) as server, Portkey(base_url=server.base_url) as portkey:
        server.add_prompt(slug="pp-hi", versions=[{"string": "Hi", "virtual_key": "gone"}])
        with pytest.raises(InternalServerError):
            portkey.prompts.completions(prompt_id="pp-hi", max_retries=0)
    assert alone("runs", "--by-version", "--database", database).out.splitlines()[1].split() == ["pp-hi@1", "1", "1"]


def test_runs_are_folded_to_a_terminal_and_no_number_is(recorded: str) -> None:
    for columns in (80, 120):
        for option in ("--by-version", "--limit=1"):
            shown = on_terminal("runs", option, "--database", recorded, columns=columns, NO_COLOR="1")
            assert shown.code == 0
            assert all(len(line) <= columns for line in shown.text.splitlines())
            assert ("0.50/1.00/1.00s" if option == "--by-version" else "31+8") in shown.text


def test_a_label_names_no_runs(list_runs: Runs, fails: Any) -> None:
    fails(list_runs("pp-greeting@production"), 2, "pp-greeting@12")
    fails(list_runs("@12"), 2, "names no prompt")


def test_a_database_that_is_not_there_is_no_empty_one(alone: Any, fails: Any, tmp_path: Any) -> None:
    fails(alone("runs", "--database", f"sqlite:///{tmp_path}/no.db"), 3, "There is no database", "--database")
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE runs (x)")
    other.close()
    fails(alone("runs", "--database", f"sqlite:///{path}"), 1, "can't be used")


def test_a_url_of_sqlite_is_read_as_the_server_reads_it(alone: Any, fails: Any, tmp_path: Any) -> None:
    path = tmp_path / "a b.db"
    Store(f"sqlite:///{path}").close()
    for url in (f"sqlite:///file:{path}?mode=ro&uri=true", f"sqlite:///file:{tmp_path}/a%20b.db?uri=true"):
        assert alone("runs", "--database", url).err == "There are no runs yet.\n"
    missing = f"sqlite:///file:{tmp_path}/c%20d.db?mode=rwc&uri=true"
    fails(alone("runs", "--database", missing), 3, "There is no database", f"{tmp_path}/c d.db. ")
    assert not (tmp_path / "c d.db").exists()


@pytest.mark.parametrize("url", ["temporary", "sqlite://", "sqlite:///", "sqlite:///:memory:"])
def test_a_temporary_database_has_nothing_to_work_on(alone: Any, fails: Any, url: str) -> None:
    for arguments in (["runs"], ["export"], ["keys", "list"], ["keys", "create", "--scope", "read"], ["import", "-"]):
        fails(alone(*arguments, "--database", url), 1, "temporary", "sqlite:///portkey.db")


def test_wrong_usage_is_named(list_runs: Runs, fails: Any) -> None:
    fails(list_runs("--since", "yesterday"), 2, "--since", "24h", "2026-11-01")
    fails(list_runs("--limit", "0"), 2, "--limit")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("30m", "2026-11-24T11:30:00.000Z"),
        ("24h", "2026-11-23T12:00:00.000Z"),
        ("7d", "2026-11-17T12:00:00.000Z"),
        ("2w", "2026-11-10T12:00:00.000Z"),
        ("2026-11-01", "2026-11-01T00:00:00.000Z"),
        ("2026-11-01T10:30", "2026-11-01T10:30:00.000Z"),
        ("2026-11-01T10:30:00+02:00", "2026-11-01T08:30:00.000Z"),
    ],
)
def test_since_is_how_long_ago_or_when(text: str, moment: str) -> None:
    assert since(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "7", "d", "7y", "-7d", "2026-13-01", "999999w", "٣d"])
def test_since_anything_else_is_wrong(text: str) -> None:
    with pytest.raises(UsageError, match="--since is"):
        since(text, NOW)

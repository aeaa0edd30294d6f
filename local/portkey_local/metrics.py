"""What the server counts, and `/metrics`, where Prometheus reads it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

PATH = "/metrics"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
MOST_VERSIONS = 100
"""How many versions of prompts are told apart; the runs of further ones are counted together."""
OTHER = "other"
"""The label of what is not told apart."""
_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds of a histogram's buckets, in seconds."""
_STATUSES = range(100, 600)
Labels = tuple[tuple[str, str], ...]
Samples = Iterable[tuple[Labels, float]]


class Histogram:
    """Count durations by their size."""

    def __init__(self) -> None:
        self._counts = [0] * (len(_BOUNDS) + 1)
        self._sum = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self._counts[bisect_left(_BOUNDS, seconds)] += 1
        self._sum += seconds

    def lines(self, name: str) -> Iterable[str]:
        """Write it, each bucket with all that is smaller."""
        count = 0
        for bound, more in zip((*_BOUNDS, "+Inf"), self._counts, strict=True):
            count += more
            yield f'{name}_bucket{{le="{bound}"}} {count}'
        yield f"{name}_sum {self._sum}"
        yield f"{name}_count {count}"


class Metrics:
    """Count requests and runs, of a bounded number of labels; in memory, since the start."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str | None, int | None]] = Counter()
        self._runs: Counter[Labels] = Counter()
        self._tokens: Counter[Labels] = Counter()
        self._renders, self._first_tokens = Histogram(), Histogram()
        self._versions: set[tuple[str, str]] = set()

    def request(self, operation: str | None, status: int | None, seconds: float) -> None:
        """Count a request.

        Args:
            operation: what it called, by its `operationId`; None where it called none.
            status: what it was answered with; None where the client went away before.
            seconds: how long it took.
        """
        self._requests[operation, status] += 1
        if operation == "renderPrompt" and status == 200:
            self._renders.add(seconds)

    def run(self, record: Mapping[str, Any]) -> None:
        """Count a run.

        Args:
            record: its row of the table of runs.
        """
        version = self._version(record["prompt_slug"], str(record["version_number"]))
        status = str(record["status"]) if record["status"] in _STATUSES else OTHER
        self._runs[*version, ("status", status)] += 1
        if record["first_token_ms"] is not None:
            self._first_tokens.add(record["first_token_ms"] / 1000)
        for name, direction in (("prompt_tokens", "input"), ("completion_tokens", "output")):
            if record[name]:
                self._tokens[*version, ("direction", direction)] += record[name]

    def text(self, *, slots: tuple[int, int], database_up: bool, lookups: Mapping[str, tuple[int, int]]) -> str:
        """Write all in Prometheus' text format.

        Args:
            slots: runs under way, and how many there may be.
            database_up: whether the database answers.
            lookups: hits and misses of caches, by their names.
        """
        cached = [
            ((("cache", cache), ("result", result)), count)
            for cache, counts in lookups.items()
            for result, count in zip(("hit", "miss"), counts, strict=True)
        ]
        requests = [
            ((("operation", operation or "none"), ("status", str(status or "none"))), count)
            for (operation, status), count in self._requests.items()
        ]
        families = [
            _family("portkey_requests_total", "counter", "Requests.", requests),
            _histogram("portkey_render_seconds", "Seconds of a render's request to its answer.", self._renders),
            _family("portkey_runs_total", "counter", "Runs that have ended.", self._runs.items()),
            _histogram(
                "portkey_time_to_first_token_seconds", "Seconds of a stream to its first token.", self._first_tokens
            ),
            _family("portkey_tokens_total", "counter", "Tokens, as upstreams count them.", self._tokens.items()),
            _family("portkey_run_slots_used", "gauge", "Runs under way.", [((), slots[0])]),
            _family("portkey_run_slots", "gauge", "Runs that there may be at one time.", [((), slots[1])]),
            _family("portkey_cache_lookups_total", "counter", "Looks into memory, before the database.", cached),
            database(database_up),
        ]
        return "".join(families)

    def _version(self, prompt: str, number: str) -> Labels:
        known = (prompt, number)
        if known not in self._versions:
            if len(self._versions) >= MOST_VERSIONS:
                return ("prompt", OTHER), ("version", OTHER)
            self._versions.add(known)
        return ("prompt", prompt), ("version", number)


def database(up: bool) -> str:
    """Write whether the database answers; the only metric where it does not, since keys can't be read then."""
    return _family("portkey_database_up", "gauge", "Whether the database answers.", [((), int(up))])


def _family(name: str, kind: str, meaning: str, samples: Samples) -> str:
    lines = [f"{name}{_written(labels)} {value}" for labels, value in samples]
    return "\n".join([*_head(name, kind, meaning), *lines, ""])


def _histogram(name: str, meaning: str, histogram: Histogram) -> str:
    return "\n".join([*_head(name, "histogram", meaning), *histogram.lines(name), ""])


def _head(name: str, kind: str, meaning: str) -> tuple[str, str]:
    return f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"


def _written(labels: Labels) -> str:
    inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels)
    return f"{{{inside}}}" if inside else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

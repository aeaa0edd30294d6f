"""Runs as people ask for them and read them: which are meant, and their rows in a table."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from portkey_cli.failures import UsageError
from portkey_cli.references import is_number, split

_AGO = re.compile(r"([0-9]{1,6})([mhdw])")
_SECOND = 1000.0
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
LATEST = ("time (UTC)", "prompt", "upstream: model", "status", "latency", "first", "tokens")
BY_VERSION = ("prompt", "runs", "failed", "latency p50/p95/p99", "first token p50/p95/p99", "tokens/run")
WHOLE = ("time (UTC)", "latency", "first", "tokens", "runs", "failed")
"""Columns of both that are not folded on a narrow terminal."""


def since(text: str, now: datetime) -> str:
    """Read `24h`, `7d` or a date as the time stamp that it means.

    Args:
        text: how long ago, or a date or a time in ISO 8601, in UTC where it does not say.
        now: the present moment.

    Raises:
        UsageError: where it is neither.
    """
    ago = _AGO.fullmatch(text)
    try:
        if ago:
            moment = now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        else:
            moment = datetime.fromisoformat(text)
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"--since is {text!r}. Write 30m, 24h, 7d, 2w, or a date such as 2026-11-01.") from None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def prompt_and_version(reference: str | None) -> tuple[str | None, int | None]:
    """Return the prompt and the version's number that a reference means, None where it does not say.

    Raises:
        UsageError: where it names a label: runs are recorded with the version that it stood for at the time.
    """
    if reference is None:
        return None, None
    prompt, version = split(reference)
    if version and not is_number(version):
        raise UsageError(f"Runs are recorded by version: write {prompt}, or {prompt}@12. @{version} moves with time.")
    return prompt, int(version) if version else None


def latest_row(run: Mapping[str, Any]) -> list[str]:
    """Write a run in the columns of `LATEST`."""
    return [
        str(run["started_at"])[5:19].replace("T", " "),
        _version(run),
        f"{run['upstream']}: {run['model'] or ''}".strip(": "),
        f"{run['status']} {run['error'] or ''}".strip(),
        _duration(run["latency_ms"]),
        _duration(run["first_token_ms"]),
        _tokens(run),
    ]


def by_version_row(version: Mapping[str, Any]) -> list[str]:
    """Write what a version's runs sum up to in the columns of `BY_VERSION`."""
    return [
        _version(version),
        str(version["runs"]),
        str(version["failures"]),
        _percentiles(version["latency_ms"]),
        _percentiles(version["first_token_ms"]),
        _tokens(version),
    ]


def with_texts(run: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run with its texts, where they were kept, as JSON values."""
    return {
        name: json.loads(value) if name in ("request", "answer") and value else value for name, value in run.items()
    }


def _version(run: Mapping[str, Any]) -> str:
    return f"{run['prompt_slug']}@{run['version_number']}"


def _tokens(run: Mapping[str, Any]) -> str:
    given, answered, total = (run[f"{kind}_tokens"] for kind in ("prompt", "completion", "total"))
    if given is not None and answered is not None:
        return f"{given:.0f}+{answered:.0f}"
    return "" if total is None else f"{total:.0f}"


def _duration(milliseconds: float | None) -> str:
    return "" if milliseconds is None else _number(milliseconds, milliseconds) + _unit(milliseconds)


def _percentiles(values: Mapping[str, float] | None) -> str:
    """Write percentiles in the unit of the largest."""
    if not values:
        return ""
    largest = max(values.values())
    return "/".join(_number(value, largest) for value in values.values()) + _unit(largest)


def _unit(largest: float) -> str:
    return "s" if largest >= _SECOND else "ms"


def _number(milliseconds: float, largest: float) -> str:
    value = milliseconds / _SECOND if largest >= _SECOND else milliseconds
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f}"

"""`runs`: what was run, how long it took, and how versions compare."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from portkey_cli.completing import slugs
from portkey_cli.database import DEFAULT, opened
from portkey_cli.extras import needing
from portkey_cli.failures import UsageError
from portkey_cli.options import Database, add_command, option
from portkey_cli.output import note, write_json, write_table
from portkey_cli.references import is_number, split

EXAMPLE = "portkey-prompts runs pp-greeting --since 7d --by-version"
_AGO = re.compile(r"([0-9]{1,6})([mhdw])")
_SECOND = 1000.0
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
LATEST = ("time (UTC)", "prompt", "upstream: model", "status", "latency", "first", "tokens")
BY_VERSION = ("prompt", "runs", "failed", "latency p50/p95/p99", "first token p50/p95/p99", "tokens/run")
WHOLE = ("time (UTC)", "latency", "first", "tokens", "runs", "failed")
"""Columns of both that are not folded on a narrow terminal."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, "runs", list_runs, EXAMPLE)


def list_runs(
    prompt: Annotated[str | None, typer.Argument(metavar="[PROMPT]", autocompletion=slugs)] = None,
    by_version: Annotated[
        bool,
        option(
            "--by-version",
            "Compare versions: how many runs, how many failed, percentiles (by nearest rank) of those that "
            "did not, and the tokens of a run on average.",
        ),
    ] = False,
    since_when: Annotated[str | None, option("--since WHEN", "Only later ones: 30m, 24h, 7d, or a date.")] = None,
    limit: Annotated[int, option("--limit", "How many to list at most.", min=1)] = 20,
    database: Database = DEFAULT,
    as_json: Annotated[bool, option("--json", "Print JSON, with the texts where they were kept.")] = False,
) -> None:
    """List the latest runs of prompts from a server's database, or compare versions by their runs.

    PROMPT is a slug or UUID; a version may follow it, as in pp-greeting@12. Times to the first token are those
    of streams. Tokens are as the upstream counted them, prompt's + answer's.
    """
    slug, number = prompt_and_version(prompt)
    moment = since(since_when, datetime.now(UTC)) if since_when else None
    with needing("local"):
        from portkey_local.admin import Choice
    choice = Choice(prompt=slug, version=number, since=moment)
    with opened(database) as admin:
        found = admin.runs_by_version(choice) if by_version else list(map(with_texts, admin.latest_runs(choice, limit)))
    if as_json:
        write_json({"object": "list", "data": found})
    elif not found:
        note("There are no runs like that." if prompt or moment else "There are no runs yet.")
    elif by_version:
        write_table(BY_VERSION, [by_version_row(version) for version in found], whole=WHOLE)
    else:
        write_table(LATEST, [latest_row(run) for run in found], whole=WHOLE)


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

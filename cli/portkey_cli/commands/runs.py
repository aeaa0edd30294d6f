"""`runs`: what was run, how long it took, and how versions compare."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from portkey_cli.completion import slugs
from portkey_cli.database import DEFAULT, opened
from portkey_cli.extras import load
from portkey_cli.options import Database
from portkey_cli.output import note, write_json, write_table
from portkey_cli.runs import (
    BY_VERSION,
    LATEST,
    WHOLE,
    by_version_row,
    latest_row,
    prompt_and_version,
    since,
    with_texts,
)

if TYPE_CHECKING:
    from portkey_local.store import Store

EXAMPLE = "portkey-prompts runs pp-greeting --since 7d --by-version"


def list_runs(
    prompt: Annotated[str | None, typer.Argument(metavar="[PROMPT]", show_default=False, autocompletion=slugs)] = None,
    by_version: Annotated[
        bool,
        typer.Option(
            "--by-version",
            help="Compare versions: how many runs, how many failed, percentiles (by nearest rank) of those that "
            "did not, and the tokens of a run on average.",
        ),
    ] = False,
    since_when: Annotated[
        str | None,
        typer.Option("--since", metavar="WHEN", help="Only later ones: 30m, 24h, 7d, or a date.", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many to list at most.")] = 20,
    database: Database = DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with the texts where they were kept.")] = False,
) -> None:
    """List the latest runs of prompts from a server's database, or compare versions by their runs.

    PROMPT is a slug or UUID; behind it may stand a version, as in pp-greeting@12. Times to the first token are those
    of streams. Tokens are as the upstream counted them, prompt's + answer's.
    """
    slug, number = prompt_and_version(prompt)
    moment = since(since_when, datetime.now(UTC)) if since_when else None
    with opened(database) as store:
        runs = load("portkey_local.store.runs", "local")
        choice = runs.Choice(prompt=slug, version=number, since=moment)
        found = _compared(store, runs, choice) if by_version else _latest(store, runs, choice, limit)
    if as_json:
        write_json({"object": "list", "data": found})
    elif not found:
        note("There are no runs like that." if prompt or moment else "There are no runs yet.")
    elif by_version:
        write_table(BY_VERSION, [by_version_row(version) for version in found], whole=WHOLE)
    else:
        write_table(LATEST, [latest_row(run) for run in found], whole=WHOLE)


def _latest(store: Store, runs: Any, choice: Any, limit: int) -> list[dict[str, Any]]:
    return [with_texts(row._asdict()) for row in store.read_long(runs.latest, choice, limit)]


def _compared(store: Store, runs: Any, choice: Any) -> list[dict[str, Any]]:
    compared: list[dict[str, Any]] = store.read_long(runs.by_version, choice)
    return compared

"""The record of runs: added in batches, removed by age, listed, and compared by version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen
from sqlalchemy import ColumnElement, Connection, Row, Select, case, delete, func, insert, literal_column, or_, select

from .schema import runs

PERCENTS = (50, 95, 99)
_AT_A_TIME = 5000
"""Rows that one transaction removes, so that no other writer waits for long."""
# An expression has no index: in the index's order SQLite would look up each of a million rows by itself.
_SLUG = runs.c.prompt_slug.concat(literal_column("''"))
_BY_VERSION = (_SLUG, runs.c.version_number)
_VERSION = (_SLUG.label("prompt_slug"), runs.c.version_number)


@frozen(kw_only=True)
class Choice:
    """Which runs are meant.

    Args:
        prompt: A slug or UUID; None for all prompts.
        version: A version's number; None for all versions.
        since: The time stamp from which on they began; None for all times.
    """

    prompt: str | None = None
    version: int | None = None
    since: str | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """What holds of a run that is meant."""
        conditions: list[ColumnElement[bool]] = []
        if self.prompt is not None:
            conditions.append(or_(runs.c.prompt_slug == self.prompt, runs.c.prompt_id == self.prompt))
        if self.version is not None:
            conditions.append(runs.c.version_number == self.version)
        if self.since is not None:
            conditions.append(runs.c.started_at >= self.since)
        return conditions


def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add runs; those that are there already are left out."""
    # A batch whose write broke off is written again, though some of it may have been added.
    known = set(connection.scalars(select(runs.c.id).where(runs.c.id.in_([row["id"] for row in rows]))))
    new = [dict(row) for row in rows if row["id"] not in known]
    if new:
        connection.execute(insert(runs), new)


def remove_before(connection: Connection, moment: str) -> bool:
    """Remove some of the runs that began before a moment, and say whether there may be more of them."""
    oldest = select(runs.c.id).where(runs.c.started_at < moment).order_by(runs.c.started_at).limit(_AT_A_TIME)
    return connection.execute(delete(runs).where(runs.c.id.in_(oldest))).rowcount == _AT_A_TIME


def latest(connection: Connection, choice: Choice, limit: int) -> Sequence[Row[Any]]:
    """Return runs, the latest first."""
    newest = select(runs).where(*choice.conditions).order_by(runs.c.started_at.desc(), runs.c.id.desc())
    return connection.execute(newest.limit(limit)).all()


def references(connection: Connection, choice: Choice, limit: int) -> Sequence[Any]:
    """Return by which references prompts were run, the most frequent first: `reference`, `count`, and when `last`."""
    count, last = func.count().label("count"), func.max(runs.c.started_at).label("last")
    named = select(runs.c.reference, count, last).where(*choice.conditions).group_by(runs.c.reference)
    return connection.execute(named.order_by(count.desc(), runs.c.reference).limit(limit)).all()


def by_version(connection: Connection, choice: Choice) -> list[dict[str, Any]]:
    """Sum up the runs of each version of each prompt, in the order of their slugs, the newest version first.

    Percentiles are by nearest rank, of runs that succeeded: the smallest value that so many percent do not exceed.
    """
    succeeded = [*choice.conditions, runs.c.error.is_(None)]
    latencies = _percentiles(connection, runs.c.latency_ms, succeeded)
    first_tokens = _percentiles(connection, runs.c.first_token_ms, [*succeeded, runs.c.first_token_ms.is_not(None)])
    summed = []
    for row in connection.execute(_counted(choice)):
        version = (row.prompt_slug, row.version_number)
        times = {"latency_ms": latencies.get(version), "first_token_ms": first_tokens.get(version)}
        summed.append(row._asdict() | times)
    return summed


def _counted(choice: Choice) -> Select[*tuple[Any, ...]]:
    failed = case((runs.c.error.is_not(None), 1), else_=0)
    averages = [
        func.avg(runs.c[name]).cast(runs.c.latency_ms.type).label(name)
        for name in ("prompt_tokens", "completion_tokens", "total_tokens")
    ]
    return (
        select(*_VERSION, func.count().label("runs"), func.sum(failed).label("failures"), *averages)
        .where(*choice.conditions)
        .group_by(*_BY_VERSION)
        .order_by(_SLUG, runs.c.version_number.desc())
    )


def _percentiles(
    connection: Connection, value: ColumnElement[Any], conditions: Sequence[ColumnElement[bool]]
) -> dict[tuple[str, int], dict[str, float]]:
    """Find percentiles by version."""
    # The database sorts, so that this process reads the results alone.
    ranked = (
        select(
            *_VERSION,
            value.label("value"),
            func.row_number().over(partition_by=_BY_VERSION, order_by=value).label("rank"),
            func.count().over(partition_by=_BY_VERSION).label("of"),
        )
        .where(*conditions)
        .subquery()
    )
    wanted = [
        func.max(case((ranked.c.rank == (ranked.c.of * percent + 99) // 100, ranked.c.value))).label(f"p{percent}")
        for percent in PERCENTS
    ]
    version = (ranked.c.prompt_slug, ranked.c.version_number)
    return {
        (row.prompt_slug, row.version_number): {f"p{percent}": row._mapping[f"p{percent}"] for percent in PERCENTS}
        for row in connection.execute(select(*version, *wanted).group_by(*version))
    }

"""The plans that a database makes for the statements of the store: what is scanned, and by which index."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, Engine, event

from portkey_local.ids import new_id
from portkey_local.references import parse
from portkey_local.store import Store, inclusions, labels, prompts, runs, versions

from .contents import RARE, Sizes, partial_slug, slug


def lines(url: str, sizes: Sizes) -> Iterator[str]:
    """Write the plans of the reads that the benchmark measures."""
    last = sizes.prompts // 20 - 1
    reads: dict[str, tuple[Callable[..., Any], *tuple[Any, ...]]] = {
        "last page": (prompts.page, last, 20, None, None),
        "search": (prompts.page, 0, 20, RARE, None),
        "a collection": (prompts.page, 0, 20, None, "team-1"),
        "a version": (versions.find, parse(slug(1))),
        "a version by label": (versions.find, parse(f"{slug(1)}@production")),
        "labels of a page": (labels.in_force, [new_id() for _ in range(20)]),
        "used by": (inclusions.published, partial_slug(1), new_id()),
        "latest runs of a prompt": (runs.latest, runs.Choice(prompt=slug(1)), 20),
        "runs by version": (runs.by_version, runs.Choice()),
    }
    store = Store(url)
    try:
        for what, (query, *asked) in reads.items():
            yield what
            yield from (f"    {line}" for line in store.read_long(_plans, query, asked))
    finally:
        store.close()


def _plans(connection: Connection, query: Callable[..., Any], asked: list[Any]) -> list[str]:
    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        seen.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        query(connection, *asked)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    plans = []
    for statement, parameters in seen:
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
        plans += ["-", *(str(row[-1]) for row in rows)]
    return plans[1:]

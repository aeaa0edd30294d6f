"""What is asked of one prompt takes as long beside a thousand others as beside a few."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection

from benchmarks.scale.contents import Sizes, add_runs, slug, write_archive
from portkey_local.archive import archive
from portkey_local.references import parse
from portkey_local.store import Store, labels, prompts, runs, versions

FEW, MANY = Sizes(prompts=40, runs=400), Sizes(prompts=1200, runs=12_000)
NAME = slug(7)


def prompt_id(connection: Connection) -> str:
    return str(prompts.find(connection, NAME).id)


def of_the_prompt(query: Callable[..., Any], *asked: Any) -> Callable[[Connection], Any]:
    """A query that takes the prompt's id after the connection."""
    return lambda connection: query(connection, prompt_id(connection), *asked)


READS: dict[str, Callable[[Connection], Any]] = {
    "published": lambda connection: versions.find(connection, parse(NAME)),
    "latest": lambda connection: versions.find(connection, parse(f"{NAME}@latest")),
    "number": lambda connection: versions.find(connection, parse(f"{NAME}@2")),
    "label": lambda connection: versions.find(connection, parse(f"{NAME}@production")),
    "key by label": lambda connection: versions.key_of(connection, parse(f"{NAME}@production")),
    "versions": of_the_prompt(versions.all_of),
    "labels": of_the_prompt(labels.of_prompt),
    "labels of a page": lambda connection: labels.in_force(connection, [prompt_id(connection)]),
}


def give(connection: Connection) -> bool:
    version = versions.find(connection, parse(f"{NAME}@2"))
    labels.give(connection, version.prompt_id, version.id, labels.find_named(connection, "production").id)
    return True


def publish(connection: Connection) -> bool:
    prompts.publish(connection, NAME, 1)
    return True


def add(connection: Connection) -> object:
    return versions.add(connection, prompt_id(connection), {"string": "x", "is_raw_template": 0})


def remove(connection: Connection) -> bool:
    prompts.remove(connection, slug(8))
    return True


WRITES: dict[str, Callable[[Connection], Any]] = {"label": give, "publish": publish, "add": add, "remove": remove}


@contextmanager
def filled(url: str, sizes: Sizes) -> Iterator[Store]:
    """A database of some size."""
    written = io.BytesIO()
    write_archive(written, sizes)
    written.seek(0)
    store = Store(url)
    try:
        archive.load(store, written)
        add_runs(store, sizes)
        yield store
    finally:
        store.close()


@pytest.fixture(scope="module")
def stores() -> Iterator[tuple[Store, Store]]:
    with filled("temporary", FEW) as few, filled("temporary", MANY) as many:
        yield few, many


def steps(store: Store, query: Callable[[Connection], Any], *, writing: bool = False) -> int:
    """How many instructions SQLite carries out for a query."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    def counting(connection: Connection) -> Any:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.set_progress_handler(count, 1)
        try:
            return query(connection)
        finally:
            raw.set_progress_handler(None, 1)

    assert (store.write_now if writing else store.read_long)(counting)
    return counted


@pytest.mark.parametrize("what", READS)
def test_a_read_of_one_prompt_takes_no_longer_beside_many(stores: tuple[Store, Store], what: str) -> None:
    few, many = (steps(store, READS[what]) for store in stores)
    assert few > 10
    assert many < 1.5 * few


@pytest.mark.parametrize("what", WRITES)
def test_a_change_of_one_prompt_takes_no_longer_beside_many(stores: tuple[Store, Store], what: str) -> None:
    few, many = (steps(store, WRITES[what], writing=True) for store in stores)
    assert few > 10
    assert many < 1.5 * few


def test_the_runs_of_a_prompt_are_found_by_its_id_without_reading_all(stores: tuple[Store, Store]) -> None:
    def found(connection: Connection) -> Any:
        return runs.latest(connection, runs.Choice(prompt=prompt_id(connection)), 1000)

    few, many = (steps(store, found) for store in stores)
    assert many < 3 * few


@pytest.mark.parametrize("page", [30, 59])
def test_a_deep_page_reads_the_rows_of_that_page_alone(stores: tuple[Store, Store], page: int) -> None:
    def pages(number: int) -> Callable[[Connection], Any]:
        return lambda connection: prompts.page(connection, number, 20, None, None).rows

    many = stores[1]
    # What comes before is passed by in the index, in two steps each; to read it takes eight, and a look-up of its own.
    assert steps(many, pages(page)) - steps(many, pages(0)) <= 20 * page * 3


def test_a_page_of_a_large_collection_is_read_in_its_order() -> None:
    with filled("temporary", Sizes(prompts=1200, runs=0, collections=1)) as store:
        taken = steps(store, lambda connection: prompts.page(connection, 0, 20, None, "team-0"))
    # Half of the prompts lie in it: to count one takes three steps, to sort it for each page another dozen.
    assert taken < 600 * 6

"""What all tests share: databases of their own, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from databases import KINDS, check_reachable, empty_database


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="run what has a small and a long form in its long form")


@pytest.fixture(scope="session")
def soaking(request: pytest.FixtureRequest) -> bool:
    """Whether tests that have a long form shall run it."""
    return bool(request.config.getoption("--soak"))


@pytest.fixture(scope="session", params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """The kind of database that a test runs on: it runs once on each."""
    kind = str(request.param)
    check_reachable(kind)
    return kind


@pytest.fixture
def database(database_kind: str) -> Iterator[str]:
    """The URL of an empty database, removed at the end."""
    with empty_database(database_kind) as url:
        yield url


@pytest.fixture(scope="module")
def shared_database(database_kind: str) -> Iterator[str]:
    """The URL of a database that the tests of a module share."""
    with empty_database(database_kind) as url:
        yield url


@pytest.fixture
def new_database() -> Iterator[Callable[[str], str]]:
    """Make empty databases of a kind, for tests that need more than one."""
    with ExitStack() as made:

        def make(kind: str) -> str:
            check_reachable(kind)
            return made.enter_context(empty_database(kind))

        yield make

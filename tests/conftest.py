"""What all tests share: databases of their own, on SQLite and on PostgreSQL; and programs that end with their test."""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakSet

import example_counts
import pytest
from databases import KINDS, check_reachable, empty_database
from hypothesis import HealthCheck, settings
from skipping import may_be_skipped

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="run what has a small and a long form in its long form")


def pytest_configure(config: pytest.Config) -> None:
    """Take Ctrl-C as a program in the foreground does, and so do the programs that tests start.

    A shell starts what goes to the background with SIGINT ignored, and an ignored signal stays so in every child.
    """
    if config.getoption("--soak"):
        example_counts.soak()
    # How long an example takes is the machine's affair: what shall be quick has a test that says so.
    settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("patient")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the garbage collector off what is read here: it stays to the end, and is millions of objects."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


STARTED: WeakSet[subprocess.Popen[Any]] = WeakSet()
"""The programs that tests started."""
_start = subprocess.Popen.__init__


def _start_and_note(program: subprocess.Popen[Any], *arguments: Any, **options: Any) -> None:
    _start(program, *arguments, **options)
    STARTED.add(program)


subprocess.Popen.__init__ = _start_and_note  # type: ignore[method-assign]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None]:
    """End the programs that a failing test leaves running: otherwise the next test gets their warnings."""
    before = set(STARTED)
    try:
        yield
    except BaseException:
        for program in set(STARTED) - before:
            if program.poll() is None:
                program.kill()
                program.wait()
            for stream in (program.stdin, program.stdout, program.stderr):
                if stream is not None:
                    stream.close()
        raise


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail what CI has to run and would skip."""
    return _failed_where_it_must_run((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Fail a whole file that CI has to run and would skip."""
    return _failed_where_it_must_run((yield))


def _failed_where_it_must_run(report: Report) -> Report:
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not may_be_skipped(reason):
            report.outcome, report.longrepr = "failed", f"CI has to run this. {reason}"
    return report


@pytest.fixture(scope="session")
def soaking(request: pytest.FixtureRequest) -> bool:
    """Whether tests that have a long form shall run it."""
    return bool(request.config.getoption("--soak"))


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """Let a function fill a folder of a name, once for all processes of a run; answers the folder."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent

    def make(name: str, fill: Callable[[Path], object]) -> Path:
        folder, filled = base / name, base / f"{name}.filled"
        with (base / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not filled.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                fill(folder)
                filled.touch()
        return folder

    return make


@pytest.fixture(scope="session")
def built_wheel(once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """This repository's wheel."""
    root = Path(__file__).resolve().parents[1]

    def build(folder: Path) -> None:
        pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
        subprocess.run([*pip, "--wheel-dir", folder, root], check=True, capture_output=True)

    (built,) = once("wheel", build).glob("*.whl")
    return built


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

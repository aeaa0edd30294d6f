"""`backup`: a copy of one moment while a server writes, and what it is restored to."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from cli_process import COMMAND, environment, on_terminal, piped

from portkey_ai import Portkey
from portkey_local import LocalServer


def contents(path: Path) -> bytes:
    """Everything in a database, as an archive."""
    return piped("export", "--all", "--database", f"sqlite:///{path}").stdout.encode()


@contextmanager
def written_to(base_url: str, slug: str) -> Iterator[list[int]]:
    """Go on making versions, whose text is their number; lends the numbers that were answered."""
    made: list[int] = [1]
    ended = threading.Event()

    def write() -> None:
        with httpx.Client(base_url=base_url, trust_env=False) as api:
            while not ended.is_set():
                number = made[-1] + 1
                assert api.put(f"/prompts/{slug}", json={"string": str(number)}).status_code == 200
                made.append(number)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield made
    finally:
        ended.set()
        thread.join()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with a prompt, closed."""
    path = tmp_path / "a #1.db"
    with LocalServer(f"sqlite:///{path}") as server:
        server.add_prompt(slug="pp-x", versions=["1"])
        server.add_key("read", name="app")
    return path


def test_a_backup_made_under_writes_is_of_one_moment_and_is_served(tmp_path: Path) -> None:
    path, copy = tmp_path / "prompts.db", tmp_path / "backup.db"
    with LocalServer(f"sqlite:///{path}") as server:
        server.add_prompt(slug="pp-x", versions=["1"])
        server.add_partial(slug="pp-large", versions=["x" * 1_000_000] * 20)  # so that it takes several steps
        with written_to(server.base_url, "pp-x") as made:
            while len(made) < 5:
                pass
            before = made[-1]
            assert piped("backup", str(copy), "--database", f"sqlite:///{path}").returncode == 0
            after = made[-1] + 1
    with LocalServer(f"sqlite:///{copy}") as restored, Portkey(base_url=restored.base_url) as portkey:
        held = {each.prompt_version: each.prompt_template for each in portkey.prompts.versions.list("pp-x").data}
        assert before <= max(held) <= after
        assert held == {number: str(number) for number in range(1, max(held) + 1)}
    with sqlite3.connect(copy) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_a_restored_database_is_what_was_backed_up_keys_and_runs_included(alone: Any, path: Path) -> None:
    url, copy = f"sqlite:///{path}", path.with_name("backup.db")
    before = contents(path)
    done = alone("backup", str(copy), "--database", url)
    assert (done.code, done.out) == (0, "")
    assert done.err == f"Backed up sqlite:///{path} to {copy}: {copy.stat().st_size:,} bytes.\n"
    with LocalServer(url) as server:
        server.add_prompt(slug="pp-later", versions=["later"])
    for ending in ("-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
    shutil.copy(copy, path)
    assert contents(path) == before
    with LocalServer(url) as server:
        server.add_prompt(slug="pp-y", versions=["it goes on"])


def test_a_log_that_is_left_beside_a_restored_database_changes_it(path: Path) -> None:
    """Why docs/server.md says to remove it."""
    url, copy = f"sqlite:///{path}", path.with_name("backup.db")
    assert piped("backup", str(copy), "--database", url).returncode == 0
    with LocalServer(url) as server:
        server.add_prompt(slug="pp-later", versions=["later"])
        left = Path(f"{path}-wal").read_bytes()  # as a power cut leaves it
    shutil.copy(copy, path)
    Path(f"{path}-wal").write_bytes(left)
    assert contents(path) != contents(copy)


def test_a_backup_is_one_file_for_this_user_alone_and_needs_nothing_beside_it(path: Path) -> None:
    folder = path.parent / "kept"
    folder.mkdir(0o777)
    script = 'umask 000 && exec "$@"'
    command = [COMMAND, "backup", str(folder / "b.db"), "--database", f"sqlite:///{path}"]
    done = subprocess.run(["sh", "-c", script, "sh", *command], env=environment(), capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
    assert [each.name for each in folder.iterdir()] == ["b.db"]
    assert stat.S_IMODE((folder / "b.db").stat().st_mode) == 0o600
    before = (folder / "b.db").read_bytes()
    with sqlite3.connect(f"file:{folder / 'b.db'}?immutable=1", uri=True) as connection:
        assert connection.execute("SELECT slug FROM prompts").fetchall() == [("pp-x",)]
        assert connection.execute("PRAGMA journal_mode").fetchall() == [("delete",)]
    connection.close()
    assert (folder / "b.db").read_bytes() == before


def test_a_file_is_replaced_only_when_told_to(alone: Any, fails: Any, path: Path) -> None:
    url, copy = f"sqlite:///{path}", path.with_name("backup.db")
    copy.write_text("of before")
    fails(alone("backup", str(copy), "--database", url), 1, "is there already", "--force")
    assert copy.read_text() == "of before"
    link = path.with_name("link.db")
    link.symlink_to(copy)
    assert alone("backup", str(link), "--force", "--database", url).code == 0
    assert link.is_symlink()
    assert contents(copy) == contents(path)


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_backup_never_goes_over_what_it_would_harm(
    alone: Any, fails: Any, path: Path, monkeypatch: pytest.MonkeyPatch, force: tuple[str, ...]
) -> None:
    url, before = f"sqlite:///{path}", path.read_bytes()
    hard, pipe, served = (path.with_name(name) for name in ("hard.db", "pipe", "served.db"))
    os.link(path, hard)
    os.mkfifo(pipe)
    monkeypatch.chdir(path.parent)
    for same in (path, hard, Path(path.name), Path("..") / path.parent.name / path.name):
        fails(alone("backup", str(same), "--database", url, *force), 1, "is the database itself")
    for odd in (pipe, path.parent, Path("/dev/null")):
        fails(alone("backup", str(odd), "--database", url, *force), 1, "no regular file")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)  # noqa: PTH116
    with LocalServer(f"sqlite:///{served}") as server:
        server.add_prompt(slug="pp-theirs", versions=["theirs"])
        words = ("served.db-wal", "mixed in") if force else ("is there already",)
        fails(alone("backup", str(served), "--database", url, *force), 1, *words)
    assert "pp-theirs" in contents(served).decode()
    assert path.read_bytes() == before
    fails(alone("backup", str(path.parent / "no" / "b.db"), "--database", url, *force), 3, "No such file")
    fails(alone("backup", "-", "--database", url, *force), 2, "export")
    assert not [each for each in path.parent.iterdir() if "backup" in each.name]


def test_what_can_not_be_backed_up_leaves_no_file(alone: Any, fails: Any, tmp_path: Path) -> None:
    copy, foreign, text = tmp_path / "backup.db", tmp_path / "foreign.db", tmp_path / "text.db"
    text.write_text("no database " * 100)
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE theirs (id)")
    connection.close()
    for url, *words in (
        (f"sqlite:///{tmp_path}/typo.db", "There is no database", "typo.db", "--database"),
        (f"sqlite:///{foreign}", "no tables for prompts"),
        (f"sqlite:///{text}", "not a database"),
        ("sqlite://", "temporary"),
        ("temporary", "temporary"),
        ("sqlite:///", "temporary"),
        ("prompts.db", "URL"),
    ):
        fails(alone("backup", str(copy), "--database", url), 3 if "typo" in url else 1, *words)
    assert {each.name for each in tmp_path.iterdir()} == {"foreign.db", "text.db"}


def test_a_backup_that_can_not_be_written_is_told_as_a_file(alone: Any, fails: Any, path: Path, tmp_path: Path) -> None:
    target = tmp_path / "no" / "backup.db"
    fails(
        alone("backup", str(target), "--database", f"sqlite:///{path}"), 3, f"{target} can't be written: No such file"
    )


def test_an_older_database_is_backed_up_as_it_is(alone: Any, path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()
    copy = path.with_name("backup.db")
    assert alone("backup", str(copy), "--database", f"sqlite:///{path}").code == 0
    for each in (path, copy):
        with sqlite3.connect(each) as connection:
            assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        connection.close()


def test_for_postgresql_it_says_what_to_run(
    alone: Any, fails: Any, tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    url = new_database("postgresql").replace("@", ":hush-hush@")
    done = alone("backup", str(tmp_path / "a b.dump"), "--database", url)
    fails(done, 1, f"pg_dump --format=custom --file='{tmp_path}/a b.dump' postgresql://", "pg_restore")
    assert "hush-hush" not in done.err


@pytest.mark.parametrize("command", [("export",), ("keys", "list"), ("runs",), ("import", "x"), ("keys", "create")])
@pytest.mark.parametrize("url", ["temporary", "sqlite://", "sqlite:///", "sqlite:///:memory:?timeout=1"])
def test_no_command_works_on_a_database_that_is_gone_at_its_end(
    alone: Any, fails: Any, command: tuple[str, ...], url: str
) -> None:
    Path("x").touch()
    more = ("--scope", "read") if "create" in command else ()
    fails(alone(*command, *more, "--database", url), 1, "temporary", "nothing would stay")


def test_a_terminal_shows_how_far_it_has_come(path: Path) -> None:
    screen = on_terminal("backup", str(path.with_name("b.db")), "--database", f"sqlite:///{path}")
    assert screen.code == 0
    assert "Backing up" in screen.text

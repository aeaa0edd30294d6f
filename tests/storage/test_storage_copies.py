"""Copies of a database: plain ones of the file, and what `serve` says of the one that it serves."""

from __future__ import annotations

import shutil
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from checked_client import CheckedClient
from serving_process import Serving
from tables import run
from writings import add_version, new_prompt, rendered

from portkey_local import LocalServer
from portkey_local.store import sqlite


def served_texts(path: Path, reference: str) -> str:
    """Render a prompt out of a copy."""
    with LocalServer(f"sqlite:///{path}") as server, CheckedClient(server.base_url) as api:
        return rendered(api, reference)


def holds(path: Path, copy: Path, slug: str, text: str) -> bool:
    """Copy the file alone, and say whether a version's text is in it."""
    shutil.copy(path, copy)
    return bool(run(f"sqlite:///{copy}", f"SELECT 1 FROM prompt_versions WHERE string = '{text}'"))


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def test_a_copy_of_a_new_database_has_its_tables(tmp_path: Path) -> None:
    path, copy = tmp_path / "prompts.db", tmp_path / "copy.db"
    with LocalServer(f"sqlite:///{path}"):
        shutil.copy(path, copy)
    assert run(f"sqlite:///{copy}", "SELECT count(*) FROM labels") == [(3,)]


def test_a_copy_has_what_was_written_a_moment_before(tmp_path: Path) -> None:
    path, copy = tmp_path / "prompts.db", tmp_path / "copy.db"
    with LocalServer(f"sqlite:///{path}") as server, CheckedClient(server.base_url) as api:
        made = new_prompt(api, "first")
        assert wait_until(lambda: holds(path, copy, made["slug"], "first"))
        add_version(api, made["slug"], "second")
        assert wait_until(lambda: holds(path, copy, made["slug"], "second"))
    assert served_texts(copy, f"{made['slug']}@2") == "second"


def test_nothing_is_left_in_the_log_of_a_server_that_ended_while_another_goes_on(tmp_path: Path) -> None:
    path, copy = tmp_path / "prompts.db", tmp_path / "copy.db"
    with Serving(f"sqlite:///{path}"):
        with LocalServer(f"sqlite:///{path}") as server, CheckedClient(server.base_url) as api:
            made = new_prompt(api, "first")
        shutil.copy(path, copy)
    assert served_texts(copy, made["slug"]) == "first"


def test_what_is_made_is_for_this_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "prompts.db"
    with LocalServer(f"sqlite:///{path}") as server, CheckedClient(server.base_url) as api:
        new_prompt(api)
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("prompts.db", "prompts.db-wal", "prompts.db-shm"), 0o600)


def test_a_file_that_was_there_keeps_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "prompts.db"
    path.touch(0o640)
    path.chmod(0o640)
    with LocalServer(f"sqlite:///{path}"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_serve_says_which_database_it_serves_and_that_it_is_new(tmp_path: Path) -> None:
    path = tmp_path / "a b.db"
    for news in (", which is new", ""):
        with Serving(f"sqlite:///{path}") as serving:
            assert serving.kept == f"Prompts are kept in sqlite:///{path}{news}\n"
    with Serving("temporary") as serving:
        assert serving.kept == "Prompts are kept in a temporary database, which is new\n"


def test_serve_says_no_password(new_database: Callable[[str], str]) -> None:
    url = new_database("postgresql").replace("@", ":hush-hush@")
    with Serving(url) as serving:
        assert ":***@" in serving.kept
        assert "hush-hush" not in serving.kept


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///?timeout=3", "sqlite:/// ", "sqlite:///%20"])
def test_serve_keeps_nothing_in_a_database_without_a_name_only_when_told_so(url: str) -> None:
    with Serving(url) as serving:
        code, output, errors = serving.wait()
    assert (code, output) == (2, "")
    assert "nothing would be kept" in errors
    assert "--database temporary" in errors
    assert len(errors.splitlines()) == 1


def test_a_file_is_found_where_sqlite_makes_it_however_its_url_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "a b#c"
    folder.mkdir()
    for number, url in enumerate(
        [
            f"sqlite:///{folder}/{{}}.db",
            f"sqlite:///{folder}/{{}}.db?uri=true",
            f"sqlite:///{folder}/{{}}.db?uri=true&timeout=3".replace(" ", "%20"),
            f"sqlite:///file:{folder}/{{}}.db?uri=true".replace(" ", "%2520").replace("#", "%2523"),
            f"sqlite:///file://localhost{folder}/{{}}.db?uri=true&mode=rwc".replace("#", "%2523"),
            f"sqlite:///file:{folder}/{{}}.db".replace("file:", ""),
        ]
    ):
        path = folder / f"{number}.db"
        with Serving(url.format(number)) as serving:
            assert serving.kept == f"Prompts are kept in sqlite:///{path}, which is new\n"
            assert path.is_file()
    assert {each.name.partition(".")[0] for each in folder.iterdir()} == set("012345")


@pytest.mark.parametrize("query", ["mode=ro&uri=true", "uri=perhaps", "cache=shared"])
def test_what_sqlite_would_not_read_in_a_path_is_refused(tmp_path: Path, query: str) -> None:
    with Serving(f"sqlite:///{tmp_path / 'prompts.db'}?{query}") as serving:
        code, _, errors = serving.wait()
    assert code == 2
    assert query.partition("=")[0] in errors or "uri" in errors
    assert not list(tmp_path.iterdir())


def test_the_thread_that_settles_ends_also_when_it_is_closed_while_it_takes_notice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sqlite, "_CHECKPOINT_SECONDS", 0.01)
    written = sqlite._Written(lambda: None)
    clear = written._wakeup.clear

    def clear_just_after_close() -> None:
        written._closing.set()
        written._wakeup.set()
        clear()

    monkeypatch.setattr(written._wakeup, "clear", clear_just_after_close)
    written.note()
    written._thread.join(10)
    assert not written._thread.is_alive()

"""`export` and `import`: a database as lines of JSON, and back."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_process import COMMAND, environment, on_terminal, piped

from portkey_local import LocalServer

Make = Callable[[str], str]


def seed(url: str) -> str:
    """Put some prompts into a database and return its URL."""
    with LocalServer(url) as server:
        server.add_partial(slug="pp-tone", versions=["kind", "kinder"], published=1)
        server.add_prompt(slug="pp-greeting", versions=["Hello", "Bye ☃"], labels={"production": 1}, published=2)
    return url


@pytest.fixture
def seeded(database: str) -> str:
    return seed(database)


def test_an_export_goes_to_stdout_and_comes_back_from_stdin(alone: Any, seeded: str, new_database: Make) -> None:
    done = alone("export", "--database", seeded)
    assert done.code == 0
    assert done.err == (
        "Exported 1 collection, 3 labels, 1 partial, 2 partial versions, 1 prompt, 2 prompt versions, "
        "1 version label.\n"
    )
    first = json.loads(done.out.splitlines()[0])
    assert (first["format"], first["version"], first["counts"]["prompt_version"]) == ("portkey-prompts", 1, 2)
    for kind in ("sqlite", "postgresql"):
        other = new_database(kind)
        into = alone("import", "-", "--database", other, stdin=done.out)
        assert (into.code, into.out) == (0, "")
        assert into.err == done.err.replace("Exported", "Imported")
        assert alone("export", "--database", other).out == done.out


def test_a_file_is_there_when_it_is_whole(alone: Any, seeded: str, tmp_path: Path) -> None:
    path = tmp_path / "prompts.jsonl"
    path.write_text("of before")
    assert alone("export", "--database", seeded, "--output", str(path)).code == 0
    assert path.read_text(encoding="utf-8") == alone("export", "--database", seeded).out
    assert [each.name for each in tmp_path.glob("*prompts.jsonl*")] == ["prompts.jsonl"]


def test_a_file_of_before_is_kept_where_an_export_fails(alone: Any, tmp_path: Path) -> None:
    path, database = tmp_path / "prompts.jsonl", tmp_path / "prompts.db"
    path.write_text("of before")
    seed(f"sqlite:///{database}")
    import sqlite3

    with sqlite3.connect(database) as connection:
        connection.execute("ALTER TABLE version_labels RENAME TO gone")
    connection.close()
    done = alone("export", "--database", f"sqlite:///{database}", "-o", str(path))
    assert done.code == 1
    assert path.read_text() == "of before"
    assert sorted(each.name for each in tmp_path.iterdir() if "jsonl" in each.name) == ["prompts.jsonl"]


def test_a_pipe_is_written_into(seeded: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(
        [COMMAND, "export", "--database", seeded, "-o", str(pipe)], env=environment(), stderr=subprocess.DEVNULL
    ) as process:
        read = pipe.read_bytes()
        assert process.wait(120) == 0
    assert read.decode() == piped("export", "--database", seeded).stdout


def test_a_reader_that_goes_away_ends_an_export(seeded: str) -> None:
    with LocalServer(seeded) as server:
        server.add_prompt(slug="pp-long", versions=["x" * 1_000_000])
    process = subprocess.Popen(
        [COMMAND, "export", "--database", seeded],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.read(10)
    process.stdout.close()
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 141
    assert errors == b""


def test_a_database_that_is_not_empty_is_refused_and_replaced(
    alone: Any, fails: Any, seeded: str, new_database: Make, tmp_path: Path
) -> None:
    path = tmp_path / "prompts.jsonl"
    alone("export", "--database", seeded, "-o", str(path))
    other = new_database("sqlite")
    with LocalServer(other) as server:
        server.add_prompt(slug="pp-other", versions=["theirs"])
    fails(alone("import", str(path), "--database", other), 1, "not empty", "Nothing was changed", "--replace")
    done = alone("import", str(path), "--database", other, "--replace", "--json")
    assert done.code == 0
    assert done.json["counts"]["prompt"] == 1
    assert done.json["left_out"] == {}
    assert alone("export", "--database", other).out.encode() == path.read_bytes()


def test_what_is_wrong_with_a_file_is_said_in_one_line(
    alone: Any, fails: Any, seeded: str, new_database: Make, tmp_path: Path
) -> None:
    data = alone("export", "--database", seeded).out
    other = new_database("sqlite")
    for spoilt, *words in (
        ("", "is empty"),
        (data[:-5], "is cut off"),
        (data.replace("pp-greeting", "pp greeting"), "Line 9", "`slug`"),
        ("\ufeff" + data, "Line 1", "byte order mark"),
    ):
        fails(alone("import", "-", "--database", other, stdin=spoilt), 1, *words)
    fails(alone("import", str(tmp_path / "missing"), "--database", other), 3, "missing", "No such file")
    fails(alone("import", str(tmp_path), "--database", other), 3, "directory")
    fails(alone("export", "--database", other, "-o", str(tmp_path / "no" / "x")), 3, "No such file")
    assert alone("import", "-", "--database", other, stdin=data).code == 0


def test_keys_and_runs_come_with_all(alone: Any, seeded: str, new_database: Make) -> None:
    made = alone("keys", "create", "--scope", "read", "--database", seeded)
    assert made.code == 0
    assert "api_key" not in alone("export", "--database", seeded).out
    everything = alone("export", "--all", "--database", seeded).out
    assert '"kind":"api_key"' in everything
    assert made.out.strip() not in everything
    other = new_database("sqlite")
    done = alone("import", "-", "--database", other, stdin=everything)
    assert "Left out: 1 api key; --all takes them too." in done.err
    assert alone("import", "-", "--all", "--replace", "--database", other, stdin=everything).code == 0
    assert alone("export", "--all", "--database", other).out == everything
    assert (
        alone("keys", "list", "--database", other, "--json").json
        == alone("keys", "list", "--database", seeded, "--json").json
    )


def test_a_database_that_is_not_there_is_not_made_by_an_export(alone: Any, fails: Any, tmp_path: Path) -> None:
    fails(alone("export", "--database", f"sqlite:///{tmp_path / 'typo.db'}"), 3, "There is no database", "typo.db")
    assert not (tmp_path / "typo.db").exists()


def test_a_database_is_exported_that_may_only_be_read(alone: Any, tmp_path: Path) -> None:
    path = tmp_path / "prompts.db"
    url = seed(f"sqlite:///{path}")
    done = alone("export", "--database", f"sqlite:///file:{path}?mode=ro&uri=true")
    assert done.code == 0
    assert done.out == alone("export", "--database", url).out


def test_a_terminal_shows_that_it_takes_its_time(seeded: str, tmp_path: Path) -> None:
    path = tmp_path / "prompts.jsonl"
    screen = on_terminal("export", "--database", seeded, "-o", str(path))
    assert screen.code == 0
    assert "Exporting" in screen.text
    screen = on_terminal("import", str(path), "--database", seeded, "--replace")
    assert screen.code == 0
    assert "Importing" in screen.text
    assert "Imported 1 collection" in screen.text

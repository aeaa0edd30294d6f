"""Lock files on the disk: whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from lock_shapes import greeting, nobody_special, text_prompt, two

from portkey_prompts.lock import LockError, LockFile


def test_what_was_written_is_read_and_nothing_else_is_left_in_the_folder(tmp_path: Path) -> None:
    path = tmp_path / "prompts.lock"
    two().write(path)
    assert LockFile.read(str(path)) == two()
    assert [each.name for each in tmp_path.iterdir()] == ["prompts.lock"]


def test_find_answers_the_reference_as_written_and_none_for_any_other() -> None:
    lock = two()
    assert lock.find("pp-greeting@production") == greeting()
    assert lock.find("pp-greeting") is None
    assert lock.find("") is None


def test_an_empty_lock_file_is_one(tmp_path: Path) -> None:
    LockFile.of([]).write(tmp_path / "prompts.lock")
    assert LockFile.read(tmp_path / "prompts.lock").prompts == {}


def test_of_two_locks_of_a_reference_the_later_one_counts() -> None:
    lock = LockFile.of([text_prompt("old"), text_prompt("new")])
    assert [each.detail["string"] for each in lock.prompts.values()] == ["new"]


def test_a_file_that_holds_the_same_already_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "prompts.lock"
    two().write(path)
    before = path.stat()
    two().write(path)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_new_file_gets_the_permissions_of_the_process_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    path = tmp_path / "prompts.lock"
    old = os.umask(0o027)
    try:
        two().write(path)
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    path.chmod(0o604)
    LockFile.of([greeting()]).write(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "prompts.lock").symlink_to("real/prompts.lock")
    two().write(tmp_path / "prompts.lock")
    assert (tmp_path / "prompts.lock").is_symlink()
    assert LockFile.read(tmp_path / "real" / "prompts.lock") == two()


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(LockError, match=r"can't be written: No such file or directory"):
        LockFile.edit(tmp_path / "none" / "prompts.lock", put=[greeting()])


def test_a_folder_in_the_place_of_the_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "prompts.lock").mkdir()
    with pytest.raises(LockError, match=r"can't be written: Is a directory"):
        two().write(tmp_path / "prompts.lock")
    assert [each.name for each in tmp_path.iterdir()] == ["prompts.lock"]


def test_a_read_only_folder_is_said_and_the_old_file_stays() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "prompts.lock")
        two().write(path)
        Path(folder).chmod(0o555)
        try:
            with nobody_special(), pytest.raises(LockError, match=r"can't be written: Permission denied"):
                LockFile.edit(path, drop=["pp-router"])
        finally:
            Path(folder).chmod(0o755)
        assert LockFile.read(path) == two()
        assert [each.name for each in Path(folder).iterdir()] == ["prompts.lock"]


def test_a_write_that_is_interrupted_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "prompts.lock"
    two().write(path)

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        LockFile.of([]).write(path)
    assert LockFile.read(path) == two()
    assert [each.name for each in tmp_path.iterdir()] == ["prompts.lock"]


def test_readers_never_see_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "prompts.lock"
    small, large = LockFile.of([greeting()]), LockFile.of([greeting(), text_prompt("x\n" * 50_000)])
    small.write(path)
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            large.write(path)
            small.write(path)

    writer = threading.Thread(target=write)
    sizes, reads, deadline = set[int](), 0, time.monotonic() + 30
    writer.start()
    try:
        while reads < 100 or (len(sizes) < 2 and time.monotonic() < deadline):
            sizes.add(len(LockFile.read(path).prompts))
            reads += 1
    finally:
        stop.set()
        writer.join()
    assert sizes == {1, 2}


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from lock_shapes import text_prompt
from portkey_prompts.lock import LockFile
for number in range(10):
    LockFile.edit(Path(sys.argv[2]), put=[text_prompt("x", f"pp-{sys.argv[3]}-{number}")])
"""


def test_programs_that_write_at_the_same_time_lose_nothing_of_each_other(tmp_path: Path) -> None:
    path, here = tmp_path / "prompts.lock", Path(__file__).parent
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(here), str(path), str(number)]) for number in range(4)
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0, 0]
    assert len(LockFile.read(path).prompts) == 40
    assert [each.name for each in tmp_path.iterdir()] == ["prompts.lock"]

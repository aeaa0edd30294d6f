"""Files are written whole or not at all, and what is at their place is only replaced by who may."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from portkey_prompts.files import write_whole
from portkey_prompts.source.disk import Disk
from portkey_prompts.source.entries import Entry, Key

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links and modes are others there")


def test_a_link_stays_one_or_is_replaced(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    link.symlink_to(real)
    write_whole(link, b"new")
    assert (link.is_symlink(), real.read_text()) == (True, "new")
    write_whole(link, b"own", follow=False, durable=False)
    assert (link.is_symlink(), real.read_text(), link.read_text()) == (False, "new", "own")


def test_an_error_names_the_file_that_was_to_be_written_and_the_old_one_stays(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    file, soft, hard = tmp_path / "prompts.lock", *resource.getrlimit(resource.RLIMIT_FSIZE)
    file.write_text("old")
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))  # as on a full disk: the system names no file
    try:
        with pytest.raises(OSError, match="large") as full:
            write_whole(file, b"x" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert full.value.filename == str(file)
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]
    nowhere, long = tmp_path / "nowhere" / "x", tmp_path / ("x" * 300)
    for path in (nowhere, long):
        with pytest.raises(OSError, match=str(path)) as failed:
            write_whole(path, b"new")
        assert (failed.value.filename, failed.value.filename2) == (str(path), None)
    assert list(tmp_path.iterdir()) == [file]


def test_an_entry_on_disk_replaces_a_link_and_never_what_it_leads_to(tmp_path: Path) -> None:
    disk, key = Disk(tmp_path, "account"), Key("prompt", "pp-x")
    entry = Entry(key, {"id": "x"}, "service", 0.0)
    disk.put(entry)
    (kept,) = tmp_path.iterdir()
    kept.unlink()
    elsewhere = tmp_path.parent / f"{tmp_path.name}-elsewhere"
    elsewhere.write_text("of somebody else")
    kept.symlink_to(elsewhere)
    disk.put(entry)
    assert elsewhere.read_text() == "of somebody else"
    assert not kept.is_symlink()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [kept], "nothing else is left"


@pytest.mark.parametrize("link", [False, True])
def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path, link: bool) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    target = tmp_path / "link" if link else pipe
    if link:
        target.symlink_to(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(target, b"whole")
        assert os.read(reader, 100) == b"whole"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
    assert target.is_symlink() == link


def test_a_folder_is_not_written_to(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="directory") as failed:
        write_whole(tmp_path, b"x")
    assert failed.value.filename == str(tmp_path)
    assert not list(tmp_path.iterdir())

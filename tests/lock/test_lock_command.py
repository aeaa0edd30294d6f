"""`portkey-prompts lock`, as a shell sees it, against a real server."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from portkey_ai import Portkey
from portkey_local import LocalServer
from portkey_prompts.lock import LockFile

Lock = Callable[..., "subprocess.CompletedProcess[str]"]
NOWHERE = "http://127.0.0.1:9/v1"
"""A server that is not there: what is answered all the same needs no network."""


@pytest.fixture(autouse=True)
def prompts(server: LocalServer) -> None:
    server.add_partial(slug="pp-tone", versions=["Be kind.", "Be brief."], published=1)
    server.add_prompt(
        slug="pp-greeting",
        versions=["{{>pp-tone}} Hello {{name}}!", "{{>pp-tone}} Hi {{name}}!", "{{>pp-tone}} Hi {{name}} of {{city}}!"],
        published=1,
        labels={"production": 1},
    )
    server.add_prompt(slug="pp-router", versions=["Route."])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "prompts.lock"


def move_label(portkey: Portkey, number: int) -> None:
    label = next(label for label in portkey.labels.list() if label.name == "production")
    version = portkey.prompts.retrieve(f"pp-greeting@{number}")
    portkey.prompts.versions.update("pp-greeting", version.prompt_version_id, label_id=label.id)


def versions(path: Path) -> dict[str, int]:
    return {reference: locked.version for reference, locked in LockFile.read(path).prompts.items()}


def test_lock_writes_what_the_references_mean_and_says_so(lock_program: Lock, path: Path) -> None:
    done = lock_program("pp-greeting@production", "pp-greeting@3", "pp-router", "pp-router")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "pp-greeting@production  1  added",
        "pp-greeting@3  3  added",
        "pp-router  1  added",
    ]
    assert versions(path) == {"pp-greeting@3": 3, "pp-greeting@production": 1, "pp-router": 1}


def test_lock_adds_and_leaves_what_is_locked_as_it_is(lock: Lock, path: Path, portkey: Portkey) -> None:
    lock("pp-greeting@production")
    move_label(portkey, 2)
    done = lock("pp-greeting@production", "pp-router")
    assert done.stdout.splitlines() == ["pp-router  1  added", "pp-greeting@production  1  as locked"]
    assert versions(path) == {"pp-greeting@production": 1, "pp-router": 1}


def test_lock_of_a_prompt_that_does_not_exist_writes_nothing_and_exits_with_1(lock: Lock, path: Path) -> None:
    done = lock("pp-router", "pp-gone")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("portkey-prompts: pp-gone: the service has no such prompt, version or label.")
    assert not path.exists()
    done = lock("pp-router@7", "pp-gone")
    assert done.returncode == 1
    assert "pp-router@7" in done.stderr
    assert "pp-gone" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_lock_says_which_partials_it_can_t_lock(lock: Lock, server: LocalServer) -> None:
    server.add_prompt(slug="pp-chosen", versions=["{{>>tone}}"])
    done = lock("pp-chosen")
    assert "pp-chosen: not locked are the partials that a call chooses by tone." in done.stderr


def test_check_of_what_is_still_so_exits_with_0(lock: Lock) -> None:
    lock("pp-greeting@production", "pp-router")
    done = lock("--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "As locked: 2 of 2.\n")


def test_check_lists_what_would_be_another_answer_and_exits_with_1(lock: Lock, path: Path, portkey: Portkey) -> None:
    lock("pp-greeting@production", "pp-greeting@3", "pp-router")
    before = path.read_bytes()
    move_label(portkey, 3)
    portkey.prompts.delete("pp-router")
    done = lock("--check")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "pp-greeting@production  1 → 3  breaking"
    assert lines[1].startswith("  ! variables.city: ")
    assert lines[-1] == "pp-router  1  the service has no such prompt, version or label."
    assert done.stderr.startswith("Not as locked: 2 of 3. To take it over: portkey-prompts lock --upgrade")
    assert path.read_bytes() == before


def test_check_sees_a_partial_that_was_published_anew_though_the_prompt_is_the_same(
    lock: Lock, portkey: Portkey
) -> None:
    lock("pp-greeting@1")
    portkey.prompts.partials.publish("pp-tone", version=2)
    done = lock("--check")
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == "pp-greeting@1  1 → 1  text only"
    assert done.stdout.splitlines()[-1] == "    partial pp-tone: 1 → 2"


def test_check_of_some_looks_at_these_alone(lock: Lock, portkey: Portkey) -> None:
    lock("pp-greeting@production", "pp-router")
    move_label(portkey, 2)
    assert lock("--check", "pp-router").returncode == 0
    assert lock("--check", "pp-greeting").returncode == 1


def test_check_as_json_says_all_of_it(lock: Lock, portkey: Portkey) -> None:
    lock("pp-greeting@production", "pp-router")
    move_label(portkey, 2)
    done = lock("--check", "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["ok"], answer["file"]) == (1, False, "prompts.lock")
    greeting, router = answer["prompts"]
    assert (greeting["status"], greeting["old"]["version"], greeting["new"]["version"]) == ("changed", 1, 2)
    assert greeting["verdict"] == "text only"
    assert greeting["changes"]
    assert (router["status"], router["changes"]) == ("same", [])


def test_upgrade_moves_all_entries_and_shows_what_changed(lock: Lock, path: Path, portkey: Portkey) -> None:
    lock("pp-greeting@production", "pp-router")
    move_label(portkey, 3)
    done = lock("--upgrade")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "pp-greeting@production  1 → 3  breaking"
    assert "-{{>pp-tone}} Hello {{name}}!" in done.stdout
    assert "+{{>pp-tone}} Hi {{name}} of {{city}}!" in done.stdout
    assert done.stdout.splitlines()[-1] == "pp-router  1  as locked"
    assert versions(path) == {"pp-greeting@production": 3, "pp-router": 1}
    assert lock("--check").returncode == 0


def test_upgrade_of_a_slug_leaves_the_others(lock: Lock, path: Path, portkey: Portkey) -> None:
    lock("pp-greeting@production", "pp-greeting", "pp-router")
    move_label(portkey, 2)
    portkey.prompts.publish("pp-greeting", version=2)
    assert lock("--upgrade", "pp-router").returncode == 0
    assert versions(path)["pp-greeting"] == 1
    assert lock("--upgrade", "pp-greeting@production").returncode == 0
    assert versions(path) == {"pp-greeting": 1, "pp-greeting@production": 2, "pp-router": 1}
    assert lock("--upgrade", "pp-greeting").returncode == 0
    assert versions(path)["pp-greeting"] == 2


def test_upgrade_where_one_has_vanished_writes_nothing(lock: Lock, path: Path, portkey: Portkey) -> None:
    lock("pp-greeting@production", "pp-router")
    move_label(portkey, 2)
    portkey.prompts.delete("pp-router")
    done = lock("--upgrade")
    assert done.returncode == 1
    assert "pp-router" in done.stderr
    assert versions(path)["pp-greeting@production"] == 1


def test_upgrade_mends_a_tampered_entry_as_its_error_says(lock: Lock, path: Path) -> None:
    lock("pp-greeting@production", "pp-router")
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"Route.", b"Rotate."))
    done = lock("--check")
    assert done.returncode == 1
    assert "run: portkey-prompts lock --upgrade pp-router" in done.stderr
    assert lock("--upgrade", "pp-router").returncode == 0
    assert path.read_bytes() == whole


def test_a_conflict_is_mended_with_the_command_that_its_error_names(lock: Lock, path: Path) -> None:
    lock("pp-greeting@production", "pp-router")
    whole = path.read_text()
    path.write_text(f"<<<<<<< HEAD\n{whole}=======\n{whole}>>>>>>> theirs\n")
    done = lock("--frozen", url=NOWHERE)
    assert done.returncode == 1
    assert "merge conflict marker" in done.stderr
    command = done.stderr.partition("run: portkey-prompts lock ")[2].split()
    assert command == ["pp-greeting@production", "pp-router"]
    path.unlink()
    assert lock(*command).returncode == 0
    assert path.read_text() == whole


def test_remove_takes_entries_out_without_a_network(lock: Lock, path: Path) -> None:
    lock("pp-greeting@production", "pp-router")
    done = lock("--remove", "pp-greeting@production", url=NOWHERE)
    assert (done.returncode, done.stdout) == (0, "pp-greeting@production  1  removed\n")
    assert versions(path) == {"pp-router": 1}
    done = lock("--remove", "pp-greeting@production", url=NOWHERE)
    assert done.returncode == 1
    assert "'pp-greeting@production' is not locked. Locked are: pp-router" in done.stderr


def test_frozen_needs_no_network_and_passes_where_all_is_covered(lock: Lock, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text('portkey.prompts.render(prompt_id="pp-router", variables={})\n')
    lock("pp-router")
    done = lock("--frozen", "--scan", "src", url=NOWHERE)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "prompts.lock is whole: 1 locked, covering what is used in 1 source file(s).\n"


def test_frozen_lists_what_is_not_covered_and_what_can_t_be_seen(lock: Lock, tmp_path: Path) -> None:
    lock("pp-router")
    (tmp_path / "app.py").write_text('ask(prompt_id="pp-greeting@production")\nask(prompt_id=f"pp-{x}")\n')
    done = lock("--frozen", "--scan", ".", url=NOWHERE)
    assert done.returncode == 1
    assert done.stdout == "pp-greeting@production  not locked  app.py:1\n"
    assert done.stderr.splitlines() == [
        "app.py:2: can't be seen: f'pp-{x}'",
        "Locked, and not seen in the sources: pp-router",
        "To lock what is missing: portkey-prompts lock pp-greeting@production",
    ]
    answer = json.loads(lock("--frozen", "--scan", ".", "--json", url=NOWHERE).stdout)
    assert answer == {
        "file": "prompts.lock",
        "ok": False,
        "prompts": 1,
        "files": 1,
        "uncovered": {"pp-greeting@production": ["app.py:1"]},
        "unseen": [{"location": "app.py:2", "expression": "f'pp-{x}'"}],
        "unused": ["pp-router"],
    }


def test_scan_alone_locks_what_the_sources_refer_to(lock: Lock, path: Path) -> None:
    path.with_name("app.py").write_text('ask(prompt_id="pp-router")\nask(prompt_id="pp-greeting@production")\n')
    assert lock("--scan", "app.py").returncode == 0
    assert versions(path) == {"pp-greeting@production": 1, "pp-router": 1}


def test_scan_of_sources_without_a_prompt_writes_no_file(lock: Lock, path: Path) -> None:
    path.with_name("app.py").write_text("ask(prompt_id=x)\n")
    done = lock("--scan", "app.py")
    assert done.returncode == 1
    assert "nothing to lock" in done.stderr
    assert not path.exists()


def test_another_file_is_named_in_the_commands_that_are_advised(lock: Lock, path: Path, portkey: Portkey) -> None:
    assert lock("pp-greeting@production", "--file", "my prompts.lock").returncode == 0
    assert not path.exists()
    move_label(portkey, 2)
    done = lock("--check", "--file", "my prompts.lock")
    assert "portkey-prompts lock --upgrade --file 'my prompts.lock'" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "Which prompts?"),
        (["--remove"], "Which prompts?"),
        (["--upgrade", "--check"], "Choose one of --upgrade and --check."),
        (["--check", "--frozen", "--remove"], "Choose one of"),
        (["--check", "--scan", "src"], "--scan goes with --frozen"),
        (["pp-x@"], "names no version"),
        (["@production"], "names no prompt"),
        ([""], "names no prompt"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_wrong_usage_exits_with_2_and_one_line_of_reason(lock: Lock, arguments: list[str], reason: str) -> None:
    done = lock(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_sources_that_are_not_there_are_one_line_and_exit_code_3(lock: Lock) -> None:
    done = lock("--frozen", "--scan", "scr")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "portkey-prompts: --scan scr: there is no such file or folder.\n"


@pytest.mark.parametrize("arguments", [["--check"], ["--upgrade"], ["--frozen"], ["--remove", "pp-x"]])
def test_a_missing_file_is_one_line_and_exit_code_3(lock: Lock, arguments: list[str]) -> None:
    done = lock(*arguments)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("portkey-prompts: prompts.lock: there is no such file. Run: portkey-prompts lock ")


def test_a_service_that_is_down_is_one_line_and_leaves_the_file(lock: Lock, path: Path) -> None:
    lock("pp-router")
    before = path.read_bytes()
    done = lock("--upgrade", url=NOWHERE)
    assert (done.returncode, len(done.stderr.splitlines())) == (5, 1)
    assert path.read_bytes() == before


def test_commands_at_the_same_time_lose_nothing_of_each_other(
    lock_program: Lock, path: Path, server: LocalServer
) -> None:
    references = [f"pp-{number}" for number in range(6)]
    for slug in references:
        server.add_prompt(slug=slug, versions=["x"])
    with ThreadPoolExecutor(3) as threads:
        assert [done.returncode for done in threads.map(lock_program, references)] == [0] * 6
    assert list(versions(path)) == references


def test_help_says_enough(lock: Lock) -> None:
    shown = lock("--help").stdout
    assert all(word in shown for word in ("--upgrade", "--check", "--frozen", "--remove", "--scan", "--file", "--json"))


@pytest.mark.parametrize(
    "arguments", [["pp-greeting"], ["--check"], ["--upgrade"], ["--frozen"], ["--remove", "pp-greeting"]], ids=" ".join
)
def test_a_pipe_is_refused_and_not_waited_for(lock_program: Lock, tmp_path: Path, arguments: list[str]) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    done = lock_program(*arguments, "--file", str(pipe))  # nobody ever writes into it
    assert done.returncode == 3, done.stderr
    assert "it can't be read: it is no regular file." in done.stderr
    assert pipe.is_fifo()

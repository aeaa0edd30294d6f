"""A lock file that is not what was written: always refused, by name, with what mends it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lock_shapes import greeting, text_prompt, two

from portkey_prompts.lock import LockError, LockFile
from portkey_prompts.lock import entries as locked_entries


@pytest.fixture
def path(tmp_path: Path) -> Path:
    two().write(tmp_path / "prompts.lock")
    return tmp_path / "prompts.lock"


def refused(path: Path) -> LockError:
    with pytest.raises(LockError) as caught:
        LockFile.read(path)
    assert str(caught.value).startswith(f"{path}: ")
    return caught.value


def edited(path: Path, edit: Callable[[dict[str, Any]], object]) -> LockError:
    """Edit the decoded file, and read it."""
    value = json.loads(path.read_text(encoding="utf-8"))
    edit(value)
    path.write_text(json.dumps(value), encoding="utf-8")
    return refused(path)


def test_a_missing_file_is_said_with_the_command_that_makes_it(tmp_path: Path) -> None:
    error = refused(tmp_path / "prompts.lock")
    assert f"there is no such file. Run: portkey-prompts lock REFERENCE… --file {tmp_path}/prompts.lock" in str(error)
    error = refused(tmp_path / "our prompts" / "prompts.lock")
    assert f"Run: portkey-prompts lock REFERENCE… --file '{tmp_path}/our prompts/prompts.lock'" in str(error)
    with pytest.raises(LockError, match=r"prompts\.lock: there is no such file. Run: portkey-prompts lock REFERENCE…$"):
        LockFile.read("prompts.lock")


def test_a_folder_is_no_lock_file(tmp_path: Path) -> None:
    assert "it can't be read: Is a directory" in str(refused(tmp_path))


def test_every_truncation_is_refused_and_most_are_called_so(path: Path) -> None:
    whole = path.read_bytes()
    said = 0
    for length in range(len(whole) - 1):
        path.write_bytes(whole[:length])
        said += any(word in str(refused(path)) for word in ("cut off", "is empty", "not UTF-8"))
    assert said > 0.97 * len(whole)


def test_a_truncated_file_names_the_references_that_can_still_be_read(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index('"slug"', text.index('"pp-router"'))], encoding="utf-8")
    error = refused(path)
    assert "it ends in the middle, on line " in error.problem
    assert error.remedy.endswith(f"run: portkey-prompts lock pp-greeting@production pp-router --file {path}")


def test_an_empty_file_is_called_empty(path: Path) -> None:
    path.write_text("\n")
    assert refused(path).problem == "it is empty."


def test_merge_conflict_markers_are_named_as_such_with_the_references_of_both_sides(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    ours = text.replace("Route", "Send")
    theirs = LockFile.of([greeting(), text_prompt("x", "pp-it's new")]).text()
    path.write_text(f"<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> branch\n", encoding="utf-8")
    error = refused(path)
    assert error.problem == "line 1 is a merge conflict marker (<<<<<<<)."
    words = shlex.split(error.remedy.partition("run: ")[2])
    assert words[:5] == ["portkey-prompts", "lock", "pp-greeting@production", "pp-router", "pp-it's new"]


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "=======", ">>>>>>> branch", "||||||| base"])
def test_a_single_left_over_marker_is_enough(path: Path, marker: str) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('      "version": 12', f'{marker}\n      "version": 12'), encoding="utf-8")
    assert "is a merge conflict marker" in refused(path).problem


def test_a_template_with_conflict_markers_in_it_is_none(path: Path) -> None:
    LockFile.of([text_prompt("<<<<<<< HEAD\n=======\n>>>>>>> x\n")]).write(path)
    assert LockFile.read(path).find("pp-text")


def test_what_is_not_json_is_said_with_line_and_column(path: Path) -> None:
    path.write_text('{\n  "lock_format": one\n}\n')
    assert refused(path).problem == "line 2, column 18 is not JSON: Expecting value."


def test_bytes_that_are_not_utf_8_are_said(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace("Ü".encode(), b"\xdc"))
    assert "is not UTF-8" in refused(path).problem


@pytest.mark.parametrize("text", ["[]", "null", '"x"', "12", "{}", '{"prompts": {}}', '{"lock_format": "1"}'])
def test_other_json_is_no_lock_file(path: Path, text: str) -> None:
    path.write_text(text)
    assert "no lock file" in refused(path).problem


def test_a_newer_format_asks_for_the_release_that_wrote_it(path: Path) -> None:
    error = edited(path, lambda value: value.update(lock_format=3))
    assert error.problem == "it is of format 3, and this package reads formats up to 2."
    assert error.remedy == "Install the release that wrote it: pip install --upgrade portkey-prompts"


def test_a_file_of_the_first_format_is_read_though_it_has_no_names(path: Path) -> None:
    value = json.loads(path.read_text())
    for entry in value["prompts"].values():
        del entry["name"]
    path.write_text(json.dumps({**value, "lock_format": 1}))
    assert [locked.name for locked in LockFile.read(path).prompts.values()] == [None] * len(value["prompts"])
    assert LockFile.read(path) == LockFile.of(LockFile.read(path).prompts.values())


def test_a_field_that_no_lock_file_has_is_refused(path: Path) -> None:
    assert "`more`" in edited(path, lambda value: value.update(more=1)).problem


def test_an_entry_of_another_major_api_version_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = greeting()
    other = locked_entries.LockedPrompt(
        reference=locked.reference,
        slug=locked.slug,
        version=locked.version,
        version_id=locked.version_id,
        detail=locked.detail,
        partials=locked.partials,
        api_version="2.0.0",
    )
    LockFile.of([other]).write(path)
    error = refused(path)
    assert "it was locked under API version 2.0.0, and this package speaks 1." in error.problem
    assert f"portkey-prompts lock --upgrade pp-greeting@production --file {path}" in error.remedy


def tampered_template(value: dict[str, Any]) -> None:
    value["prompts"]["pp-router"]["detail"]["string"] = "Obey {{where}}."


def tampered_partial(value: dict[str, Any]) -> None:
    value["prompts"]["pp-greeting@production"]["partials"]["pp-tone"]["string"]["lines"][1] = "Be rude."


def test_tampering_names_the_entry_and_the_command_that_mends_it(path: Path) -> None:
    error = edited(path, tampered_template)
    assert error.reference == "pp-router"
    assert "its content is not what was locked" in error.problem
    assert error.remedy.endswith(f"run: portkey-prompts lock --upgrade pp-router --file {path}")


def test_several_tampered_entries_are_all_named(path: Path) -> None:
    error = edited(path, lambda value: (tampered_template(value), tampered_partial(value)))
    assert error.reference == "pp-greeting@production"
    assert "1 more: pp-router" in error.problem


@pytest.mark.parametrize(
    "edit",
    [
        tampered_partial,
        lambda value: value["prompts"]["pp-router"].update(version=13),
        lambda value: value["prompts"]["pp-router"].update(version="12"),
        lambda value: value["prompts"]["pp-router"].update(sha256="0" * 64),
        lambda value: value["prompts"]["pp-router"].update(more=1),
        lambda value: value["prompts"]["pp-router"].pop("slug"),
        lambda value: value["prompts"]["pp-router"]["detail"].pop("model"),
        lambda value: value["prompts"]["pp-router"]["detail"].update(tools=[]),
        lambda value: value["prompts"]["pp-router"]["detail"].update(other=1),
        lambda value: value["prompts"]["pp-router"]["detail"].update(string=["x"]),
        lambda value: value["prompts"]["pp-router"]["detail"].update(string={"lines": "x"}),
        lambda value: value["prompts"]["pp-router"]["detail"].update(string={"style": "x", "messages": []}),
        lambda value: value["prompts"]["pp-router"]["detail"].update(model={"literal": "x"}),
        lambda value: value["prompts"]["pp-router"]["detail"].update(parameters={"city": "Ulm", "temperature": 0}),
        lambda value: value["prompts"].update({"pp-router": None}),
        lambda value: value["prompts"].update({"pp-other": value["prompts"].pop("pp-router")}),
        lambda value: value["prompts"]["pp-greeting@production"].pop("partials"),
        lambda value: value["prompts"]["pp-greeting@production"].update(partials=[]),
        lambda value: value["prompts"]["pp-greeting@production"]["partials"]["pp-tone"].update(version=4),
        lambda value: value["prompts"]["pp-greeting@production"]["partials"]["pp-tone"].pop("slug"),
        lambda value: value.update(prompts=[]),
    ],
)
def test_every_slip_of_a_hand_is_refused(path: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    assert edited(path, edit).remedy


def test_a_missing_partial_is_named_even_where_the_hash_was_made_to_fit(path: Path) -> None:
    locked = greeting()
    without = locked_entries.LockedPrompt(
        reference=locked.reference,
        slug=locked.slug,
        version=locked.version,
        version_id=locked.version_id,
        detail=locked.detail,
        partials={},
    )
    LockFile.of([without]).write(path)
    assert refused(path).problem == "not all partials that it includes are locked: pp-tone is missing."


def test_an_entry_that_stands_twice_is_refused_by_name(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"prompts": {', '"prompts": {"pp-router": {},'), encoding="utf-8")
    assert "it names `pp-router` twice in one object" in refused(path).problem


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "9" * 5000])
def test_numbers_that_no_program_should_read_are_refused(path: Path, number: str) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"temperature": 0', f'"temperature": {number}'), encoding="utf-8")
    assert refused(path).remedy


def test_nesting_without_end_is_refused(path: Path) -> None:
    path.write_text('{"lock_format": 1, "prompts": ' + '{"a":' * 200_000)
    assert "nested too deep" in refused(path).problem


def test_line_ends_and_a_mark_that_editors_put_in_do_not_matter(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert LockFile.read(path) == two()


def test_salvage_keeps_what_is_whole_and_says_what_is_not(path: Path) -> None:
    edited(path, tampered_template)
    lock, broken = LockFile.salvage(path)
    assert list(lock.prompts) == ["pp-greeting@production"]
    assert list(broken) == ["pp-router"]


def test_an_edit_mends_the_entry_that_it_replaces_and_no_other(path: Path) -> None:
    edited(path, tampered_template)
    with pytest.raises(LockError, match="pp-router"):
        LockFile.edit(path, put=[text_prompt("new", "pp-new")])
    LockFile.edit(path, put=[text_prompt("Route {{where}}.", "pp-router")])
    assert LockFile.read(path) == two()

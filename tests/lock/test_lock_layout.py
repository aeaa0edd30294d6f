"""How a lock file reads in a diff."""

from __future__ import annotations

import difflib
import json
import tempfile
from pathlib import Path

import pytest
from lock_shapes import CHAT, TONE, detail, greeting, text_prompt, two

from portkey_prompts.lock import LockedPrompt, LockFile, lock_prompt


def changed_lines(old: LockFile, new: LockFile) -> list[str]:
    pairs = difflib.unified_diff(old.text().splitlines(), new.text().splitlines(), n=0, lineterm="")
    return [line for line in list(pairs)[2:] if not line.startswith("@@") and '"sha256"' not in line]


def test_a_changed_line_of_a_chat_message_is_a_changed_line_of_the_file() -> None:
    new = lock_prompt("pp-greeting@production", detail(CHAT.replace("Be exact", "Be quick")), {"pp-tone": TONE})
    assert changed_lines(LockFile.of([greeting()]), LockFile.of([new])) == [
        '-                  "Be exact."',
        '+                  "Be quick."',
    ]


def test_a_changed_line_of_a_partial_is_a_changed_line_of_the_file() -> None:
    new = lock_prompt("pp-greeting@production", detail(), {"pp-tone": {**TONE, "string": "Be kind.\nBe long."}})
    assert changed_lines(LockFile.of([greeting()]), LockFile.of([new])) == [
        '-              "Be brief."',
        '+              "Be long."',
    ]


def test_a_description_of_a_tool_is_laid_out_by_lines_too() -> None:
    tools = [{"function": {"description": "One\ntwo"}}]
    text = LockFile.of([lock_prompt("pp-t", detail("x", template_metadata={}, tools=tools), {})]).text()
    assert '"description": {\n                "lines": [\n                  "One",\n' in text


def test_the_file_is_sorted_and_ends_with_one_line_break_and_is_the_same_for_any_order() -> None:
    text = two().text()
    assert text == LockFile.of(reversed(list(two().prompts.values()))).text()
    assert text.endswith("}\n")
    assert not text.endswith("\n\n")
    references = list(json.loads(text)["prompts"])
    assert references == sorted(references) == ["pp-greeting@production", "pp-router"]


def test_a_version_by_its_number_is_found_in_whatever_is_locked_to_it() -> None:
    lock = two()
    assert lock.find("pp-greeting@12") == lock.prompts["pp-greeting@production"]
    assert [lock.find(f"pp-greeting{at}") for at in ("", "@1", "@13", "@latest", "@012", "@")] == [None] * 6
    assert lock.find("pp-other@12") is None


def test_letters_stand_readable_and_what_can_t_be_seen_is_escaped() -> None:
    hidden = "a\u202eb\u200bc\ufeffd\x7fe\U000e0041f\u2028g"
    text = LockFile.of([text_prompt("Grüße 你好 🙂 👩\u200d🚀 " + hidden)]).text()
    assert "Grüße 你好 🙂 👩\u200d🚀 " in text
    assert r"a\u202eb\u200bc\ufeffd\u007fe\udb40\udc41f\u2028g" in text


@pytest.mark.parametrize(
    "string",
    [
        CHAT,
        json.dumps(json.loads(CHAT)),
        json.dumps(json.loads(CHAT), ensure_ascii=False),
        json.dumps(json.loads(CHAT), indent=2),
        json.dumps(json.loads(CHAT), indent=4, ensure_ascii=False),
        json.dumps(json.loads(CHAT), indent="\t", ensure_ascii=False),
    ],
    ids=["compact", "spaced ascii", "spaced", "indent 2 ascii", "indent 4", "indent tab"],
)
def test_a_chat_is_laid_out_as_messages_however_its_json_was_written(string: str) -> None:
    locked = lock_prompt("pp-greeting", detail(string), {"pp-tone": TONE})
    entry = json.loads(LockFile.of([locked]).text())["prompts"]["pp-greeting"]
    assert entry["detail"]["string"]["messages"][0]["role"] == "system"
    assert read_back(locked) == string


@pytest.mark.parametrize(
    "string",
    [
        CHAT.replace(":", " : ", 1),
        CHAT + "\n",
        '[{"role": "user", "role": "system", "content": "x"}]',
        '[{"role":"user","content":"\\u00fc ü"}]',
        '[{"role":"user","content":"x","n":1.50}]',
        '[{"role":"user","content":"x","n":1e400}]',
        "[]",
        "[1, 2]",
        '["a"]',
        '{"a": 1}',
        "",
        "one line",
        "\n",
        "\r\n\r\n",
        "a\rb",
        "ends with a line break\n",
        "\ufeff with a mark",
        "[" * 3000,
        "tabs\tand \x00 and \x1b[31m",
        "U+2028 \u2028 is no line break of the file",
    ],
    ids=repr,
)
def test_any_other_template_comes_back_byte_for_byte(string: str) -> None:
    metadata = {"template_type": "completion"}
    locked = lock_prompt("pp-any", detail(string, template_metadata=metadata), {"pp-tone": TONE})
    assert read_back(locked) == string


@pytest.mark.parametrize(
    "parameters",
    [
        {"x": {"lines": ["a", "b"]}},
        {"x": {"lines": "a\nb"}},
        {"x": {"literal": {"lines": ["a"]}}},
        {"x": {"literal": {"literal": 1}}},
        {"lines": ["a", "b"]},
        {"literal": {"lines": []}},
        {"x": {"style": "compact", "messages": []}},
        {"x": {"lines": [], "other": 1}},
    ],
    ids=str,
)
def test_an_object_that_looks_like_the_file_s_own_marks_comes_back_as_it_was(parameters: dict[str, object]) -> None:
    locked = lock_prompt("pp-any", detail("x", template_metadata={}, parameters=parameters), {})
    assert _again(locked).detail["parameters"] == parameters


def test_a_huge_template_is_written_and_read_in_reasonable_time(tmp_path: Path) -> None:
    string = json.dumps([{"role": "user", "content": "Line of text {{name}}.\n" * 40_000}])
    locked = lock_prompt("pp-huge", detail(string), {})
    LockFile.of([locked]).write(tmp_path / "prompts.lock")
    assert LockFile.read(tmp_path / "prompts.lock").prompts["pp-huge"].detail["string"] == string


def read_back(locked: LockedPrompt) -> str:
    string = _again(locked).detail["string"]
    assert isinstance(string, str)
    return string


def _again(locked: LockedPrompt) -> LockedPrompt:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "prompts.lock")
        LockFile.of([locked]).write(path)
        (again,) = LockFile.read(path).prompts.values()
    assert again == locked
    return again

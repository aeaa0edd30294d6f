"""Whoever writes prompts in a repository: the exit code, and that file, place and remedy are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from told import Run

from portkey_cli.failures import NO_FILE, NOT_AS_ASKED, OK, WRONG_USAGE
from portkey_local import LocalServer

PUSH = "portkey-prompts push greeting --dry-run"
FILES: dict[str, tuple[str, str, int, tuple[str, ...]]] = {
    "broken front matter": ("---\nmodel: [x\n---\nHello", PUSH, WRONG_USAGE, ("prompts/greeting.prompt:3", "']'")),
    "front matter that is not closed": (
        "---\nmodel: x\nHello",
        PUSH,
        WRONG_USAGE,
        ("prompts/greeting.prompt:1", "End it with a line of ---"),
    ),
    "settings that are none": (
        "---\nconfig: hot\n---\nHello",
        PUSH,
        WRONG_USAGE,
        ("prompts/greeting.prompt", 'config must be an object, not "hot"'),
    ),
    "a misspelt key of ours": (
        "---\nportkey: {virtualkey: x}\n---\nHello",
        PUSH,
        WRONG_USAGE,
        ("portkey.virtualkey is not known", "virtual_key"),
    ),
    "a misspelt key": ("---\nmodl: x\n---\nHello", PUSH, OK, ("the key modl", "Is model meant?")),
    "a misspelt role": ('{{role "sytem"}}\nBe kind.', PUSH, OK, ("the role sytem", "Is system meant?")),
    "a role without quotes": ("{{role system}}\nBe kind.", PUSH, OK, ('Is {{role "system"}} meant?',)),
    "a tag that is not closed": (
        "---\nmodel: x\n---\nHello {{name",
        PUSH,
        WRONG_USAGE,
        ("prompts/greeting.prompt: the template: line 1, column 7", "expected '}}'"),
    ),
    "a section that is not closed": (
        "{{#items}}x",
        PUSH,
        WRONG_USAGE,
        ("prompts/greeting.prompt", "'{{#items}}' is never closed", "expected '{{/items}}'"),
    ),
    "a partial that is not there": (
        "{{>tone}} Hello",
        "portkey-prompts push",
        OK,
        ("greeting.prompt: There is no partial 'tone'",),
    ),
    "a misspelt file": ("Hello", "portkey-prompts push gretting", WRONG_USAGE, ("'gretting'", "There are: greeting")),
    "no tests": ("Hello", "portkey-prompts test", WRONG_USAGE, ("prompts/NAME.test.yaml beside NAME.prompt",)),
    "no lock file": ("Hello", "portkey-prompts bindings", NO_FILE, ("prompts.lock", "Run: portkey-prompts lock")),
    "a key in the settings": (
        "Hello",
        "echo \"api_key = 'x'\" > .portkey.toml; portkey-prompts status",
        WRONG_USAGE,
        (".portkey.toml: api_key has no place in a file", "PORTKEY_API_KEY"),
    ),
    "a misspelt setting": (
        "Hello",
        "echo \"base-url = 'x'\" > .portkey.toml; portkey-prompts status",
        WRONG_USAGE,
        ("base-url is no setting", "Is base_url meant?"),
    ),
}
CASE = "tests:\n- vars: {name: Ada}\n  "
TESTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "an assertion that is not known": (f"{CASE}render: [{{type: equal, value: x}}]", ("(is equals meant?)", "regex")),
    "a key that is not known": (f"{CASE}asert: []", ("tests[0].asert is not known", "is assert meant?")),
    "a text for a list": (f"{CASE}render: Hello Ada!", ("tests[0].render must be a list",)),
    "a variable that is not used": (
        "tests:\n- vars: {nam: Ada}\n  render: [{type: contains, value: Ada}]",
        ("vars lacks name", "Is nam meant for name?"),
    ),
    "another text": (f"{CASE}render: [{{type: equals, value: Hello Bob!}}]", ('equals "Hello Bob!"', "Hello Ada!")),
    "a judge": (f"{CASE}assert: [{{type: llm-rubric, value: nice}}]", ("llm-rubric", "no model judges here")),
    "nothing": ("", ("the file is empty", "`tests:`")),
}
READ = ("a variable that is not used", "another text")
"""What is wrong in a file that can be read as one of tests."""


@pytest.mark.parametrize("mistake", FILES)
def test_an_author_is_told(command: Run, service: LocalServer, tmp_path: Path, mistake: str) -> None:
    text, line, code, words = FILES[mistake]
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts/greeting.prompt").write_text(text)
    told = command(line, PORTKEY_BASE_URL=service.base_url)
    assert told.code == code, told
    assert [word for word in words if word not in told.err] == [], told.err


@pytest.mark.parametrize("mistake", TESTS)
def test_an_author_of_tests_is_told(command: Run, tmp_path: Path, mistake: str) -> None:
    text, words = TESTS[mistake]
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts/greeting.prompt").write_text("Hello {{name}}!")
    (tmp_path / "prompts/greeting.test.yaml").write_text(text)
    told = command("portkey-prompts test --render-only")
    assert told.code == (NOT_AS_ASKED if mistake in READ else WRONG_USAGE)
    assert [word for word in words if word not in told.err + told.out] == [], told

"""Whoever is at the command line: the exit code, and that one line names what is wrong and the remedy."""

from __future__ import annotations

import pytest
from told import Run

from portkey_cli.failures import NO_ANSWER, NO_FILE, NO_KEY, NOT_AS_ASKED, WRONG_USAGE
from portkey_local import LocalServer

MISTAKES: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "no service named, and no key": (
        "env -u PORTKEY_BASE_URL portkey-prompts list",
        NO_KEY,
        ("no API key", "PORTKEY_API_KEY", "--base-url http://127.0.0.1:8790/v1"),
    ),
    "nobody serves": (
        "portkey-prompts --base-url http://127.0.0.1:9/v1 list",
        NO_ANSWER,
        ("refused", "Is the base URL right?"),
    ),
    "a base URL without /v1": (
        "portkey-prompts --base-url ${PORTKEY_BASE_URL%/v1} list",
        NOT_AS_ASKED,
        ("The API lies under /v1",),
    ),
    "a base URL without a scheme": (
        "portkey-prompts --base-url localhost:8790 list",
        WRONG_USAGE,
        ("'localhost:8790'", "write it like"),
    ),
    "a misspelt command": ("portkey-prompts lits", WRONG_USAGE, ("'lits'", "Did you mean 'list'?")),
    "a misspelt option": ("portkey-prompts list --serach x", WRONG_USAGE, ("'--serach'", "'--search'")),
    "a misspelt prompt": (
        "portkey-prompts render pp-greting",
        NOT_AS_ASKED,
        ("`pp-greting` does not exist", "Known: `pp-greeting`"),
    ),
    "a version that is not there": (
        "portkey-prompts render pp-greeting@7",
        NOT_AS_ASKED,
        ("no version 7", "newest one is 1"),
    ),
    "a label that is not there": (
        "portkey-prompts label pp-greeting@1 prodution",
        NOT_AS_ASKED,
        ("no label 'prodution'", "portkey-prompts labels create prodution", "production"),
    ),
    "a variable without a value": (
        "portkey-prompts render pp-greeting -v name",
        WRONG_USAGE,
        ("'name' is no assignment", "--var NAME=VALUE"),
    ),
    "a misspelt variable": (
        "portkey-prompts render pp-greeting -v nmae=Ada --strict",
        NOT_AS_ASKED,
        ("Not given: name.", "Not used: nmae.", "Is nmae meant for name?"),
    ),
    "JSON in the place of a file": (
        """portkey-prompts render pp-greeting --vars '{"name": "Ada"}'""",
        NO_FILE,
        ("No such file", "looks like JSON itself", "pipe it in and write -"),
    ),
    "text in the place of JSON": (
        "portkey-prompts render pp-greeting --var-json name=Ada",
        WRONG_USAGE,
        ("--var-json name is no JSON", """--var-json name='"text"'"""),
    ),
    "a file that is not there": (
        "portkey-prompts create --name Greeting --file nope.txt",
        NO_FILE,
        ("nope.txt: No such file",),
    ),
    "a prompt without a file": ("portkey-prompts create --name Greeting", WRONG_USAGE, ("'--file'", "create --help")),
    "a malformed template": (
        "echo 'Hello {{name' | portkey-prompts create --name Greeting --file -",
        NOT_AS_ASKED,
        ("line 1, column 7", "expected '}}'"),
    ),
    "broken JSON": (
        """echo '[{"role": "user",}]' | portkey-prompts create --name Greeting --file -""",
        WRONG_USAGE,
        ("line 1, column 1", "--text"),
    ),
    "deleting without a terminal": ("portkey-prompts delete pp-greeting < /dev/null", WRONG_USAGE, ("--yes",)),
    "which version to publish": ("portkey-prompts publish pp-greeting", WRONG_USAGE, ("pp-greeting@12",)),
    "what can't be removed": (
        "portkey-prompts labels delete production --yes",
        NOT_AS_ASKED,
        ("`production` always exists",),
    ),
    "an upstream that is not there": (
        "portkey-prompts run pp-greeting -v name=Ada --virtual-key openai",
        NOT_AS_ASKED,
        ("`openai` does not exist", "Known: `echo`", "portkey-local.toml"),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_command_line_says(command: Run, service: LocalServer, mistake: str) -> None:
    line, code, words = MISTAKES[mistake]
    told = command(line, PORTKEY_BASE_URL=service.base_url)
    assert (told.code, told.out, told.err.count("\n")) == (code, "", 1), told
    assert told.err.startswith("portkey-prompts: ")
    assert [word for word in words if word not in told.err] == [], told.err


def test_a_guess_is_made_once(command: Run) -> None:
    assert command("portkey-prompts lits").err.count("Did you mean") == 1


def test_a_key_that_may_not_is_told_apart_from_what_no_key_may(command: Run, tmp_path: object) -> None:
    from portkey_local.admin import Admin

    database = f"sqlite:///{tmp_path}/keys.db"
    with Admin(database, create=True) as admin:
        key, _ = admin.create_key(["read", "write"], "writer")
        all_of_it, _ = admin.create_key(["read", "write", "run", "release"], "all")
    with LocalServer(database=database) as server:
        asked = f"portkey-prompts --base-url {server.base_url} labels"
        told = command(f"{asked} delete production --yes", PORTKEY_API_KEY=key)
        assert (told.code, "the scope release" in told.err) == (NO_KEY, True), told
        told = command(f"{asked} delete production --yes", PORTKEY_API_KEY=all_of_it)
        assert (told.code, "always exists" in told.err) == (NOT_AS_ASKED, True), told

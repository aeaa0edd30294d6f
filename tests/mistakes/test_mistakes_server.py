"""Whoever runs a server: the exit code, and that what is said names the setting and the remedy."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from told import Run

from portkey_cli.failures import NO_FILE, NO_PORT, NOT_AS_ASKED, WRONG_USAGE

SERVE = "portkey-prompts serve --port 0 --database temporary"
COMMANDS: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "other machines, and no key": (
        f"{SERVE} --host 0.0.0.0",
        WRONG_USAGE,
        ("'0.0.0.0' is reached from other machines", "portkey-prompts keys create --scope"),
    ),
    "a host that is none": (f"{SERVE} --host nope.invalid", WRONG_USAGE, ("'nope.invalid' is not known", "127.0.0.1")),
    "a port that is none": (f"{SERVE} --port 99999", WRONG_USAGE, ("99999 is no port", "from 0 to 65535")),
    "a database without a scheme": (
        "PORTKEY_DATABASE=team.db portkey-prompts serve --port 0",
        WRONG_USAGE,
        ("'team.db' is no URL", "write sqlite:///team.db"),
    ),
    "another kind of database": (
        f"{SERVE} --database mysql://x/y",
        WRONG_USAGE,
        ("'mysql'", "sqlite:///prompts.db", "postgresql+psycopg://user@host/name"),
    ),
    "a database without a file": (f"{SERVE} --database sqlite:///", WRONG_USAGE, ("names no file", "temporary")),
    "a folder that is not there": (
        f"{SERVE} --database sqlite:////nope/x.db",
        NO_FILE,
        ("/nope/x.db", "No such file or directory", "Check the path and its rights"),
    ),
    "a file that is no database": (
        f"echo hello > text.db; {SERVE} --database sqlite:///text.db",
        NO_FILE,
        ("text.db", "file is not a database"),
    ),
    "a database that is down": (
        f"{SERVE} --database postgresql+psycopg://x:secret@127.0.0.1:1/y",
        NO_FILE,
        ("127.0.0.1:1/y", "Connection refused. Is the server running"),
    ),
    "a configuration that is not there": (f"{SERVE} --config nope.toml", NO_FILE, ("nope.toml", "Correct the path")),
    "a database to read that is not there": (
        "portkey-prompts runs --database sqlite:///nope.db",
        NO_FILE,
        ("nope.db", "--database", "PORTKEY_DATABASE"),
    ),
    "a key without a scope": (
        "portkey-prompts keys create --name app",
        WRONG_USAGE,
        ("A scope is missing", "read, write, run, release"),
    ),
    "a scope that is none": (
        "portkey-prompts keys create --scope admin",
        WRONG_USAGE,
        ("no scope 'admin'", "read, write, run, release"),
    ),
    "an expiry that is none": (
        "portkey-prompts keys create --scope read --expires soon",
        WRONG_USAGE,
        ("--expires: 'soon'", "90d"),
    ),
    "a backup over a file": (
        "portkey-prompts keys create --scope read > /dev/null 2>&1; touch there; portkey-prompts backup there",
        NOT_AS_ASKED,
        ("there is there already", "--force"),
    ),
    "an archive that is none": (
        "echo hello > text.txt; portkey-prompts import text.txt",
        NOT_AS_ASKED,
        ("text.txt: Line 1 is no JSON", "Nothing was changed"),
    ),
}
SETTINGS: dict[str, tuple[str, tuple[str, ...]]] = {
    "a misspelt table": ("[upstream.x]\nkind = 'echo'", ("upstream is not known", "Known: upstreams, limits")),
    "a misspelt setting": ("[server]\nport = 1", ("server.port is not known", "Known: drain, grace")),
    "a kind that is none": ("[upstreams.x]\nkind = 'opnai'", ("upstreams.x.kind is 'opnai'", "echo, openai, llama")),
    "no address": ("[upstreams.x]\nkind = 'openai'", ("upstreams.x.base_url is missing", "Add it")),
    "a key in the file": (
        "[upstreams.x]\nkind = 'openai'\nbase_url = 'https://example.com/v1'\napi_key = 'sk-123'",
        ("upstreams.x.api_key is not known", "api_key_env"),
    ),
    "a key that is not set": (
        "[upstreams.x]\nkind = 'openai'\nbase_url = 'https://example.com/v1'\napi_key_env = 'NOT_SET'",
        ("upstreams.x.api_key_env names NOT_SET", "Set NOT_SET in the environment"),
    ),
    "a size with a unit": ("[limits]\nbody = '4MB'", ("limits.body is '4MB'", "a whole number")),
    "a text for a list": ("[access]\nhosts = 'x'", ("access.hosts is no list", "a list of texts")),
    "an origin without a scheme": ("[access]\norigins = ['app.example.com']", ("access.origins[0]", "https://")),
    "no TOML": ("x =", ("is no TOML",)),
}


@pytest.mark.parametrize("mistake", COMMANDS)
def test_whoever_runs_a_server_is_told(command: Run, mistake: str) -> None:
    line, code, words = COMMANDS[mistake]
    told = command(line)
    assert (told.code, told.out, told.err.count("\n")) == (code, "", 1), told
    assert [word for word in words if word not in told.err] == [], told.err
    assert "secret" not in told.err
    assert "?." not in told.err


@pytest.mark.parametrize("mistake", SETTINGS)
def test_a_server_says_which_setting_is_wrong(command: Run, tmp_path: Path, mistake: str) -> None:
    text, words = SETTINGS[mistake]
    (tmp_path / "portkey-local.toml").write_text(text)
    told = command(SERVE)
    assert (told.code, told.out, told.err.count("\n")) == (WRONG_USAGE, "", 1), told
    assert told.err.startswith("portkey-prompts serve: portkey-local.toml")
    assert [word for word in words if word not in told.err] == [], told.err
    assert "sk-123" not in told.err


def test_a_port_in_use_is_named_with_the_remedy(command: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = command(f"portkey-prompts serve --database temporary --port {port}")
    assert (told.code, told.err) == (
        NO_PORT,
        f"portkey-prompts serve: Port {port} of 127.0.0.1 is in use. Choose another one, or 0 for a free one.\n",
    )

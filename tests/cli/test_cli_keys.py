"""`keys`: API keys made, listed and revoked in a database, while a server may run on it."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import warm
from cli_process import COMMAND, environment, piped

from portkey_ai import AuthenticationError, PermissionDeniedError, Portkey
from portkey_local import LocalServer

KEY = re.compile(r"ppk-([0-9a-f]{16})-([0-9a-f]{64})")


@pytest.fixture
def keys(alone: Callable[..., Any], database: str) -> Callable[..., Any]:
    """Run a command of `keys` on a database."""
    return lambda command, *arguments: alone("keys", command, *arguments, "--database", database)


def status(url: str, key: str | None = None) -> int:
    headers = {} if key is None else {"x-portkey-api-key": key}
    return httpx.get(f"{url}/labels", headers=headers, trust_env=False, verify=False).status_code


def becomes(expected: int, url: str, key: str | None = None) -> bool:
    deadline = time.monotonic() + 10
    while status(url, key) != expected:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_key_stands_on_stdout_alone(keys, database: str) -> None:
    done = keys("create", "--scope", "read", "--name", "my app")
    assert done.code == 0
    found = KEY.fullmatch(done.out.removesuffix("\n"))
    assert found
    assert "PORTKEY_API_KEY" in done.err
    assert f"keys revoke {found[1]}" in done.err
    assert found[2] not in done.err


def test_a_shell_can_take_it(database: str) -> None:
    script = 'KEY="$("$0" keys create --scope run,read)" && printf "<%s>" "$KEY"'
    done = subprocess.run(
        ["sh", "-c", script, COMMAND], env=environment(PORTKEY_DATABASE=database), capture_output=True, text=True
    )
    assert KEY.fullmatch(done.stdout[1:-1]), done
    assert piped("keys", "list", "--json", PORTKEY_DATABASE=database).returncode == 0


def test_create_json_has_the_key_and_what_is_known_of_it(keys) -> None:
    done = keys("create", "--scope", "run,read", "--name", " mine ", "--json")
    assert (done.code, done.err) == (0, "")
    made = done.json
    found = KEY.fullmatch(made["key"])
    assert found
    assert (made["id"], made["name"], made["scopes"]) == (found[1], "mine", ["read", "run"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", made["created_at"])


@pytest.mark.parametrize(
    ("given", "scopes"),
    [
        (["--scope", "read"], ["read"]),
        (["--scope", "run, write ,read"], ["read", "write", "run"]),
        (["--scope", "run", "--scope", "read"], ["read", "run"]),
        (["--scope", "read,read", "--scope", "read"], ["read"]),
    ],
)
def test_scopes_are_written_once_and_in_order(keys, given: list[str], scopes: list[str]) -> None:
    assert keys("create", *given, "--json").json["scopes"] == scopes


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ([], "missing"),
        (["--scope", " "], "missing"),
        (["--scope", "read,"], "missing"),
        (["--scope", "read,,run"], "missing"),
        (["--scope", "admin"], "'admin'"),
        (["--scope", "READ"], "'READ'"),
        (["--scope", "read", "--scope", "*"], "'*'"),
    ],
)
def test_a_wrong_scope_is_wrong_usage_and_the_right_ones_are_named(keys, fails, given: list[str], word: str) -> None:
    fails(keys("create", *given), 2, word, "read, write, run", "--scope read,run")


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "ppk-0123456789abcdef-" + "0" * 64, "ppk-x"])
def test_a_wrong_name_is_wrong_usage(keys, fails, name: str) -> None:
    done = keys("create", "--scope", "read", "--name", name)
    fails(done, 2, "--name")
    assert "0" * 64 not in done.err


def test_list_shows_what_is_known_and_no_key(keys) -> None:
    assert keys("create", "--scope", "read", "--name", "gone").code == 0
    gone = keys("revoke", "gone", "--json").json
    made = keys("create", "--scope", "read,write", "--name", "my\x1b[31m app", "--json").json
    done = keys("list", "--json")
    expected = {name: value for name, value in made.items() if name != "key"}
    assert done.json == {"object": "list", "total": 2, "data": [gone, {**expected, "revoked_at": None}]}
    assert gone["revoked_at"] >= gone["created_at"]
    shown = keys("list")
    assert "revoked (UTC)" in shown.out
    assert re.search(rf"{made['id']}  my\S+ app  read, write  \d{{4}}-\d\d-\d\d \d\d:\d\d$", shown.out, re.MULTILINE)
    assert "\x1b" not in shown.out
    secret = made["key"].split("-")[2]
    assert not re.search(rf"digest|{secret}|[0-9a-f]{{64}}", done.out + shown.out)


def test_revoke_takes_an_id_a_name_and_the_key(keys) -> None:
    made = [keys("create", "--scope", "read", "--name", f"key {number}", "--json").json for number in range(3)]
    for key, reference in zip(made, (made[0]["id"], made[1]["name"], made[2]["key"]), strict=True):
        done = keys("revoke", reference)
        assert (done.code, done.out, done.err) == (0, "", f"The API key {key['id']} is revoked.\n")
    assert all(key["revoked_at"] for key in keys("list", "--json").json["data"])


def test_revoking_twice_changes_nothing(keys) -> None:
    made = keys("create", "--scope", "read", "--json").json
    first, second = keys("revoke", made["id"], "--json"), keys("revoke", made["id"], "--json")
    assert (first.code, second.code) == (0, 0)
    assert first.json == second.json


def test_revoke_of_what_there_is_not_names_what_there_is(keys, fails) -> None:
    made = keys("create", "--scope", "read", "--name", "mine", "--json").json
    fails(keys("revoke", "nope"), 1, "`nope`", f"{made['id']} (mine)")
    fails(keys("revoke", ""), 2, "Which key?")
    for maimed in (made["key"].replace(made["id"], "0" * 16), f"ppk-{made['key'].split('-')[2]}"):
        done = keys("revoke", maimed)
        fails(done, 1, made["id"])
        assert made["key"].split("-")[2] not in done.err
    assert keys("list", "--json").json["data"][0]["revoked_at"] is None


def test_a_name_of_several_keys_is_not_enough(keys, fails) -> None:
    ids = [keys("create", "--scope", "read", "--name", "twin", "--json").json["id"] for _ in range(2)]
    fails(keys("revoke", "twin"), 1, *ids)


def test_a_database_that_is_not_there_is_only_made_for_a_key(alone, fails, tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    for command in (["list"], ["revoke", "x"]):
        fails(alone("keys", *command, "--database", f"sqlite:///{path}"), 3, str(path), "--database")
        assert not path.exists()
    assert alone("keys", "create", "--scope", "read", "--database", f"sqlite:///{path}").code == 0
    assert path.exists()
    fails(alone("keys", "list", "--database", "mysql://x"), 1, "mysql")


def test_without_keys_the_list_says_so(keys, database: str) -> None:
    with LocalServer(database):
        pass
    done = keys("list")
    assert (done.code, done.out) == (0, "")
    assert "no API keys" in done.err
    assert keys("list", "--json").json == {"object": "list", "total": 0, "data": []}


def test_a_command_is_needed(alone, fails) -> None:
    fails(alone("keys"), 2, "keys --help")


def test_a_server_that_runs_takes_notice(keys, database: str) -> None:
    with LocalServer(database) as server:
        server.add_prompt(slug="p", versions=["Hi {{x}}"])
        assert status(server.base_url) == 200
        made = keys("create", "--scope", "read", "--json").json
        assert becomes(401, server.base_url)
        assert status(server.base_url, made["key"]) == 200
        with Portkey(api_key=made["key"], base_url=server.base_url) as portkey:
            assert portkey.prompts.render(prompt_id="p", variables={"x": "you"}).prompt == "Hi you"
            with pytest.raises(PermissionDeniedError, match="scope write"):
                portkey.prompts.delete("p")
            keys("revoke", made["id"])
            assert becomes(401, server.base_url, made["key"])
            with pytest.raises(AuthenticationError, match="revoked"):
                portkey.prompts.render(prompt_id="p", variables={"x": "you"})


def test_the_other_commands_send_the_key(keys, database: str, alone) -> None:
    with LocalServer(database) as server:
        server.add_prompt(slug="p", versions=["Hi"])
        key = keys("create", "--scope", "read", "--json").json["key"]
        assert becomes(401, server.base_url)
        refused = alone("--base-url", server.base_url, "show", "p")
        assert refused.code == 4
        assert "keys create" in refused.err
        assert alone("--base-url", server.base_url, "--api-key", key, "show", "p", "--template").out == "Hi\n"


@pytest.fixture
def served(database: str) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start `portkey-prompts serve` on a free port."""
    running: list[subprocess.Popen[str]] = []

    def serve(*arguments: str) -> subprocess.Popen[str]:
        command = [COMMAND, "serve", "--port", "0", "--database", database, *arguments]
        process = warm.Program(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        running.append(process)
        return process

    yield serve
    for process in running:
        process.terminate()
        process.communicate(timeout=120)


def test_from_a_refusal_to_a_server_for_other_machines(served, keys) -> None:
    refused = served("--host", "0.0.0.0")
    output, errors = refused.communicate(timeout=120)
    assert (refused.returncode, output) == (2, "")
    (remedy,) = re.findall(r"portkey-prompts (keys create \S+ \S+)\.", errors)
    key = keys("create", *remedy.split()[2:]).out.strip()
    url = served("--host", "0.0.0.0").stdout.readline().split()[-1]
    assert (status(url), status(url, key)) == (401, 200)


def test_a_key_expires_when_it_was_said_to(keys, database: str) -> None:
    with LocalServer(database) as server:
        keys("create", "--scope", "read")
        made = keys("create", "--scope", "read", "--expires", "8s", "--json").json
        assert becomes(200, server.base_url, made["key"])
        assert becomes(401, server.base_url, made["key"])
        with (
            Portkey(api_key=made["key"], base_url=server.base_url) as portkey,
            pytest.raises(AuthenticationError, match=f"The API key {made['id']} expired at {made['expires_at']}"),
        ):
            portkey.labels.list()
        assert keys("list", "--json").json["data"][1] == {name: made[name] for name in made if name != "key"}


def test_a_day_ends_a_key_at_its_beginning_and_a_length_of_time_from_now(keys) -> None:
    day = datetime.now(UTC) + timedelta(days=200)
    made = keys("create", "--scope", "read", "--expires", f"{day:%Y-%m-%d}", "--json").json
    assert made["expires_at"] == f"{day:%Y-%m-%d}T00:00:00.000Z"
    assert f"until {day:%Y-%m-%d} 00:00 (UTC)" in keys("create", "--scope", "read", "--expires", f"{day:%Y-%m-%d}").err
    for text, length in (("90d", timedelta(days=90)), ("2w", timedelta(14)), ("36h", timedelta(1.5))):
        facts = keys("create", "--scope", "read", "--expires", text, "--json").json
        stamps = [datetime.fromisoformat(facts[name]) for name in ("created_at", "expires_at")]
        assert abs(stamps[1] - stamps[0] - length) < timedelta(seconds=60)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("2026-01-01", "is over"),
        (f"{datetime.now(UTC):%Y-%m-%d}", "is over"),
        ("0d", "is over"),
        ("-1d", "no day"),
        ("2027-02-30", "no day"),
        ("2027-01-31T12:00", "no day"),
        ("90", "s, m, h, d or w"),
        ("90y", "s, m, h, d or w"),
        ("1.5d", "s, m, h, d or w"),
        ("20270131", "s, m, h, d or w"),
        ("", "s, m, h, d or w"),
        (" ", "s, m, h, d or w"),
        ("٣d", "s, m, h, d or w"),
        ("36501d", "36500d"),
        ("999999999w", "36500d"),
        ("9999-12-31", "36500 days"),
    ],
)
def test_a_wrong_expiry_is_wrong_usage_and_makes_no_key(keys, fails, database: str, text: str, word: str) -> None:
    fails(keys("create", "--scope", "read", "--expires", text), 2, "--expires", word)
    keys("create", "--scope", "read", "--name", "only")
    fails(keys("rotate", "only", "--expires", text), 2, "--expires", word)
    assert len(keys("list", "--json").json["data"]) == 1


def test_the_list_warns_of_keys_that_expire_within_14_days(keys) -> None:
    made = {
        text: keys("create", "--scope", "read", "--name", f"for {text}", "--expires", text, "--json").json["id"]
        for text in ("1h", "3d", "14d", "15d")
    }
    keys("create", "--scope", "read", "--name", "for ever")
    gone = keys("create", "--scope", "read", "--expires", "1d", "--json").json["id"]
    keys("revoke", gone)
    done = keys("list")
    warnings = done.err.splitlines()
    assert len(warnings) == 3
    for text, left in (("1h", "less than a day"), ("3d", "2 days"), ("14d", "13 days")):
        (warning,) = (each for each in warnings if made[text] in each)
        assert f"(for {text}) expires in {left}, at 20" in warning
        assert f"keys rotate {made[text]}" in warning
    assert "expires (UTC)" in done.out
    assert keys("list", "--json").err == ""


def test_a_rotated_key_works_until_its_grace_is_over(keys, database: str) -> None:
    with LocalServer(database) as server:
        old = keys("create", "--scope", "read,run", "--name", "app", "--expires", "90d", "--json").json
        done = keys("rotate", "app", "--grace", "8s", "--json").json
        assert KEY.fullmatch(done["key"])
        assert (done["scopes"], done["name"], done["revoked_at"]) == (old["scopes"], "app", None)
        assert done["replaces"]["id"] == old["id"]
        assert done["replaces"]["replaced_by"] == done["id"]
        lives = [
            datetime.fromisoformat(each["expires_at"]) - datetime.fromisoformat(each["created_at"])
            for each in (old, done)
        ]
        assert abs(lives[0] - lives[1]) < timedelta(seconds=60)
        assert becomes(200, server.base_url, done["key"])
        assert status(server.base_url, old["key"]) == 200
        assert becomes(401, server.base_url, old["key"])
        assert status(server.base_url, done["key"]) == 200
        # The name means the one that works, now that the other does not.
        assert keys("revoke", "app", "--json").json["id"] == done["id"]


def test_rotation_shows_the_new_key_and_says_until_when_the_old_one_works(keys) -> None:
    old = keys("create", "--scope", "read", "--json").json
    done = keys("rotate", old["key"])
    assert KEY.fullmatch(done.out.strip())
    assert re.search(rf"{old['id']}, whose place it takes, works until \d{{4}}-\d\d-\d\d \d\d:\d\d \(UTC\)", done.err)
    first, second = keys("list", "--json").json["data"]
    left = datetime.fromisoformat(first["expires_at"]) - datetime.fromisoformat(second["created_at"])
    assert abs(left - timedelta(days=1)) < timedelta(seconds=60)
    assert second["expires_at"] is None
    assert f"{second['id']} takes its place" in keys("list").err


def test_a_grace_does_not_make_a_key_last_longer(keys) -> None:
    old = keys("create", "--scope", "read", "--expires", "1h", "--json").json
    done = keys("rotate", old["id"], "--grace", "30d", "--expires", "10d", "--json").json
    assert done["replaces"]["expires_at"] == old["expires_at"]
    assert done["expires_at"] > old["expires_at"]


def test_what_does_not_work_or_has_a_successor_is_not_rotated(keys, fails) -> None:
    old = keys("create", "--scope", "read", "--name", "twin", "--json").json
    new = keys("rotate", "twin", "--json").json
    fails(keys("rotate", old["id"]), 1, new["id"], "rotated already")
    fails(keys("rotate", "twin"), 1, old["id"], new["id"])
    keys("revoke", new["id"])
    fails(keys("rotate", new["id"]), 1, "was revoked")
    over = keys("create", "--scope", "read", "--name", "over", "--json").json
    keys("rotate", over["id"], "--grace", "0s")
    fails(keys("rotate", over["id"]), 1, "expired at")
    fails(keys("rotate", "nope"), 1, "`nope`")
    fails(keys("rotate", ""), 2, "Which key?")
    fails(keys("rotate", new["id"], "--grace", "soon"), 2, "--grace")


def test_a_server_for_other_machines_wants_a_key_that_has_not_expired(served, keys) -> None:
    old = keys("create", "--scope", "read", "--json").json
    keys("rotate", old["id"], "--grace", "0s", "--expires", "1s")
    deadline = time.monotonic() + 30
    while True:
        refused = served("--host", "0.0.0.0")
        if refused.stdout.readline() == "":
            break
        refused.terminate()
        assert time.monotonic() < deadline
    assert "has no API key" in refused.communicate(timeout=120)[1]

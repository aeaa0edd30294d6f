"""What stands on every command line: the program's own options, help, completion, and how commands fail."""

from __future__ import annotations

import os
import subprocess

import pytest
from cli_process import COMMAND, environment

from portkey_ai import Portkey, __version__
from portkey_cli import plain
from portkey_cli.app import application
from portkey_cli.arguments import hoisted
from portkey_cli.clients import Connection
from portkey_cli.contract import _facts
from portkey_cli.failures import one_line
from portkey_local import LocalServer

COMMANDS = [
    ("list", ["--search", "--collection", "--limit", "--json"]),
    ("show", ["PROMPT", "@latest", "--template", "--json"]),
    ("versions", ["PROMPT", "--json"]),
    ("render", ["PROMPT", "--var ", "--var-json", "--vars", "--messages", "--json"]),
    ("run", ["PROMPT", "--var ", "--model", "--temperature", "--set", "--no-stream", "--virtual-key", "--json"]),
    ("create", ["--name", "--file", "--collection", "--parameters", "--param ", "--model", "--message", "--json"]),
    ("update", ["PROMPT", "--file", "EDITOR", "--message", "--publish", "--json"]),
    ("publish", ["PROMPT", "--json"]),
    ("label", ["PROMPT", "LABEL", "--create", "--remove", "--json"]),
    ("diff", ["PROMPT", "NEW", "--exit-code", "--json"]),
    ("serve", ["--host", "--port", "--database", "--config", "8790"]),
    ("contract", ["--expect", "--json", "diff"]),
    ("contract diff", ["OLD", "NEW", "--exit-code", "--json"]),
]


@pytest.mark.parametrize(("command", "words"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_help_of_each_command_says_enough_and_gives_an_example(alone, command: str, words: list[str]) -> None:
    done = alone(*command.split(), "--help")
    assert (done.code, done.err) == (0, "")
    assert [word for word in words if word not in done.out] == []
    example = {"serve": "PORTKEY_BASE_URL=", "contract": "--expect 1.0.0"}.get(command, f"portkey-prompts {command} ")
    assert example in done.out.split("Options:")[1]


def test_help_lists_every_command_with_a_whole_sentence(alone) -> None:
    listed = alone("--help").out.split("Commands:")[1].split("Exit codes:")[0].split("\n\n")[0]
    assert {line.split()[0] for line in listed.splitlines() if line} == {*plain.HERE, *plain.ELSEWHERE}
    assert all(line.endswith(".") for line in listed.splitlines() if line)


def test_help_tells_the_exit_codes_and_where_a_key_belongs(alone) -> None:
    shown = " ".join(alone("--help").out.split())
    assert "Exit codes: 0 as asked, 1 not as asked, 2 wrong usage." in shown
    assert "Better in the environment" in shown
    assert "PORTKEY_API_KEY" in shown


def test_help_never_shows_the_key(alone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTKEY_API_KEY", "sk-secret")
    assert "sk-secret" not in alone("--help").out + alone("show").err
    assert "sk-secret" not in repr(Connection(api_key="sk-secret"))


def test_no_command_is_wrong_usage_and_shows_the_help(alone) -> None:
    done = alone()
    assert done.code == 2
    assert done.out == alone("--help").out


def test_version_is_the_distribution_s(alone) -> None:
    assert alone("--version") == (0, f"portkey-prompts {__version__}\n", "")


def test_a_mistyped_command_is_wrong_usage_and_names_the_one_that_is_like_it(alone, fails) -> None:
    fails(alone("rendr"), 2, "rendr", "portkey-prompts --help")
    fails(alone("render", "pp-x", "--nope"), 2, "--nope", "portkey-prompts render --help")
    fails(alone("contract", "dif"), 2, "dif", "portkey-prompts contract --help")


def test_the_program_s_options_may_stand_behind_the_command(alone, server: LocalServer) -> None:
    for arguments in (
        ["--base-url", server.base_url, "list"],
        ["list", "--base-url", server.base_url],
        ["list", f"--base-url={server.base_url}", "--timeout", "5"],
    ):
        assert alone(*arguments).code == 0


def test_what_stands_behind_two_dashes_is_left_alone() -> None:
    assert hoisted(["show", "--", "--timeout", "1"]) == ["show", "--", "--timeout", "1"]
    assert hoisted(["a", "--timeout=1", "b"]) == ["--timeout=1", "a", "b"]
    assert hoisted([]) == []


def test_the_environment_names_the_service_and_the_command_line_wins(alone, server, monkeypatch) -> None:
    monkeypatch.setenv("PORTKEY_BASE_URL", server.base_url)
    assert alone("list").code == 0
    assert alone("list", "--base-url", "http://127.0.0.1:9/v1").code == 1


def test_the_key_is_sent(alone, httpserver) -> None:
    httpserver.expect_request("/v1/prompts").respond_with_json({"object": "list", "total": 0, "data": []})
    assert alone("--api-key", "mine", "--base-url", httpserver.url_for("/v1"), "list").code == 0
    assert httpserver.log[0][0].headers["x-portkey-api-key"] == "mine"


def test_without_a_key_the_hosted_service_is_not_called(alone, fails, monkeypatch) -> None:
    fails(alone("list"), 2, "PORTKEY_API_KEY", "--base-url http://127.0.0.1:8790/v1")
    monkeypatch.setenv("PORTKEY_API_KEY", "")
    fails(alone("list"), 2, "PORTKEY_API_KEY")


def test_a_service_that_does_not_answer_fails_in_one_line(alone, fails, monkeypatch) -> None:
    monkeypatch.setattr("portkey_ai._retry.FIRST_WAIT", 0.001)
    fails(alone("--base-url", "http://127.0.0.1:9/v1", "list"), 1, "http://127.0.0.1:9/v1", "refused")


def test_an_answer_of_another_kind_fails_in_one_line(alone, fails, httpserver) -> None:
    httpserver.expect_request("/v1/prompts").respond_with_data("<html>\n<p>Hi</p></html>", content_type="text/html")
    fails(alone("--base-url", httpserver.url_for("/v1"), "list"), 1, "not JSON", "text/html")


def test_an_error_can_not_steer_the_terminal(alone, fails, httpserver) -> None:
    message = {"success": False, "data": {"message": "No\x1b[2J\nway\x07 \x9b", "errorCode": "AB02"}}
    httpserver.expect_request("/v1/prompts/pp-x").respond_with_json(message, status=404)
    done = alone("--base-url", httpserver.url_for("/v1"), "show", "pp-x")
    fails(done, 1, "No\\x1b[2J way\\x07 \\x9b")


def test_a_time_out_must_be_seconds(alone, fails, server: LocalServer) -> None:
    for wrong in ("0", "-1", "nan", "inf"):
        fails(alone("--base-url", server.base_url, "--timeout", wrong, "list"), 2, "--timeout must be seconds")
    fails(alone("--timeout", "soon", "list"), 2, "--timeout", "portkey-prompts --help")
    fails(alone("list", "--timeout"), 2, "--timeout needs a value")


def test_bytes_that_are_no_text_are_wrong_usage(alone, fails) -> None:
    fails(alone("show", os.fsdecode(b"pp-\xff")), 2, "no text")


def test_one_line_keeps_letters_of_all_scripts() -> None:
    assert one_line("Grüße,\n\t挨拶 🙂 \x00") == "Grüße, 挨拶 🙂 \\x00"


def test_the_plain_parser_knows_the_same_commands() -> None:
    app = application()
    names = {command.name for command in app.registered_commands} | {group.name for group in app.registered_groups}
    assert names == {*plain.HERE, *plain.ELSEWHERE}


def test_contract_prints_the_facts(alone, fails) -> None:
    assert alone("contract", "--json").json == _facts()
    assert alone("contract").out.splitlines()[3].split()[1:] == ["portkey-prompts", __version__]
    assert alone("contract", "--expect", "9.9.9").code == 1


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_completion(shell: str) -> None:
    done = subprocess.run(
        [COMMAND, "--show-completion", shell], env=environment(), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0
    assert "_PORTKEY_PROMPTS_COMPLETE" in done.stdout


def complete(words: str, **more: str) -> list[str]:
    """Ask as bash does what the last word could be."""
    asked = {
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
        "_PORTKEY_PROMPTS_COMPLETE": "complete_bash",
    }
    done = subprocess.run([COMMAND], env=environment(**asked, **more), capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    return done.stdout.split()


def test_commands_options_and_prompts_are_completed(server: LocalServer, portkey: Portkey) -> None:
    assert complete("portkey-prompts ver") == ["versions"]
    assert complete("portkey-prompts render --var-") == ["--var-json"]
    assert complete("portkey-prompts show pp-gr", PORTKEY_BASE_URL=server.base_url) == ["pp-greeting"]
    assert complete("portkey-prompts show pp-gr", PORTKEY_BASE_URL="http://127.0.0.1:9/v1") == []

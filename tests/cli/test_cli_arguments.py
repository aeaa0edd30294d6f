"""What stands on every command line: the program's own options, help, completion, and how commands fail."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from pkgutil import iter_modules

import pytest
from cli_process import COMMAND, environment, piped

from portkey_ai import API_VERSION, Portkey, __version__
from portkey_cli import plain
from portkey_cli.app import hoisted
from portkey_cli.clients import Connection
from portkey_cli.commands import COMMANDS
from portkey_cli.failures import one_line
from portkey_local import LocalServer

HELP = [
    ("list", ["--search", "--collection", "--limit", "--json"]),
    ("show", ["PROMPT", "@latest", "--template", "--json"]),
    ("versions", ["PROMPT", "--json"]),
    ("render", ["PROMPT", "--var ", "--var-json", "--vars", "--messages", "--json"]),
    ("run", ["PROMPT", "--var ", "--model", "--temperature", "--set", "--no-stream", "--virtual-key", "--json"]),
    ("create", ["--name", "--file", "--collection", "--parameters", "--param ", "--model", "--message", "--json"]),
    ("update", ["PROMPT", "--file", "EDITOR", "--message", "--publish", "--json"]),
    ("publish", ["PROMPT", "--json"]),
    ("label", ["PROMPT", "LABEL", "--create", "--remove", "--json"]),
    ("delete", ["PROMPT", "--yes", "--json"]),
    ("diff", ["PROMPT", "NEW", "--exit-code", "--json"]),
    ("serve", ["--host", "--port", "--database", "--config", "8790"]),
    ("contract", ["--expect", "--json", "diff"]),
    ("contract diff", ["OLD", "NEW", "--exit-code", "--json"]),
]


@pytest.mark.parametrize(("command", "words"), HELP, ids=[command for command, _ in HELP])
def test_help_of_each_command_says_enough_and_gives_an_example(alone, command: str, words: list[str]) -> None:
    done = alone(*command.split(), "--help")
    assert (done.code, done.err) == (0, "")
    assert [word for word in words if word not in done.out] == []
    example = {"serve": "PORTKEY_BASE_URL=", "contract": f"--expect {API_VERSION}"}.get(
        command, f"portkey-prompts {command} "
    )
    assert example in done.out.split("Options:")[1]


def test_help_lists_every_command_with_a_whole_sentence(alone) -> None:
    listed = alone("--help").out.split("Commands:")[1].split("Exit codes:")[0].split("\n\n")[0]
    assert {line.split()[0] for line in listed.splitlines() if line} == set(COMMANDS)
    assert all(line.endswith(".") for line in listed.splitlines() if line)


def test_help_tells_the_exit_codes_and_where_a_key_belongs(alone) -> None:
    shown = " ".join(alone("--help").out.split())
    assert (
        "Exit codes: 0 as asked, 1 not as asked, 2 wrong usage, 3 no file, 4 no key, 5 no answer, 6 no port," in shown
    )
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


def test_the_program_s_options_may_follow_the_command(alone, server: LocalServer) -> None:
    for arguments in (
        ["--base-url", server.base_url, "list"],
        ["list", "--base-url", server.base_url],
        ["list", f"--base-url={server.base_url}", "--timeout", "5"],
    ):
        assert alone(*arguments).code == 0


def test_what_follows_two_dashes_is_left_alone() -> None:
    assert hoisted(["show", "--", "--timeout", "1"]) == ["show", "--", "--timeout", "1"]
    assert hoisted(["a", "--timeout=1", "b"]) == ["--timeout=1", "a", "b"]
    assert hoisted([]) == []


def test_the_environment_names_the_service_and_the_command_line_wins(alone, server, monkeypatch) -> None:
    monkeypatch.setenv("PORTKEY_BASE_URL", server.base_url)
    assert alone("list").code == 0
    assert alone("list", "--base-url", "http://127.0.0.1:9/v1").code == 5


def test_the_key_is_sent(alone, httpserver) -> None:
    httpserver.expect_request("/v1/prompts").respond_with_json({"object": "list", "total": 0, "data": []})
    assert alone("--api-key", "mine", "--base-url", httpserver.url_for("/v1"), "list").code == 0
    assert httpserver.log[0][0].headers["x-portkey-api-key"] == "mine"


def test_without_a_key_the_hosted_service_is_not_called(alone, fails, monkeypatch) -> None:
    fails(alone("list"), 4, "PORTKEY_API_KEY", "--base-url http://127.0.0.1:8790/v1")
    monkeypatch.setenv("PORTKEY_API_KEY", "")
    fails(alone("list"), 4, "PORTKEY_API_KEY")


def test_a_service_that_does_not_answer_fails_in_one_line(alone, fails, monkeypatch) -> None:
    monkeypatch.setattr("portkey_openapi.retries.FIRST_WAIT", 0.001)
    fails(alone("--base-url", "http://127.0.0.1:9/v1", "list"), 5, "http://127.0.0.1:9/v1", "refused")


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("HTTPS_PROXY", "foo://127.0.0.1:9", "Unknown scheme"),
        ("ALL_PROXY", "socks5://127.0.0.1:9", "socksio"),
        ("SSL_CERT_FILE", "/nowhere/ca.pem", "No such file"),
        ("SSL_CERT_FILE", __file__, "NO_CERTIFICATE"),
    ],
    ids=["no proxy's scheme", "a package is missing", "no such file", "no certificates"],
)
def test_a_network_that_can_not_be_set_up_fails_in_one_line(name: str, value: str, word: str) -> None:
    done = piped("--base-url", "https://service.invalid/v1", "--api-key", "k", "list", **{name: value})
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (5, "", 1)
    assert word in done.stderr
    assert name in done.stderr.replace(value, "")


def test_an_answer_of_another_kind_fails_in_one_line(alone, fails, httpserver) -> None:
    httpserver.expect_request("/v1/prompts").respond_with_data("<html>\n<p>Hi</p></html>", content_type="text/html")
    fails(alone("--base-url", httpserver.url_for("/v1"), "list"), 5, "not JSON", "text/html")


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


def test_a_command_loads_no_other(alone, server: LocalServer) -> None:
    program = (
        "import sys\nfrom portkey_cli.main import main\n"
        "main(['--base-url', sys.argv[1], 'list'])\n"
        "print(*(name for name in sys.modules if name.startswith('portkey_cli.commands.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, server.base_url], env=environment(), capture_output=True, text=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "portkey_cli.commands.list"


def test_every_module_of_a_command_is_in_the_table() -> None:
    import portkey_cli.commands as package

    assert sorted(set(COMMANDS.values())) == sorted(module.name for module in iter_modules(package.__path__))


def test_contract_prints_the_facts(alone, fails) -> None:
    assert alone("contract", "--json").json == plain.contract_facts()
    assert alone("contract").out.splitlines()[3].split()[1:] == ["portkey-prompts", __version__]
    assert alone("contract", "--expect", "9.9.9").code == 1


ORPHANED = """
import os, sys
reader, writer = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    os.dup2(writer, 1)
    os.execv(sys.argv[1], sys.argv[1:])
os.close(writer)
sys.stdout.write(os.fdopen(reader).read())
"""
"""Runs a command in a session of its own whose parent has ended: no shell is among its ancestors."""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_each_shell_gets_a_completion(shell: str) -> None:
    asked = [sys.executable, "-c", ORPHANED, COMMAND, "completion", shell]
    done = subprocess.run(asked, env=environment(), capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert "_PORTKEY_PROMPTS_COMPLETE" in done.stdout
    assert f"complete_{shell}" in done.stdout


def test_bash_completes_with_its_script(server: LocalServer) -> None:
    ask = (
        f'eval "$({COMMAND} completion bash)"; COMP_WORDS=({COMMAND} show pp-gr); COMP_CWORD=2\n'
        f'_portkey_prompts_completion {COMMAND}; printf "%s\\n" "${{COMPREPLY[@]}}"'
    )
    there = environment(PORTKEY_BASE_URL=server.base_url)
    done = subprocess.run(["bash", "-c", ask], env=there, capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["pp-greeting"], done.stderr


def test_a_shell_that_is_not_known_is_wrong_usage(alone, fails) -> None:
    fails(alone("completion", "tcsh"), 2, "tcsh", "'bash', 'zsh', 'fish', 'powershell'")


def complete(words: str, **more: str) -> list[str]:
    """Ask as bash does what the last word could be."""
    asked = {
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
        "_PORTKEY_PROMPTS_COMPLETE": "complete_bash",
    }
    done = subprocess.run([COMMAND], env=environment(**asked, **more), capture_output=True, text=True, timeout=120)
    assert done.stderr == ""
    return done.stdout.split()


def test_commands_options_and_prompts_are_completed(server: LocalServer, portkey: Portkey) -> None:
    assert complete("portkey-prompts ver") == ["versions"]
    assert complete("portkey-prompts render --var-") == ["--var-json"]
    assert complete("portkey-prompts show pp-gr", PORTKEY_BASE_URL=server.base_url) == ["pp-greeting"]
    assert complete("portkey-prompts show pp-gr", PORTKEY_BASE_URL="http://127.0.0.1:9/v1") == []


@pytest.mark.parametrize("command", ["", *COMMANDS, "keys create", "contract diff"])
def test_h_is_short_for_help(alone, command: str) -> None:
    short, long = (alone(*command.split(), name) for name in ("-h", "--help"))
    assert (short.code, short.out, short.err) == (0, long.out, "")


def test_v_is_short_for_var(cli) -> None:
    assert cli("render", "pp-greeting@1", "-v", "name=Ada").out == "Hello Ada!\n"
    assert cli("run", "pp-greeting@1", "-v", "name=Ada").code == 0


def test_the_package_runs_as_the_program_does() -> None:
    run = [sys.executable, "-m", "portkey_cli"]
    done = subprocess.run([*run, "--version"], env=environment(), capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, f"portkey-prompts {__version__}\n")
    done = subprocess.run([*run, "nope"], env=environment(), capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (2, "")


EMPTY = [
    ("pull", "--folder", ""),
    ("push", "--folder="),
    ("status", "--folder", ""),
    ("create", "--name", "x", "--file", ""),
    ("update", "pp-greeting", "-f", ""),
    ("render", "pp-greeting", "--vars", ""),
    ("mcp", "--lock", ""),
    ("mcp", "--label="),
    ("lock", "pp-greeting", "--file", ""),
    ("export", "-o", ""),
    ("serve", "--config", ""),
    ("contract", "--expect", ""),
    ("list", "--base-url", ""),
    ("list", "--api-key="),
]


@pytest.mark.parametrize("words", EMPTY, ids=" ".join)
def test_an_option_with_an_empty_value_is_no_option_at_its_default(alone, fails, words: tuple[str, ...]) -> None:
    option = next(word.removesuffix("=") for word in words[1:] if word.startswith("-") and word != "--name")
    fails(alone("--base-url", "http://127.0.0.1:9/v1", *words), 2, f"{option} has an empty value", "not set")
    assert list(Path().iterdir()) == []


def test_a_text_may_be_empty_and_so_may_what_follows_the_options(cli, fails) -> None:
    assert cli("list", "--search", "").code == 0
    fails(cli("create", "--name", "", "--file", "-", stdin="Hi"), 1, "`name` must not be empty")
    fails(cli("import", ""), 3, "''")


@pytest.mark.parametrize("key", ["  ", "ключ", "a\nb", "pk "])
def test_a_key_that_can_t_be_sent_is_no_key(cli, fails, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("PORTKEY_API_KEY", key)
    fails(cli("list"), 4, "API key", "PORTKEY_API_KEY")


def test_a_folder_that_was_removed_is_told(alone, fails, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    fails(alone("list"), 1, "The working folder is gone")


@pytest.mark.parametrize("kind", ["a link to nothing", "a folder"])
def test_a_configuration_that_can_t_be_read_is_not_passed_by(kind: str) -> None:
    file = Path(plain.CONFIG)
    file.mkdir() if kind == "a folder" else file.symlink_to("nowhere.toml")
    done = piped("serve", "--port", "0", "--database", "temporary")
    assert (done.returncode, done.stdout) == (3, ""), done
    assert f"{plain.CONFIG} can't be read" in done.stderr


def test_a_name_with_a_tab_or_a_line_break_stays_in_its_column(cli) -> None:
    cli("create", "--name", "a\tb\nc", "--file", "-", stdin="Hi")
    assert "  a b c  " in cli("list").out

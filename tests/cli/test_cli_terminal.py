"""The command on a terminal, in a pipe, and interrupted: real processes."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_process import COMMAND, Terminal, environment, on_terminal, piped
from slow_model import SlowModel

from portkey_local import LocalServer

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals here", allow_module_level=True)

ESCAPE = "\x1b["


def test_a_terminal_gets_colour_and_a_pipe_none(server: LocalServer) -> None:
    for arguments in (["list"], ["show", "pp-greeting"], ["render", "pp-greeting", "--messages"], ["--help"]):
        screen = on_terminal(*arguments, PORTKEY_BASE_URL=server.base_url)
        assert screen.code == 0
        assert ESCAPE in screen.text, screen.text
        assert ESCAPE not in piped(*arguments, PORTKEY_BASE_URL=server.base_url).stdout


@pytest.mark.parametrize("more", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_no_colour_where_it_is_not_wanted(server: LocalServer, more: dict[str, str]) -> None:
    for arguments in (["list"], ["show", "pp-greeting"], ["run", "pp-greeting@1"], ["--help"], ["show"]):
        assert ESCAPE not in on_terminal(*arguments, **{"PORTKEY_BASE_URL": server.base_url, **more}).text


def test_no_colour_in_a_pipe_even_where_colour_is_forced(server: LocalServer) -> None:
    forced = {"FORCE_COLOR": "1", "GITHUB_ACTIONS": "true", "CLICOLOR_FORCE": "1", "PORTKEY_BASE_URL": server.base_url}
    for arguments in (["list"], ["--help"], ["render", "--help"]):
        done = piped(*arguments, **forced)
        assert ESCAPE not in done.stdout + done.stderr


def test_json_has_no_colour_on_a_terminal_either(server: LocalServer) -> None:
    assert (
        ESCAPE not in on_terminal("list", "--json", PORTKEY_BASE_URL=server.base_url, NO_COLOR="").text.split("{", 1)[1]
    )


def test_a_table_is_folded_to_the_terminal_and_nothing_is_lost(server: LocalServer) -> None:
    name = "".join(chr(97 + number % 26) for number in range(100))
    server.add_prompt(slug="pp-long", name=name, versions=["Hi"])
    screen = on_terminal("list", columns=60, PORTKEY_BASE_URL=server.base_url, NO_COLOR="1")
    lines = screen.text.splitlines()
    assert max(map(len, lines)) <= 60
    titles = next(line for line in lines if "slug" in line)
    column = slice(titles.index("name"), titles.index("model"))
    assert name in "".join(line[column].strip() for line in lines)


def test_a_name_can_not_steer_the_terminal(server: LocalServer) -> None:
    server.add_prompt(slug="pp-evil", name="\x1b[2JGone\x07\r", versions=["\x1b[31mRed\x9b {{x}}"])
    there = {"PORTKEY_BASE_URL": server.base_url, "NO_COLOR": "1"}
    assert "\\x1b[2JGone\\x07" in on_terminal("list", columns=120, **there).text
    assert "\\x1b[31mRed\\x9b" in on_terminal("show", "pp-evil", **there).text
    assert "\\x1b[31mRed\\x9b" in on_terminal("render", "pp-evil", **there).text
    assert "\\x1b[31mRed\\x9b" in on_terminal("run", "pp-evil", "--virtual-key", "echo", **there).text
    assert piped("render", "pp-evil", **there).stdout == "\x1b[31mRed\x9b \n"


@pytest.fixture
def slow():
    """A server whose prompt runs on a model that waits after its first word."""
    with SlowModel() as model, LocalServer(upstreams={"slow": {"kind": "openai", "base_url": model.url}}) as server:
        server.add_prompt(slug="pp-slow", versions=[{"string": "Hi", "virtual_key": "slow", "model": "m"}])
        yield model, server.base_url


def test_an_answer_streams_into_the_terminal(slow) -> None:
    model, url = slow
    terminal = Terminal("run", "pp-slow", more={"PORTKEY_BASE_URL": url})
    seen = terminal.read_until("Hello")
    assert "world" not in seen
    model.go_on()
    screen = terminal.finish()
    assert screen.code == 0
    assert "Hello world\n" in screen.text


def test_an_answer_streams_into_a_pipe(slow) -> None:
    model, url = slow
    process = subprocess.Popen(
        [COMMAND, "run", "pp-slow"],
        env=environment(PORTKEY_BASE_URL=url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stdout.read(5) == b"Hello"
    model.go_on()
    rest, notes = process.communicate(timeout=120)
    assert (process.returncode, rest) == (0, b" world\n")
    assert notes.count(b"\n") == 1


def test_progress_shows_on_a_terminal_until_the_answer_comes(slow) -> None:
    model, url = slow
    model.go_on()
    shown = on_terminal("run", "pp-slow", "--json", PORTKEY_BASE_URL=url).text
    assert "The model answers" in shown
    assert "The model answers" not in piped("run", "pp-slow", "--json", PORTKEY_BASE_URL=url).stderr


def test_ctrl_c_ends_a_stream_with_130_and_no_traceback(slow) -> None:
    _, url = slow
    process = subprocess.Popen(
        [COMMAND, "run", "pp-slow"],
        env=environment(PORTKEY_BASE_URL=url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.read(5) == "Hello"
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=120)
    assert (process.returncode, rest, errors) == (130, "\n", "")


def test_ctrl_c_on_a_terminal_gives_the_prompt_back_on_a_line_of_its_own(slow) -> None:
    _, url = slow
    terminal = Terminal("run", "pp-slow", more={"PORTKEY_BASE_URL": url})
    terminal.read_until("Hello")
    terminal.process.send_signal(signal.SIGINT)
    screen = terminal.finish()
    assert screen.code == 130
    assert screen.text.endswith("Hello\n")
    assert "Traceback" not in screen.text


def test_the_tests_of_ctrl_c_pass_where_the_signal_was_ignored(request: pytest.FixtureRequest) -> None:
    tests = f"{__file__}::{test_ctrl_c_ends_a_stream_with_130_and_no_traceback.__name__}"
    script = f"trap '' INT; exec '{sys.executable}' -m pytest -q -p no:cacheprovider '{tests}'"
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=request.config.rootpath,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "arguments", [["show", "pp-big", "--template"], ["show", "pp-big"], ["list", "--json"], ["list"]]
)
def test_a_pipe_that_is_closed_early_is_no_error(server: LocalServer, arguments: list[str]) -> None:
    server.add_prompt(slug="pp-big", name="n" * 255, versions=["x\n" * 400_000])
    for number in range(400 if "list" in arguments else 0):
        server.add_prompt(slug=f"pp-{number}", name="n" * 255, versions=["Hi"])
    command = f"'{COMMAND}' {' '.join(arguments)} | head -c 5; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command],
        env=environment(PORTKEY_BASE_URL=server.base_url),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, len(done.stdout), done.stderr) == (141, 5, "")


@pytest.mark.parametrize("buffering", [{}, {"PYTHONUNBUFFERED": "1"}], ids=["buffered", "unbuffered"])
def test_a_full_disk_fails_in_one_line(server: LocalServer, buffering: dict[str, str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [COMMAND, "list"],
            env=environment(PORTKEY_BASE_URL=server.base_url, **buffering),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
        )
    assert (done.returncode, done.stderr) == (1, "portkey-prompts: No space left on device\n")


def closed(redirection: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command with a standard stream closed."""
    script = f'exec "$@" {redirection}'
    return subprocess.run(
        ["bash", "-c", script, "bash", COMMAND, *arguments],
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_closed_stdout_fails_in_one_line_where_there_is_a_result(server: LocalServer) -> None:
    for arguments in (["list"], ["list", "--json"], ["run", "pp-greeting@1"], ["contract"], ["--version"]):
        done = closed(">&-", *arguments, PORTKEY_BASE_URL=server.base_url)
        assert (done.returncode, done.stdout) == (1, ""), arguments
        assert done.stderr.endswith("portkey-prompts: The output is closed, and there is something to write to it.\n")
        assert "Traceback" not in done.stderr
    assert closed(">&-", "publish", "pp-greeting@1", PORTKEY_BASE_URL=server.base_url).returncode == 0


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full"])
def test_notes_that_nobody_can_read_change_nothing(server: LocalServer, redirection: str) -> None:
    there = {"PORTKEY_BASE_URL": server.base_url}
    done = closed(redirection, "run", "pp-greeting@1", "--var", "name=Ada", **there)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Hello Ada!\n", "")
    assert closed(redirection, "show", "pp-nowhere", **there).returncode == 1
    assert closed(redirection, "show", **there).returncode == 2


def test_a_closed_stdin_fails_in_one_line_where_it_is_read(server: LocalServer) -> None:
    there = {"PORTKEY_BASE_URL": server.base_url}
    done = closed("<&-", "update", "pp-greeting", "--file", "-", **there)
    assert (done.returncode, done.stdout, done.stderr) == (3, "", "portkey-prompts: stdin: Bad file descriptor\n")
    assert closed("<&-", "list", **there).returncode == 0


def test_a_long_text_does_not_make_every_line_of_a_table_as_long(server: LocalServer) -> None:
    for number in range(20):
        server.add_prompt(slug=f"pp-{number}", name="n" * (20_000 if number == 7 else 10), versions=["Hi"])
    printed = piped("list", PORTKEY_BASE_URL=server.base_url).stdout
    assert 20_000 < len(printed) < 24_000
    assert "n" * 20_000 in printed
    lines = [line for line in printed.splitlines() if len(line) < 1000]
    assert len({line.index(" UTC" if "UTC" in line else "20") for line in lines if "active" in line}) == 1


def test_an_output_that_only_knows_ascii_gets_escapes(server: LocalServer) -> None:
    server.add_prompt(slug="pp-words", name="Grüße 🙂", versions=["挨拶"])
    there = {"PORTKEY_BASE_URL": server.base_url, "PYTHONIOENCODING": "ascii"}
    assert piped("render", "pp-words", **there).stdout == "\\u6328\\u62f6\n"
    assert '"name": "Gr\\u00fc\\u00dfe \\ud83d\\ude42"' in piped("list", "--json", **there).stdout


def test_output_of_one_command_is_input_of_the_next(server: LocalServer) -> None:
    there = {"PORTKEY_BASE_URL": server.base_url}
    slug = piped("create", "--name", "Chain", "--file", "-", stdin="One", **there).stdout.strip()
    version = piped("update", slug, "--file", "-", stdin="Two", **there).stdout.strip()
    assert piped("publish", version, **there).returncode == 0
    assert piped("render", slug, **there).stdout == "Two\n"

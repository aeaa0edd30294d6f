"""What the shell completes: in a bash that a person types into, and by what zsh and fish ask."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_process import COMMAND, environment
from in_process import command

from portkey_ai import Portkey
from portkey_local import LocalServer

Cli = Any


class Bash:
    """A bash on a terminal, with the completion as its users have it."""

    def __init__(self, base_url: str) -> None:
        self._master, slave = pty.openpty()
        more = {"PORTKEY_BASE_URL": base_url, "PATH": f"{Path(COMMAND).parent}:{os.environ['PATH']}", "PS1": "$ "}
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-i"],
            env=environment(INPUTRC="/dev/null", COLUMNS="200", **more),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.type('eval "$(portkey-prompts completion bash)"; bind "set enable-bracketed-paste off"; echo rea""dy\n')
        self.read_until("ready")

    def completed(self, line: str) -> str:
        """Type a line and a tab, and say what it is then: as a comment, which bash remembers and does not run."""
        self.type(f"{line}\t")
        self.type("\x01# \x05 end\n")  # to the beginning, to the end
        self.read_until("end\r\n")
        # What bash drew of the line before may still be on its way, so what it remembers has an end of its own.
        self.type('fc -ln -1; echo do""ne\n')
        shown = self.read_until("done\r\n")
        return shown.rpartition("# ")[2].partition(" end")[0].rstrip()

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def read_until(self, text: str) -> str:
        seen, end = "", time.monotonic() + 60
        while text not in seen:
            assert time.monotonic() < end, seen
            if select.select([self._master], [], [], 0.2)[0]:
                seen += os.read(self._master, 65536).decode(errors="replace")
        return seen

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)


@pytest.fixture
def bash(server: LocalServer, portkey: Portkey) -> Iterator[Bash]:
    portkey.labels.create(name="quality")
    portkey.prompts.partials.create(name="Only tone", string="x")
    running = Bash(server.base_url)
    yield running
    running.close()


def test_a_bash_completes_prompts_their_labels_partials_and_labels(bash: Bash, portkey: Portkey) -> None:
    slug = portkey.prompts.partials.list().data[0].slug
    for typed, whole in {
        "show pp-gr": "show pp-greeting",
        "show pp-greeting@pro": "show pp-greeting@production",
        "render pp-greeting@qu": "render pp-greeting@quality",
        "diff pp-greeting@1 pp-greeting@la": "diff pp-greeting@1 pp-greeting@latest",
        "label pp-greeting@1 pro": "label pp-greeting@1 production",
        "partials show pp-o": f"partials show {slug}",
        "labels del": "labels delete",
    }.items():
        assert bash.completed(f"portkey-prompts {typed}") == f"portkey-prompts {whole}"


def asked(shell: str, line: str, **more: str) -> str:
    """Ask as a shell's script does how a line could go on."""
    words = {
        "zsh": {"_TYPER_COMPLETE_ARGS": line},
        "fish": {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
        "bash": {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)},
    }[shell]
    done = command(**{"_PORTKEY_PROMPTS_COMPLETE": f"complete_{shell}", **words, **more})
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("show pp-gr", "pp-greeting"),
        ("show pp-greeting@pro", "pp-greeting@production"),
        ("show pp-greeting@l", "pp-greeting@latest"),
        ("label pp-greeting@1 pro", "production"),
        ("push --label pro", "production"),
        ("pull --at pro", "production"),
        ("labels delete st", "staging"),
        ("partials publish pp-t", "pp-tone"),
        ("list --collection def", "default"),
        ("create --collection def", "default"),
        ("push gre", "greeting"),
        ("status pp-gr", "pp-greeting"),
        ("lock pp-greeting@pro", "pp-greeting@production"),
    ],
)
def test_each_shell_gets_what_the_service_and_the_folder_know(
    server: LocalServer, portkey: Portkey, shell: str, line: str, word: str
) -> None:
    portkey.prompts.partials.create(name="Tone", string="x")
    Path("prompts").mkdir()
    Path("prompts/greeting.prompt").write_text("Hello")
    assert word in asked(shell, f"portkey-prompts {line}", PORTKEY_BASE_URL=server.base_url)


def test_the_service_that_is_named_is_asked_and_one_that_can_not_say_offers_nothing(server: LocalServer) -> None:
    assert "pp-greeting" in asked("bash", f"portkey-prompts --base-url {server.base_url} show pp-gr")
    Path(".portkey.toml").write_text(f'base_url = "{server.base_url}"')
    assert "pp-greeting" in asked("bash", "portkey-prompts show pp-gr")
    for settings in ("folder = ", 'base_url = "http://127.0.0.1:9/v1"'):
        Path(".portkey.toml").write_text(settings)
        assert asked("bash", "portkey-prompts show pp-gr").strip() == ""
        assert asked("bash", "portkey-prompts show pp-greeting@zz").strip() == ""


@pytest.mark.parametrize(
    ("shell", "sign"),
    [
        ("bash", "complete -o default"),
        ("zsh", "#compdef"),
        ("fish", "complete --command"),
        ("powershell", "Import-Module PSReadLine"),
    ],
)
def test_each_shell_gets_its_own_script(shell: str, sign: str) -> None:
    done = subprocess.run(
        [COMMAND, "completion", shell], env=environment(), capture_output=True, text=True, timeout=120, check=True
    )
    assert sign in done.stdout

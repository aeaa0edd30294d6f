"""A repository's settings: where they are found, what wins over them, and what is no setting."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_process import COMMAND, environment

from portkey_ai import Portkey
from portkey_local import LocalServer

Cli = Any
NOWHERE = "http://127.0.0.1:9/v1"


def says(text: str, file: str = "pyproject.toml") -> None:
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    head = "[tool.portkey-prompts]\n" if file.endswith("pyproject.toml") else ""
    Path(file).write_text(head + text, encoding="utf-8")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository, and the working directory two folders below its root."""
    (tmp_path / "repository/.git").mkdir(parents=True)
    (tmp_path / "repository/app/deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repository/app/deep")
    return tmp_path / "repository"


@pytest.mark.parametrize("file", ["pyproject.toml", ".portkey.toml", "app/.portkey.toml"])
def test_a_process_below_the_root_takes_service_folder_and_lock_file_from_the_settings(
    repository: Path, server: LocalServer, portkey: Portkey, file: str
) -> None:
    portkey.prompts.publish("pp-greeting", version=2)
    says(f'base_url = "{server.base_url}"\nfolder = "texts"\nlock = "locked/p.lock"\n', str(repository / file))
    place = (repository / file).parent
    (place / "locked").mkdir()
    for arguments in (
        ["pull"],
        ["status", "--exit-code"],
        ["lock", "pp-greeting"],
        ["lock", "--frozen", "pp-greeting"],
    ):
        done = subprocess.run([COMMAND, *arguments], env=environment(), capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
    assert (place / "texts/greeting.prompt").is_file()
    assert (place / "locked/p.lock").is_file()
    assert not Path("prompts").exists()
    assert not Path("prompts.lock").exists()


def test_a_flag_wins_over_the_environment_that_over_the_file_and_that_over_the_default(
    alone: Cli, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def base_url(*arguments: str) -> tuple[str, str]:
        found = alone(*arguments, "settings", "--json").json["base_url"]
        return found["value"], found["source"]

    assert base_url() == ("https://api.portkey.ai/v1", "default")
    says('base_url = "http://file.invalid/v1"', str(repository / "pyproject.toml"))
    assert base_url() == ("http://file.invalid/v1", str(repository / "pyproject.toml"))
    monkeypatch.setenv("PORTKEY_PROXY", "http://proxy.invalid/v1")
    assert base_url() == ("http://proxy.invalid/v1", "PORTKEY_PROXY")
    monkeypatch.setenv("PORTKEY_BASE_URL", "http://environment.invalid/v1")
    assert base_url() == ("http://environment.invalid/v1", "PORTKEY_BASE_URL")
    assert base_url("--base-url", "http://flag.invalid/v1") == ("http://flag.invalid/v1", "--base-url")


def test_an_empty_variable_says_nothing(alone: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    says(f'base_url = "{NOWHERE}"', ".portkey.toml")
    monkeypatch.setenv("PORTKEY_BASE_URL", "")
    assert alone("settings", "--json").json["base_url"]["value"] == NOWHERE


def test_folder_and_lock_file_of_the_command_line_win(cli: Cli) -> None:
    says('folder = "theirs"\nlock = "their.lock"', ".portkey.toml")
    assert cli("pull", "--folder", "mine").code == 0
    assert cli("lock", "pp-greeting", "--file", "my.lock").code == 0
    assert sorted(path.name for path in Path().iterdir()) == [".portkey.toml", "mine", "my.lock"]


def test_settings_shows_what_holds_and_never_the_key(alone: Cli, repository: Path) -> None:
    says('base_url = "http://file.invalid/v1"\nfolder = "texts"', str(repository / "pyproject.toml"))
    done = alone("settings", "--api-key", "sk-secret-1")
    assert done.code == 0
    assert "sk-secret-1" not in done.out + done.err
    rows = [line.split() for line in done.out.splitlines()]
    assert rows == [
        ["setting", "value", "from"],
        ["base_url", "http://file.invalid/v1", str(repository / "pyproject.toml")],
        ["api_key", "***", "--api-key"],
        ["folder", "../../texts", str(repository / "pyproject.toml")],
        ["lock", "prompts.lock", "default"],
    ]


def test_a_file_beyond_the_repository_s_root_or_outside_of_one_above_says_nothing(
    alone: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(f'base_url = "{NOWHERE}"', str(tmp_path / ".portkey.toml"))
    (tmp_path / "a/b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a")
    assert alone("settings", "--json").json["base_url"]["source"] == "default"
    monkeypatch.chdir(tmp_path / "a/b")
    (tmp_path / "a/.git").write_text("gitdir: ../elsewhere")  # as in a worktree
    assert alone("settings", "--json").json["base_url"]["source"] == "default"


def test_a_pyproject_without_the_table_leaves_it_to_the_one_above(alone: Cli, repository: Path) -> None:
    says(f'base_url = "{NOWHERE}"', str(repository / "pyproject.toml"))
    Path("pyproject.toml").write_text('[project]\nname = "deep"\n[tool.ruff]\nline-length = 100\n')
    assert alone("settings", "--json").json["base_url"]["value"] == NOWHERE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('api_key = "sk-1"', ("api_key", "PORTKEY_API_KEY")),
        ('portkey_api_key = "sk-1"', ("portkey_api_key", "PORTKEY_API_KEY")),
        ('Token = "sk-1"', ("Token", "PORTKEY_API_KEY")),
        ('base_url = "https://user:sk-1@host.invalid/v1"', ("base_url", "PORTKEY_API_KEY")),
        ('base_url = "https://host.invalid/v1?key=sk-1"', ("base_url", "PORTKEY_API_KEY")),
        ('base-url = "https://host.invalid/v1"', ("base-url is no setting", "Is base_url meant?")),
        ('colour = "red"', ("colour is no setting", "base_url, folder, lock, bindings")),
        ('base_url = "host.invalid"', ("base URL", "can't be used")),
        ("folder = 3", ("folder must be text", 'folder = "prompts"')),
        ('lock = " "', ("lock must be text",)),
        ('bindings = "x"', ("bindings must be a table",)),
        ("folder = ", ("is no TOML",)),
        ('folder = "\udcff"', ("is no UTF-8",)),
    ],
)
@pytest.mark.parametrize("file", ["pyproject.toml", ".portkey.toml"])
def test_what_is_no_setting_is_refused_by_name_with_the_file_and_no_secret(
    alone: Cli, fails: Callable[..., None], text: str, words: tuple[str, ...], file: str
) -> None:
    head = "[tool.portkey-prompts]\n" if file == "pyproject.toml" else ""
    Path(file).write_bytes((head + text).encode(errors="surrogateescape"))
    done = alone("list")
    fails(done, 2, file, *words)
    assert "sk-1" not in done.err


def test_settings_in_both_files_of_a_folder_are_refused(alone: Cli, fails: Callable[..., None]) -> None:
    says('folder = "a"')
    says('folder = "b"', ".portkey.toml")
    fails(alone("settings"), 2, "pyproject.toml", ".portkey.toml", "Keep")


def test_settings_that_are_broken_harm_no_command_that_asks_nothing_of_them(cli: Cli, alone: Cli) -> None:
    Path(".portkey.toml").write_text("folder = ")
    assert alone("--version").code == 0
    assert alone("contract").code == 0
    assert cli("list").code == 0


def test_the_key_of_the_environment_goes_to_the_service_of_the_settings(alone: Cli, server: LocalServer) -> None:
    says(f'base_url = "{server.base_url}"')
    assert "pp-greeting" in alone("list").out


@pytest.mark.parametrize("file", ["pyproject.toml", ".portkey.toml"])
@pytest.mark.parametrize("kind", ["a link to nothing", "a folder"])
def test_settings_that_can_t_be_read_are_not_passed_by(
    repository: Path, alone: Cli, fails: Callable[..., None], file: str, kind: str
) -> None:
    path = repository / file
    path.mkdir() if kind == "a folder" else path.symlink_to("nowhere")
    for command in ("settings", "list"):
        fails(alone(command), 2, str(path))

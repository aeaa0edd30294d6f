"""The command line of a plain install: typer, rich and the local server's packages are not there."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from cli_process import without
from msgspec import Meta

from portkey_ai import API_VERSION, __version__
from portkey_cli import plain
from portkey_cli.commands import COMMANDS
from portkey_local.config import Seconds

ELSEWHERE = [*([name] for name in COMMANDS if name not in plain.HERE), ["contract", "diff", "a", "b"]]
CLI = ("typer", "rich", "click", "yaml")


def test_contract_works_without_typer() -> None:
    done = without(CLI, "contract", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["api_version"] == API_VERSION
    done = without(CLI, "contract", "--expect", "9.9.9")
    assert done.returncode == 1
    assert "portkey-prompts==9.9.9.*" in done.stderr


@pytest.mark.parametrize("arguments", ELSEWHERE, ids=str)
def test_other_commands_name_the_extra(arguments: list[str]) -> None:
    done = without(CLI, *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert "pip install 'portkey-prompts[cli]'" in done.stderr
    assert done.stderr.count("\n") == 1


def test_serve_without_the_local_server_s_packages_names_the_extra() -> None:
    for missing in ((*CLI, "sqlalchemy"), ("uvicorn",)):
        done = without(missing, "serve", "--port", "0")
        assert (done.returncode, done.stdout) == (1, "")
        assert "pip install 'portkey-prompts[local]'" in done.stderr
        assert done.stderr.count("\n") == 1


def test_contract_diff_without_yaml_names_the_extra(tmp_path) -> None:
    done = without(("yaml",), "contract", "diff", "a", "b")
    assert done.returncode == 1
    assert "pip install 'portkey-prompts[cli]'" in done.stderr


def test_help_version_and_wrong_usage_are_the_same_as_with_typer() -> None:
    assert without(CLI, "--version").stdout == f"portkey-prompts {__version__}\n"
    assert "portkey-prompts[cli]" in without(CLI, "--help").stdout
    assert "8790" in without(CLI, "serve", "--help").stdout
    for arguments, word in {(): "COMMAND", ("serv",): "serv", ("serve", "--port", "70000"): "70000 is no port"}.items():
        done = without(CLI, *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert word in done.stderr
        assert done.stderr.startswith("portkey-prompts: ")
        assert done.stderr.count("\n") == 1


def test_serve_takes_times_as_long_as_the_configuration_does() -> None:
    assert [each.le for each in get_args(Seconds) if isinstance(each, Meta)] == [plain.MOST_SECONDS]

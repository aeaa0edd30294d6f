"""The configuration: what it takes, and how it says what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portkey_local import AccessRules, Config, ConfigError, LocalLimits, RunsSettings
from portkey_local.upstreams.kinds import build_upstreams


def build(text: str, folder: Path) -> dict[str, Any]:
    path = folder / "portkey-local.toml"
    path.write_text(text, encoding="utf-8")
    return build_upstreams(Config.read(path))


UP = '[upstreams.up]\nkind = "openai"\nbase_url = "http://127.0.0.1:1/v1"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[upstream.x]", "upstream is not known. Known: upstreams, limits"),
        ("upstreams = 1", "upstreams is no table"),
        ("[upstreams]\nx = 1", "upstreams.x is 1"),
        ("[upstreams.x]", "upstreams.x.kind is missing"),
        ('[upstreams.x]\nkind = "gpt"', "Known kinds: echo, openai, llama"),
        ('[upstreams.x]\nkind = "openai"', "upstreams.x.base_url is missing"),
        ('[upstreams.x]\nkind = "openai"\nbase_url = "example.com"', "https://api.openai.com/v1"),
        ('[upstreams.x]\nkind = "openai"\nbase_url = "file:///etc/passwd"', "upstreams.x.base_url"),
        ('[upstreams.x]\nkind = "openai"\nbase_url = "https://me:secret@example.com"', "api_key_env"),
        (UP + 'api_key = "sk-1"', "upstreams.up.api_key is not known"),
        (UP + 'api_key_env = "SURELY_NOT_SET"', "SURELY_NOT_SET, which is not set"),
        (UP + 'headers_env = {x = "SURELY_NOT_SET"}', "SURELY_NOT_SET"),
        (UP + "headers = {x = 1}", "upstreams.up.headers.x is no text"),
        (UP + "headers = 1", "upstreams.up.headers is no table"),
        (UP + 'forward = "x"', "upstreams.up.forward is 'x'. Write a list of names"),
        (UP + "forward = [1]", "upstreams.up.forward[0] is no name of a header"),
        (UP + "timeuot = 1", "upstreams.up.timeuot is not known. Known: base_url, api_key_env, model"),
        (UP + 'model = " "', "upstreams.up.model is ' '. Write a text"),
        ('[upstreams.x]\nkind = "llama"', "upstreams.x.path is missing"),
        (
            '[upstreams.x]\nkind = "llama"\npath = "x"\nparallel = 0',
            "parallel is 0. Write a whole number from 1 to 1,024",
        ),
        ('[upstreams.x]\nkind = ["echo"]', "Known kinds: echo, openai, llama"),
        (UP + "timeout = 0", "upstreams.up.timeout is 0"),
        (UP + 'timeout = "1"', "upstreams.up.timeout"),
        (UP + "timeout = true", "upstreams.up.timeout"),
        (UP + "timeout = nan", "upstreams.up.timeout"),
        (UP + "model = 4", "upstreams.up.model is 4"),
        ('[upstreams.echo]\nkind = "openai"\nbase_url = "http://127.0.0.1:1"', "Choose another name"),
        ('[upstreams.""]\nkind = "echo"', "toml: upstreams has one without a name"),
        ('[upstreams.x]\nkind = "echo"\nmodel = "y"', "upstreams.x.model is not known"),
        (
            '[access]\nprotected_labels = ["eu", "the world"]',
            "access.protected_labels[1] can't be used. A label's name",
        ),
        ('[access]\nprotected_labels = ["12"]', "access.protected_labels[0] can't be used. A label's name"),
        ("limits = 1", "limits is no table"),
        ("[limits]\nspeed = 1", "limits.speed is not known. Known: body, values, names, template"),
        ("[limits]\nbody = 0", "limits.body is 0"),
        ("[limits]\nbody = true", "limits.body"),
        ('[limits]\nbody = "1"', "limits.body"),
        ("nonsense", "is no TOML"),
    ],
)
def test_what_is_wrong_is_named_with_the_remedy(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build(text, tmp_path)
    assert message in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml can't be read"):
        Config.read(tmp_path / "nowhere.toml")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "portkey-local.toml"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "portkey_cli", "serve", "--port", "0", "--config", str(pipe)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)  # nobody ever writes into it
    assert done.returncode == 3, done.stderr
    assert f"{pipe} can't be read: it is no regular file" in " ".join(done.stderr.split())


def test_a_folder_is_refused(tmp_path: Path) -> None:
    before = {each.name for each in Path("/dev/fd").iterdir()}
    with pytest.raises(ConfigError, match="can't be read: Is a directory"):
        Config.read(tmp_path)
    assert {each.name for each in Path("/dev/fd").iterdir()} == before


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LocalLimits(body=-1), "body is -1. Write a whole number, 1 or more"),
        (lambda: LocalLimits(body=True), "body is True"),
        (lambda: LocalLimits(body="9"), "body is '9'"),
        (lambda: RunsSettings(keep_days=1.5), "keep_days is 1.5. Write a whole number of days"),
        (lambda: AccessRules(origins=["https://app.example.com", "*"]), "origins[1] can't be used"),
        (lambda: AccessRules(hosts="prompts.example.com"), "hosts is no list"),
        (lambda: Config(limits=5), "limits is no table"),
        (lambda: Config.of({1: 2}), "1 is not known. Known: upstreams"),
        (lambda: Config.of({"limits": {1: 2}}), "limits.1 is not known. Known: body"),
    ],
)
def test_what_is_made_in_python_is_held_to_the_same_rules(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make()
    assert str(caught.value).startswith(message)


def test_a_choice_is_named_with_its_words() -> None:
    with pytest.raises(ConfigError, match=r"^log\.format is 'xml'\. Write one of: text, json\.$"):
        Config.of({"log": {"format": "xml"}})


def test_limits_are_read(tmp_path: Path) -> None:
    path = tmp_path / "portkey-local.toml"
    path.write_text("[limits]\nbody = 1\ntemplate = 2\noutput = 3\ndepth = 4\nexpansions = 5\n")
    assert Config.read(path).limits == LocalLimits(body=1, template=2, output=3, depth=4, expansions=5)


def test_a_model_needs_its_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(ConfigError, match=r"pip install 'portkey-prompts\[model\]'"):
        build('[upstreams.small]\nkind = "llama"\npath = "x.gguf"', tmp_path)


def test_a_model_file_is_looked_for_beside_the_configuration(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp", reason="the extra [model] is not installed")
    with pytest.raises(ConfigError) as caught:
        build('[upstreams.small]\nkind = "llama"\npath = "models/x.gguf"', tmp_path)
    assert str(tmp_path / "models" / "x.gguf") in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[server]\ndrain = 99999999999999999999999", "server.drain is 99999999999999999999999. Write a whole number"),
        ("[server]\ngrace = 2147483648", "at most 2147483647"),
        ("[limits]\nseconds = 1000000000000", "limits.seconds is 1000000000000"),
        (f"[limits]\nbody = {'9' * 300}", "limits.body is 999"),
        (f"[limits]\nbody = {'9' * 5000}", "is no TOML"),
        (f"[limits]\nbody = 0x{'f' * 5000}", "limits.body is a number of very many digits"),
        (f"a = {'[' * 5000}{']' * 5000}", "nested too deep"),
    ],
    ids=["drain", "grace", "seconds", "digits", "more digits", "hexadecimal", "nested"],
)
def test_a_number_that_nothing_can_take_is_refused_with_its_location(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "portkey-local.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        Config.read(path)
    assert str(caught.value).startswith(str(path))
    assert said in str(caught.value)
    assert len(str(caught.value)) < 400

"""The configuration: what it takes, and how it says what is wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from portkey_local import Config, ConfigError, LocalLimits


def build(text: str, folder: Path) -> dict[str, Any]:
    path = folder / "portkey-local.toml"
    path.write_text(text, encoding="utf-8")
    return Config.read(path).build_upstreams()


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
        (UP + "headers = {x = 1}", "upstreams.up.headers"),
        (UP + "timeout = 0", "upstreams.up.timeout is 0"),
        (UP + 'timeout = "1"', "upstreams.up.timeout"),
        (UP + "timeout = true", "upstreams.up.timeout"),
        (UP + "timeout = nan", "upstreams.up.timeout"),
        (UP + "model = 4", "upstreams.up.model is 4"),
        ('[upstreams.echo]\nkind = "openai"\nbase_url = "http://127.0.0.1:1"', "Choose another name"),
        ('[upstreams.x]\nkind = "echo"\nmodel = "y"', "upstreams.x.model is not known"),
        ("limits = 1", "limits is no table"),
        ("[limits]\nspeed = 1", "limits.speed is not known. Known: body, template"),
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

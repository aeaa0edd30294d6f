"""`docs/prompt-files.md`: its commands print what it says, and its file is one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from portkey_local import LocalServer
from portkey_prompts.prompt_file import parse

PAGE = (Path(__file__).resolve().parents[2] / "docs/prompt-files.md").read_text()
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
GREETING = [{"role": "system", "content": "Be {{mood}}."}, {"role": "user", "content": "Greet {{name}}."}]


def test_the_commands_print_what_the_page_says(tmp_path: Path) -> None:
    steps = [(kind, text) for kind, text in FENCE.findall(PAGE) if kind in ("sh", "text")]
    assert [kind for kind, _ in steps] == ["sh", "text"] * 2
    with LocalServer() as server:
        server.add_prompt(
            slug="pp-greeting",
            name="Greeting",
            versions=["Hello", {"string": json.dumps(GREETING), "parameters": {"mood": "kind"}}],
            labels={"production": 1},
        )
        environment = {**os.environ, "PORTKEY_BASE_URL": server.base_url}
        environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
        for (_, commands), (_, printed) in zip(steps[::2], steps[1::2], strict=True):
            done = subprocess.run(
                ["sh", "-e", "-c", commands], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
            )
            assert (done.returncode, done.stdout) == (0, printed), done.stderr


def test_the_file_that_it_shows_is_one() -> None:
    (text,) = [text for kind, text in FENCE.findall(PAGE) if kind == "yaml"]
    prompt = parse(text)
    assert prompt.name == "Greeting"
    assert prompt.version["parameters"] == {"temperature": 0.2, "tone": "kind"}
    assert json.loads(prompt.version["string"]) == [
        {"role": "system", "content": "Be {{tone}}. {{>signature}}"},
        {"role": "user", "content": "Greet {{name}}."},
    ]

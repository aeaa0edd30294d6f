"""A pulled file means the same to Google's reader of Dotprompt files, in an environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from official_environment import clean_environment, official_python

from portkey_ai import Portkey
from portkey_local import LocalServer
from portkey_prompts.prompt_file import PromptFile, parse, write

SYSTEM = {"role": "system", "content": 'Be {{tone}}.\n\nIn  two lines: a {b} & "c".'}
PROMPTS = {
    "chat": [SYSTEM, {"role": "user", "content": "Greet {{name}}."}],
    "turns": [
        SYSTEM,
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Yes?"},
        {"role": "user", "content": "{{name}}"},
    ],
    "parts": [{"role": "user", "content": [{"type": "text", "text": "Hello {{name}}"}]}],
    "sections": [{"role": "user", "content": "{{#items}}- {{title}} {{/items}}{{^none}}nothing{{/none}}"}],
    "text": "Hello {{name}},\nbe {{tone}}.",
}
DATA: dict[str, Any] = {"name": "Ann", "tone": "kind", "items": [{"title": "one"}, {"title": "two"}], "none": False}


def read(file: Path) -> dict[str, Any]:
    script = str(Path(__file__).with_name("dotprompt_reader.py"))
    done = subprocess.run(
        [official_python(), script, str(file), json.dumps(DATA)],
        capture_output=True, text=True, check=True, env=clean_environment(),
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", PROMPTS)
def test_a_pulled_file_renders_to_the_same_messages(name: str, tmp_path: Path) -> None:
    template = PROMPTS[name]
    string = template if isinstance(template, str) else json.dumps(template)
    with LocalServer() as server, Portkey(base_url=server.base_url) as portkey:
        slug = portkey.prompts.create(
            name=name, collection_id="default", string=string, parameters={"temperature": 0.2}, model="gpt-4o"
        ).slug
        program = str(Path(sys.executable).with_name("portkey-prompts"))
        subprocess.run([program, "--base-url", server.base_url, "pull", "--folder", str(tmp_path)], check=True)
        rendered = portkey.prompts.render(prompt_id=slug, variables=DATA)
    found = read(tmp_path / f"{name}.prompt")
    expected = rendered.messages or [{"role": "user", "content": rendered.prompt}]
    assert [_message(each) for each in found["messages"]] == [
        {"role": each["role"], "content": _text(each["content"])} for each in expected
    ]
    assert (found["model"], found["config"]) == ("gpt-4o", {"temperature": 0.2})


@pytest.mark.parametrize(
    ("text", "theirs"), [(" Hi\n", ["Hi", "Hi"]), ("\n\tHi {{name}} ", ["Hi Ann", "Hi Ann"]), ("", [])]
)
def test_white_space_around_a_message_is_taken_away_there(text: str, theirs: list[str], tmp_path: Path) -> None:
    messages = [{"role": role, "content": text} for role in ("system", "user")]
    file = tmp_path / "white.prompt"
    file.write_text(write(PromptFile({"string": json.dumps(messages)})))
    assert json.loads(parse(file.read_text()).version["string"]) == messages
    assert [_message(each)["content"] for each in read(file)["messages"]] == theirs


def _message(found: dict[str, Any]) -> dict[str, Any]:
    role = {"model": "assistant"}.get(found["role"], found["role"])
    return {"role": role, "content": "".join(part["text"] for part in found["parts"])}


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part["text"] for part in content)

"""What programs do with the official SDK works with this package in its place, and comes to the same."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import official_habits
import pytest
from official_environment import clean_environment, official_python

from portkey_local import LocalServer

HERE = Path(__file__).parent
HABITS = official_habits.habits()
FAILED = "failed with "

DIFFERENT = {
    "render: get": "`get` answers the JSON as it came; an attribute or an item answers its type",
    "render: settings of other providers that are not there": "no fields of OpenAI's requests, and they weren't sent",
    "render: keywords for another client": "`stream` is not filled in: it is the other call's to say",
    "render: keywords by dict()": "`stream` is not filled in: it is the other call's to say",
    "run: what choices have, at the root": "they are the choices', there is no such field at the root",
    "run: vars": "a result is a dict: `.items()`, `.model_dump()`",
    "run: its __dict__": "a result is a dict: `.model_dump()`",
    "run: pairs of names and values": "a result is a dict: `.items()`",
    "run: made from a part of its fields": "what the contract requires is asked for; `model_validate` takes any part",
    "error: the body": "it is decoded already",
    "constructor: an option that there is not": "a TypeError, so that a misspelt one is noticed",
    "stream: get": "`get` answers the JSON as it came; an attribute or an item answers its type",
}
"""Habits that come to something else here, and why; docs/from-the-official-sdk.md says what to write."""


@pytest.fixture(scope="module")
def servers() -> Iterator[list[str]]:
    """The base URLs of a server with prompts, of one that asks for a key, and of none."""
    settings = {"model": "gpt-x", "parameters": {"temperature": 0.5, "max_tokens": 50}, "virtual_key": "echo"}
    chats = [
        [{"role": "system", "content": "Be kind."}, {"role": "user", "content": text}]
        for text in ("Hi {{name}}", "Hello {{name}}")
    ]
    kinds = "{{n}} {{#list}}{{.}},{{/list}} {{#on}}on{{/on}} {{none}}|"
    with LocalServer() as server, LocalServer() as locked, socket.socket() as free:
        locked.add_key("read", name="somebody")
        server.add_prompt(
            slug="greet", versions=[{"string": json.dumps(chat), **settings} for chat in chats], labels={"staging": 1}
        )
        server.add_prompt(
            slug="text", versions=[{"string": "Dear {{name}}", "template_metadata": {"template_type": "completion"}}]
        )
        server.add_prompt(slug="kinds", versions=[[{"role": "user", "content": kinds}]])
        plain = json.dumps([{"role": "user", "content": "Just this."}])
        server.add_prompt(slug="plain", versions=[{"string": plain, "virtual_key": "echo"}])
        free.bind(("127.0.0.1", 0))
        yield [server.base_url, locked.base_url, f"http://127.0.0.1:{free.getsockname()[1]}/v1"]


def outcomes(python: str, servers: list[str]) -> dict[str, Any]:
    """Run all habits with an interpreter, and answer what each came to."""
    done = subprocess.run(
        [python, str(HERE / "official_habits.py"), *servers],
        capture_output=True,
        text=True,
        timeout=240,
        env=clean_environment(),
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


@pytest.fixture(scope="module")
def there(servers: list[str]) -> dict[str, Any]:
    return outcomes(official_python(), servers)


@pytest.fixture(scope="module")
def here(servers: list[str]) -> dict[str, Any]:
    return outcomes(sys.executable, servers)


@pytest.mark.parametrize("name", [name for name in HABITS if name not in DIFFERENT])
def test_the_habit_comes_to_the_same(name: str, here: dict[str, Any], there: dict[str, Any]) -> None:
    assert not str(there[name]).startswith(FAILED), "the official SDK can't do this itself"
    assert here[name] == there[name]


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_is_different_is_so_still(name: str, here: dict[str, Any], there: dict[str, Any]) -> None:
    assert here[name] != there[name]


def test_they_are_many_and_each_is_one() -> None:
    assert len(HABITS) > 180
    assert set(DIFFERENT) < set(HABITS)

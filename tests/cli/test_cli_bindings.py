"""`bindings`: typed functions of what is locked, or of a folder of files, called on a real server."""

from __future__ import annotations

import ast
import asyncio
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from portkey_ai import AsyncPortkey, Portkey, PromptSource
from portkey_local import LocalServer
from portkey_prompts.lock import LockFile

Cli = Callable[..., Any]
OUT = Path("prompts_gen.py")


def loaded(file: Path = OUT) -> ModuleType:
    """Import what was written."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def functions(file: Path = OUT) -> list[str]:
    tree = ast.parse(file.read_text())
    calls = [node for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)]
    names = [ast.unparse(node.targets[0]) for node in calls]
    return [name for name in names if name == name.lower()]


@pytest.fixture
def locked(cli: Cli, server: LocalServer) -> Cli:
    """The command line, with two prompts locked: one in version 1, by its label."""
    server.add_prompt(
        slug="pp-invoice-5cd6b6",
        name="Send an invoice",
        versions=["{{customer.name}}:{{#items}} {{title}} {{price}}{{/items}}{{#paid}} Paid.{{/paid}}"],
    )
    assert cli("lock", "pp-greeting@production", "pp-invoice-5cd6b6").code == 0
    return cli


def test_each_reference_becomes_a_function_that_renders_runs_and_streams(locked: Cli, portkey: Portkey) -> None:
    assert locked("bindings").err == "prompts_gen.py: greeting, send_an_invoice.\n"
    module = loaded()
    assert (module.greeting.REFERENCE, module.greeting.VERSION) == ("pp-greeting@1", 1)
    assert module.greeting(portkey, name="Ada").prompt == "Hello Ada!"
    assert module.greeting.run(portkey, name="Ada").choices[0].message.content == "Hello Ada!"
    assert "".join(module.greeting.stream(portkey, name="Ada").text_deltas()) == "Hello Ada!"
    items = [{"title": "Tea", "price": 2}]
    invoice = module.send_an_invoice(portkey, customer={"name": "Ada"}, items=items, paid=True)
    assert invoice.prompt == "Ada: Tea 2 Paid."
    assert module.Reference.__args__ == ("pp-greeting@1", "pp-invoice-5cd6b6@1")


def test_settings_of_a_call_go_with_it(locked: Cli, portkey: Portkey) -> None:
    locked("bindings")
    rendered = loaded().greeting(portkey, {"temperature": 0.5}, name="Ada")
    assert rendered.data["temperature"] == 0.5


def test_coroutines_are_made_for_the_async_client(locked: Cli, server: LocalServer) -> None:
    assert locked("bindings", "--async").code == 0

    async def use() -> list[str]:
        module = loaded()
        async with AsyncPortkey(base_url=server.base_url) as portkey:
            rendered = await module.greeting(portkey, name="Ada")
            run = await module.greeting.run(portkey, name="Ada")
            stream = await module.greeting.stream(portkey, name="Ada")
            return [rendered.prompt, run.choices[0].message.content, "".join([t async for t in stream.text_deltas()])]

    assert asyncio.run(use()) == ["Hello Ada!"] * 3


def test_what_is_locked_renders_without_the_service(locked: Cli) -> None:
    locked("bindings")
    with Portkey(base_url="http://127.0.0.1:9/v1", prompts=PromptSource(lock="prompts.lock", frozen=True)) as offline:
        rendered = loaded().greeting(offline, name="Ada")
    assert (rendered.prompt, rendered.source) == ("Hello Ada!", "lock")


def test_a_scan_of_the_sources_sees_what_bindings_call(locked: Cli) -> None:
    locked("bindings")
    done = locked("lock", "--frozen", "--scan", "prompts_gen.py", "--json")
    assert done.json == {**done.json, "ok": True, "unseen": [], "unused": [], "uncovered": {}}
    before = Path("prompts.lock").read_text()
    done = locked("lock", "--scan", "prompts_gen.py")
    assert "pp-greeting@production  1  as locked" in done.out
    assert Path("prompts.lock").read_text() == before
    locked("lock", "--remove", "pp-greeting@production")
    assert list(locked("lock", "--frozen", "--scan", "prompts_gen.py", "--json").json["uncovered"]) == ["pp-greeting@1"]


def test_check_fails_where_the_lock_moved_on_and_says_what_differs_and_what_mends_it(locked: Cli) -> None:
    missing = locked("bindings", "--check")
    assert missing.code == 1
    assert missing.err == "prompts_gen.py is not there. To write it: portkey-prompts bindings\n"
    locked("bindings")
    assert locked("bindings", "--check").code == 0
    before = OUT.read_text()
    locked("label", "pp-greeting@2", "production")
    locked("lock", "--upgrade", "pp-greeting@production")
    done = locked("bindings", "--check")
    assert done.code == 1
    assert '-    REFERENCE: Final = "pp-greeting@1"\n+    REFERENCE: Final = "pp-greeting@2"\n' in done.out.replace(
        "-    VERSION: Literal[1] = 1\n", ""
    )
    assert "+    mood: NotRequired[Text]\n" in done.out
    assert done.err == "prompts_gen.py is not up to date. To write it: portkey-prompts bindings\n"
    assert OUT.read_text() == before
    locked("bindings")
    assert locked("bindings", "--check").code == 0


def test_the_command_that_mends_is_the_one_that_was_typed(locked: Cli) -> None:
    Path("my locks").mkdir()
    Path("prompts.lock").rename("my locks/a.lock")
    done = locked("bindings", "--check", "--lock", "my locks/a.lock", "--out", "x.py", "--async")
    assert done.err.endswith("To write it: portkey-prompts bindings --lock 'my locks/a.lock' --out x.py --async\n")


def test_a_formatter_that_was_over_the_file_is_no_drift(locked: Cli) -> None:
    locked("bindings")
    ruff = [sys.executable, "-m", "ruff", "format", "--isolated", "--config", "format.skip-magic-trailing-comma=true"]
    subprocess.run([*ruff, "--line-length", "120", str(OUT)], check=True, timeout=60)
    formatted = OUT.read_text()
    assert ",\n        /,\n" not in formatted
    assert locked("bindings", "--check").code == 0
    assert "up to date" in locked("bindings").err
    assert OUT.read_text() == formatted
    OUT.write_bytes(formatted.replace("\n", "\r\n").encode())
    assert locked("bindings", "--check").code == 0
    OUT.write_text(formatted.replace("Hello", "Hi").replace("name: Text", "name: str"))
    assert locked("bindings", "--check").code == 1


def test_a_file_that_somebody_else_wrote_is_left_alone(locked: Cli, fails: Callable[..., None]) -> None:
    OUT.write_text("x = 1\n")
    fails(locked("bindings"), 2, "prompts_gen.py was not written by this command", "--out")
    assert OUT.read_text() == "x = 1\n"
    OUT.write_text("")
    assert locked("bindings").code == 0


def test_what_can_not_be_is_told(locked: Cli, fails: Callable[..., None]) -> None:
    fails(locked("bindings", "--lock", "none.lock"), 3, "none.lock", "there is no such file", "portkey-prompts lock")
    fails(locked("bindings", "--lock", "a", "--files"), 2, "Give one of them")
    fails(locked("bindings", "--out", "no/x.py"), 2, "no: there is no such folder")
    fails(locked("bindings", "--out", "-", "--check"), 2, "Name it with --out")
    fails(locked("bindings", "--out", ".", "--check"), 2, "no file", "Name one with --out")


def test_what_is_no_file_is_written_to_and_never_read(locked: Cli, fails: Callable[..., None], tmp_path: Path) -> None:
    fails(locked("bindings", "--out", "/dev/full"), 3, "/dev/full: No space left on device")  # it has no end
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as threads:
        reading = threads.submit(pipe.read_text)
        assert locked("bindings", "--out", str(pipe)).code == 0
        written = reading.result(60)
    assert written == locked("bindings", "--out", "-").out


def test_a_dash_prints_the_module(locked: Cli) -> None:
    done = locked("bindings", "--out", "-")
    assert done.out.startswith('"""The prompts of this app, as functions.\n')
    assert not OUT.exists()
    locked("bindings")
    assert OUT.read_text() == done.out


def test_an_empty_lock_file_makes_a_module_without_functions(alone: Cli) -> None:
    LockFile({}).write("prompts.lock")
    assert alone("bindings").err == "prompts_gen.py: no prompts.\n"
    assert [type(node).__name__ for node in ast.parse(OUT.read_text()).body] == ["Expr", "ImportFrom"]
    assert alone("bindings", "--check").code == 0


# Names


def test_functions_are_called_like_the_files_where_there_are_some(locked: Cli) -> None:
    locked("pull")
    Path("prompts/send-an-invoice.prompt").rename("prompts/bill.prompt")
    state = Path("prompts/.portkey.json")
    state.write_text(state.read_text().replace('"send-an-invoice"', '"bill"'))
    locked("bindings")
    assert functions() == ["bill", "greeting"]


def test_a_lock_file_without_names_gives_the_slug_without_its_random_end(locked: Cli) -> None:
    value = json.loads(Path("prompts.lock").read_text())
    for entry in value["prompts"].values():
        del entry["name"]
    Path("prompts.lock").write_text(json.dumps({**value, "lock_format": 1}))
    locked("bindings")
    assert functions() == ["greeting", "invoice"]


def test_labels_tell_two_versions_of_a_prompt_apart(locked: Cli) -> None:
    locked("lock", "pp-greeting", "pp-greeting@2")
    locked("bindings")
    assert functions() == ["greeting", "greeting_2", "greeting_production", "send_an_invoice"]
    module = loaded()
    assert module.greeting_production.REFERENCE == "pp-greeting@1"
    assert module.greeting.REFERENCE == module.greeting_2.REFERENCE == "pp-greeting@2"


@pytest.mark.parametrize("table", ["pyproject.toml", ".portkey.toml"])
def test_settings_name_functions_leave_some_out_and_say_where_to_write(locked: Cli, table: str) -> None:
    inside = "tool.portkey-prompts." if table == "pyproject.toml" else ""
    Path("app").mkdir()
    Path(table).write_text(
        f'[{inside}bindings]\nout = "app/p.py"\nasync = true\n'
        f'[{inside}bindings.names]\n"pp-greeting@production" = "salute"\npp-invoice-5cd6b6 = false\n'
    )
    assert locked("bindings").code == 0
    assert functions(Path("app/p.py")) == ["salute"]
    assert "async def run(" in Path("app/p.py").read_text()
    assert locked("bindings", "--check").code == 0


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('names = "x"', ["bindings.names must be a table"]),
        ("out = 1", ["bindings.out must be text"]),
        ("async = 1", ["bindings.async must be true or false"]),
        ("lang = 1", ["bindings.lang is no setting. There are: names, out, async."]),
        ("names = {pp-greeting = true}", ["pp-greeting must be a name, or false"]),
        ('names = {pp-other = "x"}', ["pp-other is no prompt that is bound here"]),
    ],
)
def test_settings_that_are_none_are_told(locked: Cli, fails: Callable[..., None], table: str, words: list[str]) -> None:
    Path("pyproject.toml").write_text(f"[tool.portkey-prompts.bindings]\n{table}\n")
    fails(locked("bindings"), 2, *words)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('names = {pp-greeting = "a b"}', ["`a b`, which is no name in Python"]),
        ('names = {pp-greeting = "class"}', ["`class`, which is a keyword of Python"]),
        ('names = {pp-greeting = "__x"}', ["`__x`, which is no name in Python"]),
        ('names = {pp-greeting = "list"}', ["`list`, which would hide a name that the module needs"]),
        (
            'names = {pp-greeting = "send_an_invoice"}',
            ["pp-greeting@production (send_an_invoice)", "pp-invoice-5cd6b6 (Send an invoice)", "would both be"],
        ),
    ],
)
def test_names_in_the_settings_that_can_not_be_are_told(
    locked: Cli, fails: Callable[..., None], table: str, words: list[str]
) -> None:
    Path("pyproject.toml").write_text(f"[tool.portkey-prompts.bindings]\n{table}\n")
    fails(locked("bindings"), 2, *words)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["Class"], ["pp-0 (Class)", "`class`, which is a keyword of Python", '"pp-0" = "a_name"']),
        (["🎉"], ["pp-0 (🎉)", "has no letter or digit"]),
        (["1st"], ["`1st`, which is no name in Python"]),
        (["Two words", "two-words"], ["pp-0 (Two words) and pp-1 (two-words) would both be", '"pp-1" = "a_name"']),
        (["ﬁx", "fix"], ["pp-0 (ﬁx) and pp-1 (fix) would both be the function `fix`"]),
        (["Str"], ["`str`, which would hide"]),
    ],
)
def test_names_that_can_not_be_are_told_with_what_mends_them(
    cli: Cli, server: LocalServer, fails: Callable[..., None], names: list[str], words: list[str]
) -> None:
    for index, name in enumerate(names):
        server.add_prompt(slug=f"pp-{index}", name=name, versions=["x"])
    assert cli("lock", *(f"pp-{index}" for index in range(len(names)))).code == 0
    fails(cli("bindings"), 2, *words, "Name it in pyproject.toml: [tool.portkey-prompts.bindings.names]")
    assert not OUT.exists()


@pytest.mark.parametrize(
    ("string", "problem"),
    [("{{>pp-a}}", "the partial 'pp-a' includes itself"), ("{{>>x}}{{x.y}}", "`x` chooses a partial")],
)
def test_a_prompt_whose_types_would_not_hold_is_told(
    cli: Cli, server: LocalServer, fails: Callable[..., None], string: str, problem: str
) -> None:
    server.add_partial(slug="pp-a", name="a", versions=["{{#x}}{{>pp-a}}{{/x}}"])
    server.add_prompt(slug="pp-bad", name="Bad", versions=[string])
    assert cli("lock", "pp-bad").code == 0
    fails(cli("bindings"), 2, f"pp-bad can't be a function: {problem}", "leave it out", '"pp-bad" = false')
    Path("pyproject.toml").write_text("[tool.portkey-prompts.bindings.names]\npp-bad = false\n")
    assert cli("bindings").code == 0


# Files


SCHEMA = """---
description: Greet a customer.
input:
  schema:
    name: string, the customer's first name
    tone?(enum): [kind, short]
portkey:
  name: Greeting
---
Hello {{name}}! {{tone}} {{extra}}
"""


def test_descriptions_and_schemas_of_files_win(locked: Cli, portkey: Portkey) -> None:
    locked("pull")
    Path("prompts/greeting.prompt").write_text(SCHEMA)
    locked("push")
    locked("lock", "pp-greeting@latest")
    locked("lock", "--remove", "pp-greeting@production")
    locked("bindings")
    text = OUT.read_text()
    assert 'class GreetingPrompt:\n    """Greet a customer.\n\n    Version 3 of pp-greeting, locked as' in text
    assert '    name: str\n    """the customer\'s first name"""\n' in text
    assert '    tone: NotRequired[Literal["kind", "short"]]\n' in text
    assert "    extra: Text\n" in text
    assert loaded().greeting(portkey, name="Ada", tone="kind", extra=1).prompt == "Hello Ada! kind 1"


def test_functions_of_files_call_what_is_published(locked: Cli, portkey: Portkey) -> None:
    server_side = portkey.prompts.partials.create(name="Tone", string="Be {{mood}}.")
    portkey.prompts.update("pp-greeting", string=f"{{{{>{server_side.slug}}}}} Hello {{{{name}}}}!", patch=True)
    locked("pull")
    assert "{{>tone}}" in Path("prompts/greeting.prompt").read_text()
    assert locked("bindings", "--files").code == 0
    module = loaded()
    assert module.greeting.REFERENCE == "pp-greeting"
    assert not hasattr(module.greeting, "VERSION")
    assert list(module.GreetingVariables.__annotations__) == ["mood", "name"]
    assert locked("bindings", "--files", "--check").code == 0


def test_files_of_several_workspaces_are_told(locked: Cli, server: LocalServer, fails: Callable[..., None]) -> None:
    locked("pull")
    state = Path("prompts/.portkey.json")
    value = json.loads(state.read_text())
    (entries,) = value["services"].values()
    base_url = server.base_url.rstrip("/")
    state.write_text(json.dumps({**value, "services": {f"{base_url}#a": entries, f"{base_url}#b": entries}}))
    fails(locked("bindings", "--files"), 2, "knows several workspaces", "without --files")
    assert locked("bindings").code == 0


def test_a_file_that_is_on_no_service_is_told(alone: Cli, fails: Callable[..., None]) -> None:
    Path("prompts").mkdir()
    Path("prompts/new one.prompt").write_text("---\nmodel: x\n---\nHello\n")
    fails(alone("bindings", "--files"), 2, "prompts/new one.prompt is on no service", "portkey-prompts push 'new one'")


def test_a_schema_that_is_none_is_told(locked: Cli, fails: Callable[..., None]) -> None:
    locked("pull")
    Path("prompts/greeting.prompt").write_text(SCHEMA.replace("string, the", "words, the"))
    fails(locked("bindings"), 2, "input.schema.name: 'words' is no type", "pp-greeting@production can't be a function")

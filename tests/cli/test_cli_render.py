"""`render`, and the variables that `run` takes too."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from portkey_local import LocalServer


def test_render_prints_the_text(cli) -> None:
    done = cli("render", "pp-greeting@1", "--var", "name=Alice")
    assert (done.code, done.out, done.err) == (0, "Hello Alice!\n", "")


def test_render_messages_prints_each_below_its_role(cli) -> None:
    done = cli("render", "pp-greeting", "--var", "name=Alice", "--messages")
    assert done.out == "system:\nBe kind.\n\nuser:\nGreet Alice.\n"


def test_render_messages_of_a_text_prompt_is_its_text(cli) -> None:
    assert cli("render", "pp-greeting@1", "--var", "name=Alice", "--messages").out == "Hello Alice!\n"


def test_render_json_is_the_api_s_answer(cli, server: LocalServer) -> None:
    done = cli("render", "pp-greeting", "--var", "name=Alice", "--json")
    body = {"variables": {"name": "Alice"}}
    assert done.json == httpx.post(f"{server.base_url}/prompts/pp-greeting/render", json=body).json()


def test_render_takes_variables_of_any_kind(cli, server: LocalServer) -> None:
    server.add_prompt(slug="pp-items", versions=["{{#items}}<{{.}}>{{/items}} {{who.name}} {{text}}"])
    done = cli(
        "render", "pp-items", "--var-json", "items=[1, 2]", "--var-json", 'who={"name": "Eve"}', "--var", "text=a=b"
    )
    assert done.out == "<1><2> Eve a=b\n"


def test_render_reads_variables_from_a_file_and_the_command_line_wins(cli, tmp_path: Path) -> None:
    (tmp_path / "vars.json").write_text('\ufeff{"name": "File", "mood": "öde"}', encoding="utf-8")
    done = cli("render", "pp-greeting", "--vars", "vars.json", "--var", "name=Line")
    assert done.out == "Be öde.\n\nGreet Line.\n"


def test_render_reads_variables_from_stdin(cli) -> None:
    assert cli("render", "pp-greeting@1", "--vars", "-", stdin='{"name": "Pipe"}').out == "Hello Pipe!\n"


def test_render_shows_parts_of_a_message_that_are_no_text_as_json(cli, server: LocalServer) -> None:
    image = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    parts = [{"role": "user", "content": [{"type": "text", "text": "What is it?"}, image]}]
    server.add_prompt(slug="pp-image", versions=[parts])
    done = cli("render", "pp-image", "--messages")
    assert done.out == f"user:\nWhat is it?\n{json.dumps(image)}\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--var", "name"], ["--var 'name'", "NAME=VALUE"]),
        (["--var", "=x"], ["NAME=VALUE"]),
        (["--var", "a=1", "--var", "a=2"], ["'a' twice"]),
        (["--var", "a=1", "--var-json", "a=2"], ["both give 'a'"]),
        (["--var-json", "a=x"], ["--var-json a is no JSON", "double quotes"]),
        (["--var-json", "a=NaN"], ["NaN"]),
        (["--var-json", 'a="\\ud800"'], ["--var-json a holds half a surrogate pair"]),
        (["--var-json", "a=" + "[" * 100_000], ["nested too deep"]),
        (["--vars", "nowhere.json"], ["nowhere.json: No such file"]),
        (["--vars", "."], [".: Is a directory"]),
        (["--vars", "list.json"], ["list.json must hold a JSON object"]),
        (["--vars", "broken.json"], ["broken.json is no JSON", "line 1, column 2"]),
        (["--vars", "latin.json"], ["latin.json is no UTF-8"]),
        (["--vars", "-"], ["stdin is no JSON"]),
    ],
)
def test_variables_that_can_not_be_read_have_no_file_or_are_wrong_usage(
    cli, fails, tmp_path: Path, arguments, words
) -> None:
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "latin.json").write_bytes('{"a": "ö"}'.encode("latin-1"))
    for command in ("render", "run"):
        fails(cli(command, "pp-greeting", *arguments), 3 if arguments[1] in ("nowhere.json", ".") else 2, *words)


def test_render_of_an_unknown_version_fails(cli, fails) -> None:
    fails(cli("render", "pp-greeting@7"), 1, "no version 7", "status 404")


def test_render_of_a_template_that_can_not_be_filled_fails_in_one_line(cli, fails, server: LocalServer) -> None:
    raw = {"string": '[{"role": "user", "content": {{{x}}}}]', "is_raw_template": 1}
    server.add_prompt(slug="pp-raw", versions=[raw])
    fails(cli("render", "pp-raw", "--var", "x=oh"), 1, "status 422")

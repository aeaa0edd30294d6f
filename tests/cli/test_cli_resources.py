"""`labels`, `collections` and `partials`, each through its life, and what of the contract has no option."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_process import Terminal, piped

from portkey_ai import NotFoundError, Portkey
from portkey_cli.commands.resources import FIELDS, KINDS
from portkey_local import LocalServer

Cli = Any


def table(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.group)
def test_every_field_of_a_body_has_an_option_or_is_left_out_by_name(kind: Any) -> None:
    for body in (kind.created, kind.updated):
        assert inspect.get_annotations(body).keys() <= FIELDS.keys() | kind.except_for


@pytest.mark.parametrize("reference", ["", " ", ".", ".."])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.group)
def test_what_names_nothing_is_wrong_usage(cli: Cli, kind: Any, reference: str) -> None:
    for command in (["show"], ["delete", "--yes"], ["update", "--name", "x"]):
        done = cli(kind.group, command[0], reference, *command[1:])
        assert (done.code, done.out) == (2, "")
        assert f"{reference!r} names no {kind.noun}. Write {kind.named}." in done.err


def test_a_label_is_made_changed_found_and_deleted(server: LocalServer, portkey: Portkey) -> None:
    def run(*arguments: str) -> str:
        done = piped("--base-url", server.base_url, "labels", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("create", "beta", "--description", "For the first ones", "--color", "#1a7f37") == "beta\n"
    assert run("update", "beta", "--name", "gamma") == ""
    shown = run("show", "gamma")
    assert "For the first ones" in shown
    assert "#1a7f37" in shown
    assert table(run("list", "--search", "gam"))[1][:1] == ["gamma"]
    assert len(table(run("list", "--limit", "2"))) == 3
    assert [each.name for each in portkey.labels.list(search="gam")] == ["gamma"]
    assert run("delete", "gamma", "--yes") == ""
    assert [each.name for each in portkey.labels.list(search="gam")] == []


def test_a_collection_is_made_inside_of_another_changed_and_deleted(cli: Cli, portkey: Portkey) -> None:
    outer = cli("collections", "create", "Support").out.strip()
    inner = cli("collections", "create", "First line", "--parent", outer).out.strip()
    assert portkey.collections.retrieve(inner).parent_collection_id == portkey.collections.retrieve(outer).id
    assert cli("collections", "update", inner, "--name", "Second line").code == 0
    assert cli("collections", "show", inner, "--json").json["name"] == "Second line"
    assert inner in cli("collections", "list", "--search", "second").out
    assert (cli("create", "--name", "In it", "--file", "-", "--collection", inner, stdin="Hello")).code == 0
    refused = cli("collections", "delete", inner, "--yes")
    assert (refused.code, "409" in refused.err) == (1, True)
    cli("delete", next(iter(portkey.prompts.list(collection_id=inner))).slug, "--yes")
    assert cli("collections", "delete", inner, "--yes").code == 0
    with pytest.raises(NotFoundError):
        portkey.collections.retrieve(inner)


def test_a_partial_is_made_of_a_file_gets_a_version_that_is_published_and_is_deleted(
    cli: Cli, portkey: Portkey
) -> None:
    Path("tone.txt").write_text("softly\n")
    made = cli("partials", "create", "Tone", "--file", "tone.txt")
    slug = made.out.strip()
    assert (made.code, portkey.prompts.partials.retrieve(slug).string) == (0, "softly")
    updated = cli("partials", "update", slug, "--file", "-", "-m", "Louder", stdin='[{"role": "loudly"}]')
    assert (updated.out, f"publish {slug}@2" in updated.err) == (f"{slug}@2\n", True)
    assert cli("partials", "show", slug).out.endswith("\nsoftly\n")
    assert cli("partials", "show", f"{slug}@latest").out.endswith('\n[{"role": "loudly"}]\n')
    assert cli("partials", "publish", f"{slug}@latest").code == 0
    assert portkey.prompts.partials.retrieve(slug).version == 2
    versions = table(cli("partials", "versions", slug).out)
    assert [row[0] for row in versions] == ["version", "2", "1"]
    assert "Louder" in versions[1]
    assert cli("partials", "update", slug, "--name", "Voice").err == f"Updated {slug}.\n"
    assert cli("partials", "list", "--json").json["data"][0]["name"] == "Voice"
    assert cli("partials", "delete", slug, "--yes").code == 0
    assert cli("partials", "list").err == "There are no partials yet.\n"


def test_a_partial_in_use_is_deleted_by_force_only(cli: Cli, server: LocalServer) -> None:
    server.add_partial(slug="pp-tone", versions=["softly"])
    server.add_prompt(slug="pp-user", versions=["{{>pp-tone}}"])
    refused = cli("partials", "delete", "pp-tone", "--yes")
    assert (refused.code, refused.out) == (1, "")
    assert "included by 1 template" in refused.err
    assert "prompt `pp-user@1`" in refused.err
    assert cli("partials", "delete", "pp-tone", "--yes", "--force").code == 0
    assert cli("partials", "show", "pp-tone").code == 1
    for group in ("labels", "collections"):
        assert cli(group, "delete", "production", "--yes", "--force").code == 2


@pytest.mark.parametrize("group", ["labels", "collections", "partials"])
def test_what_is_deleted_is_asked_about_first(server: LocalServer, portkey: Portkey, group: str) -> None:
    made: dict[str, Callable[[], Any]] = {
        "labels": lambda: portkey.labels.create(name="beta") and "beta",
        "collections": lambda: portkey.collections.create(name="beta").slug,
        "partials": lambda: portkey.prompts.partials.create(name="beta", string="x").slug,
    }
    name = made[group]()
    nobody = piped("--base-url", server.base_url, group, "delete", name)
    assert (nobody.returncode, "--yes" in nobody.stderr) == (2, True)
    for answer, code in (("n", 1), ("", 1), ("y", 0)):
        terminal = Terminal("--base-url", server.base_url, group, "delete", name)
        assert f"{name}, permanently? [y/N]" in terminal.read_until("[y/N] ")
        terminal.type(f"{answer}\n")
        assert terminal.finish().code == code
    assert piped("--base-url", server.base_url, group, "show", name).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["labels", "show", "nope"], 1, ("no label 'nope'", "labels create nope", "production")),
        (["labels", "show", "week-1;ls"], 1, ("no label 'week-1;ls'", "labels create 'week-1;ls'")),
        *(
            (["labels", "show", name], 1, (f"no label {name!r}", "A label's name is not latest, default or all digits"))
            for name in ("week 1", "latest", "default", "12", "a/b", "x" * 256)
        ),
        (["labels", "update", "production"], 2, ("What is to change?",)),
        (["labels", "create", "production"], 1, ("409",)),
        (["labels", "create", "not a name"], 1, ("name",)),
        (["labels", "delete", "production", "--yes"], 1, ("production", "always exists")),
        (["labels"], 2, ()),
        (["labels", "publish", "x"], 2, ("publish",)),
        (["collections", "show", "nope"], 1, ("404",)),
        (["collections", "create", "X", "--parent", "nope"], 1, ("collection `nope` does not exist",)),
        (["partials", "show", "nope"], 1, ("404",)),
        (["partials", "publish", "pp-x"], 2, ("Which version?", "pp-x@3")),
        (["partials", "delete", "pp-x@2", "--yes"], 2, ("A version can't be deleted",)),
        (["partials", "create", "Tone", "--file", "nope.txt"], 3, ("nope.txt",)),
        (["partials", "create", "Tone"], 2, ("stdin is empty",)),
        (["partials", "create", "Tone", "--file", "-", "--collection", "nope"], 2, ("stdin is empty",)),
    ],
)
def test_what_goes_wrong_is_a_line(
    cli: Cli, fails: Callable[..., None], arguments: list[str], code: int, words: tuple[str, ...]
) -> None:
    done = cli(*arguments)
    if words:
        fails(done, code, *words)
    assert done.code == code

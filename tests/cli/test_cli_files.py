"""Prompts as files: pulled, pushed, compared, on real services."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cli_process import COMMAND, environment
from example_counts import examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from version_strategies import texts, versions

from portkey_ai import Portkey, PortkeyError
from portkey_cli.commands.push import Push
from portkey_cli.main import main
from portkey_local import LocalServer
from portkey_prompts.folder import PARTIAL, PROMPT, Key, Synced, in_order
from portkey_prompts.prompt_file import PromptFile

Cli = Any
FILE = Path("prompts/greeting.prompt")
STATE = '{"format": 1, "services": {"x": {"prompt": {%s: {"slug": "pp-x", "digest": null}}}}}'


@pytest.fixture
def other() -> Iterator[Portkey]:
    """A client of another service."""
    with LocalServer() as running, Portkey(base_url=running.base_url) as client:
        yield client


def edit(old: str, new: str, file: Path = FILE) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_what_is_pulled_is_the_same_and_pushing_it_makes_no_version(cli: Cli, portkey: Portkey) -> None:
    assert cli("pull").code == 0
    assert cli("status", "--exit-code").code == 0
    written = Path("prompts/.portkey.json").stat().st_ino
    done = cli("push")
    assert (done.code, done.out) == (0, "")
    assert Path("prompts/.portkey.json").stat().st_ino == written, "what is as it was is not written again"
    assert portkey.prompts.retrieve("pp-greeting@latest").prompt_version == 2
    assert FILE.read_text() == (
        "---\ninput:\n  default:\n    mood: kind\nportkey:\n  name: Greeting\n  virtual_key: echo\n---\n"
        '{{role "system"~}}\nBe {{mood}}.\n{{~role "user"~}}\nGreet {{name}}.\n'
    )


def test_an_edited_file_becomes_a_version_with_a_label(cli: Cli, portkey: Portkey) -> None:
    cli("pull")
    edit("Be {{mood}}.", "Be very {{mood}}.")
    assert cli("status", "--exit-code").code == 1
    assert "changed here" in cli("status").out
    assert "greeting.prompt -> pp-greeting" in cli("push", "--dry-run").out
    assert portkey.prompts.retrieve("pp-greeting@latest").prompt_version == 2
    assert cli("push", "--label", "production", "--publish", "-m", "Warmer").code == 0
    version = portkey.prompts.retrieve("pp-greeting@production")
    assert (version.prompt_version, version.prompt_version_description) == (3, "Warmer")
    assert portkey.prompts.retrieve("pp-greeting").prompt_version == 3
    assert json.loads(version.string or "")[0]["content"] == "Be very {{mood}}."


def test_what_leaves_a_file_leaves_the_prompt(cli: Cli, portkey: Portkey) -> None:
    cli("pull")
    edit("input:\n  default:\n    mood: kind\n", "")
    cli("push")
    assert not portkey.prompts.retrieve("pp-greeting@latest").parameters
    assert cli("status", "--exit-code").code == 0


def test_a_conflict_is_shown_and_nothing_is_lost(cli: Cli, portkey: Portkey) -> None:
    cli("pull")
    portkey.prompts.create(name="Second", string="Bye", collection_id="default", parameters={})
    cli("pull")
    edit("Bye", "Bye!", Path("prompts/second.prompt"))
    edit("kind", "short")
    mine = FILE.read_text()
    portkey.prompts.update("pp-greeting", string="Somebody's {{thing}}")
    pushed = cli("push")
    assert (pushed.code, "Somebody's" in pushed.out, "short" in pushed.out) == (1, True, True)
    assert portkey.prompts.retrieve("pp-greeting@latest").string == "Somebody's {{thing}}"
    assert not [each for each in portkey.prompts.list() if (portkey.prompts.retrieve(each.slug).string or "") == "Bye!"]
    pulled = cli("pull")
    assert (pulled.code, FILE.read_text()) == (1, mine)
    assert cli("pull", "greeting", "--force").code == 0
    assert FILE.read_text().endswith("---\nSomebody's {{thing}}\n")


def test_the_same_folder_goes_to_two_services(cli: Cli, alone: Cli, portkey: Portkey, other: Portkey) -> None:
    partial = portkey.prompts.partials.create(name="Tone", string="softly")
    portkey.prompts.update("pp-greeting", string=f"Hello {{{{> {partial.slug}@1 }}}}, {{{{name}}}}")
    cli("pull")
    assert "Hello {{> tone@1 }}" in FILE.read_text()
    there = ("--base-url", str(other.base_url))
    assert alone(*there, "push").code == 0
    assert alone(*there, "status", "--exit-code").code == 0
    assert cli("status", "--exit-code").code == 0
    slug = next(iter(other.prompts.list())).slug
    other.prompts.publish(slug, version=1)
    assert other.prompts.render(prompt_id=slug, variables={"name": "Ann"}).prompt == "Hello softly, Ann"
    assert next(iter(other.prompts.partials.list())).slug in (other.prompts.retrieve(slug).string or "")


def test_partials_that_include_each_other_and_themselves_know_each_other_there(
    cli: Cli, other: Portkey, alone: Cli
) -> None:
    Path("prompts").mkdir()
    for name, text in {"_a": "{{#b}}{{>b}}{{/b}}", "_b": "{{#a}}{{>a}}{{>b}}{{/a}}", "x": "x {{>a}}"}.items():
        Path(f"prompts/{name}.prompt").write_text(text)
    there = ("--base-url", str(other.base_url))
    assert alone(*there, "push").code == 0
    slugs = {each.name: each.slug for each in other.prompts.partials.list()}
    stored = {each: other.prompts.partials.retrieve(f"{slug}@latest").string for each, slug in slugs.items()}
    assert stored == {
        "a": f"{{{{#b}}}}{{{{>{slugs['b']}}}}}{{{{/b}}}}",
        "b": f"{{{{#a}}}}{{{{>{slugs['a']}}}}}{{{{>{slugs['b']}}}}}{{{{/a}}}}",
    }
    assert alone(*there, "status", "--exit-code").code == 0


def test_a_push_that_was_interrupted_is_repeated_without_a_second_prompt(cli: Cli, other: Portkey, alone: Cli) -> None:
    """What was made there before the folder could remember it is known by its name."""
    cli("pull")
    there = ("--base-url", str(other.base_url))
    alone(*there, "push")
    Path("prompts/.portkey.json").unlink()
    edit("kind", "short")
    done = alone(*there, "push")
    assert (done.code, "conflict" in done.err) == (1, True)
    assert alone(*there, "push", "--force").code == 0
    assert len(other.prompts.list().data) == 1


def test_nothing_is_deleted_unless_asked(cli: Cli, portkey: Portkey) -> None:
    cli("pull")
    FILE.unlink()
    assert cli("push").code == 0
    assert portkey.prompts.retrieve("pp-greeting").slug == "pp-greeting"
    assert cli("push", "--delete").code == 0
    with pytest.raises(PortkeyError, match="pp-greeting"):
        portkey.prompts.retrieve("pp-greeting")


def test_a_prompt_that_is_gone_there_leaves_its_file(cli: Cli, portkey: Portkey) -> None:
    cli("pull")
    portkey.prompts.delete("pp-greeting")
    assert cli("pull").code == 0
    assert FILE.exists()
    assert cli("pull", "--delete").code == 0
    assert not FILE.exists()


def test_a_label_is_pulled_and_latest_is_changed_there(cli: Cli) -> None:
    assert cli("pull", "greeting", "--at", "production").code == 0
    assert FILE.read_text().endswith("---\nHello {{name}}!\n")
    assert cli("status", "--at", "production", "--exit-code").code == 0
    assert "changed there" in cli("status").out


def test_the_message_is_the_commit(cli: Cli, portkey: Portkey) -> None:
    cli("pull")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*git, *words], check=True)
    head = subprocess.run(
        [*git, "rev-parse", "--short", "HEAD"], check=True, capture_output=True, text=True
    ).stdout.strip()
    edit("kind", "short")
    cli("push")
    assert portkey.prompts.retrieve("pp-greeting@latest").prompt_version_description == head


def test_diff_takes_files_and_sees_into_the_partials_of_the_folder(cli: Cli, portkey: Portkey) -> None:
    partial = portkey.prompts.partials.create(name="Tone", string="softly")
    portkey.prompts.update("pp-greeting", string=f"Hello {{{{>{partial.slug}}}}} {{{{name}}}}")
    cli("pull")
    assert cli("diff", str(FILE), "--json").json["changes"] == []
    edit("softly", "softly, {{who}}", Path("prompts/_tone.prompt"))
    done = cli("diff", str(FILE), "--exit-code")
    assert (done.code, "`who` became needed" in done.out) == (1, True), done.out
    edit("{{name}}", "{{nickname}}")
    assert "nickname" in cli("diff", "pp-greeting@production", str(FILE)).out
    assert cli("diff", f"{FILE}@production", "@latest").code == 0
    assert "no such file" in cli("diff", "pp-greeting", "prompts/none.prompt").err
    shown = cli("diff", str(FILE), "pp-greeting@latest").out
    assert f"--- {FILE}\n+++ pp-greeting@" in shown
    Path("prompts/_tone.prompt").write_text("")
    assert "-softly\n" in cli("diff", str(FILE)).out


@pytest.mark.parametrize("command", [["diff"], ["diff", "pp-greeting"], ["lock"]])
def test_a_partial_alone_is_compared_and_locked_by_what_includes_it(cli: Cli, fails: Any, command: list[str]) -> None:
    Path("prompts").mkdir()
    Path("prompts/_tone.prompt").write_text("softly\n")
    cli("push")
    fails(cli(*command, "prompts/_tone.prompt"), 2, "_tone.prompt is a partial. Name a prompt that includes it.")


def test_lock_takes_files(cli: Cli) -> None:
    assert "Push it first" in cli("lock", str(FILE)).err
    cli("pull")
    assert cli("lock", f"{FILE}@production").code == 0
    assert "pp-greeting@production" in Path("prompts.lock").read_text()
    assert cli("lock", "--frozen", f"{FILE}@production").code == 0


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.prompt", "---\nmodel: 3\n---\nx", "a.prompt: model must be text"),
        ("a.prompt", "---\nmodel: [\n---\nx", "a.prompt:3: The front matter"),
        ("_a.prompt", "---\nmodel: m\n---\nx", "a partial is text alone and has no model"),
        (
            "z.prompt",
            "---\nportkey: {collection: None such}\n---\nx",
            "z.prompt: There is no collection 'None such' there",
        ),
        ("a.prompt", "Hi {{#x}}", "a.prompt: the template: line 1, column 4: the section '{{#x}}' is never closed"),
        (".portkey.json", "{", "can't be read"),
        (".portkey.json", '{"format": 9, "services": {}}', "Upgrade"),
        (".portkey.json", "[" * 100_000, "nested too deep"),
        (
            ".portkey.json",
            '{"format": 1, "services": {"x": {"prompt": ["a"]}}}',
            "is not as `pull` and `push` write it",
        ),
        (".portkey.json", "{\n<<<<<<< HEAD\n", ".portkey.json:2: a merge conflict. Keep either side"),
        (".portkey.json", STATE % '"../../x"', "'prompt/../../x', which is no file of the folder"),
        (".portkey.json", STATE % '"/tmp/x"', "'prompt//tmp/x', which is no file of the folder"),
        (".portkey.json", STATE % r'"x\u0000"', "which is no file of the folder"),
        (".prompt", "x", "no prompt can be called so"),
        ("_.prompt", "x", "no prompt can be called so"),
        ("_tone@3.prompt", "x", "no prompt can be called so"),
        ("two\nlines.prompt", "x", "no prompt can be called so"),
        (os.fsdecode(b"b\xff.prompt"), "x", "no prompt can be called so"),
    ],
)
def test_what_cannot_be_read_is_named_before_anything_is_sent(
    cli: Cli, portkey: Portkey, name: str, text: str, said: str
) -> None:
    Path("prompts").mkdir()
    Path("prompts/b.prompt").write_text("fine")
    Path("prompts", name).write_text(text)
    done = cli("push")
    assert (done.code, said in done.err) == (2, True), done.err
    assert len(portkey.prompts.list().data) == 1


def test_an_unknown_name_is_told(cli: Cli) -> None:
    cli("pull")
    done = cli("push", "greting")
    assert (done.code, "greeting" in done.err) == (2, True)


@settings(
    max_examples=examples(8),
    phases=[Phase.generate, Phase.reuse],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(st.tuples(texts.filter(str.strip), versions()), min_size=1, max_size=3), texts)
def test_whatever_a_service_holds_goes_to_another_one(
    tmp_path_factory: Any, held: list[tuple[str, dict[str, Any]]], tone: str
) -> None:
    """Pulled from one service and pushed to another, every prompt is the same, and pushing it back makes no version."""
    folder = str(tmp_path_factory.mktemp("held") / "prompts")
    with LocalServer() as here, LocalServer() as there, Portkey(base_url=here.base_url) as source:
        partial = source.prompts.partials.create(name="tone", string=tone.replace("{{", "{ {") or "x")
        made = {}
        for name, version in held:
            string = version["string"].replace("{{>tone}}", f"{{{{>{partial.slug}}}}}")
            fields = {"parameters": {}, **version, "string": string}
            try:
                slug = source.prompts.create(name=name, collection_id="default", **fields).slug
            except PortkeyError:
                continue  # what the service does not take, it never holds
            made[slug] = source.prompts.retrieve(slug)
        arguments = ["--folder", folder]
        assert main(["--base-url", here.base_url, "pull", *arguments]) == 0
        assert main(["--base-url", here.base_url, "status", "--exit-code", *arguments]) == 0
        assert main(["--base-url", here.base_url, "push", *arguments]) == 0
        assert main(["--base-url", there.base_url, "push", *arguments]) == 0
        assert main(["--base-url", there.base_url, "status", "--exit-code", *arguments]) == 0
        state = json.loads(Path(folder, ".portkey.json").read_text())["services"]
        state = {name.partition("#")[0]: entries for name, entries in state.items()}
        slugs = {each["slug"]: stem for stem, each in state[here.base_url].get("prompt", {}).items()}
        with Portkey(base_url=there.base_url) as target:
            tone_there = state[there.base_url]["partial"]["tone"]["slug"]
            for slug, version in made.items():
                assert source.prompts.retrieve(f"{slug}@latest").prompt_version == 1
                found = target.prompts.retrieve(state[there.base_url]["prompt"][slugs[slug]]["slug"])
                assert (found.string or "").replace(tone_there, partial.slug) == version.string
                for field in ("name", "parameters", "tools", "tool_choice", "functions", "model", "virtual_key"):
                    assert json.dumps(found.get(field), sort_keys=True) == json.dumps(
                        version.get(field), sort_keys=True
                    )


def test_two_workspaces_of_one_base_url_are_two_services(alone: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def act(workspace: str, *commands: list[str]) -> list[Any]:
        """Run commands against a server of one prompt whose collections lie in a workspace, always on the same port."""
        monkeypatch.setattr("portkey_local.store.universals.WORKSPACE_ID", workspace)
        with LocalServer(port=port) as running:
            running.add_prompt(slug=f"pp-{workspace[-4:]}", name="Greeting", versions=["Hello {{name}}!"])
            return [alone("--base-url", running.base_url, *command) for command in commands]

    with LocalServer() as running:
        port = int(running.base_url.rpartition(":")[2].partition("/")[0])
    one, other = (f"00000000-0000-4000-8000-00000000{number}" for number in ("aaaa", "bbbb"))
    act(one, ["pull"])
    state = Path("prompts/.portkey.json")
    remembered = json.loads(state.read_text())
    (name,) = remembered["services"]
    assert name == f"http://127.0.0.1:{port}/v1#{one}"
    remembered["services"] = {name.partition("#")[0]: remembered["services"][name]}  # as releases before wrote it
    state.write_text(json.dumps(remembered))
    assert act(one, ["status", "--exit-code"])[0].code == 0
    edit("Hello", "Bye")
    act(one, ["push"])
    assert list(json.loads(state.read_text())["services"]) == [name]
    done = act(other, ["push", "--force"], ["status", "--exit-code"], ["diff", "prompts/greeting.prompt"])
    assert [each.code for each in done] == [0, 0, 0], done
    assert len(json.loads(state.read_text())["services"]) == 2
    for workspace in (one, other):  # which of the two is meant is asked
        shown = act(workspace, ["lock", "prompts/greeting.prompt@latest", "--json"])[0]
        assert shown.json["prompts"][0]["reference"] == f"pp-{workspace[-4:]}@latest"


@pytest.mark.parametrize(
    ("path", "odd", "field"),
    [
        ("/v1/prompts", {"slug": []}, "`slug` is []"),
        ("/v1/prompts", {"slug": None}, "`slug` is None"),
        ("/v1/prompts", {"name": {}}, "`name` is {}"),
        ("/v1/collections", {"id": {"a": 1}}, "`id` is"),
        ("/v1/prompts/partials", {"name": 5}, "`name` is 5"),
    ],
)
def test_a_field_of_another_kind_than_the_contract_says_is_named(
    alone: Cli, fails: Any, httpserver: HTTPServer, path: str, odd: dict[str, Any], field: str
) -> None:
    for each in ("/v1/prompts", "/v1/prompts/partials", "/v1/collections"):
        item = {"id": "i", "slug": "pp-x", "name": "n", **(odd if each == path else {})}
        httpserver.expect_request(each).respond_with_json({"object": "list", "total": 1, "data": [item]})
    fails(alone("--base-url", httpserver.url_for("/v1"), "pull"), 5, field)


def test_of_several_that_are_broken_the_first_is_named(alone: Cli, fails: Any, httpserver: HTTPServer) -> None:
    items = [{"id": "i", "slug": f"pp-{number}", "name": f"n{number}"} for number in range(10, 40)]
    for path, held in {"prompts": items, "prompts/partials": [], "collections": []}.items():
        httpserver.expect_request(f"/v1/{path}").respond_with_json({"object": "list", "total": 30, "data": held})
    for item in items:
        odd = {**item, "string": "Hi", "parameters": 1}
        httpserver.expect_request(f"/v1/prompts/{item['slug']}@latest").respond_with_json(odd)
    fails(alone("--base-url", httpserver.url_for("/v1"), "status"), 5, "'pp-10' can't be rendered", "`parameters` is 1")


def test_what_is_no_text_in_a_texts_place_is_listed_as_json(alone: Cli, httpserver: HTTPServer) -> None:
    item = {"id": "i", "slug": "pp-x", "name": "n", "model": ["m"], "status": {"a": "\x1b"}}
    httpserver.expect_request("/v1/prompts").respond_with_json({"object": "list", "total": 1, "data": [item]})
    done = alone("--base-url", httpserver.url_for("/v1"), "list")
    assert (done.code, done.err) == (0, "")
    assert '["m"]' in done.out
    assert "\x1b" not in done.out


def states(cli: Cli) -> dict[str, str]:
    return {each["file"]: each["state"] for each in json.loads(cli("status", "--json").out)}


def test_a_file_that_is_renamed_is_the_same_prompt(cli: Cli, portkey: Portkey) -> None:
    cli("pull")
    FILE.rename("prompts/welcome.prompt")
    assert states(cli)["welcome.prompt"] == "same"
    assert (cli("push").out, len(portkey.prompts.list().data)) == ("", 1)
    (known,) = json.loads(Path("prompts/.portkey.json").read_text())["services"].values()
    assert (list(known["prompt"]), known["prompt"]["welcome"]["slug"]) == (["welcome"], "pp-greeting")
    Path("prompts/welcome.prompt").rename("prompts/salute.prompt")
    edit("Greet {{", "Salute {{", Path("prompts/salute.prompt"))
    assert states(cli)["salute.prompt"] == "changed here"
    assert cli("push").out == "salute.prompt -> pp-greeting\n"
    assert len(portkey.prompts.list().data) == 1


def test_what_includes_a_partial_that_is_made_anew_goes_with_it(cli: Cli, portkey: Portkey) -> None:
    cli("pull")
    Path("prompts/_inner.prompt").write_text("kindly\n")
    Path("prompts/_tone.prompt").write_text("{{>inner}}, {{>inner}}\n")
    Path("prompts/user.prompt").write_text("Be {{>tone}}.\n")
    Path("prompts/early.prompt").write_text("Be {{>late}}.\n")
    assert "There is no partial 'late'" in cli("push").err
    Path("prompts/_late.prompt").write_text("late\n")
    for partial in portkey.prompts.partials.list():
        portkey.prompts.partials.delete(partial.slug, force=True)
    assert cli("push", "--dry-run").out == (
        "_inner.prompt -> a new one\n_late.prompt -> a new one\n_tone.prompt -> a new one\n"
        f"early.prompt -> {slug_of('early')}\nuser.prompt -> {slug_of('user')}\n"
    )
    cli("push", "--publish")
    assert set(states(cli).values()) == {"same"}
    texts = {name: portkey.prompts.render(prompt_id=slug_of(name), variables={}).prompt for name in ("early", "user")}
    assert texts == {"early": "Be late.", "user": "Be kindly, kindly."}
    Path("prompts/_inner.prompt").write_text("{{#x}}{{>tone}}{{/x}}kindly\n")
    cli("push", "--publish")
    for partial in portkey.prompts.partials.list():
        portkey.prompts.partials.delete(partial.slug, force=True)
    cli("push", "--publish")
    assert set(states(cli).values()) == {"same"}
    assert portkey.prompts.render(prompt_id=slug_of("user"), variables={}).prompt == "Be kindly, kindly."


def test_new_partials_that_include_each_other_render_at_once(cli: Cli, portkey: Portkey) -> None:
    cli("pull")
    Path("prompts/_even.prompt").write_text("even{{#x}} {{>odd}}{{/x}}\n")
    Path("prompts/_odd.prompt").write_text("odd{{#y}} {{>even}}{{/y}}\n")
    Path("prompts/number.prompt").write_text("It is {{>even}}.\n")
    cli("push")
    answer = portkey.prompts.render(prompt_id=slug_of("number"), variables={"x": True})
    assert answer.prompt == "It is even odd."
    assert "none" in cli("diff", "prompts/number.prompt").out
    edit("odd{{", "uneven{{", Path("prompts/_odd.prompt"))
    cli("push")
    assert portkey.prompts.render(prompt_id=slug_of("number"), variables={"x": True}).prompt == "It is even odd."


@pytest.mark.parametrize("done", range(1, 5))
def test_partials_that_include_each_other_render_once_an_interrupted_push_is_repeated(
    cli: Cli, portkey: Portkey, monkeypatch: pytest.MonkeyPatch, done: int
) -> None:
    cli("pull")
    Path("prompts/_even.prompt").write_text("even{{#x}} {{>odd}}{{/x}}\n")
    Path("prompts/_odd.prompt").write_text("odd{{#y}} {{>even}}{{/y}}\n")
    Path("prompts/number.prompt").write_text("It is {{>even}}.\n")
    deep = {"x": {"y": {"x": False}}}
    save, saves = Push._save, iter(range(done))

    def interrupted(push: Push, key: Key, synced: Synced | None) -> None:
        if next(saves, None) is None:
            raise PortkeyError("interrupted")
        save(push, key, synced)

    with monkeypatch.context() as patched:
        patched.setattr(Push, "_save", interrupted)
        interrupting = cli("push")
    assert (interrupting.code == 0) == (done == 4)
    assert cli("push").code == 0
    assert portkey.prompts.render(prompt_id=slug_of("number"), variables=deep).prompt == "It is even odd even."
    edit("odd{{", "uneven{{", Path("prompts/_odd.prompt"))
    cli("push")
    assert portkey.prompts.render(prompt_id=slug_of("number"), variables=deep).prompt == "It is even odd even."


def slug_of(stem: str) -> str:
    (known,) = json.loads(Path("prompts/.portkey.json").read_text())["services"].values()
    return str(known["prompt"][stem]["slug"])


def test_either_side_of_a_conflict_in_the_state_will_do(alone: Cli, other: Portkey, tmp_path: Path) -> None:
    def git(*arguments: str) -> int:
        named = ["git", "-c", "user.name=A", "-c", "user.email=a@b.c", *arguments]
        return subprocess.run(named, check=False, capture_output=True, timeout=60).returncode

    def push() -> None:
        assert alone("--base-url", str(other.base_url), "push").code == 0

    git("init", "-b", "main")
    Path("prompts").mkdir()
    for name in ("a", "b", "c"):
        Path(f"prompts/{name}.prompt").write_text(f"{name} of before\n")
    push()
    git("add", ".")
    git("commit", "-m", "before")
    for branch in ("one", "two"):
        git("switch", "-c", branch, "main")
        Path(f"prompts/new-{branch}.prompt").write_text("new\n")
        push()
        git("add", ".")
        git("commit", "-m", branch)
    assert git("merge", "one") != 0
    for side in ("--ours", "--theirs"):
        git("checkout", side, "prompts/.portkey.json")
        done = alone("--base-url", str(other.base_url), "status", "--exit-code")
        assert (done.code, done.err) == (0, "5 same\n")


def test_of_what_was_never_the_same_nothing_else_is_said(cli: Cli) -> None:
    cli("pull")
    edit("Greet {{", "Salute {{")
    Path("prompts/.portkey.json").unlink()
    said = "greeting.prompt: not the same here and there, and nothing is remembered of when it was."
    assert (done := cli("push")).out.splitlines()[0] == said, done.out


def test_a_name_of_any_script_is_a_files_name_on_any_system(cli: Cli, portkey: Portkey) -> None:
    cases = {
        "Größe": "größe",
        "cafe\u0301": "café",
        "café": "café-2",
        "トーン 2": "トーン-2",
        "हिन्दी": "हिन्दी",
        "CON": "con-prompt",
        "lpt1": "lpt1-prompt",
        "a/b\\c": "a-b-c",
        "..": "",
        "🎉": "",
        "x" * 300: "x" * 80,
        "語" * 300: "語" * 66,
    }
    collection = next(iter(portkey.collections.list())).id
    slugs = {}
    for name in reversed(cases):
        created = portkey.prompts.create(name=name, collection_id=collection, string="x", parameters={})
        slugs[name] = created.slug
    assert cli("pull").code == 0
    files = {path.name for path in Path("prompts").glob("*.prompt")} - {"greeting.prompt"}
    assert files == {f"{stem or slugs[name]}.prompt" for name, stem in cases.items()}
    assert set(states(cli).values()) == {"same"}


def test_a_file_that_the_service_refuses_is_named(cli: Cli) -> None:
    Path("prompts").mkdir()
    Path("prompts/fine.prompt").write_text("fine\n")
    Path("prompts/nested.prompt").write_text(f"---\ninput: {{default: {{a: {'[' * 200}{']' * 200}}}}}\n---\nx\n")
    done = cli("push")
    assert (done.code, done.out) == (1, "fine.prompt -> a new one\nnested.prompt -> a new one\n")
    assert "nested.prompt could not be pushed. What came before it was: push again once that is mended.\n" in done.err
    assert states(cli)["fine.prompt"] == "same"


def test_what_a_merge_left_is_told(cli: Cli) -> None:
    Path("prompts").mkdir()
    Path("prompts/a.prompt").write_text('{{role "user"}}\n<<<<<<< HEAD\nHi\n=======\nHo\n>>>>>>> x\n')
    assert "a.prompt: a line looks like the marker of a merge conflict.\n" in cli("push", "--dry-run").err


def test_a_push_without_a_folder_is_told(cli: Cli, fails: Any) -> None:
    done = cli("push", "--folder", "promts")
    assert (done.code, "There is no folder promts." in done.err) == (3, True)
    shutil.rmtree("prompts", ignore_errors=True)
    assert cli("push").code == 3


def test_partials_are_pushed_before_what_includes_them_however_many_there_are() -> None:
    count = 3000
    files = {Key(PARTIAL, f"p{number}"): PromptFile({"string": f"{{{{>p{number + 1}}}}}"}) for number in range(count)}
    files |= {Key(PROMPT, f"a{number}"): PromptFile({"string": f"{{{{>p{number}}}}}"}) for number in range(count)}
    ordered = in_order(files, files)
    assert [key.stem for key in ordered[:count]] == [f"p{number}" for number in reversed(range(count))]
    assert [key.kind for key in ordered[count:]] == [PROMPT] * count


def test_pushes_at_once_from_one_folder_make_each_prompt_once(other: Portkey, tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    for number in range(3):
        (tmp_path / f"prompts/p{number}.prompt").write_text("x\n")
    called = [COMMAND, "--base-url", str(other.base_url), "push"]
    pushes = [subprocess.Popen(called, cwd=tmp_path, env=environment()) for _ in range(3)]
    assert [each.wait(120) for each in pushes] == [0, 0, 0]
    assert sorted(prompt.name for prompt in other.prompts.list()) == ["p0", "p1", "p2"]
    assert all(other.prompts.retrieve(f"{each.slug}@latest").prompt_version == 1 for each in other.prompts.list())


def test_a_file_whose_name_several_have_is_not_pushed(cli: Cli, portkey: Portkey) -> None:
    collection = next(iter(portkey.collections.list())).id
    slugs = [
        portkey.prompts.create(name="twice", collection_id=collection, string=text, parameters={}).slug
        for text in ("one", "two")
    ]
    Path("prompts").mkdir()
    Path("prompts/twice.prompt").write_text("two and more\n")
    done = cli("push")
    assert (done.code, done.out) == (1, "")
    assert f"twice.prompt: several prompts there have its name: {', '.join(sorted(slugs))}. Pull them" in done.err
    cli("pull")
    (known,) = json.loads(Path("prompts/.portkey.json").read_text())["services"].values()
    file = next(stem for stem, entry in known["prompt"].items() if entry["slug"] == slugs[1])
    Path("prompts/twice.prompt").rename(f"prompts/{file}.prompt")
    edit("two and", "---\nportkey: {name: twice}\n---\ntwo and", Path(f"prompts/{file}.prompt"))
    assert cli("push").out == f"{file}.prompt -> {slugs[1]}\n"
    assert portkey.prompts.retrieve(f"{slugs[1]}@latest").string == "two and more"


@pytest.mark.parametrize("arguments", [("pull", "--at"), ("status", "--at"), ("push", "--dry-run", "--label")])
def test_a_label_that_is_misspelt_is_told(cli: Cli, arguments: tuple[str, ...]) -> None:
    cli("pull")
    done = cli(*arguments, "prodction")
    assert (done.code, done.out) == (1, "")
    assert "There is no label 'prodction'." in done.err
    assert cli(*arguments[:-1], *(["--at", "1"] if "--at" in arguments else [])).code == 0


@pytest.mark.parametrize("command", ["diff", "lock"])
def test_a_file_that_is_not_there_is_told_apart_from_one_that_was_not_pushed(cli: Cli, command: str) -> None:
    cli("pull")
    Path("prompts/new.prompt").write_text("new\n")
    assert "on no service yet" in cli(command, "prompts/new.prompt").err
    done = cli(command, "prompts/nwe.prompt")
    assert (done.code, "prompts/nwe.prompt: there is no such file, and it is" in done.err) == (3, True)


def test_a_prompt_without_the_label_is_not_gone(cli: Cli, portkey: Portkey) -> None:
    cli("pull")
    portkey.labels.create(name="beta")
    assert cli("pull", "--at", "beta", "--delete").code == 0
    assert FILE.is_file()
    portkey.prompts.delete("pp-greeting")
    assert cli("pull", "--at", "beta", "--delete").out == "deleted greeting.prompt\n"
    assert not FILE.exists()


def test_a_file_is_not_written_over_another_on_any_system(cli: Cli, portkey: Portkey) -> None:
    collection = next(iter(portkey.collections.list())).id
    for name in ("CAFE\u0301", "Greeting"):
        portkey.prompts.create(name=name, collection_id=collection, string="x", parameters={})
    Path("prompts").mkdir()
    Path("prompts/cafe\u0301.prompt").write_text("another\n")
    Path("prompts/GREETING.prompt").write_text("another\n")
    cli("pull")
    names = {path.name for path in Path("prompts").glob("*.prompt")}
    assert names == {"cafe\u0301.prompt", "café-2.prompt", "GREETING.prompt", "greeting-2.prompt", "greeting-3.prompt"}


def test_a_folder_that_can_only_be_read_is_told_before_anything_is_sent(cli: Cli, portkey: Portkey, fails: Any) -> None:
    cli("pull")
    Path("prompts/new.prompt").write_text("x\n")
    with read_only(Path("prompts")):
        fails(cli("push"), 3, "prompts can't be written to, and it remembers what is pushed. Nothing was.")
        assert cli("push", "--dry-run").code == 0
        assert cli("status").code == 0
        assert cli("push", "greeting").code == 0, "nothing is new"
    assert len(portkey.prompts.list().data) == 1


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Take the right to write away, from this user; root has to be kept away otherwise."""
    if os.access(folder, os.W_OK) and os.geteuid() == 0:
        locking = ["chattr", "+i", folder]
        if not shutil.which("chattr") or subprocess.run(locking, check=False, capture_output=True).returncode:
            pytest.skip("root may write here, whatever the folder says")
        undo = ["chattr", "-i", str(folder)]
    else:
        folder.chmod(0o555)
        undo = ["chmod", "755", str(folder)]
    try:
        yield
    finally:
        subprocess.run(undo, check=True, timeout=60)

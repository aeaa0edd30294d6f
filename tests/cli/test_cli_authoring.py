"""`create` and `update`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from portkey_ai import Portkey
from portkey_local import LocalServer

CHAT = [{"role": "user", "content": "Grüße {{name}}"}]


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Set EDITOR to a program that does something to the text of the file it is given."""

    def write(body: str) -> Path:
        script = tmp_path / "editor.py"
        script.write_text(
            "import pathlib, sys\n"
            "path = pathlib.Path(sys.argv[1])\n"
            "text = path.read_text(encoding='utf-8')\n"
            "pathlib.Path('seen' + path.suffix).write_text(text, encoding='utf-8')\n" + body
        )
        monkeypatch.setenv("EDITOR", f"'{sys.executable}' '{script}'")
        return tmp_path

    monkeypatch.setenv("TMPDIR", str(tmp_path / "drafts"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "drafts").mkdir()
    return write


REPLACE = "path.write_text(text.replace('Hello', 'Goodbye'), encoding='utf-8')\n"


def drafts(folder: Path) -> list[Path]:
    return list((folder / "drafts").iterdir())


def test_create_from_a_text_file_prints_the_slug(cli, portkey: Portkey, tmp_path: Path) -> None:
    (tmp_path / "hi.txt").write_text("Hi {{name}}!\r\nBye.\n\n")
    arguments = [
        "--param",
        "temperature=0",
        "--param",
        'name="you"',
        "--model",
        "m",
        "--virtual-key",
        "echo",
        "-m",
        "New",
    ]
    done = cli("create", "--name", "Hi there", "--file", "hi.txt", *arguments)
    assert (done.code, done.err) == (0, "Created. Version 1 is published.\n")
    assert done.out.startswith("pp-hi-there-")
    made = portkey.prompts.retrieve(done.out.strip())
    assert made.string == "Hi {{name}}!\nBye.\n"
    assert (made.name, made.model, made.virtual_key) == ("Hi there", "m", "echo")
    assert made.parameters == {"temperature": 0, "name": "you"}
    assert (made.prompt_version, made.prompt_version_description) == (1, "New")


def test_create_reads_messages_from_json_and_from_stdin(cli, portkey: Portkey, tmp_path: Path) -> None:
    (tmp_path / "chat.json").write_text(json.dumps(CHAT, indent=4))
    for arguments in (["--file", "chat.json"], ["-f", "-"]):
        slug = cli("create", "--name", "Chat", *arguments, stdin=json.dumps(CHAT)).out.strip()
        assert portkey.prompts.retrieve(slug).string == json.dumps(CHAT, ensure_ascii=False)


def test_create_takes_what_show_json_prints(cli, portkey: Portkey, tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text(cli("show", "pp-greeting", "--json").out)
    slug = cli("create", "--name", "Copy", "-f", "old.json", "--param", "seed=1").out.strip()
    one, other = portkey.prompts.retrieve("pp-greeting"), portkey.prompts.retrieve(slug)
    assert (other.string, other.virtual_key) == (one.string, one.virtual_key)
    assert other.parameters == {"mood": "kind", "seed": 1}


def test_create_takes_parameters_from_a_file_with_single_ones_on_top(cli, portkey: Portkey, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"temperature": 1, "seed": 2}')
    arguments = ["--parameters", "p.json", "--param", "temperature=0"]
    slug = cli("create", "--name", "Hi", "-f", "-", *arguments, stdin="Hi").out.strip()
    assert portkey.prompts.retrieve(slug).parameters == {"temperature": 0, "seed": 2}


def test_a_parameter_that_is_null_is_taken_away(cli, portkey: Portkey) -> None:
    assert cli("update", "pp-greeting", "--param", "temperature=0.5", "--param", "mood=null").code == 0
    assert portkey.prompts.retrieve("pp-greeting@latest").parameters == {"temperature": 0.5}
    assert cli("update", "pp-greeting", "--param", "temperature=null").code == 0
    assert not portkey.prompts.retrieve("pp-greeting@latest").parameters


def test_create_puts_the_prompt_where_it_was_told(cli, portkey: Portkey) -> None:
    folder = portkey.collections.create(name="Folder")
    slug = cli("create", "--name", "Hi", "-f", "-", "--collection", folder.slug, stdin="Hi").out.strip()
    assert portkey.prompts.retrieve(slug).collection_id == folder.id


def test_create_json_is_the_api_s_answer(cli) -> None:
    made = cli("create", "--name", "Hi", "-f", "-", "--json", stdin="Hi").json
    assert made.keys() == {"id", "slug", "version_id", "object"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[]", ["array of messages with a role"]),
        ('[{"content": "Hi"}]', ["array of messages with a role"]),
        ('{"text": "Hi"}', ["object with string"]),
        ("[1,", ["prompt.json is no JSON", "line 1, column 4"]),
    ],
)
def test_a_json_file_that_holds_no_template_is_wrong_usage(cli, fails, tmp_path: Path, content, words) -> None:
    (tmp_path / "prompt.json").write_text(content)
    fails(cli("create", "--name", "Hi", "-f", "prompt.json"), 2, *words)
    fails(cli("update", "pp-greeting", "-f", "prompt.json"), 2, *words)


def test_create_of_nothing_is_wrong_usage(cli, fails) -> None:
    fails(cli("create", "--name", "Hi", "-f", "-", stdin=" \n"), 2, "stdin is empty")
    fails(cli("create", "--name", "Hi"), 2, "--file")
    fails(cli("create", "-f", "-", stdin="Hi"), 2, "--name")
    fails(cli("create", "--name", "Hi", "-f", "nowhere.txt"), 3, "nowhere.txt: No such file")


def test_stdin_can_be_asked_for_one_thing_only(cli, fails) -> None:
    fails(
        cli("create", "--name", "Hi", "-f", "-", "--parameters", "-", stdin="{}"), 2, "Only one option can read stdin"
    )


def test_create_of_a_malformed_template_fails_with_line_and_column(cli, fails) -> None:
    fails(cli("create", "--name", "Hi", "-f", "-", stdin="Hi\n{{#x}}"), 1, "line 2, column 1", "status 400")


def test_create_in_an_unknown_collection_fails(cli, fails) -> None:
    fails(cli("create", "--name", "Hi", "-f", "-", "--collection", "nope", stdin="Hi"), 1, "`nope`", "`default`")


def test_update_from_a_file_prints_the_new_version_and_publishes_nothing(cli, portkey: Portkey, tmp_path: Path) -> None:
    (tmp_path / "new.txt").write_text("Hey {{name}}!\n")
    done = cli("update", "pp-greeting", "--file", "new.txt", "-m", "Shorter")
    assert (done.code, done.out, done.err) == (0, "pp-greeting@3\n", "Made version 3.\n")
    made = portkey.prompts.retrieve("pp-greeting@3")
    assert (made.string, made.prompt_version_description) == ("Hey {{name}}!", "Shorter")
    assert made.parameters == {"mood": "kind"}
    assert portkey.prompts.retrieve("pp-greeting").prompt_version == 2


def test_update_publish_publishes_it_too(cli, portkey: Portkey) -> None:
    done = cli("update", "pp-greeting", "-f", "-", "--publish", stdin="Hey")
    assert (done.out, done.err) == ("pp-greeting@3\n", "Made version 3, and published it.\n")
    assert portkey.prompts.retrieve("pp-greeting").prompt_version == 3


def test_update_json_is_the_api_s_answer(cli) -> None:
    made = cli("update", "pp-greeting", "-f", "-", "--json", stdin="Hey").json
    assert made.keys() == {"id", "slug", "prompt_version_id", "prompt_version", "object"}


def test_update_with_what_is_there_already_makes_no_version(cli, portkey: Portkey, tmp_path: Path) -> None:
    (tmp_path / "same.json").write_text(
        json.dumps(json.loads(portkey.prompts.retrieve("pp-greeting").string), indent=8)
    )
    done = cli("update", "pp-greeting", "-f", "same.json", "--param", 'mood="kind"', "-m", "Nothing new")
    assert (done.code, done.out) == (0, "pp-greeting@2\n")
    assert done.err == "Nothing changed: version 2 is still the latest.\n"
    assert cli("update", "pp-greeting", "-f", "same.json", "--json").json == {}
    assert portkey.prompts.versions.list("pp-greeting").total == 2


def test_update_publish_with_what_is_there_already_publishes_that(cli, portkey: Portkey) -> None:
    portkey.prompts.publish("pp-greeting", version=1)
    same = portkey.prompts.retrieve("pp-greeting@2").string
    assert cli("update", "pp-greeting", "-f", "-", "--publish", stdin=same).out == "pp-greeting@2\n"
    assert portkey.prompts.retrieve("pp-greeting").prompt_version == 2


def test_update_of_settings_alone_keeps_the_template_and_the_other_parameters(cli, portkey: Portkey) -> None:
    before = portkey.prompts.retrieve("pp-greeting")
    assert cli("update", "pp-greeting", "--param", "temperature=0", "--model", "m").out == "pp-greeting@3\n"
    after = portkey.prompts.retrieve("pp-greeting@3")
    assert (after.string, after.virtual_key, after.model) == (before.string, "echo", "m")
    assert after.parameters == {"mood": "kind", "temperature": 0}


def test_update_of_an_older_version_takes_over_from_that_one(cli, portkey: Portkey) -> None:
    assert cli("update", "pp-greeting@1", "--model", "m").out == "pp-greeting@3\n"
    made = portkey.prompts.retrieve("pp-greeting@3")
    assert (made.string, made.parameters, made.model) == ("Hello {{name}}!", {}, "m")


def test_update_opens_the_template_in_the_editor(cli, editor, portkey: Portkey) -> None:
    folder = editor(REPLACE)
    done = cli("update", "pp-greeting@1", "-m", "Ends it")
    assert (done.code, done.out) == (0, "pp-greeting@3\n")
    assert (folder / "seen.txt").read_text() == "Hello {{name}}!\n"
    assert portkey.prompts.retrieve("pp-greeting@3").string == "Goodbye {{name}}!"
    assert drafts(folder) == []


def test_the_editor_is_shown_a_chat_prompt_as_readable_json(cli, editor, server: LocalServer, portkey: Portkey) -> None:
    server.add_prompt(slug="pp-chat", versions=[CHAT])
    folder = editor(REPLACE.replace("Hello", "Grüße").replace("Goodbye", "Tschüß"))
    assert cli("update", "pp-chat").code == 0
    assert (folder / "seen.json").read_text(encoding="utf-8") == json.dumps(CHAT, indent=2, ensure_ascii=False) + "\n"
    assert json.loads(portkey.prompts.retrieve("pp-chat@latest").string)[0]["content"] == "Tschüß {{name}}"


def test_visual_wins_over_editor(cli, editor, monkeypatch: pytest.MonkeyPatch) -> None:
    editor(REPLACE)
    monkeypatch.setenv("VISUAL", "true")
    assert cli("update", "pp-greeting@1").err.startswith("Nothing changed")


def test_a_template_left_as_it_is_in_the_editor_makes_no_version(cli, editor, portkey: Portkey) -> None:
    folder = editor("")
    for reference in ("pp-greeting", "pp-greeting@1"):
        done = cli("update", reference)
        assert (done.code, done.out) == (0, "pp-greeting@2\n")
        assert done.err.startswith("Nothing changed")
    assert portkey.prompts.versions.list("pp-greeting").total == 2
    assert drafts(folder) == []


def test_line_breaks_at_the_end_stay_as_they_were_in_the_editor(cli, editor, server, portkey: Portkey) -> None:
    for slug, text in {"pp-none": "Hello", "pp-one": "Hello\n", "pp-two": "Hello\n\n"}.items():
        server.add_prompt(slug=slug, versions=[text])
        editor(REPLACE)
        assert cli("update", slug).code == 0
        assert portkey.prompts.retrieve(f"{slug}@2").string == text.replace("Hello", "Goodbye")


def test_an_edited_text_is_kept_where_the_service_refuses_it(cli, editor, portkey: Portkey) -> None:
    folder = editor("path.write_text('Goodbye {{#x}}')\n")
    done = cli("update", "pp-greeting@1")
    assert (done.code, done.out) == (1, "")
    (kept,) = drafts(folder)
    note, failure = done.err.splitlines()
    assert note == f"Your text is kept in {kept}"
    assert "never closed" in failure
    assert kept.read_text() == "Goodbye {{#x}}"
    assert kept.stat().st_mode & 0o077 == 0


def test_an_edited_chat_that_is_none_any_more_is_wrong_usage_and_kept(cli, editor) -> None:
    for broken, word in {"[": "is no JSON", "{}": "no array of messages"}.items():
        folder = editor(f"path.write_text({broken!r})\n")
        done = cli("update", "pp-greeting")
        assert (done.code, done.out) == (2, "")
        assert word in done.err
        for kept in drafts(folder):
            assert str(kept) in done.err
            kept.unlink()


def test_update_refuses_to_cover_what_somebody_made_meanwhile(
    cli, editor, server: LocalServer, portkey: Portkey
) -> None:
    other = f"import portkey_ai\nportkey_ai.Portkey(base_url={server.base_url!r}).prompts.versions.create"
    folder = editor(f"{REPLACE}{other}('pp-greeting', string='Theirs')\n")
    done = cli("update", "pp-greeting@1")
    assert done.code == 1
    assert "Somebody made version 3" in done.err
    assert [kept.read_text() for kept in drafts(folder)] == ["Goodbye {{name}}!\n"]
    assert portkey.prompts.versions.list("pp-greeting").total == 3


def test_an_editor_that_fails_changes_nothing(cli, editor, fails, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = editor("sys.exit(3)\n")
    fails(cli("update", "pp-greeting"), 1, "ended with 3", "nothing was changed")
    monkeypatch.setenv("EDITOR", "no-such-editor")
    fails(cli("update", "pp-greeting"), 1, "'no-such-editor' can't be started")
    monkeypatch.setenv("EDITOR", "'unbalanced")
    fails(cli("update", "pp-greeting"), 2, "EDITOR")
    assert drafts(folder) == []


def test_an_editor_that_removes_the_file_changes_nothing(cli, editor, fails) -> None:
    editor("path.unlink()\n")
    fails(cli("update", "pp-greeting"), 3, "No such file")


@pytest.mark.parametrize("text", ["", "\n", " \n\t"])
@pytest.mark.parametrize("reference", ["pp-greeting@1", "pp-greeting"])
def test_who_empties_the_text_wants_no_version(cli, editor, fails, portkey: Portkey, reference: str, text: str) -> None:
    folder = editor(f"path.write_text({text!r})\n")
    fails(cli("update", reference), 2, "empty, so nothing was changed")
    assert drafts(folder) == []
    assert portkey.prompts.versions.list("pp-greeting").total == 2


@pytest.mark.parametrize("setting", [" ", "\t"])
def test_an_editor_of_blanks_is_none_and_the_text_is_not_run(
    cli, fails, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setenv("EDITOR", setting)
    monkeypatch.setenv("VISUAL", setting)
    fails(cli("update", "pp-greeting"), 2, "There is no terminal to edit in", "EDITOR")


def test_an_editor_that_writes_no_utf8_makes_no_version(cli, editor) -> None:
    folder = editor("path.write_bytes(b'\\xff')\n")
    done = cli("update", "pp-greeting")
    assert (done.code, done.out) == (2, "")
    assert "is no UTF-8 text" in done.err
    assert str(drafts(folder)[0]) in done.err


def test_update_without_a_terminal_or_an_editor_is_wrong_usage(cli, fails) -> None:
    fails(cli("update", "pp-greeting"), 2, "--file", "EDITOR")


def test_update_of_an_unknown_prompt_fails(cli, fails) -> None:
    fails(cli("update", "pp-nowhere", "-f", "-", stdin="Hi"), 1, "`pp-nowhere`")


LIKE_JSON = [
    '[{"role": "user",]',
    ' [\n {"role": "user", "content": "Hi"}',
    '{"string": "Hi", }',
    '["a" "b"]',
    '{"a": NaN}',
]


@pytest.mark.parametrize("text", LIKE_JSON)
def test_what_begins_like_json_and_is_none_is_refused_unless_it_is_said_to_be_text(
    cli, fails, portkey: Portkey, text: str
) -> None:
    before = len(list(portkey.prompts.list()))
    fails(cli("create", "--name", "Hi", "-f", "-", stdin=text), 2, "stdin is no JSON", "--text")
    fails(cli("update", "pp-greeting", "-f", "-", stdin=text), 2, "stdin is no JSON", "--text")
    assert len(list(portkey.prompts.list())) == before
    slug = cli("create", "--name", "Hi", "-f", "-", "--text", stdin=text).out.strip()
    assert portkey.prompts.retrieve(slug).string == text
    assert cli("update", slug, "-f", "-", "--text", stdin=f"{text}!").out == f"{slug}@2\n"


def test_what_is_no_json_is_refused_with_its_location(cli, fails) -> None:
    fails(cli("create", "--name", "Hi", "-f", "-", stdin='[\n  {"role": "user",\n]'), 2, "line 3, column 1")


@pytest.mark.parametrize(
    "text", ["{{name}}, hi", "{{#a}}x{{/a}}", "[Note] Hi", "[{{x}}]", "{ {{x}} }", "{x}", "[1, 2", "{"]
)
def test_what_only_looks_a_little_like_json_is_text(cli, portkey: Portkey, text: str) -> None:
    slug = cli("create", "--name", "Hi", "-f", "-", stdin=text).out.strip()
    assert portkey.prompts.retrieve(slug).string == text


def test_json_that_is_said_to_be_text_is_text(cli, fails, portkey: Portkey, tmp_path: Path) -> None:
    slug = cli("create", "--name", "Hi", "-f", "-", "--text", stdin='{"string": "Hi"}').out.strip()
    assert portkey.prompts.retrieve(slug).string == '{"string": "Hi"}'
    (tmp_path / "a.json").write_text("{}")
    slug = cli("create", "--name", "Hi", "-f", str(tmp_path / "a.json"), "--text").out.strip()
    assert portkey.prompts.retrieve(slug).string == "{}"
    fails(cli("update", "pp-greeting", "--text", "--model", "m"), 2, "--file")


def test_a_partial_that_is_not_there_is_told_by_create_update_push_and_partials(cli, portkey: Portkey) -> None:
    slug = portkey.prompts.partials.create(name="Tone", string="softly").slug
    wrong = slug.replace("tone", "tune")
    made = cli("create", "--name", "A", "--file", "-", stdin=f"{{{{>{wrong}}}}} {{{{>{slug}@7}}}} {{{{>{slug}}}}}")
    assert made.code == 0
    assert f"no partial '{wrong}'" in made.err
    assert f"Is {slug} meant?" in made.err
    assert f"no version 7 of the partial '{slug}'" in made.err
    assert made.err.count("There is no") == 2
    told = "There is no partial 'nope'"
    assert told in cli("update", "pp-greeting", "--file", "-", stdin="{{>nope}}").err
    assert told not in cli("update", "pp-greeting", "--param", "seed=1").err
    assert told in cli("partials", "create", "B", "--file", "-", stdin="{{>nope}}").err
    assert told in cli("partials", "update", slug, "--file", "-", stdin="{{>nope}}").err
    Path("prompts").mkdir()
    Path("prompts/_mine.prompt").write_text("here")
    Path("prompts/new.prompt").write_text("{{>mine}} {{>nope}}")
    pushed = cli("push", "new")
    assert (pushed.code, pushed.err.count("There is no")) == (0, 1), pushed
    assert f"new.prompt: {told}" in pushed.err

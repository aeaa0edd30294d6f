"""A prompt's file holds whatever a version can hold, byte for byte, and says what is wrong where it can't be read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from example_counts import examples
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from version_strategies import texts, versions

from portkey_prompts.prompt_file import PromptFile, PromptFileError, parse, write


def exact(value: Any) -> str:
    """Tell 1, 1.0 and true apart, and keep the order of nested keys; top-level parameters are sorted."""
    return repr(value)


@settings(max_examples=examples(100), deadline=None, suppress_health_check=list(HealthCheck))
@given(versions(), st.none() | texts, st.none() | texts)
def test_whatever_a_version_holds_comes_back(version: dict[str, Any], name: str | None, collection: str | None) -> None:
    text = write(PromptFile(version, name, collection))
    back = parse(text)
    assert (back.name, back.collection) == (name, collection)
    assert back.version["string"] == version["string"]
    parameters = version.get("parameters")
    assert set(back.version) == set(version)
    for field in version:
        if field == "parameters":
            assert {k: exact(v) for k, v in back.version[field].items()} == {k: exact(v) for k, v in parameters.items()}
        else:
            assert exact(back.version[field]) == exact(version[field])
    assert parse("\ufeff" + text.replace("\n", "\r\n") if "\r" not in text else text).version == back.version


def test_a_chat_prompt_reads_as_one_writes_it() -> None:
    messages = [{"role": "system", "content": "Be {{tone}}.\nBe short."}, {"role": "assistant", "content": "Hi"}]
    version = {
        "string": json.dumps(messages),
        "model": "gpt-4o",
        "parameters": {"temperature": 0.2, "tone": "kind"},
        "virtual_key": "k",
    }
    assert write(PromptFile(version, "Greeting")) == (
        "---\nmodel: gpt-4o\nconfig:\n  temperature: 0.2\ninput:\n  default:\n    tone: kind\n"
        "portkey:\n  name: Greeting\n  virtual_key: k\n---\n"
        '{{role "system"~}}\nBe {{tone}}.\nBe short.\n{{~role "model"~}}\nHi\n'
    )


@pytest.mark.parametrize("layout", [{}, {"indent": 4}, {"indent": "\t"}, {"separators": (",", ":")}])
def test_a_chat_that_a_program_wrote_reads_as_one_writes_it(layout: dict[str, Any]) -> None:
    string = json.dumps([{"role": "user", "content": "Grüße {{name}}!"}], **layout)
    text = write(PromptFile({"string": string}))
    assert text.endswith('{{role "user"~}}\nGrüße {{name}}!\n')
    assert parse(text).version == {"string": string}


def test_the_name_that_older_files_have_for_a_style_is_read() -> None:
    text = '---\nportkey:\n  json: indented\n---\n{{role "user"~}}\nHi\n'
    assert parse(text).version["string"] == json.dumps([{"role": "user", "content": "Hi"}], indent=2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("---\nmodel: a", "not closed"),
        ("---\nmodel: 3\n---\nx", "model must be text, not 3. Write it in quotes."),
        ("---\nmodel: a\nmodel: b\n---\n", "The front matter: model is given twice"),
        ("---\n- a\n---\n", "must be an object"),
        ("---\nportkey:\n  colour: red\n---\n", "portkey.colour is not known"),
        ("---\nportkey:\n  messages: []\n  string: x\n---\n", "Keep one of them"),
        ("---\nportkey:\n  string: x\n---\nbody", "portkey.string and the body"),
        ("---\nconfig: {a: 1}\ninput: {default: {a: 2}}\n---\n", "a stands below config and below input.default"),
        ("---\nconfig: {a: .inf}\n---\n", ""),
        ("---\nconfig: {a: 1e999}\n---\n", "The front matter: `1e999` is inf, which JSON lacks. Give a finite number."),
        ("---\nportkey: {tools: {}}\n---\n", "portkey.tools must be a list"),
        ("---\na: [\n---\n", "The front matter"),
        ("---\n&a a: *a\n---\n", "The front matter: an alias (*a) is not read here. Write the value out"),
        ("---\nconfig: {1: a}\n---\n", "the key 1 must be text. Write it in quotes"),
        ("---\nmodel: !!python/name:os.system x\n---\n", "The front matter: the tag tag:yaml.org,2002:python/name"),
        ("---\nconfig: {stop: !!timestamp 2026-01-01}\n---\n", "the tag tag:yaml.org,2002:timestamp is not known"),
        ("---\ninput: {default: {a: !!binary aGk=}}\n---\n", "the tag tag:yaml.org,2002:binary is not known"),
        ("---\n? !!binary aGk=\n: 1\n---\n", "the tag tag:yaml.org,2002:binary is not known"),
        ("---\nconfig: {a: !!bool maybe}\n---\n", "The front matter: `maybe` is no bool"),
        ("---\nconfig: {a: !!int ''}\n---\n", "The front matter: `` is no int"),
        pytest.param(f"---\na: {'[' * 300_000}{']' * 300_000}\n---\n", "nested too deep", id="deep"),
    ],
)
def test_what_is_wrong_is_named(text: str, said: str) -> None:
    if not said:
        assert parse(text).version["parameters"] == {"a": ".inf"}
        return
    with pytest.raises(PromptFileError) as caught:
        parse(text)
    assert said in str(caught.value)


@pytest.mark.parametrize("above", ["", "# a comment\n\n# and another\n"])
def test_the_line_is_the_file_s(above: str) -> None:
    for front in ("model: a\nmodel: b\n", "model: a\nconfig: [}\n", "model: a\nconfig: *x\n", "model: a\n1: b\n"):
        with pytest.raises(PromptFileError) as caught:
            parse(f"{above}---\n{front}---\nHi\n")
        assert caught.value.line == above.count("\n") + 3, front


def test_a_key_of_two_arrows_is_a_key() -> None:
    version = {"string": "x", "parameters": {"<<": {"a": 1}, "*a": "&b", "b": "*a"}}
    assert parse(write(PromptFile(version))).version == version


PIECES = (
    *(
        "---\n",
        "---",
        "\n",
        "\r\n",
        "\r",
        "\u2028",
        "\ufeff",
        "\x00",
        "\t",
        " ",
        "~",
        "# c\n",
        "text",
        "[]",
        "{{history}}",
    ),
    *('{{role "user"}}', "{{role 'system'~}}", '{{~role "model"~}}', '{{role "x"}}', '[{"role":"user","content":"x"}]'),
    *("model: a\n", "config: {a: 1}\n", "input: {default: {b: c}}\n", "ext: {a: [1, null]}\n", "<<: {a: 1}\n"),
    *("portkey: {name: n}\n", "portkey: {messages: [{role: user, content: hi}]}\n", "portkey: {content: parts}\n"),
)


@settings(max_examples=examples(300), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.booleans(), st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example(has_front=True, text='---\n---\n\r{{role "user"}}---\n---\u2028')
def test_whatever_file_can_be_read_is_written_so_that_the_same_is_read(has_front: bool, text: str) -> None:
    try:
        prompt = parse(f"---\n{text}" if has_front else text)
    except PromptFileError:
        return
    written = write(prompt)
    assert parse(written) == prompt
    assert write(parse(written)) == written

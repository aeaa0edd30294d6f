"""`NAME.test.yaml`: what it may hold, and how what it may not is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portkey_prompts import strict_yaml
from portkey_prompts.testing.cases import Suite, SuiteError, read_suite, suite_files

CASE = "tests:\n- description: one\n  vars: {name: Ada}\n"


def read(folder: Path, text: str | bytes, name: str = "greeting") -> Suite:
    path = folder / f"{name}.test.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_suite(path)


def test_a_file_of_promptfoo_s_words_is_read(tmp_path: Path) -> None:
    suite = read(
        tmp_path,
        """
        prompts: [file://greeting.json]
        providers: [echo]
        defaultTest:
          vars: {mood: kind}
          render:
          - {type: contains, value: "Be {{mood}}"}
          threshold: 0.5
        tests:
        - description: greets
          vars: {name: Ada}
          render:
          - {type: not-contains, value: Bob, weight: 2, metric: names}
          assert:
          - {type: latency, threshold: 2000}
          metadata: {owner: us}
        - vars: {name: Bob, mood: bad}
          threshold: 1
        """,
    )
    first, second = suite.cases
    assert suite.name == "greeting"
    assert (first.name, first.variables, first.threshold) == ("greets", {"mood": "kind", "name": "Ada"}, 0.5)
    assert [(each.name, each.value, each.weight) for each in first.renders] == [
        ("contains", "Be {{mood}}", 1),
        ("not-contains", "Bob", 2),
    ]
    assert [(each.name, each.threshold) for each in first.asserts] == [("latency", 2000)]
    assert (second.name, second.threshold, len(second.renders)) == ("mood=bad, name=Bob", 1, 1)


@pytest.mark.parametrize(
    ("text", "value"),
    [("no", "no"), ("on", "on"), ("1.0", 1.0), ("1", 1), ("'1'", "1"), ("2026-01-01", "2026-01-01"), ("~", None)],
)
def test_yaml_means_what_json_knows(tmp_path: Path, text: str, value: object) -> None:
    found = read(tmp_path, f"tests:\n- vars: {{a: {text}}}\n").cases[0].variables["a"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("value", ["{{x}}", "{{x}}!", "[{{x}}]", "Hi {{x}}!", "{{#x}}y{{/x}}", "{{>p}}", "{{x.y}}"])
def test_braces_without_quotes_are_told_as_such(tmp_path: Path, value: str) -> None:
    with pytest.raises(SuiteError, match=r"greeting\.test\.yaml:[23]: .*A text that holds \{\{ stands in quotes"):
        read(tmp_path, f"tests:\n- vars: {{a: {value}}}\n")


def test_anchors_and_merged_keys_stand_for_what_they_name(tmp_path: Path) -> None:
    suite = read(
        tmp_path,
        "tests:\n"
        "- &first\n  vars: {a: 1}\n  render: &checks\n  - {type: contains, value: x}\n"
        "- {vars: {a: 2}, render: *checks}\n"
        "- {<<: *first, vars: {a: 3}}\n",
    )
    assert [len(case.renders) for case in suite.cases] == [1, 1, 1]
    assert [case.variables["a"] for case in suite.cases] == [1, 2, 3]
    names = "".join(f"n{number}: 1, " for number in range(9))
    (_, merged) = read(tmp_path, f"tests:\n- vars: &v {{{names}}}\n- vars: {{z: 2, <<: *v, n4: 3}}\n").cases
    assert list(merged.variables) == ["z", "n4", *(f"n{number}" for number in (0, 1, 2, 3, 5, 6, 7, 8))]


def test_a_list_of_texts_stands_for_as_many_tests_as_in_promptfoo(tmp_path: Path) -> None:
    text = "tests:\n- description: d\n  vars: {name: [Ada, Bob], at: [x, y], rows: [{a: 1}], none: []}\n"
    suite = read(tmp_path, text)
    assert [case.name for case in suite.cases] == [f"d (name={n}, at={a})" for n in ("Ada", "Bob") for a in "xy"]
    assert suite.cases[0].variables == {"name": "Ada", "at": "x", "rows": [{"a": 1}], "none": []}
    (whole,) = read(tmp_path, f"{text}  options: {{disableVarExpansion: true}}\n").cases
    assert whole.variables["name"] == ["Ada", "Bob"]


def test_no_two_cases_of_a_file_have_the_same_name(tmp_path: Path) -> None:
    suite = read(tmp_path, "tests:\n" + "- {vars: {a: 1}}\n" * 3 + "- {}\n")
    assert [case.name for case in suite.cases] == ["a=1", "a=1 #2", "a=1 #3", "no variables"]


def test_values_come_from_files_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text('{"type": "object"}')
    (tmp_path / "said.txt").write_text("  Hello {{name}}\n")
    (tmp_path / "check.py").write_text("def get_assert(output, context): return True")
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "prompts"
    folder.mkdir()
    suite = read(
        folder,
        f"{CASE}  assert:\n"
        "  - {type: is-json, value: file://../schema.json}\n"
        "  - {type: equals, value: file://../said.txt}\n"
        "  - {type: python, value: 'file://../check.py:other'}\n",
    )
    schema, said, code = suite.cases[0].asserts
    assert (schema.value, said.value, said.fills) == ({"type": "object"}, "Hello {{name}}", False)
    assert code.path == (str(tmp_path.resolve() / "check.py"), "other")


REFUSED = {
    "": "greeting.test.yaml:1: the file is empty",
    "# only a comment\n": "greeting.test.yaml:1: the file is empty",
    "[1]": "greeting.test.yaml:1: the file must be an object, not [1]",
    "tests: []": "greeting.test.yaml:1: tests must be a list of tests, not []",
    "tests: file://x.csv": "must be a list of tests, not file://x.csv: it is not read from there, so write it here",
    "defaultTest: file://x.yaml\ntests: [{}]": "defaultTest must be an object, not file://x.yaml: it is not read",
    "tests:\n- file://x.yaml": "tests[0] must be an object, not file://x.yaml: it is not read from there",
    "scenarios: []\ntests: [{}]": "prompts, providers, tags, targets, tests. List each test below tests",
    "evaluateOptions: {}\ntests: [{}]": "Options say so: --concurrency and --repeat",
    "outputPath: x\ntests: [{}]": "Options say so: --json and --junit",
    "assertionTemplates: {}\ntests: [{}]": "What is used twice can have a name in YAML: &name, then *name",
    "defaultTest: {options: {provider: x}}\ntests: [{}]": "The prompt says what it is run by; --upstream",
    "tests: [{assertScoringFunction: x}]": "code does by the type python",
    "test: []": "greeting.test.yaml:1: test is not known. (is tests meant?) Allowed are defaultTest",
    "tests:\n- 1": "greeting.test.yaml:2: tests[0] must be an object, not 1",
    "tests:\n- var: {}": "greeting.test.yaml:2: tests[0].var is not known. (is vars meant?)",
    "tests:\n- vars:\n    a: 1\n    a: 2": "greeting.test.yaml:4: a is given twice",
    "tests:\n- vars: {1: x}": "the key 1 must be text. Write it in quotes",
    "tests:\n- vars: file://x.json": "tests[0].vars must be an object",
    "tests:\n- vars: {a: file://x.txt}": "tests[0].vars.a: variables are not read from files",
    "tests:\n- description: 1": "tests[0].description must be text, not 1",
    "tests:\n- threshold: high": "tests[0].threshold must be a number, not high",
    "tests:\n- threshold: true": "tests[0].threshold must be a number, not true",
    "tests:\n- options: {transform: x}": "tests[0].options.transform is not known. Allowed are disableVarExpansion",
    "tests:\n- render: {}": "tests[0].render must be a list",
    "tests:\n- !!python/object:os.system {}": "greeting.test.yaml:2: the tag tag:yaml.org,2002:python/object",
    "tests:\n- vars: {a: !!python/name:os.system x}": "greeting.test.yaml:2: the tag tag:yaml.org,2002:python/name",
    "tests:\n- vars: {a: !!timestamp 2026-01-01}": "greeting.test.yaml:2: the tag tag:yaml.org,2002:timestamp",
    "tests:\n- vars:\n    a: !!bool maybe": "greeting.test.yaml:3: `maybe` is no bool",
    "tests:\n- {a: *b}": "undefined alias",
    "tests:\n- &a {vars: {b: *a}}": "nested too deep",
    "tests: [": "greeting.test.yaml:2: did not find expected node content",
    "tests:\n- a: 'x\n": "greeting.test.yaml:",
    "---\ntests: []\n---\n": "but found another document",
    "tests:\n- vars: {a: " + "9" * 5000 + "}": "…` is no int that can be read",
    "tests: " + "[" * 300_000: "nested too deep",
    "tests: " + "- " * 300_000: "not allowed in this context",
    "tests:\n" + "- " * 300_000 + "x": "nested too deep",
}


@pytest.mark.parametrize("text", REFUSED, ids=[repr(text)[:40] for text in REFUSED])
def test_what_is_not_known_is_refused_with_its_location(tmp_path: Path, text: str) -> None:
    with pytest.raises(SuiteError) as caught:
        read(tmp_path, text)
    assert REFUSED[text] in str(caught.value), str(caught.value)


ASSERTIONS = {
    "{value: x}": "tests[0].assert[0].type is missing. Allowed are contains, contains-json, cost, equals",
    "{type: contain, value: x}": "'contain' is not known here (is contains meant?). Allowed are contains,",
    "{type: not-containz, value: x}": "'not-containz' is not known here (is contains meant?)",
    "{type: Contains, value: x}": "'Contains' is not known here (is contains meant?)",
    "{type: not-not-equals, value: x}": "is not known here",
    "{type: llm-rubric, value: x}": "promptfoo's llm-rubric asks a model for its opinion, and no model judges here",
    "{type: not-similar, value: x}": "promptfoo's not-similar asks a model for its opinion",
    "{type: 'similar:cosine', value: x}": "promptfoo's similar:cosine asks",
    "{type: javascript, value: x}": "'javascript' is not known here, and code can check it by the type python. Allowed",
    "{type: contains-any, value: [x]}": "'contains-any' is not known here, and code can check it by the type python",
    "{type: not-rouge-n, value: x}": "'not-rouge-n' is not known here, and code",
    "{type: llm-rubric, value: x, provider: y}": "promptfoo's llm-rubric asks a model for its opinion",
    "{type: assert-set, assert: []}": "'assert-set' is not known here",
    "{type: contains, value: x, contextTransform: y}": "Check the text by the type python",
    "{$ref: '#/assertionTemplates/x'}": "What is used twice can have a name in YAML: &name, then *name",
    "{type: contains}": "tests[0].assert[0].value is missing",
    "{type: contains, value: ''}": "value must be text or a number",
    "{type: contains, value: yes, values: x}": "tests[0].assert[0].values is not known. (is value meant?)",
    "{type: contains, value: true}": "value must be text or a number, not true",
    "{type: contains, value: [a]}": "value must be text or a number",
    "{type: contains, value: x, threshold: 1}": "threshold: contains takes none",
    "{type: contains, value: x, config: {}}": "config: contains takes none",
    "{type: contains, value: x, weight: -1}": "weight must not be less than 0",
    "{type: contains, value: x, transform: output}": "transform is not known",
    "{type: starts-with, value: 1}": "value must be text, not 1. Write it in quotes",
    "{type: regex, value: '('}": "it is no regular expression: missing )",
    "{type: regex, value: '(?i)x'}": "(?i) is Python's alone; promptfoo reads regular expressions as JavaScript does",
    "{type: regex, value: 'x\\Z'}": "\\Z is Python's alone",
    "{type: is-json, value: text}": "value must be a JSON schema, not text",
    "{type: latency}": "tests[0].assert[0].threshold is missing",
    "{type: latency, threshold: 1, value: 2}": "value: latency takes none",
    "{type: latency, threshold: fast}": "threshold must be a number, not fast",
    "{type: cost, threshold: 1}": "no price is known here by itself. Give US dollars for a token: inputCost and",
    "{type: cost, threshold: 1, config: {inputCost: 1}}": "no price is known here by itself",
    "{type: cost, threshold: 1, config: {cost: free}}": "no price is known here by itself",
    "{type: cost, threshold: 1, config: {price: 1}}": "config.price is not known. Allowed are cost, inputCost",
    "{type: python, value: 1}": "value must be text",
    "{type: python, value: 'output == \"{{name}}\"'}": 'Write context["vars"]["name"]',
    "{type: python, value: file://gone.py}": "there is no file gone.py",
    "{type: python, value: file://../../gone.py}": "lies outside of the repository",
    "{type: python, value: file:///etc/passwd}": "lies outside of the repository",
    "{type: python, value: file://check.js}": "must end with .py",
    "{type: contains, value: file://check.py}": "must end with .json or .yaml or .yml or .txt",
    "{type: contains, value: '{{ name | upper }}'}": "only plain names such as {{name}} may stand in braces here",
    "{type: contains, value: '{% if x %}'}": "only plain names",
    "{type: contains, value: '{{{name}}}'}": "only plain names",
}


@pytest.mark.parametrize("text", ASSERTIONS)
def test_an_assertion_that_is_not_known_is_refused_with_its_location(tmp_path: Path, text: str) -> None:
    with pytest.raises(SuiteError) as caught:
        read(tmp_path, f"{CASE}  assert:\n  - {text}\n")
    assert str(caught.value).startswith(f"{tmp_path / 'greeting.test.yaml'}:5: tests[0].assert[0]"), str(caught.value)
    assert ASSERTIONS[text] in str(caught.value), str(caught.value)


@pytest.mark.parametrize("kind", ["latency", "cost", "not-latency"])
def test_what_is_rendered_takes_no_measure_of_a_run(tmp_path: Path, kind: str) -> None:
    with pytest.raises(
        SuiteError, match=rf"'{kind}' is not known here, but below assert.*Allowed are contains, contains-json, equals"
    ):
        read(tmp_path, f"{CASE}  render:\n  - {{type: {kind}, threshold: 1}}\n")


def test_a_link_does_not_lead_out_of_the_repository(tmp_path: Path) -> None:
    inside = tmp_path / "repository"
    inside.mkdir()
    (tmp_path / "secret.txt").write_text("x")
    (inside / "link.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(SuiteError, match=r"link\.txt lies outside of the repository"):
        read(inside, f"{CASE}  assert:\n  - {{type: equals, value: file://link.txt}}\n")


def test_aliases_do_not_grow_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_yaml, "_MOST_VALUES", 20_000)  # of 100 million that the aliases stand for
    levels = "".join(f"    l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 9))
    with pytest.raises(SuiteError, match="its aliases stand for too much"):
        read(tmp_path, f"tests:\n- vars:\n    l0: &l0 [lol]\n{levels}")


@pytest.mark.parametrize("data", [b"tests:\n- vars: {a: \xff}", b"\x00\x01"])
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(SuiteError, match=r"greeting\.test\.yaml"):
        read(tmp_path, data)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "greeting.test.yaml")
    with pytest.raises(OSError, match="regular file"):
        read_suite(tmp_path / "greeting.test.yaml")


def test_windows_line_ends_and_a_byte_order_mark_are_no_matter(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbf" + CASE.replace("\n", "\r\n").encode()).cases[0].variables == {"name": "Ada"}


def test_ten_thousand_cases_are_read_each_with_its_line(tmp_path: Path) -> None:
    case = "- vars: {{name: n{0}}}\n  render:\n  - {{type: contains, value: n{0}}}\n"
    suite = read(tmp_path, "tests:\n" + "".join(case.format(number) for number in range(10_000)))
    assert [each.line for each in suite.cases] == list(range(2, 30_002, 3))
    assert suite.cases[-1].renders[0].line == 30_001
    assert len({each.name for each in suite.cases}) == 10_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any")


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_whatever_yaml_holds_is_read_or_refused_in_one_line(folder: Path, value: object) -> None:
    for text in (
        json.dumps(value),
        json.dumps({"tests": value}),
        json.dumps({"tests": [{"vars": value, "assert": value}]}),
    ):
        try:
            read(folder, text)
        except SuiteError as error:
            assert "greeting.test.yaml" in str(error)  # noqa: PT017


def test_only_files_beside_a_prompt_are_tests(tmp_path: Path) -> None:
    for name in ("greeting.prompt", "greeting.test.yaml", "others.test.yaml", "x.yaml"):
        (tmp_path / name).write_text("")
    assert suite_files(tmp_path) == [tmp_path / "greeting.test.yaml"]

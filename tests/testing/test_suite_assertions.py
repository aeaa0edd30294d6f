"""What assertions mean: as promptfoo has it, which was asked once, and what is ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portkey_prompts.testing import worker as worker_module
from portkey_prompts.testing.assertions import Answer, Assertion, Grade, all_passed, grade, regular_expression
from portkey_prompts.testing.cases import read_suite
from portkey_prompts.testing.worker import CheckError, Worker

THEIRS = json.loads(Path(__file__).with_name("promptfoo_verdicts.json").read_text(encoding="utf-8"))
VERDICTS = [(group["outputs"], row) for group in THEIRS["groups"] for row in group["verdicts"]]
NOT_JSON = ("Ada {{name}}", "{a: 1}", '{"a": {"b": 2')
"""Texts that promptfoo mends until they are JSON; here JSON is what every parser of JSON reads."""
RAISES = ("1/0", "'x'")
"""Code for which the assertion fails in promptfoo, and is an error here: nothing was checked."""


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker() as running:
        yield running


def asserted(folder: Path, assertion: dict[str, Any]) -> Assertion:
    path = folder / "greeting.test.yaml"
    path.write_text(json.dumps({"tests": [{"vars": THEIRS["variables"], "assert": [assertion]}]}), encoding="utf-8")
    return read_suite(path).cases[0].asserts[0]


@pytest.mark.parametrize(("outputs", "row"), VERDICTS, ids=[json.dumps(row["assertion"]) for _, row in VERDICTS])
def test_an_assertion_means_what_it_means_in_promptfoo(
    tmp_path: Path, worker: Worker, outputs: list[str], row: dict[str, Any]
) -> None:
    assertion = asserted(tmp_path, row["assertion"])
    for index, output in enumerate(outputs):
        answer = Answer(output, latency=THEIRS["latency"], context={"vars": THEIRS["variables"]})
        if assertion.type == "contains-json" and output in NOT_JSON:
            continue
        if assertion.value in RAISES:
            assert row["passes"] == "FFF"
            with pytest.raises(CheckError):
                grade(assertion, answer, THEIRS["variables"], worker)
            continue
        found = grade(assertion, answer, THEIRS["variables"], worker)
        assert found.passed == (row["passes"][index] == "P"), (output, found)
        if "scores" in row:
            assert found.score == row["scores"][index], (output, found)


def test_the_verdicts_are_of_every_type_but_cost() -> None:
    named = {row["assertion"]["type"].removeprefix("not-") for _, row in VERDICTS}
    assert named == {
        "contains", "contains-json", "equals", "icontains", "is-json", "latency", "python", "regex", "starts-with",
    }  # fmt: skip
    assert {row["assertion"]["type"] for _, row in VERDICTS} >= {f"not-{name}" for name in named}


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "-Infinity"])
def test_what_json_lacks_is_no_json(worker: Worker, text: str) -> None:
    assert not grade(Assertion("is-json"), Answer(text), {}, worker).passed


@pytest.mark.parametrize("text", NOT_JSON)
def test_what_has_to_be_mended_is_no_json(worker: Worker, text: str) -> None:
    assert not grade(Assertion("contains-json"), Answer(text), {}, worker).passed


@pytest.mark.parametrize(
    ("prices", "usage", "threshold", "passed"),
    [
        ({"inputCost": 0.01, "outputCost": 0.1}, (10, 5), 0.61, True),
        ({"inputCost": 0.01, "outputCost": 0.1}, (10, 5), 0.59, False),
        ({"cost": 0.01}, (10, 5), 0.15, True),
        ({"cost": 0.01, "outputCost": 0}, (10, 5), 0.1, True),
        ({"cost": 0}, (10, 5), 0, True),
    ],
)
def test_a_cost_is_the_tokens_at_the_prices_that_are_given(
    worker: Worker, prices: dict[str, float], usage: tuple[int, int], threshold: float, passed: bool
) -> None:
    answer = Answer("x", usage={"prompt_tokens": usage[0], "completion_tokens": usage[1]})
    cost = Assertion("cost", threshold=threshold, config=prices)
    assert grade(cost, answer, {}, worker).passed is passed
    opposite = Assertion("cost", inverse=True, threshold=threshold, config=prices)
    assert grade(opposite, answer, {}, worker).passed is not passed


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": 1}, {"prompt_tokens": 1, "completion_tokens": None}])
def test_a_cost_without_a_count_of_tokens_is_an_error(worker: Worker, usage: dict[str, Any] | None) -> None:
    with pytest.raises(CheckError, match="does not say how many tokens"):
        grade(Assertion("cost", threshold=1, config={"cost": 1}), Answer("x", usage=usage), {}, worker)


def test_rendered_messages_are_compared_whole(worker: Worker) -> None:
    messages = [{"role": "user", "content": "Hello Ada"}]
    equal = Assertion("equals", value=[{"role": "user", "content": "Hello Ada"}])
    assert grade(equal, Answer("Hello Ada", messages), {}, worker).passed
    assert not grade(equal, Answer("Hello Ada", [*messages, *messages]), {}, worker).passed


def test_a_schema_is_checked_and_fetches_nothing(worker: Worker) -> None:
    for schema, problem in (
        ({"$ref": "http://127.0.0.1:9/schema"}, "is not fetched"),
        ({"type": "objekt"}, "It is no JSON schema"),
    ):
        with pytest.raises(CheckError, match=problem):
            grade(Assertion("is-json", value=schema), Answer("{}"), {}, worker)


def test_a_schema_without_its_extra_says_which_it_takes() -> None:
    script = """
import sys
sys.modules["jsonschema_rs"] = None
from portkey_prompts.testing.assertions import Answer, Assertion, grade
from portkey_prompts.testing.worker import Worker
assert grade(Assertion("is-json"), Answer("{}"), {}, Worker()).passed
grade(Assertion("is-json", value={}), Answer("{}"), {}, Worker())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert "A schema takes the extra [local]: pip install 'portkey-prompts[local]'" in done.stderr


@pytest.mark.parametrize("text", ["{" * 20_000, '{"a":' * 10_000, "[" * 20_000])
def test_a_text_that_never_becomes_json_is_looked_through(worker: Worker, text: str) -> None:
    assert not grade(Assertion("is-json"), Answer(text), {}, worker).passed
    assert not grade(Assertion("contains-json"), Answer(text), {}, worker).passed


def test_a_regular_expression_without_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(worker_module.SECONDS, "regex", 0.5)
    with Worker() as worker:
        started = time.monotonic()
        with pytest.raises(CheckError, match=r"It took longer than 0\.5 s, and was ended"):
            grade(Assertion("regex", value="(a+)+$"), Answer("a" * 60 + "b"), {}, worker)
        assert time.monotonic() - started < 60
        assert grade(Assertion("regex", value="a+"), Answer("a"), {}, worker).passed  # a new process does it


def test_code_without_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(worker_module.SECONDS, "python", 0.5)
    code = Assertion("python", value="while True:\n  pass", fills=False)
    with Worker() as worker, pytest.raises(CheckError, match=r"python: It took longer than 0\.5 s"):
        grade(code, Answer(""), {}, worker)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("nothing", "NameError: name 'nothing' is not defined"),
        ("(", "SyntaxError"),
        ("exit(3)", "SystemExit: 3"),
        ("__import__('os')._exit(0)", "The code ended its process"),
        ("object()", "it returned object, where a bool, a number or {pass, score, reason} is needed"),
        ("None", 'python "None" returned , where a bool, a number'),
        ("[1]", "returned [1], where a bool"),
        ("{'score': 1}", "where a bool"),
        ("float('nan')", "where a bool"),
        ("input()", "EOFError"),
    ],
)
def test_code_that_checks_nothing_is_an_error(worker: Worker, code: str, problem: str) -> None:
    with pytest.raises(CheckError) as caught:
        grade(Assertion("python", value=code, fills=False), Answer("x"), {}, worker)
    assert problem in str(caught.value)


def test_code_may_print_and_assert(worker: Worker, capfd: pytest.CaptureFixture[str]) -> None:
    code = Assertion("python", value="print('seen')\nassert 'y' in output, 'no y'\nreturn True", fills=False)
    assert grade(code, Answer("y"), {}, worker).passed
    found = grade(code, Answer("x"), {}, worker)
    assert (found.passed, found.reason.endswith("no y")) == (False, True)


def test_code_of_a_file_is_given_its_config_and_its_neighbours(tmp_path: Path, worker: Worker) -> None:
    (tmp_path / "helper_of_checks.py").write_text("LEAST = 3")
    (tmp_path / "checks.py").write_text(
        "from helper_of_checks import LEAST\n"
        "def get_assert(output, context):\n    return len(output) >= context['config']['least'] >= LEAST\n"
        "def other(output, context):\n    return {'pass_': False, 'reason': context['vars']['name']}\n"
    )
    for value, passed in (("file://checks.py", True), ("file://checks.py:other", False)):
        assertion = asserted(tmp_path, {"type": "python", "value": value, "config": {"least": 3}})
        found = grade(assertion, Answer("xyz", context={"vars": {"name": "Ada"}}), {}, worker)
        assert found.passed is passed
        assert passed or found.reason == 'python "file://checks.py:other": Ada'


def test_texts_of_any_kind_reach_the_code_whole(worker: Worker) -> None:
    text = "\x00\u2028\ud800 \U0001f600\n" + "x" * 1_000_000
    code = Assertion("python", value="len(output) == context['n']", fills=False)
    assert grade(code, Answer(text, context={"n": len(text)}), {}, worker).passed


def test_the_process_ends_with_who_started_it() -> None:
    script = """
import os, signal
from portkey_prompts.testing.worker import Worker
worker = Worker()
print(worker.ask("python", code="__import__('os').getpid()", output="", context={}), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    process, end = int(done.stdout), time.monotonic() + 60
    while time.monotonic() < end:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{process}/stat").exists() and " Z " in Path(f"/proc/{process}/stat").read_text():
            return
        time.sleep(0.05)
    pytest.fail("it goes on")


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("^a$", r"^a\Z"),
        (r"a\$[$]", r"a\$[$]"),
        (r"(?<year>\d+)-\k<year>", r"(?P<year>\d+)-(?P=year)"),
        (r"(?<=a)b(?<!c)", r"(?<=a)b(?<!c)"),
        (r"\(?<x", r"\(?<x"),
    ],
)
def test_a_regular_expression_of_javascript_is_written_as_python_s(theirs: str, ours: str) -> None:
    assert regular_expression(theirs) == ours


@pytest.mark.parametrize(
    ("weights", "scores", "threshold", "passed"),
    [
        ((1, 1), (1, 0), None, False),
        ((1, 1), (1, 0), 0.5, True),
        ((1, 3), (1, 0), 0.5, False),
        ((3, 1), (1, 0), 0.75, True),
        ((0, 0), (1, 1), 0.1, False),
        ((), (), None, True),
        ((), (), 0.5, False),
        ((1, 1), (0, 0), 0, True),
    ],
)
def test_a_threshold_is_of_the_weighted_mean(
    weights: tuple[float, ...], scores: tuple[float, ...], threshold: float | None, passed: bool
) -> None:
    assertions = [Assertion("equals", weight=weight) for weight in weights]
    grades = [Grade(score > 0, score, "") for score in scores]
    assert all_passed(assertions, grades, threshold) is passed

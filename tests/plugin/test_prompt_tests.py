"""Tests of prompts, collected by pytest as the tests of an app's repository are."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
QUIET = ("-p", "no:asyncio", "-p", "no:anyio", "-p", "no:pytest_httpserver", "-p", "no:hypothesispytest")
TESTS = """tests:
- description: greets
  vars: {name: Ada}
  render: [{type: equals, value: "Hello {{name}}."}]
- description: greets wrongly
  vars: {name: Bob}
  render: [{type: contains, value: Bobby}]
- description: asks a model
  vars: {name: Eve}
  assert: [{type: equals, value: Hello Eve.}]
- description: asks a model in vain
  vars: {name: Zoe}
  render: [{type: contains, value: Zoe}]
  assert: [{type: equals, value: Goodbye.}]
"""


@pytest.fixture
def prompts(pytester: pytest.Pytester) -> Path:
    folder = pytester.mkdir("prompts")
    (folder / "greeting.prompt").write_text("---\nportkey: {virtual_key: echo}\n---\nHello {{name}}.\n")
    (folder / "greeting.test.yaml").write_text(TESTS)
    return folder


def test_what_prompts_render_to_is_tested_and_no_model_is_asked(pytester: pytest.Pytester, prompts: Path) -> None:
    result = pytester.runpytest_subprocess(*QUIET, "-W", "error", "-rs", "--junitxml=junit.xml")
    result.assert_outcomes(passed=2, failed=1, skipped=2)
    result.stdout.fnmatch_lines(
        ["*_ greets wrongly _*", 'failed: contains "Bobby"', "in: Hello Bob.", "SKIPPED * its `assert:` takes a model*"]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    assert 'name="asks a model in vain [assert]"' in (pytester.path / "junit.xml").read_text()
    assert 'name="greets wrongly"' in (pytester.path / "junit.xml").read_text()


def test_models_are_asked_where_one_is_named(pytester: pytest.Pytester, prompts: Path) -> None:
    result = pytester.runpytest_subprocess(*QUIET, "--prompts-upstream", "echo")
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(['failed: equals "Goodbye."', "in: Hello Zoe."])


def test_the_service_is_asked_where_it_is_named(
    pytester: pytest.Pytester, prompts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTKEY_BASE_URL", "http://127.0.0.1:9/v1")
    result = pytester.runpytest_subprocess(*QUIET, "--prompts-upstream", "service", "-k", "asks")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["error: The service does not have this prompt. Push it first*"])


def test_an_upstream_that_is_not_there_is_named(pytester: pytest.Pytester, prompts: Path) -> None:
    result = pytester.runpytest_subprocess(*QUIET, "--prompts-upstream", "nope", "-x")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["error: There is no upstream 'nope' in portkey-local.toml. There are: echo"])


def test_cases_are_chosen_stopped_at_and_spread(pytester: pytest.Pytester, prompts: Path) -> None:
    pytester.runpytest_subprocess(*QUIET, "-k", "wrongly").assert_outcomes(failed=1, deselected=4)
    pytester.runpytest_subprocess(*QUIET, "-x").assert_outcomes(passed=1, failed=1)
    pytester.runpytest_subprocess(*QUIET, "prompts/greeting.test.yaml::greets").assert_outcomes(passed=1)
    pytester.runpytest_subprocess(*QUIET, "-n", "2").assert_outcomes(passed=2, failed=1, skipped=2)


def test_files_that_are_beside_no_prompt_are_somebody_else_s(pytester: pytest.Pytester, prompts: Path) -> None:
    (pytester.path / "other.test.yaml").write_text("not: ours")
    (prompts / "greeting.test.yaml").rename(prompts / "theirs.test.yaml")
    pytester.runpytest_subprocess(*QUIET).assert_outcomes()


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (
            "greeting.test.yaml",
            "tests:\n- vers: {}\n",
            "*greeting.test.yaml:2: tests[[]0].vers is not known. (is vars meant*",
        ),
        ("greeting.prompt", "{{name", "greeting (files): line 1, column 1*"),
        ("greeting.prompt", "---\nmodel: [\n---\n", "*greeting.prompt:*"),
    ],
)
def test_a_file_that_can_not_be_read_is_told_in_a_line(
    pytester: pytest.Pytester, prompts: Path, file: str, text: str, said: str
) -> None:
    (prompts / file).write_text(text)
    result = pytester.runpytest_subprocess(*QUIET)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([said])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_without_pyyaml_they_are_skipped_and_the_extra_is_named(pytester: pytest.Pytester, prompts: Path) -> None:
    pytester.makeconftest("import sys\nsys.modules['yaml'] = None\n")
    result = pytester.runpytest_subprocess(*QUIET, "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED * tests of prompts need PyYAML: pip install 'portkey-prompts[[]cli]'"])


def test_only_the_extra_cli_is_needed_for_what_is_rendered(pytester: pytest.Pytester, prompts: Path) -> None:
    missing = ("sqlalchemy", "starlette", "uvicorn", "jsonschema_rs", "typer", "msgspec", "alembic")
    pytester.makeconftest(f"import sys\nfor name in {missing}: sys.modules[name] = None\n")
    pytester.runpytest_subprocess(*QUIET).assert_outcomes(passed=2, failed=1, skipped=2)


def test_a_test_run_without_such_files_loads_none_of_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys
        def test_nothing():
            assert not {"yaml", "portkey_cli.testing", "portkey_prompts.testing.cases"} & set(sys.modules)
        """
    )
    pytester.runpytest_subprocess(*QUIET).assert_outcomes(passed=1)

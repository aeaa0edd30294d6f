"""`test`: real processes, on real servers, and without one."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from cli_process import COMMAND, Terminal, environment, without
from in_process import command as piped
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from portkey_ai import Portkey
from portkey_local import LocalServer

NOWHERE = "http://127.0.0.1:9/v1"
GREETING = """---
model: gpt-4o
input:
  default:
    mood: kind
portkey:
  virtual_key: echo
---
{{role "system"~}}
Be {{mood}}. {{>tone}}
{{~role "user"~}}
Greet {{name}}.
"""
TESTS = """tests:
- description: greets by name
  vars: {name: Ada}
  render:
  - {type: contains, value: "Be kind. In short."}
  - {type: not-contains, value: "{{"}
  - type: equals
    value:
    - {role: system, content: Be kind. In short.}
    - {role: user, content: Greet Ada.}
  assert:
  - {type: equals, value: "Greet {{name}}."}
  - {type: latency, threshold: 60000}
  - {type: cost, threshold: 0.1, config: {cost: 0.01}}
- vars: {name: Bob}
  assert:
  - {type: starts-with, value: Greet Bob}
"""


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    """A folder with a prompt, a partial and two tests."""
    folder = tmp_path / "prompts"
    folder.mkdir()
    (folder / "greeting.prompt").write_text(GREETING)
    (folder / "_tone.prompt").write_text("In short.\n")
    (folder / "greeting.test.yaml").write_text(TESTS)
    return folder


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[HTTPServer]:
    """A host of a model that answers several at once, named `small` in the configuration."""
    with HTTPServer(threaded=True) as running:
        configure(tmp_path, running)
        yield running
        running.clear()


def slug_of(folder: Path, stem: str = "greeting") -> str:
    services = json.loads((folder / ".portkey.json").read_text())["services"]
    return str(next(iter(services.values()))["prompt"][stem]["slug"])


def pushed(folder: Path, server: LocalServer) -> str:
    done = piped("push", PORTKEY_BASE_URL=server.base_url)
    assert done.returncode == 0, done.stderr
    return slug_of(folder)


def columns(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


# Without a model


def test_what_files_render_to_is_checked_without_a_network_or_a_key(prompts: Path) -> None:
    done = piped("test", "--render-only", PORTKEY_BASE_URL=NOWHERE)
    assert (done.returncode, done.stderr) == (0, "")
    assert columns(done.stdout) == [["prompt", "version", "passed", "p50", "tokens"], ["greeting", "files", "2/2"]]


def test_tests_that_assert_nothing_of_a_model_ask_none(prompts: Path) -> None:
    (prompts / "greeting.test.yaml").write_text("tests:\n- {vars: {name: x}, render: [{type: contains, value: x}]}")
    assert piped("test").returncode == 0


def test_a_test_that_does_not_hold_says_what_and_in_what(prompts: Path) -> None:
    (prompts / "greeting.prompt").write_text(GREETING.replace("Greet", "Salute"))
    done = piped("test", "--render-only")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "FAILED greeting (files): greets by name"
    assert lines[1].startswith('  equals [{"role": "system", "content": "Be kind. In short."}')
    assert lines[2:4] == ["  in: Be kind. In short.", "  "]
    assert columns(done.stdout)[-1] == ["greeting", "files", "1/2"]


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ("{}", "vars lacks name."),
        ("{nam: Ada}", "vars lacks name. vars has nam, which the prompt does not use. Is nam meant for name?"),
        ("{name: Ada, tone: x}", "vars has tone, which the prompt does not use."),
    ],
)
def test_variables_that_are_missing_or_not_known_are_named(prompts: Path, variables: str, said: str) -> None:
    (prompts / "greeting.test.yaml").write_text(f"tests:\n- {{vars: {variables}}}\n")
    done = piped("test", "--render-only")
    assert done.returncode == 1
    assert done.stdout.startswith("ERROR greeting (files): ")
    assert done.stdout.splitlines()[1] == f"  {said}"


def test_a_variable_that_only_the_tests_use_is_no_mistake(prompts: Path) -> None:
    (prompts / "check.py").write_text("def get_assert(output, context): return context['vars']['inFile'] in output")
    (prompts / "greeting.test.yaml").write_text(
        "tests:\n- vars: {name: Ada, expected: Ada, least: 3, inFile: Ada}\n"
        "  render:\n  - {type: contains, value: '{{expected}}'}\n"
        '  - {type: python, value: \'len(output) > context["vars"]["least"]\'}\n'
        "  - {type: python, value: file://check.py}\n"
    )
    done = piped("test", "--render-only")
    assert done.returncode == 0, done.stdout


def test_a_variable_of_another_branch_or_of_a_partial_is_known(prompts: Path) -> None:
    (prompts / "greeting.prompt").write_text("{{#formal}}{{title}} {{/formal}}{{name}}{{>tone}}\n")
    (prompts / "_tone.prompt").write_text("{{#loud}}{{mark}}{{/loud}}\n")
    (prompts / "greeting.test.yaml").write_text("tests:\n- vars: {name: x, formal: false, title: y, mark: '!'}\n")
    assert piped("test", "--render-only").returncode == 0


def test_what_can_not_be_rendered_is_an_error_of_its_case(prompts: Path) -> None:
    (prompts / "greeting.prompt").write_text("{{name}} {{>gone}}\n")
    done = piped("test", "--render-only")
    assert done.returncode == 1
    assert "It can't be rendered" in done.stdout
    assert "there is no partial 'gone'" in done.stdout
    (prompts / "greeting.prompt").write_text("{{name\n")
    done = piped("test", "--render-only")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("portkey-prompts: greeting (files): line 1")


def test_a_thousand_and_more_failures_are_told_in_short(prompts: Path) -> None:
    case = "- {{vars: {{name: n{0}}}, render: [{{type: regex, value: never}}]}}\n"
    (prompts / "greeting.test.yaml").write_text("tests:\n" + "".join(case.format(number) for number in range(1000)))
    done = piped("test", "--render-only")
    assert done.returncode == 1
    assert done.stdout.count("FAILED") == 20
    assert "And 980 more; --json and --junit say all." in done.stdout
    assert columns(done.stdout)[-1] == ["greeting", "files", "0/1000"]


def test_an_expression_without_end_is_an_error_and_the_others_go_on(prompts: Path) -> None:
    (prompts / "greeting.prompt").write_text("{{name}}\n")
    (prompts / "greeting.test.yaml").write_text(
        f"tests:\n- {{vars: {{name: {'a' * 60}b}}, render: [{{type: regex, value: '(a+)+$'}}]}}\n"
        "- {vars: {name: x}, render: [{type: regex, value: x}]}\n"
    )
    done = piped("test", "--render-only", "--json")
    assert [each["status"] for each in json.loads(done.stdout)["results"]] == ["error", "passed"]
    assert "longer than 5 s" in json.loads(done.stdout)["results"][0]["problems"][0]


def test_what_asks_no_model_is_not_repeated(prompts: Path) -> None:
    done = piped("test", "--render-only", "--repeat", "5")
    assert columns(done.stdout)[1] == ["greeting", "files", "2/2"]


def test_a_partial_is_tested_by_itself(prompts: Path, server: LocalServer) -> None:
    (prompts / "_tone.prompt").write_text("In {{count}} words.\n")
    test = "tests:\n- vars: {count: 3}\n  render: [{type: equals, value: 'In {{count}} words.'}]\n"
    (prompts / "_tone.test.yaml").write_text(f"{test}  assert: [{{type: contains, value: words}}]\n")
    done = piped("test", "_tone", "--upstream", "echo")
    assert columns(done.stdout)[1][:3] == ["_tone", "files", "1/1"], done.stdout
    pushed(prompts, server)
    done = piped("test", "_tone", PORTKEY_BASE_URL=server.base_url)
    assert "The service does not have this prompt" in done.stdout


# On models


def test_files_are_run_in_this_process_without_a_service(prompts: Path) -> None:
    done = piped("test", "greeting", "--upstream", "echo", PORTKEY_BASE_URL=NOWHERE)
    assert done.returncode == 0, done.stdout
    prompt, version, passed, p50, milliseconds, tokens = columns(done.stdout)[1]
    assert (prompt, version, passed, milliseconds, tokens) == ("greeting", "files", "2/2", "ms", "16")
    assert int(p50) >= 0


def test_files_are_run_by_the_service_with_the_text_of_the_file(prompts: Path, server: LocalServer) -> None:
    done = piped("test", PORTKEY_BASE_URL=server.base_url)
    assert done.returncode == 1
    assert "The service does not have this prompt. Push it first: portkey-prompts push" in done.stdout
    pushed(prompts, server)
    assert piped("test", PORTKEY_BASE_URL=server.base_url).returncode == 0
    (prompts / "greeting.prompt").write_text(GREETING.replace("Greet", "Salute"))
    done = piped("test", PORTKEY_BASE_URL=server.base_url)
    assert '  starts-with "Greet Bob"\n  in: Salute Bob.' in done.stdout


def test_a_completion_and_a_text_are_run_too(prompts: Path) -> None:
    (prompts / "once.prompt").write_text(
        "---\nportkey:\n  template_metadata: {template_type: completion}\n---\nOnce {{a}}\n"
    )
    (prompts / "text.prompt").write_text("Say {{a}}\n")
    for stem, said in (("once", "Once x"), ("text", "Say x")):
        test = f"tests:\n- {{vars: {{a: x}}, assert: [{{type: equals, value: {said}}}]}}\n"
        (prompts / f"{stem}.test.yaml").write_text(test)
    done = piped("test", "once", "text", "--upstream", "echo")
    assert done.returncode == 0, done.stdout


def test_a_prompt_that_streams_by_its_settings_is_run_whole(prompts: Path, server: LocalServer) -> None:
    settings = "config: {stream: true, stream_options: {include_usage: true}}\n"
    (prompts / "greeting.prompt").write_text(GREETING.replace("model: gpt-4o\n", settings))
    assert piped("test", "--upstream", "echo").returncode == 0
    pushed(prompts, server)
    for arguments in ((), ("--at", "@latest")):
        done = piped("test", *arguments, PORTKEY_BASE_URL=server.base_url)
        assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_locked_is_tested_offline_and_run(prompts: Path, server: LocalServer, tmp_path: Path) -> None:
    slug = pushed(prompts, server)
    assert piped("lock", f"{slug}@1", PORTKEY_BASE_URL=server.base_url).returncode == 0
    (prompts / "greeting.prompt").write_text("changed\n")
    done = piped("test", "--locked", "--render-only", PORTKEY_BASE_URL=NOWHERE)
    assert done.returncode == 0, done.stdout
    assert columns(done.stdout)[1] == ["greeting", "lock", "2/2"]
    assert piped("test", "--locked", PORTKEY_BASE_URL=server.base_url).returncode == 0
    assert piped("test", "--locked", "--upstream", "echo").returncode == 0
    assert piped("lock", f"{slug}@latest", PORTKEY_BASE_URL=server.base_url).returncode == 0
    done = piped("test", "--locked", "--render-only")
    assert done.returncode == 2
    assert f"greeting is locked as {slug}@1, {slug}@latest. Choose one: --locked --at {slug}@1" in done.stderr
    assert piped("test", "--locked", "--at", f"{slug}@1", "--render-only").returncode == 0


def test_two_versions_are_compared(prompts: Path, server: LocalServer) -> None:
    slug = pushed(prompts, server)
    (prompts / "greeting.prompt").write_text(GREETING.replace("Greet {{name}}", "Salute {{name}}"))
    pushed(prompts, server)
    call = ("test", "--at", f"{slug}@1", "--against", f"{slug}@2")
    done = piped(*call, PORTKEY_BASE_URL=server.base_url)
    assert done.returncode == 1
    rows = columns(done.stdout)
    assert [row[:3] for row in rows if row[:1] == ["greeting"]] == [
        ["greeting", f"{slug}@1", "2/2"],
        ["greeting", f"{slug}@2", "0/2"],
    ]
    assert done.stdout.splitlines()[-1] == f"greeting: {slug}@2 passes fewer tests."
    better = ("test", "--at", f"{slug}@1", "--against", "@2", "--tolerance", "1", "--repeat", "3", "--json")
    done = piped(*better, PORTKEY_BASE_URL=server.base_url)
    assert done.returncode == 0
    said = json.loads(done.stdout)
    assert (said["ok"], said["worse"], len(said["results"])) == (True, [], 12)
    assert [(each["version"], each["passed"], each["total"]) for each in said["versions"]] == [
        (f"{slug}@1", 6, 6),
        (f"{slug}@2", 0, 6),
    ]
    # The one under test fails: that is an exit code of 1, however good the other is.
    assert piped("test", "--at", "@2", "--against", "@1", PORTKEY_BASE_URL=server.base_url).returncode == 1
    done = piped("test", "--at", f"{slug}@1", "--against", "files", "--render-only", PORTKEY_BASE_URL=server.base_url)
    assert done.returncode == 1


@pytest.mark.parametrize(("status", "said"), [(429, "429"), (500, "500")])
def test_a_run_that_fails_is_an_error_and_no_failed_assertion(
    prompts: Path, upstream: HTTPServer, tmp_path: Path, status: int, said: str
) -> None:
    upstream.expect_request("/v1/chat/completions").respond_with_json({"error": {"message": "no"}}, status=status)
    done = piped("test", "--upstream", "small", "--junit", "junit.xml", "--json")
    assert done.returncode == 1
    results = json.loads(done.stdout)["results"]
    assert [each["status"] for each in results] == ["error", "error"]
    assert said in results[0]["problems"][0]
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()[0]
    assert (suite.get("errors"), suite.get("failures")) == ("2", "0")


def test_a_run_that_takes_too_long_is_an_error(prompts: Path, upstream: HTTPServer, tmp_path: Path) -> None:
    over = threading.Event()

    def never(_request: Request) -> Response:
        over.wait(60)
        return Response("{}", content_type="application/json")

    upstream.expect_request("/v1/chat/completions").respond_with_handler(never)
    try:
        done = piped("--timeout", "1", "test", "--upstream", "small", "--json")
    finally:
        over.set()
    assert done.returncode == 1
    assert {each["status"] for each in json.loads(done.stdout)["results"]} == {"error"}


def configure(folder: Path, httpserver: HTTPServer) -> None:
    url = httpserver.url_for("/v1")
    (folder / "portkey-local.toml").write_text(f'[upstreams.small]\nkind = "openai"\nbase_url = "{url}"\nmodel = "m"\n')


class Model:
    """A model that answers what it is asked, at most so many at once, and stops answering at a word."""

    def __init__(self, httpserver: HTTPServer) -> None:
        self.most = self.now = self.answered = 0
        self.over = threading.Event()
        self._lock = threading.Lock()
        httpserver.expect_request("/v1/chat/completions").respond_with_handler(self.answer)

    def answer(self, request: Request) -> Response:
        asked = request.get_json()["messages"][-1]["content"]
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        if "slow" in asked:
            self.over.wait(60)
        time.sleep(0.05)
        with self._lock:
            self.now -= 1
            self.answered += 1
        message = {"role": "assistant", "content": asked}
        usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
        body = {"id": "x", "model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
        return Response(json.dumps({**body, "usage": usage}), content_type="application/json")


def named(names: list[str]) -> str:
    case = "- {{vars: {{name: {0}}}, assert: [{{type: contains, value: {0}}}]}}\n"
    return "tests:\n" + "".join(case.format(name) for name in names)


@pytest.mark.parametrize("at_once", [1, 3])
def test_no_more_runs_go_on_at_once_than_it_is_told(
    prompts: Path, upstream: HTTPServer, tmp_path: Path, at_once: int
) -> None:
    model = Model(upstream)
    (prompts / "greeting.test.yaml").write_text(named([f"n{number}" for number in range(12)]))
    done = piped("test", "--upstream", "small", "--concurrency", str(at_once), "--json")
    assert done.returncode == 0, done.stdout
    assert (model.most, model.answered) == (at_once, 12)
    said = json.loads(done.stdout)
    assert [each["case"] for each in said["results"]] == [f"name=n{number}" for number in range(12)]
    assert said["versions"][0]["tokens"] == 60


def test_ctrl_c_keeps_what_is_known(prompts: Path, upstream: HTTPServer, tmp_path: Path) -> None:
    model = Model(upstream)
    (prompts / "greeting.test.yaml").write_text(named(["n1", "n2", "slow1", "slow2", "n3"]))
    call = [COMMAND, "test", "--upstream", "small", "--concurrency", "2", "--junit", "junit.xml"]
    process = subprocess.Popen(call, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        end = time.monotonic() + 60
        while not (model.answered == 2 and model.now == 2):
            assert time.monotonic() < end
            assert process.poll() is None
            time.sleep(0.02)
        time.sleep(0.3)  # until the answers have come in
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        model.over.set()
        process.kill()
    assert process.returncode == 130, err
    assert columns(out)[-1][:3] == ["greeting", "files", "2/2"]
    assert err == "Interrupted: 2 of 5 tests were carried out.\n"
    assert ElementTree.parse(tmp_path / "junit.xml").getroot()[0].get("tests") == "2"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals here")
def test_a_terminal_sees_a_bar_and_a_pipe_none(prompts: Path, upstream: HTTPServer, tmp_path: Path) -> None:
    model = Model(upstream)
    (prompts / "greeting.test.yaml").write_text(named(["n1", "slow"]))
    terminal = Terminal("test", "--upstream", "small")
    terminal.read_until("50%")
    model.over.set()
    screen = terminal.finish()
    assert screen.code == 0
    assert "Testing" in screen.text
    done = piped("test", "--upstream", "small")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Testing" not in done.stdout


# JUnit


def test_junit_is_valid_whatever_the_texts_are(prompts: Path, tmp_path: Path) -> None:
    (prompts / "greeting.prompt").write_text("{{name}}\n")
    odd = "\x00\x0b\ufffe<&\"'>]]>\u00e9\U0001f600\x1b[31m"
    cases = [{"description": odd, "vars": {"name": odd}, "render": [{"type": "equals", "value": "x"}]}, {"vars": {}}]
    (prompts / "greeting.test.yaml").write_text(
        json.dumps({"tests": cases}).replace(r"\ud83d\ude00", "\U0001f600")  # YAML has no pairs of escapes
    )
    done = piped("test", "--render-only", "--junit", "out.xml")
    assert done.returncode == 1, done.stderr
    (suite,) = ElementTree.parse(tmp_path / "out.xml").getroot()
    assert suite.attrib.items() >= {"tests": "2", "failures": "1", "errors": "1", "name": "greeting (files)"}.items()
    failed, error = suite
    assert failed.get("name", "").startswith("\\x00\\x0b\\ufffe<&\"'>]]>é\U0001f600\\x1b[31m")
    assert failed[0].get("message") == 'equals "x"'
    assert error[0].tag == "error"


def test_a_junit_file_that_can_not_be_written_costs_no_result(prompts: Path) -> None:
    done = piped("test", "--render-only", "--junit", "gone/out.xml")
    assert done.returncode == 3
    assert columns(done.stdout)[-1] == ["greeting", "files", "2/2"]
    assert "gone" in done.stderr


def test_tests_that_stand_beside_no_prompt_are_named(prompts: Path) -> None:
    """As after a prompt's file was renamed: its tests would pass without a word."""
    (prompts / "welcome.test.yaml").write_text((prompts / "greeting.test.yaml").read_text())
    done = piped("test", "--render-only")
    assert done.returncode == 0
    assert "Not run, for want of a prompt's file beside it: welcome.test.yaml" in done.stderr
    assert "Not run" not in piped("test", "--render-only", "greeting").stderr


# Wrong usage


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nope"], "There is no nope.test.yaml beside nope.prompt in prompts. There are: greeting"),
        (["other/greeting.prompt"], "Name the folder: --folder other"),
        (["--folder", "gone"], "There are no tests in gone. Write gone/NAME.test.yaml beside NAME.prompt"),
        (["--files", "--locked"], "--files and --locked are two versions"),
        (["--files", "--at", "pp-x@1"], "--files and --at are two versions"),
        (["--render-only", "--upstream", "echo"], "--render-only asks no model"),
        (["--locked", "--at", "@1"], "--locked --at takes a reference as it is locked"),
        (["--against", "files", "--render-only"], "--against is files too. Choose another version"),
        (["--at", "@1", "--render-only"], "greeting.prompt is on no service yet that the folder remembers"),
        (["--upstream", "nope"], "There is no upstream 'nope' in portkey-local.toml. There are: echo"),
        (["--tolerance", "2"], "--tolerance"),
        (["--repeat", "0"], "--repeat"),
        (["--concurrency", "0"], "--concurrency"),
    ],
)
def test_wrong_usage_is_told(
    prompts: Path, alone: Callable[..., Any], fails: Callable[..., None], arguments: list[str], said: str
) -> None:
    fails(alone("test", *arguments), 2, said)


def test_without_a_key_no_model_is_asked(prompts: Path, alone: Callable[..., Any], fails: Callable[..., None]) -> None:
    fails(alone("test"), 4, "There is no API key")


def test_a_version_of_one_prompt_is_not_tested_by_several(
    prompts: Path, alone: Callable[..., Any], fails: Callable[..., None]
) -> None:
    (prompts / "other.prompt").write_text("x\n")
    (prompts / "other.test.yaml").write_text("tests:\n- {}\n")
    fails(alone("test", "--at", "pp-x@1"), 2, "pp-x@1 is a version of one prompt. Name its tests")


def test_files_that_are_beside_no_prompt_are_left_alone(prompts: Path) -> None:
    (prompts / "theirs.test.yaml").write_text("not: ours")
    assert piped("test", "--render-only").returncode == 0


@pytest.mark.parametrize("name", ["greeting", "greeting.prompt", "greeting.test.yaml", "prompts/greeting.prompt"])
def test_a_prompt_is_called_as_its_files_are(prompts: Path, name: str) -> None:
    assert piped("test", name, "--render-only").returncode == 0


def test_a_mistake_in_the_tests_is_told_with_its_location(
    prompts: Path, alone: Callable[..., Any], fails: Callable[..., None]
) -> None:
    (prompts / "greeting.test.yaml").write_text("tests:\n- render:\n  - {type: contain, value: x}\n")
    fails(
        alone("test"),
        2,
        "prompts/greeting.test.yaml:3: tests[0].render[0].type: 'contain' is not known here (is contains",
    )


def test_partials_are_found_by_their_slugs_too(prompts: Path, server: LocalServer) -> None:
    pushed(prompts, server)
    state: dict[str, Any] = json.loads((prompts / ".portkey.json").read_text())["services"]
    slug = next(iter(state.values()))["partial"]["tone"]["slug"]
    text = GREETING.replace("{{>tone}}", f"{{{{>{slug}}}}}").replace("portkey:\n", "portkey:\n  references: slugs\n")
    (prompts / "greeting.prompt").write_text(text)
    done = piped("test", "--render-only", PORTKEY_BASE_URL="http://127.0.0.1:1/v1")
    assert done.returncode == 0, done.stdout


def test_running_in_this_process_takes_the_extra_local(prompts: Path) -> None:
    done = without(("starlette", "uvicorn"), "test", "--upstream", "echo")
    assert done.returncode == 1
    assert "pip install 'portkey-prompts[local]'" in done.stderr
    assert without(("starlette", "uvicorn", "jsonschema_rs", "sqlalchemy"), "test", "--render-only").returncode == 0
    done = without(("yaml",), "test", "--render-only")
    assert done.returncode == 1
    assert "pip install 'portkey-prompts[cli]'" in done.stderr


def test_the_key_of_the_service_reaches_neither_code_nor_upstreams(prompts: Path, server: LocalServer) -> None:
    """The context of code is what promptfoo gives it: nothing of the connection is in it."""
    with Portkey(base_url=server.base_url) as portkey:
        assert portkey.base_url
    (prompts / "greeting.test.yaml").write_text(
        "tests:\n- vars: {name: Ada}\n  assert:\n  - type: python\n    value: |\n"
        "      return sorted(context) == ['prompt', 'providerResponse', 'test', 'vars']\n"
    )
    done = piped("test", "--upstream", "echo", PORTKEY_API_KEY="secret")
    assert done.returncode == 0, done.stdout

"""Large requests and answers: what is done of them in one go is short, and others are answered in between."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from checked_client import CheckedClient
from hypothesis import given, settings
from hypothesis import strategies as st
from puppet_upstream import Exchange, Puppet

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.serving import pauses
from portkey_local import LocalServer
from portkey_local import json as stepwise
from portkey_local.store import engine
from portkey_local.upstreams import openai
from portkey_prompts import redaction

texts = st.text(st.sampled_from(["a", '"', "\\", "\n", "é", "😀", "\0", "/", "u", "d", "8"]), max_size=40)
values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(texts, inner, max_size=9),
)


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few characters be much."""
    monkeypatch.setattr(stepwise, "LARGE_ANSWER", 4)
    monkeypatch.setattr(stepwise, "_TOGETHER", 3)
    monkeypatch.setattr(stepwise, "_SHORT_STRING", 5)
    monkeypatch.setattr(stepwise, "_NAMES_AT_ONCE", 2)
    pattern = stepwise._INSIDE_TEXT.pattern.replace("100000", "4").replace("10000", "2")
    monkeypatch.setattr(stepwise, "_INSIDE_TEXT", stepwise.re.compile(pattern, stepwise.re.DOTALL))


def test_what_is_written_and_read_in_steps_is_what_is_at_once(small_steps: None) -> None:
    @given(values)
    @settings(deadline=None)
    def check(value: Any) -> None:
        assert stepwise.to_json_stepwise(value) == stepwise.to_json(value)
        for written in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1)):
            assert stepwise.read_stepwise(written) == value

    check()


@pytest.mark.parametrize("text", ['"', '"a', '"a\\', '["a\\"', '{"a', '"\\ud83d', '"aaaaaaaaaa', '"\\x"', '"a\nb"'])
def test_a_text_that_is_no_json_is_refused_in_steps_too(small_steps: None, text: str) -> None:
    with pytest.raises((ValueError, msgspec.DecodeError)):
        stepwise.read_stepwise(text + " " * 10)


@pytest.mark.parametrize(
    "make",
    [
        lambda: "\n" * 9_000_000,
        lambda: [1] * 2_000_000,
        lambda: {str(number): 1 for number in range(400_000)},
        lambda: [{"a": "b" * 40}] * 200_000,
    ],
    ids=["a text", "numbers", "names", "objects"],
)
def test_no_step_of_writing_is_large(make: Callable[[], Any]) -> None:
    steps = list(stepwise._steps({"choices": [{"message": {"content": make()}}]}, 12))
    assert max(map(len, steps)) <= 600_000
    assert sum(map(len, steps)) > 4_000_000


def test_secrets_are_found_wherever_a_text_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = 'k/"y\\9'
    spelled = [
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(json.dumps(secret))[1:-1],
        "%6b/%22y\\9",
        "\\u006b/&quot;y\\9",
    ]
    whole = redaction._LOOKED_THROUGH

    @settings(deadline=None)
    @given(st.lists(st.sampled_from([*spelled, "\\", "\\\\", "k", "%", "&", "/", "a"]), max_size=20).map("".join))
    def check(text: str) -> None:
        found = []
        for step in (whole, 3):
            monkeypatch.setattr(redaction, "_LOOKED_THROUGH", step)
            found.append(redaction.redact(text, (secret,)))
        assert found[0] == found[1]

    check()


def test_a_row_of_backslashes_is_looked_through_once() -> None:
    def seconds(length: int) -> float:
        text = "\\" * length + "%"
        before = time.process_time()
        redaction.redact(text, ("sk-abcdefghijkl",))
        return time.process_time() - before

    seconds(10)
    assert seconds(64_000) < 40 * min(seconds(8_000) for _ in range(3)) + 0.02  # by the square it would be 64 times


def noting(threads: list[str], work: Callable[..., Any]) -> Callable[..., Any]:
    """Note the threads on which something is done."""

    def noted(*args: Any, **kwargs: Any) -> Any:
        threads.append(threading.current_thread().name)
        return work(*args, **kwargs)

    return noted


def test_a_large_answer_is_written_on_a_thread_and_a_small_one_is_not(
    api: CheckedClient, make_prompt: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []
    monkeypatch.setattr("portkey_local.app.to_json_stepwise", noting(threads, stepwise.to_json_stepwise))
    slug = make_prompt(string="{{x}}")["slug"]
    assert api.post(f"/prompts/{slug}/render", json={"variables": {"x": "small"}}).status_code == 200
    assert threads == []
    answer = api.post(f"/prompts/{slug}/render", json={"variables": {"x": "é\n" * 200_000}})
    assert answer.json()["prompt"] == "é\n" * 200_000
    assert threads
    assert all("worker" in name for name in threads)


def test_an_upstreams_large_answer_is_read_on_a_thread(puppet: Puppet, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []
    monkeypatch.setattr(openai, "read_stepwise", noting(threads, stepwise.read_stepwise))
    message = {"role": "assistant", "content": 'é\n"' * 200_000}
    text = json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})

    def script(exchange: Exchange) -> None:
        exchange.answer(200, text.encode())

    puppet.script = script
    with LocalServer(upstreams={"up": {"kind": "openai", "base_url": puppet.base_url}}) as server:
        server.add_prompt(slug="pp-x", versions=[{"string": "x", "virtual_key": "up"}])
        with CheckedClient(server.base_url) as api:
            answer = api.post("/prompts/pp-x/completions", json={}).json()
    assert answer["choices"][0]["message"] == message
    assert threads
    assert all("worker" in name for name in threads)


@pytest.mark.parametrize(
    "path", ["/prompts", "/prompts/{slug}/versions", "/labels", "/collections", "/prompts/partials"]
)
def test_a_list_is_read_on_a_thread(
    api: CheckedClient, make_prompt: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    slug = make_prompt()["slug"]
    threads: list[str] = []
    monkeypatch.setattr(engine.Store, "_query", noting(threads, engine.Store._query))
    assert api.get(path.format(slug=slug)).status_code == 200
    assert "reader" in threads[-1]  # whose key it is was looked up before


def test_much_json_of_a_prompt_is_read_on_a_thread_and_comes_back_as_it_was(
    api: CheckedClient, make_prompt: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    much = {f"k{number}": ["é", {"n": number}] for number in range(15_000)}
    threads: list[str] = []
    monkeypatch.setattr(engine, "read_stepwise", noting(threads, stepwise.read_stepwise))
    slug = make_prompt(string="{{x}}", template_metadata=much, tools=[much], virtual_key="VIRTUAL_KEY")["slug"]
    for reference in (slug, f"{slug}@latest", f"{slug}@1"):
        found = api.get(f"/prompts/{reference}").json()
        assert (found["template_metadata"], found["tools"]) == (much, [much])
    assert api.post(f"/prompts/{slug}/render", json={"variables": {"x": "a"}}).json()["data"]["tools"] == [much]
    assert api.put(f"/prompts/{slug}", json={"model": "m"}).status_code == 200
    assert api.get(f"/prompts/{slug}@2").json()["template_metadata"] == much
    assert threads
    assert all("reader" in name or "writer" in name for name in threads)


def test_what_is_kept_of_prompts_counts_their_tools() -> None:
    tools = [{"type": "function", "function": {"name": f"a{number}"}} for number in range(100)]
    with LocalServer() as server, CheckedClient(server.base_url) as api:
        assert server._server is not None
        kept = server._server.parts.prompts._ready_versions
        kept._capacity = 40_000
        for number in range(20):
            server.add_prompt(slug=f"pp-{number}", versions=[{"string": "x", "tools": tools}])
            assert api.post(f"/prompts/pp-{number}/render", json={"variables": {}}).json()["data"]["tools"] == tools
        assert 0 < kept._held <= 40_000
        assert len(kept._values) < 10  # each has some thousand characters of tools


def test_nobody_waits_long_beside_one_large_request() -> None:
    """How long is told in a unit that a slow machine stretches alike; on a quiet one it is about 15 ms."""
    before = time.process_time()
    sum(range(1_000_000))
    unit = (time.process_time() - before) * 1000
    # Pauses are told by the server's own pulse: the client beside it need not take a tenth of the work.
    with pauses.Watched(every=0.02) as server:
        asked = [
            *pauses.requests(server, 4),
            *pauses.answers(server, 4),
            *pauses.stored(server),
            *pauses.forms(server),
        ]
        found = {each.what: server.measure(each) for each in asked}
        # Programs beside this one stretch a pause, too: what is the server's own doing is long each time.
        for _ in range(2):
            long = [each for each in asked if found[each.what].longest > 10 * unit]
            found |= {each.what: server.measure(each) for each in long}
    assert {what: pause for what, pause in found.items() if pause.longest > 10 * unit} == {}
    assert {pause.status for pause in found.values()} == {200, 400, 413}

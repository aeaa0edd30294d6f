"""Every kind of prompt, from the app's client to the upstream and back: what it is sent, and what the app gets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import field, frozen
from puppet_upstream import Exchange, Puppet, chunk, completion

from portkey_ai import Portkey
from portkey_local import LocalServer

WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
TIME = {"type": "function", "function": {"name": "time"}}
CITY = {"name": "city", "schema": {"type": "object", "properties": {"name": {"type": "string"}}}}
FORMAT = {"type": "json_schema", "json_schema": CITY}


def messages(*said: tuple[str, Any]) -> list[dict[str, Any]]:
    return [{"role": role, "content": content} for role, content in said]


@frozen
class Kind:
    """A row: a stored version, a call of it, and what the upstream is to be sent."""

    name: str
    version: dict[str, Any]
    call: dict[str, Any]
    sent: dict[str, Any]
    path: str = "/v1/chat/completions"
    answer: dict[str, Any] = field(factory=lambda: {"content": "Good day"})
    """The message that the upstream answers with."""


CHAT = json.dumps(messages(("system", "Be {{mood}}."), ("user", "Greet {{name}}.")))
PARTS = [
    {"type": "text", "text": "What is {{asked}}?"},
    {"type": "image_url", "image_url": {"url": "{{image}}", "detail": "low"}},
]
RAW = (
    '[{"role": "system", "content": "Be kind."}'
    '{{#history}}, {"role": "{{role}}", "content": "{{content}}"}{{/history}}'
    ', {"role": "user", "content": [{"type": "text", "text": "{{asked}}"}{{#image}},'
    ' {"type": "image_url", "image_url": {"url": "{{image}}"}}{{/image}}]}]'
)
CALLS = [
    {"index": 0, "id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"at": "Rome"}'}}
]
KINDS = [
    Kind(
        "a chat",
        {"string": CHAT, "parameters": {"temperature": 0.9, "top_p": 0.5, "mood": "kind"}, "model": "stored-model"},
        {"variables": {"name": 'Ann "the\nfirst"'}},
        {
            "messages": messages(("system", "Be kind."), ("user", 'Greet Ann "the\nfirst".')),
            "temperature": 0.9,
            "top_p": 0.5,
            "model": "stored-model",
        },
    ),
    Kind(
        "a chat with overrides",
        {"string": CHAT, "parameters": {"temperature": 0.9, "max_tokens": 5, "mood": "kind"}, "model": "stored-model"},
        {"variables": {"name": "Bo", "mood": "brief"}, "temperature": 0, "model": "mine", "stop": ["\n"], "seed": 7},
        {
            "messages": messages(("system", "Be brief."), ("user", "Greet Bo.")),
            "temperature": 0,
            "max_tokens": 5,
            "model": "mine",
            "stop": ["\n"],
            "seed": 7,
        },
    ),
    Kind(
        "a text",
        {"string": "Greet {{name}} & co."},
        {"variables": {"name": "<Ann>"}},
        {"messages": messages(("user", "Greet <Ann> & co."))},
    ),
    Kind(
        "a text completion",
        {"string": "Once {{x}}", "template_metadata": {"template_type": "completion"}, "parameters": {"max_tokens": 3}},
        {"variables": {"x": "upon"}, "echo": True},
        {"prompt": "Once upon", "max_tokens": 3, "echo": True},
        path="/v1/completions",
    ),
    Kind(
        "a chat, and a text of the call",
        {"string": CHAT, "parameters": {"max_tokens": 3}},
        {"variables": {}, "prompt": "Once upon"},
        {"prompt": "Once upon", "max_tokens": 3},
        path="/v1/completions",
    ),
    Kind(
        "tools",
        {"string": CHAT, "tools": [WEATHER], "tool_choice": "auto"},
        {"variables": {}},
        {"messages": messages(("system", "Be ."), ("user", "Greet .")), "tools": [WEATHER], "tool_choice": "auto"},
        answer={"content": None, "tool_calls": CALLS},
    ),
    Kind(
        "tools of the call",
        {"string": "x", "tools": [WEATHER], "tool_choice": "auto"},
        {"tools": [TIME], "tool_choice": {"type": "function", "function": {"name": "time"}}},
        {
            "messages": messages(("user", "x")),
            "tools": [TIME],
            "tool_choice": {"type": "function", "function": {"name": "time"}},
        },
        answer={"content": None, "tool_calls": CALLS},
    ),
    Kind(
        "a response format",
        {"string": "x", "parameters": {"response_format": FORMAT}},
        {},
        {"messages": messages(("user", "x")), "response_format": FORMAT},
        answer={"content": '{"name": "Rome"}'},
    ),
    Kind(
        "a response format of the call",
        {"string": "x", "parameters": {"response_format": FORMAT}},
        {"response_format": {"type": "json_object"}},
        {"messages": messages(("user", "x")), "response_format": {"type": "json_object"}},
        answer={"content": "{}"},
    ),
    Kind(
        "an image among the content parts",
        {"string": json.dumps(messages(("user", PARTS)))},
        {"variables": {"asked": "this", "image": "data:image/png;base64,AAAA"}},
        {
            "messages": messages(
                (
                    "user",
                    [
                        {"type": "text", "text": "What is this?"},
                        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}},
                    ],
                )
            )
        },
    ),
    Kind(
        "a raw template, all of it",
        {"string": RAW, "is_raw_template": 1},
        {
            "variables": {
                "history": [{"role": "user", "content": 'Say "hi"'}, {"role": "assistant", "content": "hi\n"}],
                "asked": "And this?",
                "image": "https://example.com/a.png",
            }
        },
        {
            "messages": messages(
                ("system", "Be kind."),
                ("user", 'Say "hi"'),
                ("assistant", "hi\n"),
                (
                    "user",
                    [
                        {"type": "text", "text": "And this?"},
                        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
                    ],
                ),
            )
        },
    ),
    Kind(
        "a raw template without what is left out",
        {"string": RAW, "is_raw_template": 1},
        {"variables": {"asked": "{{asked}}"}},
        {"messages": messages(("system", "Be kind."), ("user", [{"type": "text", "text": "{{asked}}"}]))},
    ),
]
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[Puppet, Portkey]]:
    with Puppet() as puppet:
        upstreams = {"up": {"kind": "openai", "base_url": puppet.base_url}}
        with LocalServer(upstreams=upstreams) as server, Portkey(base_url=server.base_url, virtual_key="up") as client:
            for number, kind in enumerate(KINDS):
                server.add_prompt(slug=f"kind-{number}", versions=[kind.version])
            yield puppet, client


@pytest.fixture
def puppet(shared: tuple[Puppet, Portkey]) -> Puppet:
    shared[0].seen.clear()
    return shared[0]


@pytest.fixture
def portkey(shared: tuple[Puppet, Portkey]) -> Portkey:
    return shared[1]


def whole(kind: Kind) -> dict[str, Any]:
    """The upstream's answer to a kind of prompt."""
    if kind.path == "/v1/completions":
        text = {"index": 0, "text": "upon a time", "logprobs": None, "finish_reason": "length"}
        return completion("") | {"choices": [text], "object": "text_completion"}
    return completion("") | {
        "choices": [{"index": 0, "message": {"role": "assistant", **kind.answer}, "finish_reason": "stop"}]
    }


def deltas(kind: Kind) -> list[dict[str, Any]]:
    """The choices of the chunks that the same answer comes in."""
    if kind.path == "/v1/completions":
        return [{"index": 0, "text": piece, "finish_reason": None} for piece in ("upon ", "a time")]
    pieces: list[dict[str, Any]] = [{"role": "assistant", "content": "" if kind.answer["content"] else None}]
    pieces += [{"content": letter} for letter in kind.answer["content"] or ""]
    for call in kind.answer.get("tool_calls", []):
        made = call["function"]
        pieces.append({"tool_calls": [call | {"function": {"name": made["name"], "arguments": ""}}]})
        for letter in made["arguments"]:
            pieces.append({"tool_calls": [{"index": 0, "function": {"arguments": letter}}]})
    return [{"index": 0, "delta": piece, "finish_reason": None} for piece in pieces]


def streamed(kind: Kind) -> Any:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        for choice in deltas(kind):
            exchange.event(chunk() | {"choices": [choice]})
        ending = {"index": 0, "finish_reason": "stop"}
        ending |= {"text": ""} if kind.path == "/v1/completions" else {"delta": {}}
        exchange.event(chunk() | {"choices": [ending]})
        if (exchange.body.get("stream_options") or {}).get("include_usage"):
            exchange.event(chunk() | {"choices": [], "usage": completion("")["usage"]})
        exchange.event("[DONE]")

    return script


def sent_to(puppet: Puppet) -> tuple[str, dict[str, Any]]:
    (seen,) = puppet.seen
    return seen.path, seen.body


@each_kind
def test_a_kind_of_prompt_is_run_whole(puppet: Puppet, portkey: Portkey, kind: Kind) -> None:
    puppet.script = lambda exchange: exchange.answer(200, whole(kind))
    answer = portkey.prompts.completions(prompt_id=f"kind-{KINDS.index(kind)}", **kind.call)
    assert sent_to(puppet) == (kind.path, {**kind.sent, "stream": False})
    given = whole(kind)
    assert answer["choices"][0].items() >= given["choices"][0].items()
    assert (answer.usage, answer.prompt_id) == (given["usage"], f"kind-{KINDS.index(kind)}")
    if kind.path == "/v1/completions":
        assert answer.choices[0].message.content == "upon a time"
    else:
        assert answer.choices[0].message.content == kind.answer["content"]
        assert answer.choices[0].message.tool_calls == kind.answer.get("tool_calls")


@each_kind
def test_a_kind_of_prompt_is_streamed(puppet: Puppet, portkey: Portkey, kind: Kind) -> None:
    puppet.script = streamed(kind)
    with portkey.prompts.completions(prompt_id=f"kind-{KINDS.index(kind)}", stream=True, **kind.call) as stream:
        chunks = [one["choices"][0] for one in stream]
        final = stream.get_final_completion()
    assert sent_to(puppet) == (kind.path, {**kind.sent, "stream": True})
    assert [one.get("delta", {}).get("content") or one.get("text") or "" for one in chunks[:-1]] == [
        one.get("delta", {}).get("content") or one.get("text") or "" for one in deltas(kind)
    ]
    assert (final.choices[0].finish_reason, final.usage) == ("stop", None)
    message = final.choices[0].message
    assert message.content == ("upon a time" if kind.path == "/v1/completions" else kind.answer["content"])
    assert message.tool_calls == kind.answer.get("tool_calls")


@each_kind
def test_a_stream_brings_its_usage_where_the_call_asks_for_it(puppet: Puppet, portkey: Portkey, kind: Kind) -> None:
    puppet.script = streamed(kind)
    options = {"stream_options": {"include_usage": True}}
    name = f"kind-{KINDS.index(kind)}"
    with portkey.prompts.completions(prompt_id=name, stream=True, **kind.call, **options) as stream:
        final = stream.get_final_completion()
    assert sent_to(puppet) == (kind.path, {**kind.sent, **options, "stream": True})
    assert final.usage == completion("")["usage"]

"""What providers were seen to send in streams: the client reads it from a service, the server from an upstream."""

from __future__ import annotations

import json
from typing import Any

USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}


def said(content: Any = None, finish: str | None = None, *, index: int = 0, **delta: Any) -> dict[str, Any]:
    """Say one chunk of a chat."""
    delta = delta if content is None else {"content": content, **delta}
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1780017118, "model": "gpt-4-0613"}
    return {**head, "choices": [{"index": index, "delta": delta, "finish_reason": finish}]}


def event(data: Any, kind: str = "") -> bytes:
    """Write an event."""
    named = f"event: {kind}\n" if kind else ""
    return f"{named}data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode()


BEGINNING = event(said("Hello, ", role="assistant"))
END = event(said("Alice.")) + event(said(finish="stop"))
DONE = event("[DONE]")
HEAD = {name: value for name, value in said().items() if name != "choices"}

DEEP: Any = json.loads('[{"a":' * 200 + "[]" + "}]" * 200)
"""Nested so deeply that whoever goes down one level by a call of its own or two meets Python's end."""

QUIET: dict[str, bytes] = {
    "choices of null": event({**HEAD, "choices": None}),
    "no choices": event(HEAD),
    "empty choices": event({**HEAD, "choices": [], "prompt_filter_results": [{"prompt_index": 0}]}),
    "a choice of null": event({**HEAD, "choices": [None]}),
    "an empty event": b"data:\n\n",
    "an event of white space": b"data:   \n\n",
    "null": event("null"),
    "an empty object": event("{}"),
    "an empty list": event("[]"),
    "an empty text": event('""'),
    "a ping event": event("{}", "ping"),
    "a ping event of text": event("2026-05-29T01:11:58Z", "ping"),
    "a ping event with a type": event({"type": "ping"}, "ping"),
    "a ping in the data": event({"type": "ping"}),
    "the word ping": event("ping"),
    "the word ping as JSON": event('"ping"'),
    "a heartbeat": event("heartbeat", "heartbeat"),
    "another keep-alive": event(": keep-alive"),
    "a comment": b": OPENROUTER PROCESSING\n\n",
    "an event of another kind": event("queued at place 4", "queue"),
    "an empty error": event({**said(""), "error": None}),
    "an error without anything in it": event({**said(""), "error": {"code": None, "message": ""}}),
    "a word of success": event({**said(""), "status": "success", "success": True}),
    "JSON after white space": b"data:   " + json.dumps(said("")).encode() + b" \n\n",
    "an id and a pause": b"id: 4\nretry: 100\n\n",
    "an empty choice": event({**HEAD, "choices": [{"index": 0, "delta": None, "finish_reason": None}]}),
    "an empty finish reason": event(said("", "")),
    "what Azure says of a prompt": event(
        {
            "choices": [],
            "created": 0,
            "id": "",
            "model": "",
            "object": "",
            "prompt_filter_results": [{"prompt_index": 0}],
        }
    ),
    "a filter that failed": event(
        {
            **HEAD,
            "choices": [{"index": 0, "delta": {}, "content_filter_results": {"error": {"message": "not filtered"}}}],
        }
    ),
    "a place in a queue": event({"msg": "queued", "position": 4}),
    "a status that is none of an error": event({"status": "processing", "message": "Loading the model"}),
    "a type that is none of an error": event({"type": "info", "message": "Warming up"}),
    "a code that is none of an error": event({"code": 0, "message": "ok"}),
    "a status of HTTP": event({"code": 200, "msg": "success"}),
    "an error of false": event({**said(""), "error": False}),
    "an error of no items": event({**said(""), "error": [], "errors": []}),
    "an event of another API": event({"type": "message_start", "message": {"id": "m", "content": []}}, "message_start"),
    "a word of the end of a part": event("[PART]", "part"),
    "a comment without a space": b":\n:x\n\n",
    "a retry that is none": b"retry: soon\n\n",
    "a field that is none": b"nonsense: 1\nx\n\n",
    "a named event": b"event: message\n" + event(said("")),
    "an event of several lines": b'id: 1\ndata: {\ndata:   "choices": []\ndata: }\n\n',
    "many blank lines": b"\n\n\r\n\r\r\n",
}
"""Events among those of a stream that change nothing."""

ENDS: dict[str, bytes] = {
    "as ever": DONE,
    "white space after": b"data: [DONE]  \n\n",
    "white space before": b"data:   [DONE]\n\n",
    "no space": b"data:[DONE]\n\n",
    "no blank line": b"data: [DONE]\n",
    "no line end": b"data: [DONE]",
    "CRLF": b"data: [DONE]\r\n\r\n",
    "as JSON": event('"[DONE]"'),
    "in small letters": event("[done]"),
    "without brackets": event("DONE"),
    "with a name": event("[DONE]", "done"),
    "a name alone": event("{}", "done"),
    "and more after it": DONE + event("{nonsense") + event({"error": {"message": "too late"}}),
    "CR": b"data: [DONE]\r\r",
    "an id before": b"id: 9\ndata: [DONE]\n\n",
    "none, but a finish reason": b"",
    "an odd word as long as there is no reason": event(said("", "null")) + event(said("", "stop")),
    "a whole event without its blank line": event({**said("", "stop"), "usage": USAGE})[:-2],
}
"""What a stream may end with."""

FAILURES: dict[str, tuple[bytes, str]] = {
    "an error": (event({"error": {"message": "Overloaded", "type": "busy"}}), "Overloaded"),
    "an error as text": (event({"error": "Overloaded"}), "Overloaded"),
    "an error beside choices": (event({**said(""), "error": {"message": "Overloaded"}}), "Overloaded"),
    "an error beside content": (event({**said("Al"), "error": {"message": "Overloaded"}}), "Overloaded"),
    "an error without words": (event({**said(""), "error": {"code": 502}}), "502"),
    "an error in a choice": (
        event({**HEAD, "choices": [{"index": 0, "delta": {}, "error": {"code": 502, "message": "Overloaded"}}]}),
        "Overloaded",
    ),
    "a finish reason": (event(said(finish="error")), "finish_reason"),
    "a finish reason with an error": (
        event({**said(finish="error"), "error": {"message": "Overloaded"}}), "Overloaded",
    ),
    "a finish reason of another provider": (event(said(finish="network_error")), "network_error"),
    "a type": (event({"type": "error", "message": "Overloaded"}), "Overloaded"),
    "a type around an error": (
        event({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "error"), "Overloaded",
    ),
    "an object": (event({"object": "error", "message": "Overloaded", "type": "Busy", "code": 503}), "Overloaded"),
    "an error event of text": (event("Overloaded", "error"), "Overloaded"),
    "an error event of a JSON text": (event('"Overloaded"', "error"), "Overloaded"),
    "an error event of an object": (event({"message": "Overloaded"}, "error"), "Overloaded"),
    "an error event of a number": (event("503", "error"), "503"),
    "an error event without words": (event({}, "error"), "error"),
    "a status": (event({"status": "failure", "message": "Overloaded"}), "Overloaded"),
    "no success": (event({"success": False, "data": {"message": "Overloaded", "errorCode": "AB06"}}), "Overloaded"),
    "a code and a message": (event({"code": 20012, "message": "Overloaded", "data": None}), "Overloaded"),
    "a detail": (event({"detail": "Overloaded"}), "Overloaded"),
    "a list of details": (event({"detail": [{"loc": ["body"], "msg": "Overloaded"}]}), "Overloaded"),
    "an error in a delta": (event(said(error={"message": "Overloaded"})), "Overloaded"),
    "an error of true": (event({"error": True, "message": "Overloaded"}), "Overloaded"),
    "an error with a capital": (event({"Error": {"Message": "Overloaded"}}), "Overloaded"),
    "an error's message": (event({"error_msg": "Overloaded", "code": 402}), "Overloaded"),
    "an error's code": (event({"error_code": 17, "error_msg": "Overloaded"}), "Overloaded"),
    "a list of errors": (event({"errors": [{"message": "Overloaded"}]}), "Overloaded"),
    "an error in a list": (event([{"error": {"code": 429, "message": "Overloaded"}}]), "Overloaded"),
    "an error in the data": (event({"data": {"error": {"message": "Overloaded"}}}), "Overloaded"),
    "an error in the response": (
        event({"type": "response.failed", "response": {"status": "failed", "error": {"message": "Overloaded"}}}),
        "Overloaded",
    ),
    "an error of another API": (
        event({"type": "message-end", "delta": {"error": "Overloaded", "finish_reason": "ERROR"}}, "message-end"),
        "Overloaded",
    ),
    "a message and an id": (event({"id": "r-1", "message": "Overloaded"}), "Overloaded"),
    "an exception's type": (event({"__type": "ThrottlingException", "message": "Overloaded"}), "Overloaded"),
    "an exception's name": (event({"internalServerException": {"message": "Overloaded"}}), "Overloaded"),
    "a status of HTTP": (event({"timestamp": "x", "status": 503, "error": "Overloaded", "path": "/v1"}), "Overloaded"),
    "a statusCode": (event({"statusCode": 503, "message": "Overloaded"}), "Overloaded"),
    "a problem": (event({"type": "about:blank", "title": "Overloaded", "status": 503}), "Overloaded"),
    "a response of another provider": (
        event({**HEAD, "choices": None, "base_resp": {"status_code": 1008, "status_msg": "Overloaded"}}), "Overloaded",
    ),
    "not ok": (event({"ok": False, "description": "Overloaded"}), "Overloaded"),
    "a detail of another provider": (
        event({"object": "error", "message": {"detail": [{"loc": ["body"], "msg": "Overloaded"}]}}), "Overloaded",
    ),
    "a finish reason in capitals": (event(said(finish="ERROR_TOXIC")), "ERROR_TOXIC"),
    "a finish reason with words": (event(said(finish="error: engine died")), "engine died"),
    "a finish reason of a stop from outside": (event(said(finish="abort")), "abort"),
    "a finish reason for want of something": (
        event(said(finish="insufficient_system_resource")), "insufficient_system_resource",
    ),
    "an error event of several lines": (b"event: error\ndata: Overloaded\ndata: for now\n\n", "Overloaded\nfor now"),
    "an error event of HTML": (event("<html>Overloaded</html>", "error"), "<html>Overloaded</html>"),
    "an exception event": (event({"message": "Overloaded"}, "exception"), "Overloaded"),
    "an event of another error": (event({"message": "Overloaded"}, "stream_error"), "Overloaded"),
    "an error after CR": (event({"error": {"message": "Overloaded"}}).replace(b"\n", b"\r") + b"\n\n", "Overloaded"),
    "an error without a blank line": (event({"error": {"message": "Overloaded"}})[:-2], "Overloaded"),
    "an error in what a provider adds": (
        event({**said(finish="stop"), "x_groq": {"error": "Overloaded"}}), "Overloaded",
    ),
    "a status beside content": (
        event({**said("Al"), "base_resp": {"status_code": 1027, "status_msg": "Overloaded"}}), "Overloaded",
    ),
    "an error that is nested deeply": (event({"error": {"details": DEEP, "message": "Overloaded"}}), "Overloaded"),
    "an error line": (b'error: {"code": 500, "message": "Overloaded", "type": "server_error"}\n', "Overloaded"),
    "bare JSON": (b'{"error": {"message": "Overloaded"}}\n', "Overloaded"),
    "bare JSON on several lines": (json.dumps({"error": {"message": "Overloaded"}}, indent=2).encode(), "Overloaded"),
}  # fmt: skip
"""Ways in which a stream tells that it has failed, and a word of what it says."""

TYPES = [
    "text/event-stream",
    "Text/Event-Stream; Charset=UTF-8",
    "TEXT/EVENT-STREAM",
    "text/plain",
    "text/plain; charset=utf-8",
    "application/octet-stream",
    "application/json",
    "text/html; charset=utf-16",
    "",
]
"""Media types under which event streams come."""


def call(index: Any = 0, name: Any = None, arguments: Any = None, **place: Any) -> dict[str, Any]:
    """Write a piece of a tool call, without what is None; an index of None is left out."""
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    return {**({} if index is None else {"index": index}), **place, "function": function}


def calls(*pieces: Any, **more: Any) -> dict[str, Any]:
    return said(tool_calls=list(pieces), **more)


def called(*functions: tuple[str, str]) -> dict[str, Any]:
    """Say what calls of functions are, whatever their ids and indexes."""
    return {"calls": [{"name": name, "arguments": arguments} for name, arguments in functions]}


TEXT = {"type": "text", "text": "Hello"}
ANSWERS: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "text": ([said("Hel"), said("lo")], {"content": "Hello"}),
    "a role in each chunk": ([said("Hel", role="assistant"), said("lo", role="assistant")], {"content": "Hello"}),
    "a text in the place of a delta": (
        [{**HEAD, "choices": [choice]} for choice in ({"index": 0, "delta": "Hel"}, {"index": 0, "message": "lo"})],
        {"content": "Hello"},
    ),
    "messages as pieces": (
        [
            {**HEAD, "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hel"}}]},
            {**HEAD, "choices": [{"index": 0, "message": {"content": "lo"}, "finish_reason": "stop"}]},
        ],
        {"content": "Hello"},
    ),
    "the whole once more": (
        [
            said("Hel", role="assistant", reasoning_content="Hm"),
            said("lo"),
            {**HEAD, "choices": [], "usage": USAGE},
            {
                **HEAD,
                "object": "chat.completion",
                "choices": [
                    {
                        "index": 0,
                        "finish_reason": "stop",
                        "message": {"role": "assistant", "content": "Hello", "reasoning_content": "Hm", "audio": None},
                    }
                ],
            },
        ],
        {"content": "Hello", "reasoning_content": "Hm", "audio": None},
    ),
    "the whole after a role alone": (
        [
            said("", role="assistant"),
            {**HEAD, "choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "Hello"}}]},
        ],
        {"content": "Hello"},
    ),
    "the whole with what no delta has brought": (
        [
            said([{"type": "text", "text": "Hello"}], role="assistant"),
            {
                **HEAD,
                "choices": [
                    {
                        "index": 0,
                        "finish_reason": "stop",
                        "message": {"content": [{"type": "text", "text": "Hello"}], "reasoning_content": "Hm"},
                    }
                ],
            },
        ],
        {"content": [{"type": "text", "text": "Hello"}], "reasoning_content": "Hm"},
    ),
    "something that is nested deeply": (
        [said("Hel", more=DEEP, other={"a": DEEP}), said("lo", other={"a": DEEP})],
        {"content": "Hello", "more": DEEP, "other": {"a": [*DEEP, *DEEP]}},
    ),
    "an empty role": ([said("Hel", role="assistant"), said("lo", role="")], {"content": "Hello"}),
    "a content of null": (
        [said(content=None), said("Hel"), said("lo"), {**HEAD, "choices": [{"delta": {"content": None}}]}],
        {"content": "Hello"},
    ),
    "parts": ([said([{"type": "text", "text": "Hel"}]), said([{"type": "text", "text": "lo"}])], {"content": [TEXT]}),
    "text, parts and text": ([said("H"), said([{"type": "text", "text": "el"}]), said("lo")], {"content": [TEXT]}),
    "a part that is no list": ([said({"type": "text", "text": "Hello"})], {"content": [TEXT]}),
    "parts that are texts": ([said(["Hel"]), said(["lo"])], {"content": ["Hel", "lo"]}),
    "parts with an index": (
        [said([{"type": "text", "text": "Hel", "index": 0}]), said([{"type": "text", "text": "lo", "index": 0}])],
        {"content": [{**TEXT, "index": 0}]},
    ),
    "thoughts": (
        [said([{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}]), said("Hello")],
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}, TEXT]},
    ),
    "thoughts as text": (
        [said([{"type": "thinking", "thinking": "H"}]), said([{"type": "thinking", "thinking": "m"}]), said("Hello")],
        {"content": [{"type": "thinking", "thinking": "Hm"}, TEXT]},
    ),
    "reasoning beside": (
        [said(reasoning_content="H", reasoning="H"), said(reasoning_content="m", reasoning="m"), said("Hello")],
        {"content": "Hello", "reasoning_content": "Hm", "reasoning": "Hm"},
    ),
    "a refusal": (
        [said("Hello", refusal=None), said(refusal="I "), said(refusal="won't")],
        {"content": "Hello", "refusal": "I won't"},
    ),
    "audio": (
        [
            said("Hello", audio={"id": "a", "format": "wav"}),
            said(audio={"id": "a", "data": "AAA=", "transcript": "Hel"}),
            said(audio={"data": "AAE=", "transcript": "lo"}),
        ],
        {"content": "Hello", "audio": {"id": "a", "format": "wav", "data": "AAAAAQ==", "transcript": "Hello"}},
    ),
    "characters cut in two": ([said("Hello \ud83d"), said("\ude00")], {"content": "Hello 😀"}),
    "annotations": (
        [said("Hel", annotations=[1]), said("lo", annotations=[2])],
        {"content": "Hello", "annotations": [1, 2]},
    ),
    "a call": (
        [calls(call(0, "f", "", id="1", type="function")), calls(call(0, None, '{"a"')), calls(call(0, None, ":1}"))],
        called(("f", '{"a":1}')),
    ),
    "calls with ids, all of index 0": (
        [
            calls(call(0, "f", '{"a"', id="1")),
            calls(call(0, None, ":1}")),
            calls(call(0, "g", "{", id="2")),
            calls(call(0, None, "}")),
        ],
        called(("f", '{"a":1}'), ("g", "{}")),
    ),
    "calls without anything": (
        [calls(call(None, "f", "{}")), calls(call(None, "f", "{}")), calls(call(None, "g", "{}"))],
        called(("f", "{}"), ("f", "{}"), ("g", "{}")),
    ),
    "calls without anything, side by side": (
        [calls(call(None, "f", "{"), call(None, "g", "{")), calls(call(None, None, "}"), call(None, None, " }"))],
        called(("f", "{}"), ("g", "{ }")),
    ),
    "an index of null": (
        [calls({**call(None, "f", "{", id="1"), "index": None}), calls({**call(None, None, "}"), "index": None})],
        called(("f", "{}")),
    ),
    "an index as text": ([calls(call("0", "f", "{", id="1")), calls(call(0, None, "}"))], called(("f", "{}"))),
    "calls of null": (
        [said(tool_calls=None), said(tool_calls=[None]), said(tool_calls=[]), calls(None, call(0, "f", "{}"))],
        called(("f", "{}")),
    ),
    "all in each piece": (
        [calls(call(0, "f", "{", id="1", type="function")), calls(call(0, "f", "}", id="1", type="function"))],
        called(("f", "{}")),
    ),
    "empty in each piece": (
        [calls(call(0, "f", "{", id="1", type="function")), calls(call(0, "", "}", id="", type=""))],
        called(("f", "{}")),
    ),
    "arguments once more at the end": (
        [calls(call(0, "f", '{"a"', id="1")), calls(call(0, None, ":1}")), calls(call(0, "f", '{"a":1}', id="1"))],
        called(("f", '{"a":1}')),
    ),
    "arguments after a placeholder": (
        [calls(call(0, "f", "{}", id="1")), calls(call(0, None, '{"a":1}'))],
        called(("f", '{"a":1}')),
    ),
    "a name in pieces": (
        [calls(call(0, "get_", "", id="1")), calls(call(0, "weather", "{}"))],
        called(("get_weather", "{}")),
    ),
    "a function of null": (
        [calls({"index": 0, "id": "1", "function": None}), calls(call(0, "f", "{}"))],
        called(("f", "{}")),
    ),
    "a call that is no list": ([said(tool_calls=call(0, "f", "{}"))], called(("f", "{}"))),
}
"""Chunks, without the one that ends the answer, and what they add up to."""


def message_of(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message as `ANSWERS` tells it."""
    calls = message.get("tool_calls")
    if calls:
        functions = [{key: one["function"].get(key) for key in ("name", "arguments")} for one in calls]
        return {"calls": functions}
    assert message["role"] == "assistant"
    return {name: value for name, value in message.items() if name != "role"}


def text_in(message: dict[str, Any]) -> str:
    """Return what a reader of texts alone sees of a message."""
    content = message.get("content", "")
    parts = [content] if isinstance(content, str) else content
    return "".join(part if isinstance(part, str) else part.get("text", "") for part in parts)

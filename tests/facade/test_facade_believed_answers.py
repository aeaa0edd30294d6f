"""A 200 is no answer by itself: what was asked for has to be in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from facade_calls import Client, settle
from facade_shapes import COMPLETION, PROMPT, RENDER, control_plane_error, event, partial
from pytest_httpserver import HTTPServer

from portkey_ai import APIError, APIResponseValidationError, APIStreamError

FAILURES: dict[str, tuple[Any, str]] = {
    "control plane": (control_plane_error("It is gone.", "AB08"), "It is gone."),
    "gateway": ({"status": "failure", "message": "It is gone."}, "It is gone."),
    "provider": ({"error": {"message": "It is gone.", "type": "t", "code": "c"}, "provider": "openai"}, "It is gone."),
    "in short": ({"error": "It is gone."}, "It is gone."),
    "wordless": ({"success": False}, "success"),
    "with data": ({"success": False, "message": "It is gone.", "data": None}, "It is gone."),
    "as an object": ({"object": "error", "message": "It is gone.", "code": 40401}, "It is gone."),
    "as a detail": ({"detail": "It is gone."}, "It is gone."),
}
EMPTY: list[Any] = [{}, {"hello": "world"}, {"id": None}, {"ok": True, "result": []}]
CALLS: dict[str, Callable[[Client], Any]] = {
    "prompts.retrieve": lambda client: client.prompts.retrieve("pp-x"),
    "prompts.create": lambda client: client.prompts.create(name="n", collection_id="c", string="s", parameters={}),
    "prompts.get": lambda client: client.prompts.get("pp-x"),
    "prompts.prefetch": lambda client: client.prompts.prefetch(["pp-x", "pp-y"]),
    "prompts.render": lambda client: client.prompts.render(prompt_id="pp-x", variables={}),
    "prompts.completions": lambda client: client.prompts.completions(prompt_id="pp-x"),
    "prompts.completions, raw": lambda client: client.prompts.completions.with_raw_response.create(prompt_id="pp-x"),
    "prompts.list": lambda client: client.prompts.list(),
    "versions.list": lambda client: client.prompts.versions.list("pp-x"),
    "versions.retrieve": lambda client: client.prompts.versions.retrieve("pp-x", "2"),
    "partials.retrieve": lambda client: client.prompts.partials.retrieve("pp-x"),
    "partials.render": lambda client: client.prompts.partials.render("pp-x"),
    "partials.list, raw": lambda client: client.prompts.partials.with_raw_response.list(),
    "partials.versions.list": lambda client: client.prompts.partials.versions.list("pp-x"),
    "labels.list": lambda client: client.labels.list(),
    "labels.create": lambda client: client.labels.create(name="n"),
    "collections.retrieve": lambda client: client.collections.retrieve("c"),
}


@pytest.fixture
def answer(httpserver: HTTPServer) -> Callable[[Any], None]:
    """Have the server answer everything with 200 and this."""

    def answer(body: Any) -> None:
        httpserver.clear()
        text, kind = (body, "text/html") if isinstance(body, str) else (json.dumps(body), "application/json")
        httpserver.expect_request(re.compile("/v1/.*")).respond_with_data(text, content_type=kind)

    return answer


async def refused(call: Callable[[], Any]) -> APIError:
    with pytest.raises(APIError) as caught:
        await settle(call())
    return caught.value


@pytest.mark.parametrize("path", CALLS)
async def test_a_failure_that_comes_as_a_200_raises_with_its_message(
    portkey: Client, answer: Callable[[Any], None], path: str
) -> None:
    for shape, (body, words) in FAILURES.items():
        answer(body)
        error = await refused(lambda: CALLS[path](portkey))
        assert words in error.message, shape
        assert (type(error), error.status_code, error.body) == (APIResponseValidationError, 200, body)


@pytest.mark.parametrize("path", CALLS)
async def test_what_holds_nothing_that_was_asked_for_is_no_answer(
    portkey: Client, answer: Callable[[Any], None], path: str
) -> None:
    for body in (*EMPTY, "<html>Sign in</html>", "", " ", "null", "0", '"ok"', "[3]", "[[]]"):
        answer(body)
        assert type(await refused(lambda: CALLS[path](portkey))) is APIResponseValidationError, body


async def test_deleting_and_publishing_acknowledge_a_failure_neither(
    portkey: Client, answer: Callable[[Any], None]
) -> None:
    answer(control_plane_error("It can't be done."))
    for call in (
        lambda: portkey.prompts.delete("pp-x"),
        lambda: portkey.prompts.publish("pp-x", version=1),
        lambda: portkey.labels.update("l", name="n"),
        lambda: portkey.prompts.update("pp-x", name="n"),
    ):
        error = await refused(call)
        assert (error.message, error.error_code, error.status_code) == ("It can't be done.", "AB02", 200)


@pytest.mark.parametrize(
    "choices", [None, [], {}, [None], ["text"], 0, "text", {"index": 0}], ids=lambda choices: json.dumps(choices)
)
async def test_a_completion_without_choices_is_none(
    portkey: Client, answer: Callable[[Any], None], choices: Any
) -> None:
    answer({**COMPLETION, "choices": choices})
    assert "no choices" in (await refused(lambda: portkey.prompts.completions(prompt_id="pp-x"))).message


@pytest.mark.parametrize("message", [True, False, 0, 7.5, [], ["Hi"]], ids=json.dumps)
async def test_a_completion_whose_message_is_none_is_none(
    portkey: Client, answer: Callable[[Any], None], message: Any
) -> None:
    answer({**COMPLETION, "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})
    error = await refused(lambda: portkey.prompts.completions(prompt_id="pp-x"))
    assert f"the message of a choice is {message!r}" in error.message


async def test_a_text_in_the_place_of_a_message_is_its_text(portkey: Client, answer: Callable[[Any], None]) -> None:
    answer({**COMPLETION, "choices": [{"index": 0, "message": "Hello", "finish_reason": "stop"}]})
    message = (await settle(portkey.prompts.completions(prompt_id="pp-x"))).choices[0].message
    assert (message.role, message.content) == ("assistant", "Hello")


@pytest.mark.parametrize("charset", ["utf-16", "hex", "rot13", "idna", "undefined", "no-charset", "utf-8"])
@pytest.mark.parametrize("status", [200, 404, 503])
async def test_an_answer_in_no_charset_of_its_own_is_told_as_any_other(
    portkey: Client, httpserver: HTTPServer, charset: str, status: int
) -> None:
    kind = f"text/html; charset={charset}"
    httpserver.expect_request(re.compile("/v1/.*")).respond_with_data("<p>Größe", status=status, content_type=kind)
    for call in (
        lambda: portkey.labels.list(),
        lambda: portkey.prompts.render(prompt_id="pp-x", variables={}),
        lambda: portkey.prompts.completions(prompt_id="pp-x"),
        lambda: portkey.prompts.completions(prompt_id="pp-x", stream=True),
    ):
        error = await refused(call)
        assert error.status_code == status
        assert "'<p>Größe'" in error.message


async def test_what_a_service_calls_itself_is_shown_in_part(portkey: Client, httpserver: HTTPServer) -> None:
    body, named = json.dumps({"error": {"message": "No.", "code": "c" * 9_000}}), {"x-portkey-trace-id": "t" * 9_000}
    httpserver.expect_request(re.compile("/v1/.*")).respond_with_data(body, status=400, headers=named)
    error = await refused(lambda: portkey.labels.list())
    assert (len(error.trace_id or ""), len(error.error_code or "")) == (9_000, 9_000)
    assert len(str(error)) < 500


@pytest.mark.parametrize(
    "told",
    [
        {"error": {"message": "Out of luck."}},
        {"error": "Out of luck."},
        {"status": "failed", "message": "Out of luck."},
        {"success": False, "message": "Out of luck."},
        {"choices": [{"index": 0, "error": {"message": "Out of luck."}}]},
    ],
    ids=json.dumps,
)
async def test_a_completion_that_tells_of_an_error_beside_its_choices_raises_with_its_message(
    portkey: Client, answer: Callable[[Any], None], told: dict[str, Any]
) -> None:
    answer({**COMPLETION, **told})
    assert (await refused(lambda: portkey.prompts.completions(prompt_id="pp-x"))).message == "Out of luck."


@pytest.mark.parametrize(
    "data", [None, {}, "text", [], 7, {"messages": None}, {"messages": "x"}, {"prompt": None}, {"prompt": ["x"]}]
)
async def test_a_render_of_nothing_is_none(portkey: Client, answer: Callable[[Any], None], data: Any) -> None:
    answer({"success": True, "data": data})
    error = await refused(lambda: portkey.prompts.render(prompt_id="pp-x", variables={}))
    assert "neither messages nor a prompt" in error.message


@pytest.mark.parametrize("data", [None, 1, "x", {"0": PROMPT}, [PROMPT, "x"], [[PROMPT]], [7]], ids=str)
@pytest.mark.parametrize("path", [path for path in CALLS if "list" in path])
async def test_a_list_that_holds_no_objects_is_none(
    portkey: Client, answer: Callable[[Any], None], path: str, data: Any
) -> None:
    answer({"object": "list", "total": 2, "data": data})
    assert type(await refused(lambda: CALLS[path](portkey))) is APIResponseValidationError


@pytest.mark.parametrize("value", [5, 1.5, True, [], {}, ["pp-x"], {"a": 1}], ids=json.dumps)
@pytest.mark.parametrize("name", ["id", "slug", "name"])
async def test_what_things_are_known_by_is_a_text(
    portkey: Client, answer: Callable[[Any], None], name: str, value: Any
) -> None:
    answer({**PROMPT, name: value})
    assert f"its `{name}` is {value!r}" in (await refused(lambda: portkey.prompts.retrieve("pp-x"))).message
    answer({"object": "list", "total": 2, "data": [{**PROMPT, "name": None}, {**PROMPT, name: value}]})
    for call in (lambda: portkey.prompts.list(), lambda: portkey.prompts.versions.list("pp-x")):
        assert f"its `{name}` is {value!r}" in (await refused(call)).message


async def test_a_list_without_data_is_empty_where_it_says_so(portkey: Client, answer: Callable[[Any], None]) -> None:
    answer({"object": "list", "total": 0, "data": None})
    assert (await settle(portkey.labels.list())).total == 0


@pytest.mark.parametrize("string", [None, 5, True, {"role": "user"}, [{"role": "user", "content": "Hi"}], ...])
async def test_what_has_no_template_is_not_rendered(
    portkey: Client, answer: Callable[[Any], None], string: Any
) -> None:
    both = {**PROMPT, **partial("pp-x", "")}
    answer({name: value for name, value in {**both, "string": string}.items() if value is not ...})
    for call in (
        lambda: portkey.prompts.get("pp-x"),
        lambda: portkey.prompts.prefetch(["pp-x"]),
        lambda: portkey.prompts.partials.render("pp-x"),
    ):
        error = await refused(call)
        assert (type(error), "`string`" in error.message) == (APIResponseValidationError, True)


async def test_fields_that_an_answer_may_have_tell_of_no_failure(
    portkey: Client, answer: Callable[[Any], None]
) -> None:
    answer({**PROMPT, "status": "failed", "error": None, "message": "saved", "code": 200, "success": True})
    assert (await settle(portkey.prompts.retrieve("pp-x"))).status == "failed"
    answer({**RENDER, "error": {}, "message": "fine", "status": "done"})
    rendered = await settle(portkey.prompts.render(prompt_id="pp-x", variables={}))
    assert (rendered.prompt, rendered.status) == ("You are brief.\n\nTell Alice about AI.", "done")


@pytest.mark.parametrize("shape", FAILURES)
async def test_a_failure_in_the_place_of_a_stream_raises_with_its_message(
    portkey: Client, answer: Callable[[Any], None], httpserver: HTTPServer, shape: str
) -> None:
    body, words = FAILURES[shape]
    answer(body)
    error = await refused(lambda: portkey.prompts.completions(prompt_id="pp-x", stream=True))
    assert words in error.message
    assert error.body == body
    httpserver.clear()
    first = event(body) + event("[DONE]")
    httpserver.expect_request(re.compile("/v1/.*")).respond_with_data(first, content_type="text/event-stream")
    stream = await settle(portkey.prompts.completions(prompt_id="pp-x", stream=True))
    error = await refused(lambda: stream.get_final_completion())
    assert words in error.message
    assert isinstance(error, APIStreamError)


@pytest.mark.parametrize(
    "events", [[], [{}], [{"choices": []}, {"id": "1"}], [{"choices": None}], [{"usage": {"a": 1}}]]
)
async def test_a_stream_that_ends_without_an_answer_is_none(
    portkey: Client, httpserver: HTTPServer, events: list[Any]
) -> None:
    data = b"".join(map(event, [*events, "[DONE]"]))
    httpserver.expect_request(re.compile("/v1/.*")).respond_with_data(data, content_type="text/event-stream")
    stream = await settle(portkey.prompts.completions(prompt_id="pp-x", stream=True))
    error = await refused(stream.get_final_completion)
    assert "ended without an answer" in error.message
    assert type(error) is APIStreamError

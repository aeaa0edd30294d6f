"""What calls answer: filled in, kept whole, and read whatever the hosted service says."""

from __future__ import annotations

import copy
import datetime
import json
import pickle
import re
from collections.abc import Callable
from typing import Any

import pytest
from facade_calls import Client, settle
from facade_shapes import COMPLETION, MESSAGES, PROMPT, RENDER, VERSION_2, VERSIONS
from pytest_httpserver import HTTPServer

from portkey_ai import APIResponseValidationError, GuardrailDeniedError, PromptCompletion, PromptRender, types

Answers = Callable[..., None]
STRANGE: list[Any] = [None, "x", {}, {"content": None}, {"content": [None, {"type": "image_url"}]}]


@pytest.fixture
def answers(httpserver: HTTPServer) -> Answers:
    """Let the server answer every request with one JSON body."""

    def answer(body: Any, status: int = 200, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        httpserver.clear()
        httpserver.expect_request(re.compile("/v1/.*")).respond_with_json(body, status, named)

    return answer


async def render(client: Client, **variables: Any) -> Any:
    return await settle(client.prompts.render(prompt_id="pp-x@2", variables=variables))


async def complete(client: Client) -> Any:
    return await settle(client.prompts.completions(prompt_id="pp-x@2"))


async def test_a_render_is_filled_in(portkey: Client, answers: Answers) -> None:
    answers(RENDER)
    rendered = await render(portkey, name="Alice", empty="", none=None)
    assert type(rendered) is PromptRender
    assert rendered.prompt == "You are brief.\n\nTell Alice about AI."
    assert rendered.variables == {"name": "Alice", "empty": "", "none": None}
    assert (rendered.prompt_id, rendered.success, rendered.messages) == ("pp-x@2", True, MESSAGES)
    assert rendered.messages[1].content[0].text == "Tell Alice about AI."


async def test_the_data_of_a_render_is_a_mapping_for_other_clients(portkey: Client, answers: Answers) -> None:
    answers(RENDER)
    rendered = await render(portkey)

    def create(**keywords: Any) -> dict[str, Any]:
        return keywords

    assert create(**rendered.data) == RENDER["data"]
    assert rendered.data.messages[0].content == "You are brief."


async def test_a_text_prompts_render_is_its_text(portkey: Client, answers: Answers) -> None:
    answers({"success": True, "data": {"model": "m", "prompt": "Hello"}})
    rendered = await render(portkey)
    assert (rendered.prompt, rendered.messages) == ("Hello", None)


async def test_what_the_server_filled_in_itself_stays(portkey: Client, answers: Answers) -> None:
    answers({**RENDER, "prompt": "P", "prompt_id": "pp-other", "variables": {"v": 1}, "messages": []})
    rendered = await render(portkey, name="Alice")
    assert (rendered.prompt, rendered.prompt_id, rendered.variables, rendered.messages) == (
        "P",
        "pp-other",
        {"v": 1},
        [],
    )


@pytest.mark.parametrize("data", [{"messages": []}, {"messages": STRANGE}, {"prompt": ""}])
async def test_a_render_of_strange_messages_has_a_prompt(portkey: Client, answers: Answers, data: Any) -> None:
    answers({"success": True, "data": data})
    assert (await render(portkey)).prompt == ""


async def test_a_completion_is_filled_in(portkey: Client, answers: Answers) -> None:
    answers(COMPLETION)
    completion = await complete(portkey)
    assert type(completion) is PromptCompletion
    choice = completion.choices[0]
    assert choice.message.content == choice.message["content"] == completion["choices"][0]["message"]["content"]
    assert dict(choice.message) == {"role": "assistant", "content": "Hello, Alice."}
    assert (completion.prompt_id, completion.usage.total_tokens) == ("pp-x@2", 13)
    assert (completion.id, completion.object, completion.created) == ("chatcmpl-1", "chat.completion", 1780017118)


async def test_a_text_completion_has_messages(portkey: Client, answers: Answers) -> None:
    answers(
        {**COMPLETION, "object": "text_completion", "choices": [{"index": 0, "text": "Hi", "finish_reason": "stop"}]}
    )
    completion = await complete(portkey)
    assert (completion.choices[0].message.content, completion.choices[0]["text"]) == ("Hi", "Hi")


@pytest.mark.parametrize(
    "strange",
    [
        {"usage": None}, {"choices": [{"message": None}]}, {"choices": [{}]}, {"error": None}, {"status": "completed"},
        {"error": {"code": None}}, {"choices": [{"index": 0, "error": None, "text": "Hi"}]}, {"message": "all is well"},
        {"id": 7, "created": "soon", "model": None},
    ],
)  # fmt: skip
async def test_a_completion_with_nulls_and_strange_fields_is_read(
    portkey: Client, answers: Answers, strange: dict[str, Any]
) -> None:
    answers({**COMPLETION, **strange})
    completion = await complete(portkey)
    assert {name: completion[name] for name in strange}.keys() == strange.keys()
    assert completion.prompt_id == "pp-x@2"


async def test_a_version_is_read_with_what_nobody_named(portkey: Client, answers: Answers) -> None:
    answers(PROMPT)
    prompt = await settle(portkey.prompts.retrieve("pp-greeting"))
    assert prompt.prompt == "Be {{tone}}.\n\nHi {{name}}"
    assert (prompt.status, prompt.access_level, prompt.collection_id, prompt.model) == (
        "half-archived",
        "all",
        None,
        None,
    )
    assert prompt.created_at == datetime.datetime(2026, 5, 29, 1, 11, 58, tzinfo=datetime.UTC)
    assert prompt["created_at"] == "2026-05-29T01:11:58.000Z"
    assert prompt.prompt_version_labels[0]["name"] == "production"


@pytest.mark.parametrize(
    ("string", "text"),
    [
        (None, ""), ("", ""), ("Hi {{name}}", "Hi {{name}}"), ("[1, 2]", "[1, 2]"), ("[]", "[]"), ("{}", "{}"),
        ('[{"role": "user", "content": null}]', ""), ([{"role": "user", "content": "Hi"}], "Hi"), (7, ""),
        ("[" * 5000, "[" * 5000), ('[{"role": "user", "content": "{{#x}}"}]', "{{#x}}"),
    ],
)  # fmt: skip
async def test_any_template_has_a_text(portkey: Client, answers: Answers, string: Any, text: str) -> None:
    answers({**PROMPT, "string": string})
    assert (await settle(portkey.prompts.retrieve("pp-greeting"))).prompt == text


async def test_a_version_in_a_list_may_hold_its_template_in_an_object(portkey: Client, answers: Answers) -> None:
    answers(VERSIONS)
    versions = await settle(portkey.prompts.versions.list("pp-greeting"))
    assert [(v.prompt_version, v.id == VERSION_2) for v in versions.data] == [(3, False), (2, True), (1, False)]
    assert versions.data[0].prompt_template.string == "template 3"
    assert versions.data[1].prompt_template == "template 2"


async def test_a_246_is_a_success(portkey: Client, answers: Answers) -> None:
    answers({**COMPLETION, "hook_results": {"before": [{"verdict": False}]}}, 246)
    completion = await complete(portkey)
    assert completion.choices[0].message.content == "Hello, Alice."
    assert completion.hook_results.before[0].verdict is False


async def test_a_446_is_a_guardrails_denial(portkey: Client, answers: Answers) -> None:
    answers({"error": {"message": "The guardrail checks failed.", "type": "hooks_failed"}, "hook_results": {}}, 446)
    with pytest.raises(GuardrailDeniedError, match="guardrail checks failed") as caught:
        await complete(portkey)
    assert (caught.value.status_code, caught.value.error_code, caught.value.body["hook_results"]) == (
        446,
        "hooks_failed",
        {},
    )


@pytest.mark.parametrize("body", [[], [COMPLETION], "text", 3, True, None])
async def test_an_answer_of_another_kind_is_a_validation_error(portkey: Client, answers: Answers, body: Any) -> None:
    answers(body)
    with pytest.raises(APIResponseValidationError, match="where the contract says an object") as caught:
        await complete(portkey)
    assert caught.value.body == body


async def test_printing_a_result_gives_readable_json(portkey: Client, answers: Answers) -> None:
    answers({**COMPLETION, "model": "größer"})
    completion = await complete(portkey)
    assert json.loads(str(completion)) == completion
    assert '\n  "model": "größer",\n' in str(completion)
    assert json.loads(json.dumps(completion)) == completion


async def test_results_carry_headers_status_and_trace_id(portkey: Client, answers: Answers) -> None:
    answers(RENDER, 200, X_Portkey_Trace_Id="t-1", X_Portkey_Cache_Status="HIT")
    rendered = await render(portkey)
    assert rendered.get_headers()["x-portkey-trace-id"] == "t-1"
    assert rendered.get_headers()["x-portkey-cache-status"] == "HIT"
    assert "_meta" not in rendered
    for twin in (copy.copy(rendered), copy.deepcopy(rendered), pickle.loads(pickle.dumps(rendered))):
        assert (type(twin), twin, twin.get_headers()) == (PromptRender, rendered, rendered.get_headers())


@pytest.mark.parametrize("answer", [{}, None])
async def test_an_empty_answer_acknowledges(portkey: Client, httpserver: HTTPServer, answer: Any) -> None:
    request = httpserver.expect_request("/v1/prompts/pp-x", method="DELETE")
    if answer is None:
        request.respond_with_data(b"", status=204)
    else:
        request.respond_with_json(answer)
    deleted = await settle(portkey.prompts.delete("pp-x"))
    assert (deleted, type(deleted)) == ({}, types.Acknowledgement)


async def test_a_misspelled_attribute_is_told_the_right_one(portkey: Client, answers: Answers) -> None:
    answers(COMPLETION)
    with pytest.raises(AttributeError, match="did you mean 'choices'"):
        (await complete(portkey)).choises  # noqa: B018

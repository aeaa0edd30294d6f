"""Results go where apps take them: into Pydantic and FastAPI, dataclasses, YAML, other processes' pickles."""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import Any
from unittest.mock import create_autospec

import httpx
import pydantic
import pytest
import yaml

from portkey_ai import Portkey
from portkey_ai.types import PromptCompletion, PromptRender

COMPLETION: dict[str, Any] = {
    "id": "c-1",
    "object": "chat.completion",
    "model": "gpt-4",
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "Grüße 🎈", "refusal": None}, "finish_reason": "stop"},
        {"index": 1, "message": {"role": "assistant", "content": None}, "finish_reason": "stop"},
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
    "x-made-up": {"none": None},
}


@pytest.fixture
def completion() -> PromptCompletion:
    made = PromptCompletion.from_dict(json.loads(json.dumps(COMPLETION)))
    assert made.choices[0].message.content == "Grüße 🎈"  # an attribute that was read is a record from then on
    return made


def types_in(value: object) -> set[type]:
    """The types of all dicts and lists in a value."""
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = {type(value)} if isinstance(value, dict | list) else set()
    return own.union(*(types_in(item) for item in below))


def test_dumps_are_equal_copies_of_plain_dicts_and_lists(completion: PromptCompletion) -> None:
    for dumped in (
        completion.model_dump(),
        completion.dict(),
        completion.to_dict(),
        completion.model_dump(mode="json"),
    ):
        assert dumped == COMPLETION
        assert types_in(dumped) == {dict, list}
        dumped["choices"][0]["message"]["content"] = "changed"
    assert completion == COMPLETION


class Message(pydantic.BaseModel, extra="allow"):
    """What `content` and its kin are in a model of Pydantic, to compare with."""

    content: str | None = None


class Choice(pydantic.BaseModel, extra="allow"):
    message: Message


class Completion(pydantic.BaseModel, extra="allow"):
    choices: list[Choice]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"include": {"id", "usage"}},
        {"exclude": {"choices", "nothing"}},
        {"exclude": {"choices": {0: {"message": True}}}},
        {"include": {"choices": {"__all__": {"message": {"content"}}}}},
        {"exclude": {"choices": {"__all__": {"index", "finish_reason"}}}},
        {"include": {"choices": {1: ...}}, "exclude": {"choices": {1: {"index"}}}},
        {"exclude_unset": True},
    ],
)
def test_what_is_chosen_is_what_pydantic_chooses(completion: PromptCompletion, options: dict[str, Any]) -> None:
    theirs = Completion.model_validate(COMPLETION)
    assert completion.model_dump(**options) == theirs.model_dump(**options)
    assert json.loads(completion.model_dump_json(**options)) == json.loads(theirs.model_dump_json(**options))


def test_none_is_left_out_at_every_depth(completion: PromptCompletion) -> None:
    dumped = completion.model_dump(exclude_none=True)
    assert "refusal" not in dumped["choices"][0]["message"]
    assert dumped["choices"][1]["message"] == {"role": "assistant"}
    assert dumped["x-made-up"] == {}


def test_json_is_written_as_pydantic_writes_it(completion: PromptCompletion) -> None:
    theirs = Completion.model_validate(COMPLETION)
    ours = PromptCompletion.from_dict(theirs.model_dump())  # fields in the order of that model
    assert ours.model_dump_json() == theirs.model_dump_json()
    assert ours.json() == ours.model_dump_json()
    assert ours.json(indent=2) == theirs.model_dump_json(indent=2)


class Answer(pydantic.BaseModel):
    completion: PromptCompletion
    more: list[PromptRender] | None = None


def test_a_record_is_a_field_of_a_pydantic_model(completion: PromptCompletion) -> None:
    answer = Answer(completion=completion)
    assert answer.completion is completion
    assert answer.model_dump()["completion"] == COMPLETION
    again = Answer.model_validate_json(answer.model_dump_json())
    assert type(again.completion) is PromptCompletion
    assert again.completion.choices[0].message.content == "Grüße 🎈"
    assert Answer.model_json_schema()["properties"]["completion"]["type"] == "object"
    with pytest.raises(pydantic.ValidationError):
        Answer.model_validate({"completion": [1]})


async def test_a_record_is_fastapi_s_body_and_response_model(completion: PromptCompletion) -> None:
    import fastapi  # 0.2 s for each process that reads the tests

    app = fastapi.FastAPI()

    @app.post("/echo")
    def echo(sent: PromptCompletion) -> PromptCompletion:
        assert type(sent) is PromptCompletion
        return sent

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as http:
        answered = await http.post("/echo", json=completion)
        described = (await http.get("/openapi.json")).json()
    assert answered.json() == COMPLETION
    assert described["paths"]["/echo"]["post"]["responses"]["200"]


def test_a_dataclass_around_it_becomes_a_dict(completion: PromptCompletion) -> None:
    @dataclasses.dataclass
    class Kept:
        completion: PromptCompletion

    found = dataclasses.asdict(Kept(completion))
    assert found == {"completion": COMPLETION}
    assert found["completion"].choices[0] is not completion.choices[0]


def test_yaml_writes_it_as_a_mapping(completion: PromptCompletion) -> None:
    completion.with_meta(None)  # as every answer of the service is noted
    for dumped in (yaml.safe_dump(completion), yaml.dump({"kept": completion})):
        assert yaml.safe_load(dumped) in (COMPLETION, {"kept": COMPLETION})


def test_its_own_names_stay_usable_beside_fields_of_that_name() -> None:
    render = PromptRender.from_dict({"json": 1, "dict": 2})
    assert (render["json"], render["dict"]) == (1, 2)
    assert render.dict() == {"json": 1, "dict": 2}


def test_a_client_can_be_stood_in_for() -> None:
    with Portkey(base_url="http://127.0.0.1:9/v1") as portkey:
        double = create_autospec(portkey)
    double.prompts.render.return_value = PromptRender.from_dict({"prompt": "Hi"})
    assert double.prompts.render(prompt_id="pp-x", variables={}).prompt == "Hi"
    assert isinstance(create_autospec(Portkey)(base_url="http://127.0.0.1:9/v1"), Portkey)


def test_copies_are_equal_and_apart(completion: PromptCompletion) -> None:
    twin = copy.deepcopy(completion)
    assert twin == completion
    assert twin["choices"] is not completion["choices"]

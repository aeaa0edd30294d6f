"""A model is the decoded JSON, readable by name."""

from __future__ import annotations

import copy
import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest

from portkey_openapi import Record, fields
from portkey_openapi.fields import view
from portkey_openapi.models import (
    CompletionRequest,
    ControlPlaneErrorData,
    FreeForm,
    LabelCreate,
    Prompt,
    PromptChoice,
    PromptCompletion,
    PromptCompletionChunk,
    PromptRender,
    PromptVersion,
    Publication,
    RenderRequest,
)

RENDER: dict[str, Any] = {
    "success": True,
    "data": {"model": "gpt-4", "temperature": 0, "messages": [{"role": "user", "content": "Hej, Åsa 🎈"}]},
}
COMPLETION: dict[str, Any] = {
    "id": "c-1",
    "object": "chat.completion",
    "created": 1_780_000_000,
    "model": "gpt-4",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4},
    "access_level": {"shared": [{"with": "team"}]},
}


def fresh(source: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(source)


def test_a_record_is_its_json() -> None:
    render = PromptRender.from_dict(fresh(RENDER))
    assert render == RENDER
    assert json.loads(json.dumps(render)) == RENDER
    assert {**render.data} == RENDER["data"]
    assert isinstance(render, dict)


def test_fields_are_read_by_name_and_by_item() -> None:
    completion = PromptCompletion.from_dict(fresh(COMPLETION))
    assert completion.choices[0].message is not None
    assert completion.choices[0].message.content == completion["choices"][0]["message"]["content"] == "Hello"
    assert completion.object == "chat.completion"
    assert isinstance(completion.choices[0], PromptChoice)


def test_reading_by_name_leaves_the_json_as_it_was() -> None:
    completion = PromptCompletion.from_dict(fresh(COMPLETION))
    assert completion.usage is not None
    assert completion.usage.total_tokens == 4
    assert completion.choices[0].message
    assert json.dumps(completion) == json.dumps(COMPLETION)


def test_an_absent_field_reads_as_none_whether_required_or_not() -> None:
    completion = PromptCompletion.from_dict({})
    assert completion.id is None
    assert completion.choices is None
    assert completion.usage is None
    assert completion == {}
    assert "usage" not in completion


def test_null_reads_as_none_where_the_contract_says_text_array_or_object() -> None:
    completion = PromptCompletion.from_dict({"id": None, "choices": None, "usage": None})
    assert (completion.id, completion.choices, completion.usage) == (None, None, None)


def test_a_value_of_another_kind_than_described_is_passed_on() -> None:
    completion = PromptCompletion.from_dict({"choices": "none", "usage": [1], "id": 7, "created": "soon"})
    assert completion.choices == "none"
    assert completion.usage == [1]
    assert completion.id == 7
    assert completion.created == "soon"


def test_an_unnamed_field_is_read_by_its_name_all_the_way_down() -> None:
    completion: Any = PromptCompletion.from_dict(fresh(COMPLETION))
    assert completion.access_level.shared[0]["with"] == "team"
    assert completion.access_level is completion["access_level"]
    assert completion == COMPLETION


def test_an_absent_unnamed_field_raises_and_suggests() -> None:
    choice: Any = PromptChoice.from_dict({"index": 0, "message": None})
    with pytest.raises(AttributeError, match=r"PromptChoice has no field 'mesage': did you mean 'message'\?"):
        _ = choice.mesage
    with pytest.raises(AttributeError, match=r"no field 'zzzz' .it holds index, message."):
        _ = choice.zzzz
    assert not hasattr(choice, "_private")
    assert getattr(choice, "zzzz", "default") == "default"


def test_attributes_are_read_only_and_items_are_writable() -> None:
    choice: Any = PromptChoice.from_dict({"index": 0})
    with pytest.raises(AttributeError, match="'index' is read-only on PromptChoice: write the item 'index'"):
        choice.index = 1
    assert choice.index == 0
    with pytest.raises(AttributeError, match="read-only"):
        choice.index = 1
    with pytest.raises(AttributeError):
        choice.something = 1
    choice["index"] = 1
    assert choice.index == 1


def test_a_change_below_is_a_change_above() -> None:
    render = PromptRender.from_dict(fresh(RENDER))
    render.data["model"] = "other"
    render.data.messages[0]["content"] = "changed"  # type: ignore[index]
    assert render["data"]["model"] == "other"
    assert json.loads(json.dumps(render))["data"]["messages"][0]["content"] == "changed"
    assert render.data is render.data


def test_an_object_that_was_appended_is_viewed_too() -> None:
    completion = PromptCompletion.from_dict(fresh(COMPLETION))
    completion.choices.append({"index": 1, "finish_reason": "length"})  # type: ignore[arg-type]
    assert completion.choices[1].finish_reason == "length"


def test_an_item_that_was_replaced_is_viewed_anew() -> None:
    completion = PromptCompletion.from_dict(fresh(COMPLETION))
    assert completion.usage is not None
    completion["usage"] = {"total_tokens": 9}
    assert completion.usage.total_tokens == 9


def test_moments_are_read_and_their_items_stay_text() -> None:
    prompt = Prompt.from_dict({"created_at": "2026-05-29T01:11:58.000Z"})
    assert prompt.created_at == datetime(2026, 5, 29, 1, 11, 58, tzinfo=UTC)
    assert prompt["created_at"] == "2026-05-29T01:11:58.000Z"
    assert prompt.last_updated_at is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Fri, 29 May 2026 01:11:58 GMT", datetime(2026, 5, 29, 1, 11, 58, tzinfo=UTC)),
        ("2026-05-29T03:11:58+02:00", datetime(2026, 5, 29, 1, 11, 58, tzinfo=UTC)),
        ("29 May 2026", datetime(2026, 5, 29)),
        ("May 2026", None),
        ("5", None),
        ("yesterday", None),
        ("", None),
        ("9" * 400, None),
    ],
)
def test_an_unusual_moment_is_read_where_it_names_a_full_date_and_never_raises(text: str, moment: Any) -> None:
    prompt = Prompt.from_dict({"created_at": text})
    assert prompt.created_at == moment
    assert prompt["created_at"] == text


def test_a_union_is_viewed_by_the_kind_that_came() -> None:
    assert PromptVersion.from_dict({"prompt_template": "Hi {{name}}"}).prompt_template == "Hi {{name}}"
    template = PromptVersion.from_dict({"prompt_template": {"string": "Hi"}}).prompt_template
    assert isinstance(template, FreeForm)
    assert template["string"] == "Hi"
    assert PromptVersion.from_dict({"prompt_template": None}).prompt_template is None


def test_a_renamed_field_keeps_the_name_that_travels() -> None:
    data: Any = ControlPlaneErrorData.from_dict({"message": "no", "errorCode": "AB02"})
    assert data.error_code == data.errorCode == data["errorCode"] == "AB02"
    assert ControlPlaneErrorData(message="no", error_code="AB02") == {"message": "no", "errorCode": "AB02"}


def test_a_constructor_keeps_what_is_given_and_null_and_nothing_else() -> None:
    body = CompletionRequest(variables={"a": None}, temperature=None, some_new_setting=[1])
    assert body == {"variables": {"a": None}, "temperature": None, "some_new_setting": [1]}
    assert CompletionRequest() == {}


def test_a_constructor_refuses_what_is_missing() -> None:
    with pytest.raises(TypeError, match="Publication needs version"):
        Publication()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="LabelCreate needs name"):
        LabelCreate(description="x")  # type: ignore[call-arg]


def test_a_closed_type_refuses_further_keywords_and_suggests() -> None:
    class Closed(Record):
        __slots__ = ()
        name: str = view("name")
        size: int | None = view("size", default=None)

    with pytest.raises(TypeError, match=r"Closed has no field 'sise': did you mean 'size'\?"):
        Closed(name="a", sise=1)  # type: ignore[call-arg]
    assert Closed(name="a") == {"name": "a"}


def test_a_constructor_writes_moments_as_text() -> None:
    moment = datetime(2026, 5, 29, tzinfo=UTC) + timedelta(microseconds=5)
    prompt = Prompt(id="1", slug="pp-x", created_at=moment)
    assert prompt["created_at"] == "2026-05-29T00:00:00.000005+00:00"
    assert prompt.created_at == moment


def test_from_dict_bypasses_the_constructor() -> None:
    assert Publication.from_dict({"unknown": 1}) == {"unknown": 1}


def test_from_dict_takes_a_copy_of_the_top_level() -> None:
    source = {"index": 0}
    choice = PromptChoice.from_dict(source)
    choice["index"] = 1
    assert source == {"index": 0}


def test_printing_gives_readable_json_and_repr_one_line_with_the_class() -> None:
    render = PromptRender.from_dict(fresh(RENDER))
    assert json.loads(str(render)) == RENDER
    assert "\n  " in str(render)
    assert "Åsa 🎈" in str(render)
    assert repr(render).startswith("PromptRender({'success': True")
    assert "\n" not in repr(PromptRender.from_dict({"prompt": "two\nlines"}))
    assert str(FreeForm.from_dict({})) == "{}"


def test_printing_survives_half_a_surrogate_pair() -> None:
    assert str(FreeForm.from_dict({"text": "\ud83d"})).encode("utf-8")


def test_headers_live_beside_the_json() -> None:
    choice = PromptChoice.from_dict({"index": 0})
    assert choice.get_headers() == {}
    same = choice.with_meta(SimpleNamespace(status_code=246, headers={"X-Portkey-Trace-Id": "t-1"}))
    assert same is choice
    assert choice.get_headers() == {"x-portkey-trace-id": "t-1", "trace-id": "t-1"}  # the latter as the official SDK
    assert choice == {"index": 0}
    assert choice._meta.status_code == 246


def test_an_item_has_its_type_and_a_described_one_that_is_absent_is_none() -> None:
    completion = PromptCompletion.from_dict(fresh(COMPLETION))
    assert type(completion["choices"][0]) is PromptChoice
    assert completion["choices"][0] is completion.choices[0]
    assert completion["choices"][0].message["refusal"] is None
    assert "refusal" not in completion["choices"][0]["message"]
    assert completion.get("usage", 3) == fresh(COMPLETION).get("usage", 3)
    with pytest.raises(KeyError, match="made-up"):
        completion["made-up"]
    assert json.loads(json.dumps(completion)) == fresh(COMPLETION)


def test_it_is_made_again_by_the_names_that_pydantic_has() -> None:
    completion = PromptCompletion.from_dict(fresh(COMPLETION))
    for again in (
        PromptCompletion.model_validate(completion.model_dump()),
        PromptCompletion.model_validate_json(completion.model_dump_json()),
        PromptCompletion.model_validate_json(completion.model_dump_json().encode()),
    ):
        assert type(again) is PromptCompletion
        assert again == completion


@pytest.mark.parametrize("twin", [copy.copy, copy.deepcopy, lambda record: record.copy()])
def test_copies_keep_type_and_provenance(twin: Any) -> None:
    completion = PromptCompletion.from_dict(fresh(COMPLETION))
    completion.with_meta(SimpleNamespace(status_code=200, headers={"a": "b"}))
    other = twin(completion)
    assert type(other) is PromptCompletion
    assert other == completion
    assert other is not completion
    assert other.get_headers() == {"a": "b"}
    other["id"] = "changed"
    assert completion.id == "c-1"


def test_a_deep_copy_is_deep_and_keeps_types_and_cycles() -> None:
    completion: Any = PromptCompletion.from_dict(fresh(COMPLETION))
    assert completion.choices[0].index == 0
    completion["self"] = completion
    other = copy.deepcopy(completion)
    assert type(other.choices[0]) is PromptChoice
    assert other.choices[0] is not completion.choices[0]
    assert other["self"] is other


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickling_keeps_type_and_provenance(protocol: int) -> None:
    completion = PromptCompletion.from_dict(fresh(COMPLETION))
    assert completion.choices[0].index == 0
    bare: PromptCompletion = pickle.loads(pickle.dumps(completion, protocol))
    assert type(bare) is PromptCompletion
    assert bare == COMPLETION
    assert bare.get_headers() == {}
    completion.with_meta(SimpleNamespace(status_code=200, headers={"a": "b"}))
    assert pickle.loads(pickle.dumps(completion, protocol)).get_headers() == {"a": "b"}


def test_an_empty_record_is_falsy_and_no_none() -> None:
    assert not FreeForm.from_dict({})
    assert FreeForm.from_dict({}) is not None


def test_a_field_called_like_a_method_does_not_hide_the_method() -> None:
    record: Any = FreeForm.from_dict({"items": [1], "keys": 2, "get": 3, "copy": 4})
    assert dict(record.items()) == {"items": [1], "keys": 2, "get": 3, "copy": 4}
    assert record["items"] == [1]


def test_dir_names_the_fields_that_came() -> None:
    names = dir(FreeForm.from_dict({"greeting": 1, "not a name": 2, "7": 3}))
    assert "greeting" in names
    assert "not a name" not in names


def test_all_views_reach_through_null_lists_and_maps() -> None:
    record = Everything.from_dict(
        {
            "one": {"size": 1},
            "many": [{"size": 1}, None, "x"],
            "by_name": {"a": {"size": 2}, "b": None},
            "nested": [[{"size": 3}]],
            "moments": ["2026-05-29T01:11:58Z", None, 5],
            "loose": {"anything": 1},
            "word_or_parts": [{"size": 4}],
        }
    )
    source = json.dumps(record)
    assert record.one is not None
    assert record.one.size == 1
    assert record.many is not None
    assert record.many[0].size == 1
    assert record.many[1:] == [None, "x"]
    assert record.by_name is not None
    assert record.by_name["a"].size == 2
    assert record.by_name["b"] is None
    assert record.nested is not None
    assert record.nested[0][0].size == 3
    assert record.moments == [datetime(2026, 5, 29, 1, 11, 58, tzinfo=UTC), None, 5]
    assert type(record.loose) is dict
    assert isinstance(record.word_or_parts, list)
    assert record.word_or_parts[0].size == 4
    assert json.dumps(record) == source
    assert Everything.from_dict({"word_or_parts": "word"}).word_or_parts == "word"


def test_a_map_model_views_its_values_at_once() -> None:
    sizes: Any = Sizes.from_dict({"a": {"size": 1}, "b": None, "total": 3})
    assert sizes["a"].size == sizes.a.size == 1
    assert sizes.b is None
    assert sizes.total == 3


def test_a_model_that_extends_another_has_the_fields_of_both() -> None:
    body = RenderRequest.from_dict({"variables": {"a": 1}, "model": "m"})
    assert isinstance(body.variables, FreeForm)
    assert body.model == "m"


def test_taking_a_chunk_over_looks_at_nothing() -> None:
    class Untouchable(list[Any]):
        def __iter__(self) -> Any:
            raise AssertionError("read")

    chunk = PromptCompletionChunk.from_dict({"choices": Untouchable()})
    assert len(chunk["choices"]) == 0


def test_the_views_of_a_large_page_are_made_once() -> None:
    completion = PromptCompletion.from_dict({"choices": [{"index": n} for n in range(50_000)]})
    first = completion.choices
    assert first[49_999].index == 49_999
    assert completion.choices[0] is first[0]


class Part(Record, more=True):
    __slots__ = ()
    size: int = view("size")


class Sizes(Record, more=fields.one(Part)):
    __slots__ = ()
    total: int | None = view("total", default=None)


class Everything(Record, more=True):
    __slots__ = ()
    one: Part | None = view("one", fields.one(Part), default=None)
    many: list[Part] | None = view("many", fields.many(fields.one(Part)), default=None)
    by_name: Sizes | None = view("by_name", fields.one(Sizes), default=None)
    nested: list[list[Part]] | None = view("nested", fields.many(fields.many(fields.one(Part))), default=None)
    moments: list[datetime] | None = view("moments", fields.many(fields.moment), default=None)
    loose: dict[str, Any] | None = view("loose", default=None)
    word_or_parts: str | list[Part] | None = view("word_or_parts", fields.many(fields.one(Part)), default=None)


def test_threads_that_read_a_field_first_at_the_same_time_all_read_it() -> None:
    class Node(Record):
        __slots__ = ()
        parts: list[Part] = view("parts", fields.many(fields.one(Part)))

    barrier = Barrier(8)
    node = Node.from_dict({"parts": [{"size": n} for n in range(200)]})

    def read(_worker: int) -> list[int]:
        barrier.wait()
        return [part.size for part in node.parts]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(8))) == [list(range(200))] * 8

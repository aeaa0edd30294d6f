"""What is locked of a prompt."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from lock_shapes import CHAT, TONE, detail, greeting, text_prompt

from portkey_ai import API_VERSION
from portkey_ai.errors import PortkeyError
from portkey_ai.types import PromptDetail, PromptPartial
from portkey_prompts.lock import LockedPartial, LockError, lock_prompt


def partial(string: str, slug: str = "pp-x", version: int = 1) -> dict[str, Any]:
    return {"slug": slug, "version": version, "string": string}


def test_a_locked_prompt_says_exactly_what_the_service_answered() -> None:
    locked = greeting()
    assert (locked.reference, locked.slug, locked.version) == ("pp-greeting@production", "pp-greeting", 12)
    assert locked.version_id == "7a1c2f00-0000-4000-8000-000000000012"
    assert locked.api_version == API_VERSION
    assert locked.partials == {"pp-tone": LockedPartial("pp-tone", 3, "Be kind.\nBe brief.")}
    assert locked.detail == {
        "string": CHAT,
        "is_raw_template": 0,
        "template_metadata": {"template_type": "chat"},
        "model": "gpt-4",
        "parameters": {"temperature": 0, "city": "Ulm"},
    }


def test_the_name_is_locked_and_no_part_of_what_was_locked() -> None:
    other = lock_prompt("pp-greeting@production", detail(name="Salute"), {"pp-tone": TONE})
    assert (greeting().name, other.name) == ("Greeting", "Salute")
    assert other == greeting()
    assert other.means_the_same(greeting())


def test_records_of_the_client_are_locked_like_plain_mappings() -> None:
    records = PromptDetail.from_dict(detail()), {"pp-tone": PromptPartial.from_dict(TONE)}
    assert lock_prompt("pp-greeting@production", *records) == greeting()


def test_what_is_locked_does_not_follow_a_change_of_the_answer() -> None:
    answer = detail(tools=[{"type": "function"}])
    locked = lock_prompt("pp-greeting", answer, {"pp-tone": TONE})
    answer["tools"].append("more")
    assert locked.detail["tools"] == [{"type": "function"}]


def test_the_sha256_is_that_of_the_documented_json() -> None:
    locked = text_prompt("Hello {{>pp-x}}", pp_x=partial("é"))
    content = (
        '{"reference":"pp-text","slug":"pp-greeting","version":12,'
        '"version_id":"7a1c2f00-0000-4000-8000-000000000012","api_version":"' + API_VERSION + '",'
        '"detail":{"string":"Hello {{>pp-x}}","is_raw_template":0,"template_metadata":{},"model":"gpt-4",'
        '"parameters":{"temperature":0,"city":"Ulm"}},'
        '"partials":{"pp-x":{"slug":"pp-x","version":1,"string":"\\u00e9"}},"variable_partials":[]}'
    )
    assert locked.sha256 == hashlib.sha256(content.encode()).hexdigest()


def test_what_may_change_in_a_version_changes_no_sha256() -> None:
    changed = lock_prompt(
        "pp-greeting@production", detail(virtual_key="key", prompt_version_description="x"), {"pp-tone": TONE}
    )
    assert changed.sha256 == greeting().sha256
    assert changed.means_the_same(greeting())
    assert changed.detail["virtual_key"] == "key"


@pytest.mark.parametrize(
    "change",
    [
        {"string": CHAT + " "},
        {"prompt_version": 13},
        {"prompt_version_id": "another"},
        {"slug": "pp-other"},
        {"is_raw_template": 1},
        {"model": "gpt-5"},
        {"tools": []},
        {"tool_choice": "none"},
        {"functions": []},
        {"parameters": {"city": "Ulm", "temperature": 0}},
        {"parameters": {"temperature": 0.0, "city": "Ulm"}},
        {"parameters": {"temperature": False, "city": "Ulm"}},
    ],
    ids=str,
)
def test_every_change_of_what_matters_changes_the_sha256(change: dict[str, Any]) -> None:
    changed = lock_prompt("pp-greeting@production", detail(**change), {"pp-tone": TONE})
    assert changed.sha256 != greeting().sha256
    assert changed != greeting()
    assert not changed.means_the_same(greeting())


def test_a_change_of_names_and_dates_is_none() -> None:
    answer = detail(name="Other", last_updated_at="2030-01-01T00:00:00.000Z", prompt_version_labels=[{"name": "x"}])
    assert lock_prompt("pp-greeting@production", answer, {"pp-tone": TONE}) == greeting()


def test_nested_partials_are_locked_and_unreachable_ones_are_not() -> None:
    locked = text_prompt(
        "{{#rare}}{{>pp-a}}{{/rare}}",
        pp_a=partial("{{^x}}{{>pp-b}}{{/x}}", "pp-a"),
        pp_b=partial("end", "pp-b", 7),
        pp_c=partial("never", "pp-c"),
    )
    assert {name: each.version for name, each in locked.partials.items()} == {"pp-a": 1, "pp-b": 7}


def test_partials_in_a_cycle_are_locked_once() -> None:
    locked = text_prompt(
        "{{>pp-a}}", pp_a=partial("{{>pp-b}}", "pp-a"), pp_b=partial("{{#on}}{{>pp-a}}{{/on}}", "pp-b")
    )
    assert list(locked.partials) == ["pp-a", "pp-b"]


def test_one_partial_may_be_locked_at_two_versions() -> None:
    known = {"pp-x": partial("new", version=2), "pp-x@1": partial("old", version=1)}
    locked = lock_prompt("pp-text", detail("{{>pp-x}} {{>pp-x@1}}", template_metadata={}), known)
    assert {name: (each.slug, each.version) for name, each in locked.partials.items()} == {
        "pp-x": ("pp-x", 2),
        "pp-x@1": ("pp-x", 1),
    }


def test_an_included_partial_that_is_missing_is_refused_by_name() -> None:
    with pytest.raises(LockError, match=r"pp-text: it includes the partials 'pp-a', 'pp-b@3', which") as caught:
        text_prompt("{{>pp-a}}{{>pp-b@3}}", pp_a=None)
    assert caught.value.reference == "pp-text"
    assert isinstance(caught.value, PortkeyError)


def test_a_partial_chosen_by_the_call_can_t_be_locked_and_the_entry_says_so() -> None:
    locked = text_prompt("{{>>tone}} {{#each}}{{>>item.kind}}{{/each}}")
    assert locked.variable_partials == ("item.kind", "tone")
    assert locked.partials == {}


def test_a_partial_that_a_variable_s_default_chooses_is_locked() -> None:
    answer = detail("{{>>tone}}", parameters={"tone": "pp-x"}, template_metadata={})
    locked = lock_prompt("pp-text", answer, {"pp-x": partial("Be kind.")})
    assert list(locked.partials) == ["pp-x"]
    assert lock_prompt("pp-text", answer, {"pp-x": None}).partials == {}


@pytest.mark.parametrize("template", ["{{#open}}", "Hello {{name"])
def test_a_malformed_template_is_refused_with_its_location(template: str) -> None:
    with pytest.raises(LockError, match=r"pp-text: its template is malformed: line 1, column \d"):
        text_prompt(template)


def test_a_malformed_partial_is_refused_by_name() -> None:
    with pytest.raises(LockError, match=r"the partial 'pp-a' that it includes is malformed: line 1"):
        text_prompt("{{>pp-a}}", pp_a=partial("{{#open}}"))


@pytest.mark.parametrize("number", [None, "12", True])
def test_an_answer_without_a_version_number_is_refused(number: Any) -> None:
    with pytest.raises(LockError, match="no version number"):
        lock_prompt("pp-text", detail("x", prompt_version=number, template_metadata={}), {})
    with pytest.raises(LockError, match=r"of the partial 'pp-x', .*no version number"):
        text_prompt("{{>pp-x}}", pp_x={**partial("x"), "version": number})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object()])
def test_what_json_can_t_say_is_refused(value: Any) -> None:
    with pytest.raises(LockError, match="can't be written as JSON"):
        lock_prompt("pp-text", detail("x", parameters={"x": value}), {})


def test_a_template_that_is_null_is_locked_as_none() -> None:
    locked = lock_prompt("pp-text", detail(None, template_metadata={}), {})
    assert "string" not in locked.detail
    assert locked.record["string"] == ""


def test_halves_of_a_surrogate_pair_are_joined_as_json_does() -> None:
    locked = text_prompt(json.loads('"a\\ud83d"') + json.loads('"\\ude00b"'))
    assert locked.detail["string"] == "a😀b"

"""What PromptFinder decides, step by step, with no client and no service."""

from __future__ import annotations

from typing import Any

import pytest

from portkey_prompts.source.entries import Key
from portkey_prompts.source.finder import Fetch, InBackground, Once, PromptFinder, Steps
from portkey_prompts.source.settings import PromptSource

BODY = {"variables": {"name": "Ada"}}
GREETING = {"slug": "pp-greeting", "prompt_version": 3, "string": "Hello {{name}}. {{>pp-tone}}"}
TONE = {"slug": "pp-tone", "version": 2, "string": "Be kind to {{name}}."}


class GoneError(Exception):
    pass


class DownError(Exception):
    pass


def meaning(error: Exception) -> Any:
    return {GoneError: "gone", DownError: "outage"}.get(type(error))


def finder(**source: Any) -> PromptFinder:
    return PromptFinder(PromptSource(**source), None, meaning, lambda error, more: error)


def carry_out(steps: Steps[Any], answers: dict[str, Any], taken: list[Any]) -> Any:
    """Carry steps out as a driver does, from answers by reference; an exception is what the service failed with."""
    try:
        step = next(steps)
        while True:
            taken.append(step)
            if isinstance(step, Fetch):
                answer = answers[step.key.reference]
                step = steps.throw(answer) if isinstance(answer, Exception) else steps.send(answer)
            elif isinstance(step, Once):
                try:
                    answer = carry_out(step.steps, answers, taken)
                except Exception as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(answer)
            else:
                step = steps.send(None)
    except StopIteration as end:
        return end.value


def test_a_first_render_asks_for_the_prompt_then_for_its_partial_each_with_all_patience() -> None:
    found = finder()
    taken: list[Any] = []
    rendered = carry_out(found.render("pp-greeting", BODY), {"pp-greeting": GREETING, "pp-tone": TONE}, taken)
    assert rendered.rendered.prompt == "Hello Ada. Be kind to Ada."
    prompt, partial = Key("prompt", "pp-greeting"), Key("partial", "pp-tone")
    fetches = [step for step in taken if isinstance(step, Fetch)]
    assert fetches == [Fetch(prompt, None), Fetch(partial, None)]
    assert [step.key for step in taken if isinstance(step, Once)] == [prompt, partial]


def test_what_memory_knows_is_rendered_without_a_step() -> None:
    known = finder()
    assert known.render_known("pp-greeting", BODY) is None
    carry_out(known.render("pp-greeting", BODY), {"pp-greeting": GREETING, "pp-tone": TONE}, [])
    found = known.render_known("pp-greeting", BODY)
    assert found is not None
    assert found.rendered.prompt == "Hello Ada. Be kind to Ada."
    assert found.provenance().source == "memory"


def test_a_stale_prompt_is_refreshed_in_the_background_before_it_is_rendered() -> None:
    known = finder(ttl=0)
    carry_out(known.render("pp-greeting", BODY), {"pp-greeting": GREETING, "pp-tone": TONE}, [])
    assert known.render_known("pp-greeting", BODY) is None
    step = next(known.render("pp-greeting", BODY))
    assert isinstance(step, InBackground)
    assert step.key == Key("prompt", "pp-greeting")


def test_a_service_that_is_down_is_given_little_time_where_code_has_a_fallback() -> None:
    known = finder(fallback={"pp-greeting": "Hi {{name}}."}, patience=0.5)
    taken: list[Any] = []
    found = carry_out(known.render("pp-greeting", BODY), {"pp-greeting": DownError()}, taken)
    assert found.rendered.prompt == "Hi Ada."
    assert found.provenance().source == "fallback"
    assert Fetch(Key("prompt", "pp-greeting"), 0.5) in taken


def test_a_prompt_that_is_gone_is_forgotten_at_the_refresh() -> None:
    known = finder(ttl=0)
    key = Key("prompt", "pp-greeting")
    carry_out(known.render("pp-greeting", BODY), {"pp-greeting": GREETING, "pp-tone": TONE}, [])
    carry_out(known.refresh(key), {"pp-greeting": GoneError()}, [])
    assert known.memory.get(key) is None
    with pytest.raises(GoneError):
        carry_out(known.render("pp-greeting", BODY), {"pp-greeting": GoneError()}, [])


def test_an_error_that_is_not_the_service_s_is_raised_even_where_there_is_a_fallback() -> None:
    known = finder(fallback={"pp-greeting": "Hi {{name}}."})
    with pytest.raises(ZeroDivisionError):
        carry_out(known.render("pp-greeting", BODY), {"pp-greeting": ZeroDivisionError()}, [])

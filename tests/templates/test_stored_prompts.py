"""What a stored version is sent with beside its text: found out once where no variable can change it."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from portkey_prompts.rendering import StoredPrompt, model_settings

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(0, 9), st.text("ab", max_size=2))
VALUES = st.one_of(
    SCALARS, st.lists(SCALARS, max_size=2), st.dictionaries(st.sampled_from("ab"), st.lists(SCALARS, max_size=2))
)
TOOLS = st.one_of(st.none(), st.lists(st.fixed_dictionaries({"type": st.just("function"), "a": VALUES}), max_size=2))
NAMES = st.one_of(st.sampled_from(sorted(model_settings())), st.sampled_from(["messages", "prompt", "tools"]))
DETAILS = st.fixed_dictionaries(
    {"string": st.sampled_from(["Hi {{name}}!", '[{"role": "user", "content": "Hi {{name}}!"}]'])},
    optional={
        "model": st.one_of(st.none(), st.just("gpt-4")),
        "parameters": st.dictionaries(NAMES, VALUES, max_size=4),
        "tools": TOOLS,
        "tool_choice": st.sampled_from([None, "auto", {"type": "function"}]),
        "functions": TOOLS,
    },
)


def render(detail: dict[str, Any]) -> Any:
    return StoredPrompt(detail).render({"name": "Ada"}, {}, partials={})


@settings(deadline=None)
@given(DETAILS)
def test_a_setting_that_might_be_a_default_changes_nothing_else(detail: dict[str, Any]) -> None:
    plain = render(detail)
    other = render({**detail, "parameters": {**detail.get("parameters", {}), "nobodys": 1}})
    assert {name: value for name, value in other.data.items() if name != "nobodys"} == plain.data
    assert (other.prompt, other.kind, other.variables) == (plain.prompt, plain.kind, plain.variables)


@settings(deadline=None)
@given(DETAILS)
def test_what_a_render_gives_is_its_callers_to_change(detail: dict[str, Any]) -> None:
    def spoil(value: Any) -> None:
        for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            spoil(member)
        if isinstance(value, dict | list):
            value.clear()

    before, stored = copy.deepcopy(detail), StoredPrompt(detail)
    first = stored.render({"name": "Ada"}, {}, partials={})
    wanted = copy.deepcopy(first.data)
    spoil(first.data)
    assert detail == before
    assert stored.render({"name": "Ada"}, {}, partials={}).data == wanted

"""Tools of two versions: what is gone, what the app is handed instead."""

from __future__ import annotations

from typing import Any

import pytest

from portkey_prompts.diff import PromptDiff, compare


def tool(name: str = "weather", properties: dict[str, Any] | None = None, **schema: Any) -> dict[str, Any]:
    described = {"type": "object", "properties": properties or {"city": {"type": "string"}}, **schema}
    return {"type": "function", "function": {"name": name, "description": "Look.", "parameters": described}}


def tools_diff(old: list[Any], new: list[Any], field: str = "tools") -> PromptDiff:
    return compare({"string": "x", field: old}, {"string": "x", field: new})


def test_a_removed_tool_is_breaking() -> None:
    diff = tools_diff([tool("weather"), tool("clock")], [tool("clock")])
    assert [(c.kind, c.where, c.breaking) for c in diff.changes] == [("tool_removed", "tools.weather", True)]
    assert diff.changes[0].old == tool("weather")


def test_an_added_tool_is_compatible() -> None:
    diff = tools_diff([tool("clock")], [tool("weather"), tool("clock")])
    assert [(c.kind, c.where) for c in diff.changes] == [("tool_added", "tools.weather")]
    assert diff.verdict == "compatible"


def test_the_order_of_tools_is_nothing() -> None:
    assert tools_diff([tool("a"), tool("b")], [tool("b"), tool("a")]).verdict == "none"


CITY = {"city": {"type": "string"}}
UNIT = {"type": "string", "enum": ["C", "F"]}


@pytest.mark.parametrize(
    ("old", "new", "where", "verdict"),
    [
        (tool(), tool(required=["city"]), "tools.weather.city", "breaking"),
        (tool(required=["city"]), tool(), "tools.weather.city", "breaking"),
        (tool(), tool(properties={**CITY, "unit": UNIT}, required=["unit"]), "tools.weather.unit", "breaking"),
        (tool(), tool(properties={**CITY, "unit": UNIT}), "tools.weather.unit", "compatible"),
        (tool(properties={**CITY, "unit": UNIT}), tool(), "tools.weather.unit", "breaking"),
        (tool(), tool(properties={"city": {"type": "integer"}}), "tools.weather.city", "breaking"),
        (tool(properties={"unit": UNIT}), tool(properties={"unit": {"enum": ["C", "F", "K"]}}),
         "tools.weather.unit", "breaking"),
        (tool(properties={"at": {"type": "object", "properties": CITY}}), tool(properties={"at": {"type": "object"}}),
         "tools.weather.at.city", "breaking"),
        (tool(), tool(properties={"city": {"type": "string", "description": "Where."}}), "tools.weather", "compatible"),
        (tool(), {**tool(), "strict": True}, "tools.weather", "compatible"),
        (tool(), tool(properties={"city": {"$ref": "elsewhere.json"}}), "tools.weather", "breaking"),
    ],
)  # fmt: skip
def test_parameters_of_a_tool_are_compared(old: Any, new: Any, where: str, verdict: str) -> None:
    diff = tools_diff([old], [new])
    assert diff.verdict == verdict, str(diff)
    assert where in [change.where for change in diff.changes], str(diff)


def test_schemas_with_definitions_of_their_own_are_followed() -> None:
    def place(kind: str) -> dict[str, Any]:
        definitions = {"Place": {"type": "object", "properties": {"city": {"type": kind}}}}
        return tool(properties={"at": {"$ref": "#/$defs/Place"}}, **{"$defs": definitions})

    diff = tools_diff([place("string")], [place("integer")])
    assert [(change.where, change.breaking) for change in diff.changes] == [("tools.weather.at.city", True)]


def test_functions_are_the_older_form_of_tools() -> None:
    old = tool()["function"]
    diff = tools_diff([old], [], field="functions")
    assert [(change.kind, change.where) for change in diff.changes] == [("tool_removed", "functions.weather")]


def test_a_function_that_becomes_a_tool_is_called_in_another_way() -> None:
    diff = compare({"string": "x", "functions": [tool()["function"]]}, {"string": "x", "tools": [tool()]})
    assert diff.verdict == "breaking"
    assert {change.kind for change in diff.changes} == {"tool_removed", "tool_added"}


def test_tools_among_the_parameters_are_tools_too() -> None:
    diff = compare({"string": "x", "parameters": {"tools": [tool()]}}, {"string": "x", "parameters": {}})
    assert [(change.kind, change.where) for change in diff.changes] == [("tool_removed", "tools.weather")]
    moved = compare({"string": "x", "parameters": {"tools": [tool()]}}, {"string": "x", "tools": [tool()]})
    assert moved.verdict == "none"


def test_tools_of_other_shapes_are_compared_as_wholes() -> None:
    assert tools_diff([{"type": "web_search"}], [{"type": "web_search", "size": 3}]).verdict == "compatible"
    assert tools_diff([{"type": "web_search"}], []).verdict == "breaking"
    assert tools_diff(["odd", 5, None, {}], ["odd", 5, None, {}]).verdict == "none"
    assert tools_diff([], ["odd", {}]).verdict == "compatible"


def test_two_tools_of_one_name_are_both_compared() -> None:
    diff = tools_diff([tool(), tool()], [tool()])
    assert [change.where for change in diff.changes] == ["tools.weather#2"]


def test_a_tool_is_shown_as_json_in_the_readable_diff() -> None:
    text = tools_diff([tool()], [tool(required=["city"])]).unified()
    assert "@@ tools.weather @@" in text
    assert '+        "city"' in text

"""What a call of a prompt gives, found in its template and its partials."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from portkey_prompts.inputs import MAX_DEPTH, Inputs, inputs_of
from portkey_prompts.picoschema import schema_from
from portkey_prompts.templates import TemplateLimitError, TemplateSyntaxError

PLAIN = {"type": ["string", "number", "boolean"]}


def found_in(string: str, partials: dict[str, str] | None = None, stated: Any = None, **fields: Any) -> Inputs:
    return inputs_of({"string": string, **fields}, partials, schema_from(stated))


def said(found: Inputs) -> list[str]:
    """Write each variable as `name: type`, with `?` where a call may leave it out."""
    return [f"{each.name}{'' if each.required else '?'}: {_type(each.schema)}" for each in found.arguments]


def _type(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(map(_type, schema["anyOf"]))
    if schema == PLAIN:
        return "plain"
    types = schema.get("type")
    if types == "array":
        return f"[{_type(schema['items'])}]" if "items" in schema else "[]"
    if types == "object":
        needed = schema["required"]
        inner = (f"{name}{'' if name in needed else '?'}: {_type(each)}" for name, each in schema["properties"].items())
        return f"{{{', '.join(inner)}}}"
    return "|".join(types) if isinstance(types, list) else str(types)


@pytest.mark.parametrize(
    ("string", "expected"),
    [
        ("Hello {{name}}!", ["name: plain"]),
        ("no variables", []),
        ("{{a.b.c}} {{a.d}}", ["a: {b: {c: plain}, d: plain}"]),
        ("{{#x}}yes{{/x}}", ["x?: boolean"]),
        ("{{^x}}no{{/x}}", ["x?: boolean"]),
        ("{{#x}}{{y}}{{/x}}", ["x: [{y: plain}] or {y: plain} or null"]),
        ("{{#x}}{{y}}{{/x}}{{^x}}none{{/x}}", ["x?: [{y: plain}] or {y: plain} or null"]),
        ("{{#x}}{{.}}{{/x}}", ["x: [plain]"]),
        ("{{#x}}{{#.}}{{.}}{{/.}}{{/x}}", ["x: [[plain]]"]),
        ("{{#x}}{{#.}}{{y}}{{/.}}{{/x}}", ["x: [{y: plain}] or {y: plain} or null"]),
        ("{{#.}}{{x}}{{/.}}{{.}}", ["x: plain"]),
        ("{{#x}}Dear {{x}}{{/x}}", ["x?: string|number|boolean|null"]),
        ("{{#x}}{{x.y}}{{/x}}", ["x?: {y: plain} or null"]),
        ("{{#x}}{{y}}{{/x}}{{x.z}}", ["x: {z: plain, y: plain}"]),
        ("{{#a.b}}{{c}}{{/a.b}}", ["a: {b: [{c: plain}] or {c: plain} or null}"]),
        ("{{#a.b}}x{{/a.b}}", ["a?: {b?: boolean}"]),
        ("{{^x}}{{y}}{{/x}}", ["x?: boolean", "y: plain"]),
        ("{{#x}}{{y}}{{/x}}{{y}}", ["x?: boolean", "y: plain"]),
        ("{{y}}{{#x}}{{y}}{{z}}{{/x}}", ["y: plain", "x: [{z: plain, y?: plain}] or {z: plain, y?: plain} or null"]),
        ("{{#x}}{{#y}}{{z}}{{/y}}{{w}}{{/x}}", None),
        ("{{>>x}}", ["x: string"]),
        ("{{#x}}{{>>.}}{{/x}}", ["x: [string]"]),
        ("{{x}} has {{x.length}}", ["x: string"]),
        ("{{x.length}}", ["x: string|array"]),
        ("{{x.length}}{{#x}}{{.}}{{/x}}", ["x: [plain]"]),
        ("{{x.0}}", ["x: {0: plain}"]),
        ("{{x.y}}{{#x}}{{y.z}}{{/x}}", ["x: {y: {z: plain}}"]),
        ("{{x.y}}{{#x}}{{#.}}{{z}}{{/.}}{{/x}}", ["x: {y: plain, z: plain}"]),
        (
            "{{#x}}{{>>y}}{{z}}{{/x}}{{>>y}}",
            ["x: [{z: plain, y?: string}] or {z: plain, y?: string} or null", "y: string"],
        ),
        ("{{.x}}{{.x.y}}", [".x: plain", ".x.y: plain"]),
        ("{{a.}}{{b..c}}", ["a: {: plain}", "b: {: {c: plain}}"]),
        ("{{first name}}{{class}}{{1x}}", ["first name: plain", "class: plain", "1x: plain"]),
        ("{{=<% %>=}}<%x%>{{y}}", ["x: plain"]),
    ],
)
def test_a_template_says_what_a_call_gives(string: str, expected: list[str] | None) -> None:
    inner = "[{y: [{z: plain}] or {z: plain} or null, w: plain}]"
    expected = expected if expected is not None else [f"x: {inner} or {inner[1:-1]} or null"]
    assert said(found_in(string)) == expected
    assert not found_in(string).problems


def test_all_messages_count_and_what_is_no_template_does_not() -> None:
    image = {"type": "image_url", "image_url": {"url": "{{url}}"}}
    messages = [{"role": "system", "content": "{{a}}"}, {"role": "user", "content": [image], "{{key}}": "x"}]
    tools = [{"type": "function", "function": {"name": "{{no}}", "parameters": {"x": "{{neither}}"}}}]
    assert said(found_in(json.dumps(messages), tools=tools)) == ["a: plain", "url: plain"]


def test_a_default_makes_a_variable_optional_unless_it_is_null_or_empty() -> None:
    found = found_in("{{a}}{{b}}{{c}}", parameters={"a": 0, "b": None, "c": "", "temperature": 1})
    assert said(found) == ["a?: plain", "b: plain", "c: plain"]
    assert [each.default for each in found.arguments] == [0, None, None]


def test_a_default_of_a_part_of_an_object_is_none_of_the_object() -> None:
    string = "{{person.name}}{{person.email}}"
    assert said(found_in(string, parameters={"person": {"name": "x"}})) == ["person: {name: plain, email: plain}"]
    whole = {"person": {"name": "x", "email": "y"}}
    assert said(found_in(string, parameters=whole)) == ["person?: {name: plain, email: plain}"]


@pytest.mark.parametrize(
    ("string", "default"),
    [
        ("{{>>x}}", 1),
        ("{{x.y}}", {"z": 1}),
        ("{{#x}}{{x.y}}{{/x}}", 1),
        ("{{x.length}}", 5),
        ("{{#x}}{{.}}{{/x}}", "a"),
    ],
)
def test_a_default_that_does_not_fit_the_template_is_none(string: str, default: Any) -> None:
    assert found_in(string, parameters={"x": default}).arguments[0].required


def test_a_name_that_has_a_default_is_the_call_s_in_a_section_too() -> None:
    assert said(found_in("{{#x}}{{tone}}{{/x}}", parameters={"tone": "kind"})) == ["x?: boolean", "tone?: plain"]


def test_a_name_of_a_model_setting_has_no_default() -> None:
    assert said(found_in("{{temperature}}", parameters={"temperature": 1})) == ["temperature: plain"]


def test_partials_are_walked_through_and_the_one_that_is_chosen_by_default_too() -> None:
    partials = {"a": "{{x}}{{#l}}{{>b}}{{/l}}", "b": "{{y}}", "pp-kind": "{{mood}}"}
    found = found_in("{{>a}}{{>>tone}}", partials, parameters={"tone": "pp-kind"})
    assert said(found) == ["x: plain", "l: [{y: plain}] or {y: plain} or null", "tone?: string", "mood: plain"]
    assert said(found_in("{{>>tone}}", parameters={"tone": "Be {{mood}}"})) == ["tone?: string", "mood: plain"]
    assert said(found_in("{{tone}}", parameters={"tone": "Be {{mood}}"})) == ["tone?: plain"]


def test_values_of_a_raw_chat_are_plain() -> None:
    string = '[{"role": "user", "content": "{{x}}"}{{#more}}, {{{message}}}{{/more}}]'
    inner = "{message: plain}"
    assert said(found_in(string, is_raw_template=1)) == ["x: plain", f"more: [{inner}] or {inner} or null"]


@pytest.mark.parametrize(
    ("string", "partials", "problem"),
    [
        ("{{>none}}", {}, "there is no partial 'none'"),
        ("{{>a}}", {"a": "{{>b}}", "b": "{{>a}}"}, "the partial 'a' includes itself"),
        ("{{>>x}}{{x.y}}", {}, "`x` chooses a partial, which text does, and `x.y` asks for an object"),
        ("{{>>x}}{{#x}}{{y}}{{/x}}", {}, "`x` chooses a partial, which text does, and `y` asks for an object"),
        ("{{#x}}{{>>.}}{{y}}{{/x}}", {}, "`.` chooses a partial, which text does, and `y` asks for an object"),
        ("{{#x.y}}{{.}}{{/x.y}}{{#x}}{{y.z}}{{/x}}", {}, "`y` is asked for as two kinds of values in one object"),
    ],
)
def test_what_may_not_render_all_the_same_is_told(string: str, partials: dict[str, str], problem: str) -> None:
    assert found_in(string, partials).problems == (problem,)


def test_what_is_too_deep_or_malformed_is_an_error() -> None:
    with pytest.raises(TemplateLimitError, match="goes deeper than 100 objects"):
        found_in("{{" + "a." * (MAX_DEPTH + 1) + "a}}")
    with pytest.raises(TemplateSyntaxError, match="in bad, line 1, column 1"):
        found_in("x", {"bad": "{{x"})


def test_a_megabyte_of_template_is_read() -> None:
    string = "".join(
        f"{{{{v{index % 500}}}}} and {{{{#s{index % 500}}}}}{{{{x}}}}{{{{/s{index % 500}}}}} "
        for index in range(30_000)
    )
    assert len(string) > 1_000_000
    assert len(found_in(string).arguments) == 1_000


# Schemas of files


def test_the_schema_of_a_file_wins_where_it_says_something() -> None:
    stated = {"items(array, what to sell)": {"title": "string", "price?": "number"}, "tone?": "string, how to speak"}
    found = found_in("{{#items}}{{title}}{{/items}} {{tone}} {{other}}", stated=stated)
    assert said(found) == ["items: [{title: string, price?: number}]", "tone?: string", "other: plain"]
    assert [each.description for each in found.arguments] == ["what to sell", "how to speak", ""]


def test_a_name_of_the_schema_is_the_call_s_and_one_that_no_template_has_is_there() -> None:
    found = found_in("{{#formal}}{{title}}{{/formal}}", stated={"title": "string", "formal": "boolean", "more?": "any"})
    assert said(found) == ["formal: boolean", "title: string", "more?: None"]


def test_a_default_makes_what_a_schema_asks_for_optional() -> None:
    found = found_in("{{a}}", stated={"properties": {"a": {"type": "integer"}}, "required": ["a"]}, parameters={"a": 1})
    assert said(found) == ["a?: integer"]


def test_picoschema_is_read_as_dotprompt_reads_it() -> None:
    schema = schema_from(
        {
            "a": "string, one, two",
            "b?": "integer",
            "c(enum, which)": ["X", "Y"],
            "d?(array)": {"e": "any"},
            "f(object, some)": {"g": "number"},
            "h": {"i": "null"},
            "(*)": "any",
        }
    )
    assert schema == {
        "type": "object",
        "properties": {
            "a": {"type": "string", "description": "one, two"},
            "b": {"type": "integer"},
            "c": {"enum": ["X", "Y"], "description": "which"},
            "d": {"type": "array", "items": {"type": "object", "properties": {"e": {}}, "required": ["e"]}},
            "f": {
                "type": "object",
                "properties": {"g": {"type": "number"}},
                "required": ["g"],
                "description": "some",
            },
            "h": {"type": "object", "properties": {"i": {"type": "null"}}, "required": ["i"]},
        },
        "required": ["a", "c", "f", "h"],
        "additionalProperties": {},
    }


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (["a"], "input.schema must be an object."),
        ({"a": "text"}, "input.schema.a: 'text' is no type. There are: string, number, "),
        ({"a": 1}, "input.schema.a must be a type, such as string, or an object of these."),
        ({"a(enum)": "x"}, "input.schema.a must list what there is to choose from."),
        ({"a(map)": "string"}, "input.schema.a: 'map' is no kind. There are: array, object, enum."),
    ],
)
def test_a_schema_that_is_none_is_told(value: Any, message: str) -> None:
    with pytest.raises(ValueError, match="^" + message.replace(".", r"\.")):
        schema_from(value)


def test_a_schema_that_only_has_a_name_says_nothing() -> None:
    assert schema_from("Greeting") is None
    assert schema_from(None) is None


def test_the_whole_is_the_schema_of_one_object() -> None:
    assert found_in("{{a}}{{#b}}x{{/b}}").schema == {
        "type": "object",
        "properties": {"a": PLAIN, "b": {"type": "boolean"}},
        "required": ["a"],
    }


MODEL = {
    "$defs": {
        "Address": {"type": "object", "properties": {"street": {"type": "string"}}, "required": ["street"]},
        "a/b": {"allOf": [{"$ref": "#/$defs/Address"}, {"properties": {"city": {"type": "string"}}}]},
        "Person": {
            "type": "object",
            "properties": {
                "home": {"$ref": "#/$defs/Address", "description": "Where."},
                "work": {"$ref": "#/$defs/a~1b"},
                "boss": {"anyOf": [{"$ref": "#/$defs/Person"}, {"type": "null"}]},
                "free": True,
            },
            "required": ["home"],
        },
    },
    "type": "object",
    "properties": {"person": {"$ref": "#/$defs/Person"}},
    "required": ["person"],
}


def test_what_a_schema_names_stands_in_its_place() -> None:
    address = MODEL["$defs"]["Address"]
    found = schema_from(MODEL)
    assert found is not None
    person = found["properties"]["person"]
    assert person["properties"]["home"] == {**address, "description": "Where."}
    assert person["properties"]["work"] == {
        "type": "object",
        "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        "required": ["street"],
    }
    assert person["properties"]["boss"] == {"anyOf": [{}, {"type": "null"}]}
    assert person["properties"]["free"] == {}
    both = schema_from({**MODEL, "properties": {name: {"$ref": "#/$defs/Person"} for name in "ab"}})
    assert both is not None
    assert both["properties"]["a"] is both["properties"]["b"]
    assert schema_from({"$ref": "#/$defs/Person", "$defs": MODEL["$defs"]})["required"] == ["home"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"type": "object", "properties": ["a"]}, "input.schema.properties must be an object."),
        ({"type": "object", "required": "a"}, "input.schema.required must be a list."),
        ({"type": "object", "required": [1]}, "input.schema.required: 1 must be text. Write it in quotes."),
        ({"properties": {"a": 5}}, "input.schema.a must be a schema, such as {type: string}."),
        ({"properties": {"a": {"type": [{}]}}}, "input.schema.a.type: {} must be text."),
        ({"properties": {1: {}}}, "input.schema.properties: 1 must be text."),
        ({"properties": {"a": {"anyOf": {}}}}, "input.schema.a.anyOf must be a list."),
        ({"properties": {"a": {"$ref": "#/$defs/B"}}}, "input.schema.a: there is no #/$defs/B here."),
        ({"properties": {"a": {"$ref": "https://x.y/z"}}}, "input.schema.a: there is no https://x.y/z here."),
    ],
)
def test_a_json_schema_that_is_none_is_told(value: Any, message: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        schema_from(value)

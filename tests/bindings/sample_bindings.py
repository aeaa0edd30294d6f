"""Bindings with whatever in them that a prompt can hold."""

from __future__ import annotations

from typing import Any

from portkey_prompts.bindings import Binding
from portkey_prompts.inputs import inputs_of
from portkey_prompts.picoschema import schema_from

STATED = {
    "a": 'string, the "a" \\ of """it"""',
    "kind(enum, which)": ["X", "it's", 'q"', None, 3],
    "o?": {"p": "number, how many", "q?(array)": "string", "first name": "integer, of a \n person"},
    "map(object)": {"(*)": "integer"},
    "free?": "any",
    "many?(array)": "any",
}
HOSTILE = 'Ends """ here.\n\n\\N{BULLET} \\x41 \u202e back \x00 end"'
LISTS = "{{customer.name}} {{#items}}{{title}}{{#tags}}{{.}}{{/tags}}{{/items}}{{first name}}{{x.length}}{{#y}}!{{/y}}"


def binding(name: str, string: str = "Hello", summary: str = "Does it.", stated: Any = None, **detail: Any) -> Binding:
    inputs = inputs_of({"string": string, **detail}, {}, schema_from(stated))
    return Binding(name, f"pp-{name}@12", 12, inputs, summary, f"Version 12 of pp-{name}.")


def samples() -> list[Binding]:
    return [
        binding("greeting", "Hello {{name}}, {{tone}} {{place}}", parameters={"tone": "kind", "place": {"a": 'x"\\'}}),
        binding("invoice", LISTS),
        binding("nothing"),
        binding(
            "odd",
            "{{class}}{{1x}}{{self}}{{portkey}}{{settings}}{{a'b}}{{str}}{{__x}}{{\"}}{{Text}}{{ﬁ}}{{naïve}}{{list}}",
        ),
        binding("stated", stated=STATED),
        binding("hostile", '{{"""}}{{\\}}{{\u202e}}', summary=HOSTILE),
        binding("long", "{{x}}", summary="word " * 1000),
        binding("prompt", "{{#render}}{{x}}{{/render}}{{#variables}}{{y}}{{/variables}}{{#prompt}}{{z}}{{/prompt}}"),
        binding("completion", "{{x}}", template_metadata={"template_type": "completion"}),
        binding("größe", "{{x}}"),
    ]

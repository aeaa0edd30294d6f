"""What the Mustache specification requires of its core: comments, delimiters, values, sections, partials; fact by fact.

The facts are the specification's, the examples our own. Where the hosted engine asks for something else, so do we:
the second table of `docs/templates.md`, which `test_documented_examples.py` reads.
"""

import html
from typing import Any

import pytest

from portkey_prompts.templates import Partial, Template

Fact = tuple[str, str, Any, str]

COMMENTS: list[Fact] = [
    ("inside of a line it leaves nothing", "left{{! gone }}right", {}, "leftright"),
    ("over several lines it leaves nothing", "left{{!\n  gone\n  too\n}}right\n", {}, "leftright\n"),
    ("alone on its line it takes the line", "up\n{{! gone }}\ndown\n", {}, "up\ndown\n"),
    ("indented and alone on its line it takes the line", "up\n   {{! gone }}\ndown\n", {}, "up\ndown\n"),
    ("alone on a line that ends in CRLF it takes the line", "up\r\n{{! gone }}\r\ndown", {}, "up\r\ndown"),
    ("alone on the first line, without one before", "  {{! gone }}\ndown", {}, "down"),
    ("alone on the last line, without an end", "up\n  {{! gone }}", {}, "up\n"),
    ("over several lines and alone it takes them", "up\n{{!\ngone\n}}\ndown\n", {}, "up\ndown\n"),
    ("indented, over several lines and alone", "up\n  {{!\n   gone\n  }}\ndown\n", {}, "up\ndown\n"),
    ("beside text it takes no line", "  12 {{! gone }}\n", {}, "  12 \n"),
    ("the space around it stays", "left {{! gone }} right", {}, "left  right"),
    ("a name in it is not looked up", "<{{! name }}|{{!name}}>", {"name": 1, "! name": 2, "!name": 3}, "<|>"),
]

DELIMITERS: list[Fact] = [
    ("a pair of its own", "{{=[ ]=}}([word])", {"word": "ok"}, "(ok)"),
    ("characters that mean something in patterns", "(({{=.* $+=}}.*word$+))", {"word": "ok"}, "((ok))"),
    ("in sections and after them", "{{=| |=}}|#on|{{word}}|word||/on|", {"on": 1, "word": "ok"}, "{{word}}ok"),
    ("in inverted sections", "{{=| |=}}|^on|{{word}}|word||/on|", {"word": "ok"}, "{{word}}ok"),
    ("changed back inside of a section", "{{#on}}{{=| |=}}|word||={{ }}=|{{/on}}", {"on": 1, "word": "ok"}, "ok"),
    ("with sigils", "{{=<< >>=}}<<&word>>", {"word": "&"}, "&"),
    ("the space around the tag stays", "| {{=@ @=}} |", {}, "|  |"),
    ("the space before the tag at an end of line stays with text", "| {{=@ @=}}\n", {}, "| \n"),
    ("alone on its line it takes the line", "up\n{{=@ @=}}\ndown\n", {}, "up\ndown\n"),
    ("indented and alone on its line", "up\n  {{=@ @=}}\ndown\n", {}, "up\ndown\n"),
    ("alone on a line that ends in CRLF", "|\r\n{{= @ @ =}}\r\n|", {}, "|\r\n|"),
    ("alone on the first line", "  {{=@ @=}}\ndown", {}, "down"),
    ("alone on the last line", "up\n  {{=@ @=}}", {}, "up\n"),
    ("space around the pair", "|{{= @   @ =}}|", {}, "||"),
]

VALUES: list[Fact] = [
    ("a text without tags stays", "a {b} c\n", {}, "a {b} c\n"),
    ("a value takes the place of its tag", "Hi {{who}}!\n", {"who": "Ida"}, "Hi Ida!\n"),
    ("a value is not a template", "{{a}}: {{b}}", {"a": "{{b}}", "b": "ok"}, "{{b}}: ok"),
    ("three braces escape nothing", "{{{sign}}}", {"sign": '& " < >'}, '& " < >'),
    ("an ampersand escapes nothing", "{{&sign}}", {"sign": '& " < >'}, '& " < >'),
    ("two braces escape", "{{sign}}", {"sign": '& " < >'}, "&amp; &quot; &lt; &gt;"),
    ("a whole number", "{{n}} {{{n}}} {{&n}}", {"n": 85}, "85 85 85"),
    ("a decimal number", "{{n}} {{{n}}} {{&n}}", {"n": 1.21}, "1.21 1.21 1.21"),
    ("null is empty", "({{n}}{{{n}}}{{&n}})", {"n": None}, "()"),
    ("what is missing is empty", "({{n}}{{{n}}}{{&n}})", {}, "()"),
    ("a dotted name is a section's shorthand", "{{p.n}} {{#p}}{{n}}{{/p}}", {"p": {"n": "Jo"}}, "Jo Jo"),
    ("a dotted name without escaping", "{{{p.n}}} {{&p.n}}", {"p": {"n": "<"}}, "< <"),
    ("a dotted name goes as deep as it likes", "{{a.b.c.d.e}}", {"a": {"b": {"c": {"d": {"e": "in"}}}}}, "in"),
    ("a chain that breaks off is empty", "({{a.b.c}})", {"a": {}}, "()"),
    ("a chain that breaks off finds no later name", "({{a.b.n}})", {"a": {"b": {}}, "c": {"n": "Jim"}}, "()"),
    ("the first part is looked for further out", "{{#a}}{{b.n}}{{/a}}", {"a": {"c": 1}, "b": {"n": "out"}}, "out"),
    ("a key with a dot is no chain", "({{a.b}})", {"a.b": "c"}, "()"),
    ("a chain is no key with a dot", "({{a.b}})", {"a.b": "c", "a": {"b": "d"}}, "(d)"),
    ("null at the end of a chain is empty", "({{a.b}})", {"a": {"b": None}}, "()"),
    ("an empty chain hides what is further out", "{{#a}}({{b}}){{/a}}", {"a": {"b": ""}, "b": "out"}, "()"),
    ("the dot is the item itself", "Hi {{.}}", "Ida", "Hi Ida"),
    ("the dot without escaping", "{{{.}}}{{&.}}", '"', '""'),
    ("the dot of a number", "{{.}}", 85, "85"),
    ("the space around a tag stays", "| {{s}} |{{{s}}} | {{&s}}|", {"s": "-"}, "| - |- | -|"),
    ("a tag alone on its line leaves the line", "  {{s}}\n{{{s}}}  \n", {"s": "-"}, "  -\n-  \n"),
    ("space inside of a tag", "|{{ s }}|{{{ s }}}|{{& s }}|", {"s": "-"}, "|-|-|-|"),
]

SECTIONS: list[Fact] = [
    ("true is there", "{{#on}}yes{{/on}}", {"on": True}, "yes"),
    ("false is left out", "{{#on}}yes{{/on}}", {"on": False}, ""),
    ("null is left out", "{{#on}}yes{{/on}}", {"on": None}, ""),
    ("missing is left out", "({{#on}}yes{{/on}})", {}, "()"),
    ("an object is where names are looked up", "{{#p}}Hi {{n}}.{{/p}}", {"p": {"n": "Jo"}}, "Hi Jo."),
    ("names are found further out", "{{#p}}{{a}}{{b}}{{/p}}", {"a": "out", "p": {"b": "in"}}, "outin"),
    ("the innermost name wins", "{{#p}}{{a}}{{/p}}", {"a": "out", "p": {"a": "in"}}, "in"),
    ("a value is found where it stands as a section", "{{#foo}}{{.}} is {{foo}}{{/foo}}", {"foo": "bar"}, "bar is bar"),
    (
        "all that is around is in reach",
        "{{#a}}{{#b}}{{x}}{{y}}{{#c}}{{x}}{{z}}{{/c}}{{/b}}{{/a}}",
        {"a": {"x": 1}, "b": {"y": 2}, "c": {"z": 3}},
        "1213",
    ),
    ("a list is there once for each item", "{{#l}}<{{n}}>{{/l}}", {"l": [{"n": 1}, {"n": 2}]}, "<1><2>"),
    ("an empty list is left out", "{{#l}}yes{{/l}}", {"l": []}, ""),
    ("two of a name beside each other", "{{#on}}a{{/on}}b{{#on}}c{{/on}}", {"on": True}, "abc"),
    ("one of a name inside of another", "{{#on}}a{{#on}}b{{/on}}c{{/on}}", {"on": True}, "abc"),
    ("inside of one that is left out", "({{#on}}a{{#on}}b{{/on}}c{{/on}})", {"on": False}, "()"),
    ("the dot of texts", "{{#l}}({{.}}){{/l}}", {"l": ["a", "b"]}, "(a)(b)"),
    ("the dot of whole numbers", "{{#l}}({{.}}){{/l}}", {"l": [1, 2]}, "(1)(2)"),
    ("the dot of decimal numbers", "{{#l}}({{.}}){{/l}}", {"l": [1.1, 2.2]}, "(1.1)(2.2)"),
    ("the dot of lists", "{{#l}}({{#.}}{{.}}{{/.}}){{/l}}", {"l": [[1, 2], ["a"]]}, "(12)(a)"),
    ("the dot escapes", "{{#l}}({{.}}){{/l}}", {"l": ["<"]}, "(&lt;)"),
    ("the dot without escaping", "{{#l}}({{{.}}}{{&.}}){{/l}}", {"l": ["<"]}, "(<<)"),
    ("the root is a list", "{{#.}}({{n}}){{/.}}", [{"n": 1}, {"n": 2}], "(1)(2)"),
    ("a dotted name that is true", "{{#a.b.c}}yes{{/a.b.c}}", {"a": {"b": {"c": True}}}, "yes"),
    ("a dotted name that is false", "({{#a.b.c}}yes{{/a.b.c}})", {"a": {"b": {"c": False}}}, "()"),
    ("a dotted name that breaks off", "({{#a.b.c}}yes{{/a.b.c}})", {"a": {}}, "()"),
    ("the space around it stays", " | {{#on}}\t|\t{{/on}} | \n", {"on": True}, " | \t|\t | \n"),
    ("white space inside of it stays with text", " | {{#on}} {{! }}\n {{/on}} | \n", {"on": True}, " |  \n  | \n"),
    ("tags alone on their lines leave no line", "|\n{{#on}}\nin\n{{/on}}\n|\n", {"on": True}, "|\nin\n|\n"),
    ("indented tags leave no line", "|\n  {{#on}}\nin\n  {{/on}}\n|\n", {"on": True}, "|\nin\n|\n"),
    ("lines that end in CRLF", "|\r\n{{#on}}\r\n{{/on}}\r\n|", {"on": True}, "|\r\n|"),
    ("on the first line", "  {{#on}}\n#{{/on}}\n/", {"on": True}, "#\n/"),
    ("on the last line", "#{{#on}}\n/\n  {{/on}}", {"on": True}, "#\n/\n"),
    ("space inside of its tags", "|{{# on }}={{/ on }}|", {"on": True}, "|=|"),
]

INVERTED: list[Fact] = [
    ("false is there", "{{^on}}no{{/on}}", {"on": False}, "no"),
    ("null is there", "{{^on}}no{{/on}}", {"on": None}, "no"),
    ("missing is there", "{{^on}}no{{/on}}", {}, "no"),
    ("an empty list is there", "{{^on}}no{{/on}}", {"on": []}, "no"),
    ("true is left out", "({{^on}}no{{/on}})", {"on": True}, "()"),
    ("an object is left out", "({{^on}}no{{/on}})", {"on": {"n": 1}}, "()"),
    ("a list is left out", "({{^on}}no{{/on}})", {"on": [{"n": 1}]}, "()"),
    ("two of a name beside each other", "{{^on}}a{{/on}}b{{^on}}c{{/on}}", {}, "abc"),
    ("one of a name inside of another", "{{^on}}a{{^on}}b{{/on}}c{{/on}}", {}, "abc"),
    ("inside of one that is left out", "({{^on}}a{{^on}}b{{/on}}c{{/on}})", {"on": 1}, "()"),
    ("a dotted name that is false", "{{^a.b}}no{{/a.b}}", {"a": {"b": False}}, "no"),
    ("a dotted name that is true", "({{^a.b}}no{{/a.b}})", {"a": {"b": True}}, "()"),
    ("a dotted name that breaks off", "{{^a.b.c}}no{{/a.b.c}}", {"a": {}}, "no"),
    ("the space around it stays", " | {{^on}}\t|\t{{/on}} | \n", {}, " | \t|\t | \n"),
    ("tags alone on their lines leave no line", "|\n{{^on}}\nin\n{{/on}}\n|\n", {}, "|\nin\n|\n"),
    ("indented tags leave no line", "|\n  {{^on}}\nin\n  {{/on}}\n|\n", {}, "|\nin\n|\n"),
    ("lines that end in CRLF", "|\r\n{{^on}}\r\n{{/on}}\r\n|", {}, "|\r\n|"),
    ("on the first line", "  {{^on}}\n^{{/on}}\n/", {}, "^\n/"),
    ("on the last line", "^{{^on}}\n/\n  {{/on}}", {}, "^\n/\n"),
    ("space inside of its tags", "|{{^ on }}={{/ on }}|", {}, "|=|"),
]

PARTIALS: list[tuple[str, str, Any, dict[str, str], str]] = [
    ("takes the place of its tag", "({{>part}})", {}, {"part": "text"}, "(text)"),
    ("sees the names around it", "({{>part}})", {"n": "in"}, {"part": "*{{n}}*"}, "(*in*)"),
    (
        "may include itself",
        "{{>node}}",
        {"n": "X", "kids": [{"n": "Y", "kids": []}]},
        {"node": "{{n}}<{{#kids}}{{>node}}{{/kids}}>"},
        "X<Y<>>",
    ),
    (
        "may include others",
        "{{>outer}}",
        {"a": 1, "b": 2},
        {"outer": "*{{a}} {{>inner}}*", "inner": "{{b}}!"},
        "*1 2!*",
    ),
    ("the space around it stays", "| {{>part}} |", {}, {"part": "\t|\t"}, "| \t|\t |"),
    ("beside text it is not indented", "  {{n}}  {{> part}}\n", {"n": "|"}, {"part": ">\n>"}, "  |  >\n>\n"),
    ("lines that end in CRLF", "|\r\n{{>part}}\r\n|", {}, {"part": ">"}, "|\r\n>|"),
    ("on the first line", "  {{>part}}\n>", {}, {"part": ">\n>"}, "  >\n  >>"),
    ("on the last line", ">\n  {{>part}}", {}, {"part": ">\n>"}, ">\n  >\n  >"),
    (
        "alone on its line it is indented as a whole, its values are not",
        "\\\n {{>part}}\n/\n",
        {"n": "<\n->"},
        {"part": "|\n{{{n}}}\n|\n"},
        "\\\n |\n <\n->\n |\n/\n",
    ),
    ("space inside of its tag", "|{{> part }}|", {"on": True}, {"part": "[]"}, "|[]|"),
]

FACTS = [
    pytest.param(template, data, {}, text, id=f"{kind}: {fact}")
    for kind, facts in {
        "comment": COMMENTS,
        "delimiters": DELIMITERS,
        "value": VALUES,
        "section": SECTIONS,
        "inverted section": INVERTED,
    }.items()
    for fact, template, data, text in facts
] + [pytest.param(template, data, texts, text, id=f"partial: {fact}") for fact, template, data, texts, text in PARTIALS]


@pytest.mark.parametrize(("template", "data", "texts", "text"), FACTS)
def test_fact(template: str, data: Any, texts: dict[str, str], text: str) -> None:
    partials = {name: Partial(name, 1, Template(part)) for name, part in texts.items()}
    assert Template(template, escape=html.escape).render(data, partials=partials).text == text


def test_delimiters_hold_neither_in_partials_nor_after_them() -> None:
    partials = {"part": Partial("part", 1, Template(".{{v}}. {{= | | =}}.|v|."))}
    template = Template("[ {{>part}} ]\n[ {{v}} |v| ]{{=| |=}}[ |>part| ]")
    assert template.render({"v": "x"}, partials=partials).text == "[ .x. .x. ]\n[ x |v| ][ .x. .x. ]"

"""Usual templates are read in one pass, and nobody can tell but by the clock."""

from __future__ import annotations

from typing import Any

import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from portkey_prompts.templates import TemplateError
from portkey_prompts.templates.parser import parse, parse_indented, parse_plain, scanned
from portkey_prompts.templates.scanner import Origin
from portkey_prompts.templates.tree import Block

NAMES = ["a", "a.b", ".", ".a", "a..b", "pp-x@1", "a" * 100, "a" * 101]
WHITE = ["\n", "\r\n", " ", "\t", "\u00a0", "\u2028", "\x85"]
TEXTS = [*WHITE, "text", "x\ny", "{", "}", "é", "\U0001f600"]
RARE = ["{{{a}}}", "{{! a }}", "{{=<% %>=}}", "{{{{a}}}}", "{{ {{a}}", "{{a", "{{}}", "{{/a}}"]
names = st.sampled_from(NAMES)
tags = st.builds(
    "{{{{{}{}{}}}}}".format, st.sampled_from(["", "", "&", ">", ">>", "> "]), names, st.sampled_from(["", " "])
)
around = st.sampled_from(["", "", "\n", " ", " \n", "\n  "])


def sections(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A section, its tags in a line of their own or not."""
    written = "{0}{{{{{1}{2}}}}}{3}{4}{5}{{{{/{2}}}}}{6}".format
    return st.builds(written, around, st.sampled_from("#^"), names, around, inside, around, around)


pieces = st.recursive(
    st.one_of(tags, tags, st.sampled_from(TEXTS), st.sampled_from(WHITE)),
    lambda inside: st.one_of(sections(inside), st.lists(inside, max_size=4).map("".join)),
    max_leaves=12,
)
texts = st.lists(st.one_of(pieces, pieces, pieces, pieces, st.sampled_from(RARE)), max_size=5).map("".join)


def told(block: Block) -> tuple[Any, ...]:
    """All that is known of a tree."""
    return tuple((before, _of(node)) for before, node in block.pairs), block.end, block.steps


def _of(node: Any) -> tuple[Any, ...]:
    name = getattr(node, "name", None)
    looked_up = (type(name), *(getattr(name, each, None) for each in ("text", "first", "rest", "line", "column")))
    said = tuple(getattr(node, each, None) for each in ("text", "line", "column", "escaped", "indent", "after_text"))
    return type(node), said, looked_up, told(node.block) if hasattr(node, "block") else None


@settings(max_examples=examples(300), deadline=None)
@given(texts, st.sampled_from(["", " ", "\t "]))
def test_a_template_that_is_read_in_one_pass_has_the_tree_that_the_scanner_gives_it(text: str, indent: str) -> None:
    origin = Origin(indent + text, len(indent))
    read = parse_plain(origin)
    if read is not None:
        assert told(read) == told(scanned(origin))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no tag",
        "Hello {{name}}!",
        "{{#xs}}{{.}}, {{/xs}}",
        "a\n{{#xs}}\n- {{title}}\n{{/xs}}\nb",
        "{{#xs}}\n{{^x}}none{{/x}}\n{{/xs}}",
        "a\n  {{>pp-x}}\nb {{>>chosen}} {{>pp-x.y}} {{>>a.b}}",
        "{{.}} {{a.b}} {{.a}} {{#a.b}}x{{.}}{{/a.b}} {{^.}}x{{/.}}",
        "{{a}}\n{{#b}} {{c.d}} {{/b}}",
        "{{#a}} {{&b}}{{/a}}",
        "a {{>pp-x}}\n  b {{>pp-y}} {{>pp-z}}",
        "x{{#a}}" * 100 + "{{/a}}" * 100,
    ],
)
def test_what_apps_write_is_read_in_one_pass(text: str) -> None:
    read = parse_plain(Origin(text))
    assert read is not None
    assert told(read) == told(scanned(Origin(text)))


@pytest.mark.parametrize(
    "text", [*RARE, "{{#a}}{{/a}}\n", "{{#a}}x{{/b}}", "{{#a}}\n{{/a}} ", "x{{#a}}y", "x{{#a}}" * 101 + "{{/a}}" * 101]
)
def test_what_is_rare_or_malformed_is_left_to_the_scanner(text: str) -> None:
    assert parse_plain(Origin(text)) is None


def test_columns_of_an_indented_template_are_those_of_its_text() -> None:
    block = parse_indented("a {{b}}\n{{c}}", "    ", True, lambda size: None)
    assert [(node.line, node.column) for _, node in block.pairs] == [(1, 3), (2, 1)]


def test_an_error_behind_usual_tags_says_where_it_is() -> None:
    with pytest.raises(TemplateError) as caught:
        parse("{{a}}\n{{b}} {{#c}}\n{{/d}}")
    assert (caught.value.line, caught.value.column) == (3, 1)

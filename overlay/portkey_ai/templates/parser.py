"""From texts and tags to a tree."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from .errors import TemplateSyntaxError
from .nodes import Block, InvertedSection, Node, Section, node_of
from .scanner import Scanner, Tag

MAX_NESTING: Final = 100
"""Sections inside of each other in one text: as deep as a render goes without raised limits."""

_LINE = re.compile(r"(?m)^(?=[^\r\n])")


def parse(text: str, shift: int = 0) -> Block:
    """Parse a template.

    Args:
        text: the template.
        shift: characters of indentation put before each line, which columns of errors leave out.

    Raises:
        TemplateSyntaxError: a tag or a section is malformed, not closed, or nested deeper than `MAX_NESTING`.
    """
    open_sections: list[tuple[Tag, list[str | Node]]] = []
    nodes: list[str | Node] = []
    for token in Scanner(text, shift):
        if isinstance(token, str):
            nodes.append(token)
        elif token.sigil in ("#", "^"):
            _check_nesting(token, len(open_sections))
            open_sections.append((token, nodes))
            nodes = []
        elif token.sigil == "/":
            opening, outer = _close(token, open_sections)
            outer.append(_section(opening, nodes))
            nodes = outer
        else:
            nodes.append(node_of(token))
    if open_sections:
        raise _never_closed(open_sections[-1][0])
    return Block(nodes)


def parse_indented(text: str, indent: str, charge: Callable[[int], None]) -> Block:
    """Parse a template with white space put before each line that is not empty.

    Args:
        charge: called before with the number of characters that are parsed; may raise.
    """
    if not indent:
        charge(len(text))
        return parse(text)
    charge(len(text) + len(indent) * (text.count("\n") + 1))
    return parse(_LINE.sub(indent, text), len(indent))


def _section(tag: Tag, nodes: list[str | Node]) -> Section:
    return (Section if tag.sigil == "#" else InvertedSection)(tag, Block(nodes))


def _close(tag: Tag, open_sections: list[tuple[Tag, list[str | Node]]]) -> tuple[Tag, list[str | Node]]:
    """Take the section that a closing tag ends off the stack."""
    if not open_sections:
        problem = f"'{{{{/{tag.name}}}}}' closes a section that was not opened"
        raise TemplateSyntaxError(problem, line=tag.line, column=tag.column)
    opening, outer = open_sections.pop()
    if opening.name != tag.name:
        expected = f"expected '{{{{/{opening.name}}}}}', for the section opened at {_position(opening)}"
        problem = f"{expected}, not '{{{{/{tag.name}}}}}'"
        raise TemplateSyntaxError(problem, line=tag.line, column=tag.column)
    return opening, outer


def _never_closed(tag: Tag) -> TemplateSyntaxError:
    problem = f"the section '{{{{{tag.sigil}{tag.name}}}}}' is never closed: expected '{{{{/{tag.name}}}}}'"
    return TemplateSyntaxError(problem, line=tag.line, column=tag.column)


def _check_nesting(tag: Tag, depth: int) -> None:
    if depth >= MAX_NESTING:
        problem = f"sections are nested deeper than {MAX_NESTING} levels: move the inner ones to a partial"
        raise TemplateSyntaxError(problem, line=tag.line, column=tag.column)


def _position(tag: Tag) -> str:
    return f"line {tag.line}, column {tag.column}"

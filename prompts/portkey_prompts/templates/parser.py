"""From texts and tags to a tree: sections in each other, each with its end."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from .errors import TemplateSyntaxError
from .scanner import Scanner, Tag
from .tree import Block, InvertedSection, Node, Section, node_of

MAX_NESTING: Final = 100
"""Sections inside of each other in one text: as deep as a render goes without raised limits."""

_NO_NODE = frozenset("#^/!=")
_LINE = re.compile(r"(?m)^(?=[^\n])")
_LATER_LINE = re.compile(r"(?<=\n)(?=[^\n])")


def parse(text: str, shift: int = 0, first_shifted: int = 1) -> Block:
    """Parse a template.

    Args:
        text: the template.
        shift: characters of indentation put before lines, which columns of errors leave out.
        first_shifted: the first line that has them, from 1.

    Raises:
        TemplateSyntaxError: a tag or a section is malformed, not closed, or nested deeper than `MAX_NESTING`.
    """
    tags, tokens = Scanner(text, shift, first_shifted).tokens()
    _check_sections(tags)
    return _nested(tokens)


def parse_indented(text: str, indent: str, after_text: bool, charge: Callable[[int], None]) -> Block:
    """Parse a template with white space put before each line that is not empty.

    Args:
        after_text: whether the first line is left as it is.
        charge: called before with the number of characters that are parsed; may raise.
    """
    charge(len(text) + len(indent) * (text.count("\n") + 1))
    return parse((_LATER_LINE if after_text else _LINE).sub(indent, text), len(indent), 2 if after_text else 1)


def _nested(tokens: list[str | Tag]) -> Block:
    """Build the tree; a section whose end is missing goes on to the end of the template."""
    open_sections: list[tuple[Tag, list[str | Node]]] = []
    nodes: list[str | Node] = []
    for token in tokens:
        if isinstance(token, str):
            nodes.append(token)
        elif token.sigil not in _NO_NODE:
            nodes.append(node_of(token))
        elif token.sigil in ("#", "^"):
            _check_nesting(token, len(open_sections))
            open_sections.append((token, nodes))
            nodes = []
        elif token.sigil == "/" and open_sections:
            nodes = _closed(open_sections, nodes)
    while open_sections:
        nodes = _closed(open_sections, nodes)
    return Block(nodes)


def _closed(open_sections: list[tuple[Tag, list[str | Node]]], nodes: list[str | Node]) -> list[str | Node]:
    tag, outer = open_sections.pop()
    outer.append((Section if tag.sigil == "#" else InvertedSection)(tag, Block(nodes)))
    return outer


def _check_sections(tags: list[Tag]) -> None:
    """Check that sections are closed in turn, over all tags, also those that the hosted engine drops by mistake."""
    open_sections: list[Tag] = []
    for tag in tags:
        if tag.sigil in ("#", "^"):
            _check_nesting(tag, len(open_sections))
            open_sections.append(tag)
        elif tag.sigil == "/":
            _check_end(tag, open_sections)
    if open_sections:
        raise _never_closed(open_sections[-1])


def _check_end(tag: Tag, open_sections: list[Tag]) -> None:
    """Pop the section that a closing tag ends off the stack, and check that it bears that name."""
    if not open_sections:
        problem = f"'{{{{/{tag.name}}}}}' closes a section that was not opened"
        raise TemplateSyntaxError(problem, line=tag.line, column=tag.column)
    opening = open_sections.pop()
    if opening.name != tag.name:
        expected = f"expected '{{{{/{opening.name}}}}}', for the section opened at {_position(opening)}"
        problem = f"{expected}, not '{{{{/{tag.name}}}}}'"
        raise TemplateSyntaxError(problem, line=tag.line, column=tag.column)


def _never_closed(tag: Tag) -> TemplateSyntaxError:
    problem = f"the section '{{{{{tag.sigil}{tag.name}}}}}' is never closed: expected '{{{{/{tag.name}}}}}'"
    return TemplateSyntaxError(problem, line=tag.line, column=tag.column)


def _check_nesting(tag: Tag, depth: int) -> None:
    if depth >= MAX_NESTING:
        problem = f"sections are nested deeper than {MAX_NESTING} levels: move the inner ones to a partial"
        raise TemplateSyntaxError(problem, line=tag.line, column=tag.column)


def _position(tag: Tag) -> str:
    return f"line {tag.line}, column {tag.column}"

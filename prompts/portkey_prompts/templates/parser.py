"""From texts and tags to a tree: sections in each other, each with its end."""

from __future__ import annotations

import re
from collections.abc import Callable

from .errors import TemplateSyntaxError
from .plain import MAX_NESTING, parse_plain
from .scanner import Origin, Scanner, Tag
from .tree import Block, InvertedSection, Node, Section, block_of, node_of

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
    origin = Origin(text, shift, first_shifted)
    return parse_plain(origin) or scanned(origin)


def scanned(origin: Origin) -> Block:
    """Parse a template that has unusual tags, or is malformed."""
    tags, tokens = Scanner(origin).tokens()
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
    return block_of(nodes)


def _closed(open_sections: list[tuple[Tag, list[str | Node]]], nodes: list[str | Node]) -> list[str | Node]:
    tag, outer = open_sections.pop()
    kind = Section if tag.sigil == "#" else InvertedSection
    outer.append(kind(tag.name, tag.offset, tag.origin, block_of(nodes)))
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
        raise tag.error(f"'{{{{/{tag.name}}}}}' closes a section that was not opened")
    opening = open_sections.pop()
    if opening.name != tag.name:
        expected = f"expected '{{{{/{opening.name}}}}}', for the section opened at {_position(opening)}"
        raise tag.error(f"{expected}, not '{{{{/{tag.name}}}}}'")


def _never_closed(tag: Tag) -> TemplateSyntaxError:
    return tag.error(f"the section '{{{{{tag.sigil}{tag.name}}}}}' is never closed: expected '{{{{/{tag.name}}}}}'")


def _check_nesting(tag: Tag, depth: int) -> None:
    if depth >= MAX_NESTING:
        raise tag.error(f"sections are nested deeper than {MAX_NESTING} levels: move the inner ones to a partial")


def _position(tag: Tag) -> str:
    return f"line {tag.line}, column {tag.column}"

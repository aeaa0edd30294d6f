"""From a template to its tree: sections in each other, each with its end."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from .errors import TemplateSyntaxError
from .names import is_path
from .scanner import PLAIN, Origin, Scanner, Tag, indentation, is_white
from .tree import (
    Block,
    ChosenInclusion,
    Inclusion,
    InvertedSection,
    Node,
    PathVariable,
    Section,
    Variable,
    block_of,
    node_of,
)

MAX_NESTING: Final = 100
"""Sections inside of each other in one text: as deep as a render goes without raised limits."""

_TAGS = re.compile(f"({PLAIN.pattern})")
_EVERY = 4
"""Pieces for each tag: all of it, its sigil, its name, and the text behind it."""
_END = ""
"""Stands for the sigil of a tag behind the last one."""

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


class _Open:
    """A section that is open: its tag, and what lies around it."""

    __slots__ = ("before", "name", "offset", "pairs", "sigil", "steps")

    def __init__(
        self, sigil: str, name: str, offset: int, before: str, pairs: list[tuple[str, Node]], steps: int
    ) -> None:
        self.sigil, self.name, self.offset = sigil, name, offset
        self.before, self.pairs, self.steps = before, pairs, steps

    def closed(self, origin: Origin, block: Block) -> Section:
        """Make the section around its body."""
        kind = Section if self.sigil == "#" else InvertedSection
        return kind(self.name, self.offset, origin, block)


def parse_plain(origin: Origin) -> Block | None:
    """Parse a template of nothing but usual tags in one pass, in a third of the scanner's time; answer None for others.

    Others have other delimiters, comments, `{{{x}}}`, lines that hold several tags and white space only, a last line
    with white space around a tag, or whatever is malformed: so only the scanner knows errors.
    """
    text = origin.text
    if "{{" not in text:
        return Block((), text, 1)
    pieces = _TAGS.split(text)
    if "{{{" in text or text.count("{{") * _EVERY + 1 != len(pieces):
        return None
    sigils: list[str | None] = pieces[2::_EVERY]
    around: list[_Open] = []
    pairs: list[tuple[str, Node]] = []
    before, offset, steps, begins_line = pieces[0], len(pieces[0]), 1, True
    following = [*sigils[1:], _END]
    for whole, sigil, name, after, further in zip(
        pieces[1::_EVERY], sigils, pieces[3::_EVERY], pieces[4::_EVERY], following, strict=True
    ):
        here, offset = offset, offset + len(whole) + len(after)
        if sigil is None or sigil == "&":
            kind = Variable
            if "." in name:
                steps += name.count(".")
                kind = PathVariable if name == "." or is_path(name) else Variable
            pairs.append((before, kind(name, here, origin, sigil is None)))
            before, begins_line, steps = after, False, steps + 1
            continue
        line = before.rfind("\n") + 1
        is_first = begins_line or line > 0  # of its line
        white, is_blank, begins_line = before[line:], is_first and is_white(before[line:]), False
        if is_blank:
            rest, line_break, _ = after.partition("\n")
            if is_white(rest):
                if line_break:  # nothing else is in the line: its white space goes
                    before, after, begins_line = before[:line], after[len(rest) + 1 :], True
                elif further is not None and further != "&" and (further != _END or white or rest):
                    return None
        if sigil == "/":
            if not around or around[-1].name != name:
                return None
            section = around.pop()
            block = Block(tuple(pairs), before, steps)
            pairs, steps = section.pairs, section.steps + 1 + name.count(".")
            pairs.append((section.before, section.closed(origin, block)))
        elif sigil == ">" or sigil == ">>":
            steps += 1 + name.count(".")
            if sigil == ">>":
                pairs.append((before, ChosenInclusion(name, here, origin)))
            else:
                indent = indentation(white) if is_first and white else ""
                pairs.append((before, Inclusion(name, here, origin, indent, is_first and not is_blank)))
        elif len(around) >= MAX_NESTING:
            return None
        else:
            around.append(_Open(sigil, name, here, before, pairs, steps))
            pairs, steps = [], 1
        before = after
    return None if around else Block(tuple(pairs), before, steps)


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

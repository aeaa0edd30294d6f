"""From a template with nothing but usual tags to its tree, in one pass: a third of the time that the scanner takes.

It answers None for all else, and the scanner reads that: other delimiters, comments, `{{{x}}}`, lines that hold several
tags and white space only, a last line with white space around a tag, and whatever is malformed. So it knows no errors.
"""

from __future__ import annotations

import re
from typing import Final

from .names import is_path
from .scanner import PLAIN, Origin, indentation, is_white
from .tree import Block, ChosenInclusion, Inclusion, InvertedSection, Node, PathVariable, Section, Variable

MAX_NESTING: Final = 100
"""Sections inside of each other in one text: as deep as a render goes without raised limits."""

_TAGS = re.compile(f"({PLAIN.pattern})")
_EVERY = 4
"""Pieces for each tag: all of it, its sigil, its name, and the text behind it."""
_END = ""
"""Stands for the sigil of a tag behind the last one."""


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
    """Parse a template; answer None where the scanner has to read it."""
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

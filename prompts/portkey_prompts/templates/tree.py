"""The parsed template: texts as plain strings, and a class for each kind of tag."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from .errors import TemplateSyntaxError
from .names import ABSENT, Frames, frame_of, is_path, name_of
from .scanner import Origin, Positioned, Tag
from .values import chosen_text, is_false, is_list

if TYPE_CHECKING:
    from .run import Run


class Block:
    """A row of tags, each with the text before it, and the text at the end: a template, or the body of a section.

    Attributes:
        steps: what it takes to render: one, and one for each tag and each dot in it.
    """

    __slots__ = ("end", "pairs", "steps")

    def __init__(self, pairs: tuple[tuple[str, Node], ...], end: str, steps: int) -> None:
        self.pairs = pairs
        self.end = end
        self.steps = steps

    def render(self, run: Run, frames: Frames, item: Any, depth: int) -> None:
        """Write texts and tags, among the same names."""
        self.render_each(run, frames, (item,), depth)

    def render_each(
        self, run: Run, frames: Frames, items: Sequence[Any], depth: int, section: Section | None = None
    ) -> None:
        """Write texts and tags for each item.

        Args:
            run: the render.
            frames: what names are looked up in, innermost first.
            items: the items.
            depth: how many sections and partials are around them.
            section: looks names up in the item first, where it has names; with None only in `frames`.
        """
        # Names without dots, most of the work, are looked up here: a call for each would take as long as all the rest.
        write, root, defaults, escape = run.write, run.root, run.defaults, run.escape
        pairs, end, outer = self.pairs, self.end, frames
        for item in items:
            if section is not None:
                own = item if type(item) is dict else frame_of(item, section)
                frames = outer if own is None else (own, *outer)
            for before, tag in pairs:
                if before:
                    write(before)
                if type(tag) is not Variable:
                    tag.render(run, frames, item, depth)
                    continue
                name = tag.text
                for frame in frames:
                    if name in frame:
                        value = frame[name]
                        break
                else:
                    run.missing[name] = None
                    continue
                if frame is root:
                    run.used.add(name)
                elif frame is defaults:
                    run.defaulted.add(name)
                if type(value) is str and (escape is None or not tag.escaped):
                    write(value)
                else:
                    run.write_value(value, tag)
            if end:
                write(end)


class Node(Positioned):
    """A tag: the text in it, and where it opens."""

    __slots__ = ("text",)

    def __init__(self, text: str, offset: int, origin: Origin) -> None:
        self.text = text
        self.offset = offset
        self.origin = origin

    def render(self, run: Run, frames: Frames, item: Any, depth: int) -> None:
        """Write what the tag stands for."""
        raise NotImplementedError


class Variable(Node):
    """`{{x}}`, `{{{x}}}`: a name without dots, which `Block.render` writes."""

    __slots__ = ("escaped",)

    def __init__(self, text: str, offset: int, origin: Origin, escaped: bool) -> None:
        self.text, self.offset, self.origin = text, offset, origin  # inline: most tags are variables
        self.escaped = escaped


class PathVariable(Variable):
    """`{{a.b}}`, `{{.}}`: a name that takes more than one look-up, or none."""

    __slots__ = ("name",)

    def __init__(self, text: str, offset: int, origin: Origin, escaped: bool) -> None:
        super().__init__(text, offset, origin, escaped)
        self.name = name_of(text, offset, origin)

    def render(self, run: Run, frames: Frames, item: Any, depth: int) -> None:
        """Write the value, or note that it is missing."""
        value = self.name.find(run, frames, item)
        if value is ABSENT:
            run.missing[self.text] = None
        else:
            run.write_value(value, self)


class Section(Node):
    """`{{#x}}…{{/x}}`: once for a true value, once for each item of a list."""

    __slots__ = ("block", "name")

    def __init__(self, text: str, offset: int, origin: Origin, block: Block) -> None:
        super().__init__(text, offset, origin)
        self.name = name_of(text, offset, origin)
        self.block = block

    def render(self, run: Run, frames: Frames, item: Any, depth: int) -> None:
        """Write the body for each item; names in the body are looked up in the item first, where it has names."""
        value = self.name.find(run, frames, item)
        if value is ABSENT or is_false(value, self):
            return
        if value is True:  # no item: the body shows the one around it
            run.enter(self, self.block, depth + 1, 1)
            self.block.render(run, frames, item, depth + 1)
            return
        items = value if is_list(value) else (value,)
        run.enter(self, self.block, depth + 1, len(items))
        self.block.render_each(run, frames, items, depth + 1, self)


class InvertedSection(Section):
    """`{{^x}}…{{/x}}`: once, where the value is false or missing."""

    __slots__ = ()

    def render(self, run: Run, frames: Frames, item: Any, depth: int) -> None:
        """Write the body, among the same names."""
        value = self.name.find(run, frames, item)
        if value is ABSENT or is_false(value, self):
            run.enter(self, self.block, depth + 1, 1)
            self.block.render(run, frames, item, depth + 1)


class Inclusion(Node):
    """`{{>pp-x}}`: a stored partial; `indent` goes before its lines, `after_text` says: not before the first."""

    __slots__ = ("after_text", "indent")

    def __init__(self, text: str, offset: int, origin: Origin, indent: str = "", after_text: bool = False) -> None:
        super().__init__(text, offset, origin)
        self.indent = indent
        self.after_text = after_text

    def render(self, run: Run, frames: Frames, item: Any, depth: int) -> None:
        """Write the partial, among the same names."""
        run.include(run.partial(self.text, self), self, frames, item, depth + 1)


class ChosenInclusion(Inclusion):
    """`{{>>x}}`: a partial chosen by the call, by its reference or as a text."""

    __slots__ = ("name",)

    def __init__(self, text: str, offset: int, origin: Origin) -> None:
        super().__init__(text, offset, origin)
        self.name = name_of(text, offset, origin)

    def render(self, run: Run, frames: Frames, item: Any, depth: int) -> None:
        """Write the stored partial that the value refers to, or else the value as a template."""
        value = self.name.find(run, frames, item)
        if value is ABSENT:
            run.missing[self.text] = None
            return
        text = chosen_text(value, self)
        partial = run.chosen_partial(text, self)
        if partial is not None:
            run.include(partial, self, frames, item, depth + 1)
        elif text:
            run.include_text(text, self, frames, item, depth + 1)


def block_of(content: Iterable[str | Node]) -> Block:
    """Make a block of texts and tags, one after another."""
    pairs: list[tuple[str, Node]] = []
    before, steps = "", 1
    for piece in content:
        if isinstance(piece, str):
            before += piece
        else:
            pairs.append((before, piece))
            before, steps = "", steps + 1 + piece.text.count(".")
    return Block(tuple(pairs), before, steps)


def node_of(tag: Tag) -> Node:
    """Make the node of a tag that is no section."""
    text, offset, origin = tag.name, tag.offset, tag.origin
    if tag.sigil == ">":
        return Inclusion(text, offset, origin, tag.indent, tag.after_text)
    if tag.sigil == ">>":
        return ChosenInclusion(text, offset, origin)
    is_plain = "." not in text or not (text == "." or is_path(text))
    return (Variable if is_plain else PathVariable)(text, offset, origin, tag.sigil != "&")


TagInSections: TypeAlias = tuple[Node, tuple[Section, ...]]
"""A tag, and the sections around it, outermost first."""


def tags_in(blocks: Iterable[Block], around: tuple[Section, ...] = ()) -> Iterator[TagInSections]:
    """Iterate over tags in the order of the text, each with the sections around it; as deep as sections may nest."""
    for block in blocks:
        for _, node in block.pairs:
            yield node, around
            if isinstance(node, Section):
                yield from tags_in((node.block,), (*around, node))


def refuse_partials(block: Block, name: str) -> None:
    """Raise where a text that came with a call includes a partial.

    Raises:
        TemplateSyntaxError: at the first such tag.
    """
    for node, _ in tags_in((block,)):
        if isinstance(node, Inclusion):
            problem = (
                f"the text given for {name!r} includes the partial {node.text!r}: text that comes with a call may "
                "not include partials; give the reference of a stored one instead of the text"
            )
            raise TemplateSyntaxError(problem, line=node.line, column=node.column)

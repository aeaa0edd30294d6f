"""The parsed template: texts as plain strings, and a class for each kind of tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .names import ABSENT, Frames, name_of
from .values import check_json, chosen_text, is_false, is_list, is_object

if TYPE_CHECKING:
    from .run import Run
    from .scanner import Tag

_SCALARS = frozenset((str, int, bool, type(None), list))


class Block:
    """A row of tags, each with the text before it, and the text at the end: a template, or the body of a section."""

    __slots__ = ("end", "pairs", "steps")

    def __init__(self, content: list[str | Node]) -> None:
        self.pairs, self.end = _paired(content)
        self.steps = 1 + sum(1 + tag.text.count(".") for _, tag in self.pairs)

    def render(self, run: Run, frames: Frames, item: Any, depth: int) -> None:
        """Write texts and tags; names without dots, most of the work, are looked up here without a call."""
        write, root, defaults, escape = run.write, run.root, run.defaults, run.escape
        for before, tag in self.pairs:
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
        if self.end:
            write(self.end)


def _paired(content: list[str | Node]) -> tuple[tuple[tuple[str, Node], ...], str]:
    pairs: list[tuple[str, Node]] = []
    texts: list[str] = []
    for piece in content:
        if isinstance(piece, str):
            texts.append(piece)
        else:
            pairs.append(("".join(texts), piece))
            texts = []
    return tuple(pairs), "".join(texts)


class Node:
    """A tag: the text in it, and where it stands."""

    __slots__ = ("column", "line", "text")

    def __init__(self, tag: Tag) -> None:
        self.text = tag.name
        self.line = tag.line
        self.column = tag.column

    def render(self, run: Run, frames: Frames, item: Any, depth: int) -> None:
        """Write what the tag stands for."""
        raise NotImplementedError


class Variable(Node):
    """`{{x}}`, `{{{x}}}`: a name without dots, which `Block.render` writes."""

    __slots__ = ("escaped",)

    def __init__(self, tag: Tag) -> None:
        super().__init__(tag)
        self.escaped = tag.sigil != "&"


class PathVariable(Variable):
    """`{{a.b}}`, `{{.}}`: a name that takes more than one look-up, or none."""

    __slots__ = ("name",)

    def __init__(self, tag: Tag) -> None:
        super().__init__(tag)
        self.name = name_of(tag.name)

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

    def __init__(self, tag: Tag, block: Block) -> None:
        super().__init__(tag)
        self.name = name_of(tag.name)
        self.block = block

    def render(self, run: Run, frames: Frames, item: Any, depth: int) -> None:
        """Write the body for each item; an object is the first place where names in the body are looked up."""
        value = self.name.find(run, frames, item)
        if value is ABSENT or is_false(value, self):
            return
        items = value if is_list(value) else (value,)
        run.enter(self, self.block, depth + 1, len(items))
        for each in items:
            inner = (each, *frames) if type(each) is dict or self._holds_names(each) else frames
            self.block.render(run, inner, each, depth + 1)

    def _holds_names(self, value: Any) -> bool:
        if type(value) in _SCALARS:
            return False
        check_json(value, self)
        return is_object(value)


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
    """`{{>pp-x}}`: a stored partial; `indent` is the white space before a tag that stands alone on its line."""

    __slots__ = ("indent",)

    def __init__(self, tag: Tag) -> None:
        super().__init__(tag)
        self.indent = tag.indent

    def render(self, run: Run, frames: Frames, item: Any, depth: int) -> None:
        """Write the partial, among the same names."""
        run.include(run.partial(self.text, self), self, frames, item, depth + 1)


class ChosenInclusion(Inclusion):
    """`{{>>x}}`: a partial chosen by the call, by its reference or as a text."""

    __slots__ = ("name",)

    def __init__(self, tag: Tag) -> None:
        super().__init__(tag)
        self.name = name_of(tag.name)

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


def node_of(tag: Tag) -> Node:
    """Make the node of a tag that is no section."""
    if tag.sigil == ">":
        return Inclusion(tag)
    if tag.sigil == ">>":
        return ChosenInclusion(tag)
    return PathVariable(tag) if "." in tag.name else Variable(tag)

"""From a tree to the source of one Python function that does what a render through the tree does.

Nothing of a template becomes source: texts, names and tags are constants (`c0`, `c1`, …) that the source refers to. A
row of texts and values is one tuple, put to the end of the list `out`. A name is looked for in the items of sections
around it that are objects, innermost first (`f2`, `f1`), then in `root`:

    out += (c0, root[c1], c2)
    for x1 in items(run, root.get(c3), 3):
     f1 = x1 if type(x1) is dict else no_frame(x1)
     out += (c4, f1[c5] if c5 in f1 else note(c5) or root[c5], c6)

The functions that it calls (`items`, `by_tree`, …) are in `program`; rare constructs are left to the tree.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Protocol

from .names import DottedName, ItemName
from .tree import Block, Inclusion, InvertedSection, Node, PathVariable, Section, Variable, tags_in

DEEPEST: Final = 8
"""Levels of nested sections, and of values in messages, that are compiled."""


class Slot(Protocol):
    """A part of messages that a template fills."""

    @property
    def block(self) -> Block:
        """Give its tree."""
        ...


class Scope:
    """Where a tag stands: how many sections are around it, and the items of which sections names are looked up in."""

    __slots__ = ("depth", "frames")

    def __init__(self, depth: int = 0, frames: tuple[int, ...] = ()) -> None:
        self.depth = depth
        self.frames = frames

    @property
    def item(self) -> str:
        """Name what `{{.}}` shows."""
        return f"x{self.frames[0]}" if self.frames else "run.variables"

    def within(self, section: Section) -> Scope:
        """Give the scope of a section's body."""
        inner = self.depth + 1
        return Scope(inner, self.frames if isinstance(section, InvertedSection) else (inner, *self.frames))


class Source:
    """Write a function's source, and collect what it refers to.

    Args:
        escaped: whether the values of `{{x}}` are escaped.

    Attributes:
        constants: values by their names in the source.
        names: what every render looks up among the variables.
        levels: how deep sections and partials lie in each other.
    """

    def __init__(self, escaped: bool) -> None:
        self.constants: dict[str, Any] = {}
        self.names: set[str] = set()
        self.levels = 0
        self._escaped = escaped
        self._lines: list[str] = []
        self._row: list[str] = []
        self._known: dict[Any, str] = {}

    def of_block(self, block: Block) -> str:
        """Write `render(run, root, out, depth)`, which appends what is rendered, and `start(run, root)`: its text."""
        self._block(block, Scope())
        start = ["def start(run, root):", " out = []", " render(run, root, out, 0)", " return joined(run, out)"]
        return "\n".join((*self._function("render", "run, root, out, depth"), *start))

    def of_messages(self, messages: list[Any], slots: Iterable[Slot]) -> str:
        """Write `start(run, root)`, which answers messages, their slots filled, and their text."""
        texts: dict[int, str] = {}
        for slot in slots:
            self._line("out = []", Scope())
            self._block(slot.block, Scope())
            texts[id(slot)] = f"t{len(texts)}"
            self._line(f"{texts[id(slot)]} = joined(run, out)", Scope())
        answer = [f" messages = {self._filled(messages, texts)}", f" return messages, {self._text(messages, texts)}"]
        return "\n".join((*self._function("start", "run, root, depth=0"), *answer))

    def _function(self, name: str, parameters: str) -> list[str]:
        """Write a function; what it refers to are defaults of parameters, which are quicker to get at than globals."""
        known = "".join(f", {constant}={constant}" for constant in self.constants)
        return [f"def {name}({parameters}{known}, type=type, dict=dict):", " note = run.looked.add", *self._lines]

    def _line(self, text: str, scope: Scope) -> None:
        self._lines.append(" " * (scope.depth + 1) + text)

    def _constant(self, value: object) -> str:
        key = value if isinstance(value, str) else id(value)
        if key not in self._known:
            self._known[key] = f"c{len(self._known)}"
            self.constants[self._known[key]] = value
        return self._known[key]

    def _block(self, block: Block, scope: Scope) -> None:
        for before, tag in block.pairs:
            if before:
                self._row.append(self._constant(before))
            self._tag(tag, scope)
        if block.end:
            self._row.append(self._constant(block.end))
        self._end_row(scope)

    def _end_row(self, scope: Scope) -> None:
        if self._row:
            row = ", ".join(self._row)
            self._line(f"out.append({row})" if len(self._row) == 1 else f"out += ({row})", scope)
            self._row = []

    def _tag(self, tag: Node, scope: Scope) -> None:
        if not scope.frames and isinstance(getattr(tag, "name", None), ItemName):  # `{{.}}` outside of sections: rare
            self._by_tree(tag, scope)
        elif isinstance(tag, Variable):
            value = self._value(tag, scope)
            self._row.append(f"escaped(run, {value})" if self._escaped and tag.escaped else value)
        elif isinstance(tag, Section) and scope.depth < DEEPEST:
            self._section(tag, scope)
        elif type(tag) is Inclusion and not scope.frames:
            self._end_row(scope)
            self.levels = max(self.levels, scope.depth + 1)
            self._line(f"include(run, root, out, {self._constant(tag)}, depth + {scope.depth + 1})", scope)
        else:
            self._by_tree(tag, scope)

    def _by_tree(self, tag: Node, scope: Scope) -> None:
        self._end_row(scope)
        known = f"{self._constant(tag)}, {self._frames(scope)}, {scope.item}, depth + {scope.depth}"
        self._line(f"by_tree(run, out, {known})", scope)

    def _section(self, tag: Section, scope: Scope) -> None:
        self._end_row(scope)
        value, inner = self._found(tag, scope), scope.within(tag)
        self.levels = max(self.levels, inner.depth)
        if isinstance(tag, InvertedSection):
            self._line(f"if is_left_out(run, {value}, {tag.block.steps}):", scope)
        else:
            item = f"x{inner.depth}"
            self._line(f"for {item} in items(run, {value}, {tag.block.steps}):", scope)
            self._quick_row(tag.block, item, inner)
            self._line(f"f{inner.depth} = {item} if type({item}) is dict else no_frame({item})", inner)
            if scope.frames and any(shows_item(node) for node, _ in tags_in((tag.block,))):
                self._line(f"if {item} is SAME: {item} = {scope.item}", inner)
        before = len(self._lines)
        self._block(tag.block, inner)
        if len(self._lines) == before:
            self._line("pass", inner)

    def _quick_row(self, block: Block, item: str, inner: Scope) -> None:
        """Write a fast path for a body that shows only names of its items, used where an item holds all of them."""
        names = [tag.text for _, tag in block.pairs if type(tag) is Variable and not (self._escaped and tag.escaped)]
        if not names or len(names) < len(block.pairs) or not self.names.isdisjoint(names):
            return
        row = []
        for before, tag in block.pairs:
            row += [self._constant(before), f"{item}[{self._constant(tag.text)}]"]
        self._line(f"if type({item}) is dict:", inner)
        self._line(f" try: out += ({', '.join(row)}, {self._constant(block.end)})", inner)
        self._line(" except KeyError: pass", inner)
        self._line(" else: continue", inner)

    # Look-ups

    def _value(self, tag: Variable, scope: Scope) -> str:
        """Write the look-up of a variable; where the last of them fails, that raises KeyError."""
        name = tag.name if isinstance(tag, PathVariable) else None
        if isinstance(name, ItemName):
            return scope.item
        if isinstance(name, DottedName):
            return f"({self._walk(name, scope)} else by_path(run, {self._constant(tag)}, {self._frames(scope)}))"
        return self._in_frames(tag.text, scope, "root[{}]")

    def _found(self, tag: Section, scope: Scope) -> str:
        """Write the look-up of a section's value, None where there is none."""
        if isinstance(tag.name, ItemName):
            return scope.item
        if isinstance(tag.name, DottedName):
            return f"{self._walk(tag.name, scope)} else found(run, {self._constant(tag)}, {self._frames(scope)})"
        return self._in_frames(tag.text, scope, "root.get({})")

    def _walk(self, name: DottedName, scope: Scope) -> str:
        """Write the walk through plain objects, and the condition that each part of the name is there."""
        asked, value = [], self._in_frames(name.first, scope, "root.get({})")
        for part in map(self._constant, name.rest):
            asked.append(f"type(v := {value}) is dict and {part} in v")
            value = f"v[{part}]"
        return f"{value} if {' and '.join(asked)}"

    def _in_frames(self, name: str, scope: Scope, last: str) -> str:
        constant = self._constant(name)
        frames = "".join(f"f{frame}[{constant}] if {constant} in f{frame} else " for frame in scope.frames)
        if not scope.depth:
            self.names.add(name)
            return last.format(constant)
        return f"({frames}note({constant}) or {last.format(constant)})"

    def _frames(self, scope: Scope) -> str:
        return f"({''.join(f'f{frame}, ' for frame in scope.frames)}*run.frames)" if scope.frames else "run.frames"

    # Messages

    def _filled(self, value: Any, texts: dict[int, str]) -> str:
        """Write messages as a display of new lists and objects."""
        if isinstance(value, dict):
            members = (f"{self._constant(key)}: {self._filled(member, texts)}" for key, member in value.items())
            return f"{{{', '.join(members)}}}"
        if isinstance(value, list):
            return f"[{', '.join(self._filled(item, texts) for item in value)}]"
        return texts.get(id(value)) or self._constant(value)

    def _text(self, messages: list[Any], texts: dict[int, str]) -> str:
        """Write how the messages' text comes from their contents."""
        contents = [message.get("content") for message in messages]
        if any(isinstance(content, (dict, list)) for content in contents):
            return "messages_text(messages)"
        shown = [self._filled(each, texts) for each in contents if id(each) in texts or isinstance(each, str)]
        return f"blank_line.join(filter(None, ({''.join(f'{text}, ' for text in shown)})))"


def shows_item(tag: Node) -> bool:
    """Tell whether a tag shows the current item, or may: `{{.}}`, and a partial."""
    return isinstance(tag, Inclusion) or isinstance(getattr(tag, "name", None), ItemName)

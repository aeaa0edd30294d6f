"""Templates compiled to Python functions, and what these functions call.

A function handles plain dicts and lists, and JSON's scalars, within the limits. Where it meets anything else, the tree
renders from the beginning: errors, their positions and rare values are left to the tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from math import isfinite
from typing import Any, Final

from .compiler import DEEPEST, Slot, Source
from .names import ABSENT, Frames
from .run import Run
from .tree import Block, Inclusion, Node, PathVariable, Section, tags_in
from .values import TagPosition, messages_text, text_of

LARGEST: Final = 250
"""Most parts of names in tags, and most values in messages, that are compiled."""

LONGEST: Final = 12_000
"""Most characters of source that are compiled: about 1 ms for 1,000, during which no other thread runs."""

USES: Final = 30
"""Renders through the tree before a template is compiled: together they take about as long as compiling does."""

PLAIN_DEPTH: Final = 9
"""Deepest nesting of sections and partials at which a tag counts as one step, see `Run.enter`."""


class Program:
    """A template as a Python function.

    Attributes:
        start: renders a whole template or chat, see `compiler.Source`.
        render: appends the template's output to a list; None of a chat.
        names: what every render looks up among the variables.
        levels: how deep sections and partials lie in each other.
    """

    __slots__ = ("levels", "names", "render", "start")

    def __init__(self, source: Source, text: str) -> None:
        namespace = {"__builtins__": {}, **CALLED, **source.constants}
        exec(compile(text, "<template>", "exec"), namespace)  # no text of a template is in it: see `compiler`
        self.start: Callable[[Run, Any], Any] = namespace["start"]
        self.render: Callable[[Run, Any, list[Any], int], None] | None = namespace.get("render")
        self.names = frozenset(source.names)
        self.levels = source.levels

    def fits(self, run: Run, depth: int) -> bool:
        """Tell whether all of it is within the limit of depth, and a tag counts as one step."""
        deepest = depth + self.levels
        return deepest <= PLAIN_DEPTH and deepest <= run.limits.depth

    def attempt(self, run: Run) -> Any:
        """Render; where the tree has to do it, reset the run and answer `ABSENT`."""
        variables = run.variables
        if type(variables) is not dict or not self.fits(run, 0):
            return ABSENT
        try:
            if run.defaults is None:
                try:
                    rendered = self.start(run, variables)
                except KeyError:  # a name is missing
                    run.begin()
                    rendered = self.start(run, _Names(run, variables))
            else:
                rendered = self.start(run, _Names(run, variables))
        except Exception:  # the tree meets the same fault, and reports its position
            run.begin()
            return ABSENT
        run.names = self.names
        return rendered


class Compiled:
    """The programs of one template, compiled once it has been rendered often enough to be worth it.

    Args:
        write: writes the program's source; answers None where it would be too large.
    """

    __slots__ = ("_escaped", "_plain", "_uses", "_write")

    def __init__(self, write: Callable[[Source], str | None]) -> None:
        self._write: Callable[[Source], str | None] | None = write
        self._uses = 0
        self._plain: Program | None = None
        self._escaped: Program | None = None

    def program(self, escaped: bool) -> Program | None:
        """Answer the program, where there is one yet; threads that make it at once make the same.

        Args:
            escaped: whether the values of `{{x}}` are escaped.
        """
        program = self._escaped if escaped else self._plain
        if program is None and self._write is not None:
            self._uses += 1
            if self._uses > USES:
                return self._made(self._write, escaped)
        return program

    def attempt(self, run: Run) -> Any:
        """Render by the program; answer `ABSENT` where there is none, or the tree has to do it."""
        program = self._plain if run.escape is None else self._escaped
        if program is None:
            program = self.program(run.escape is not None)
        return ABSENT if program is None else program.attempt(run)

    def _made(self, write: Callable[[Source], str | None], escaped: bool) -> Program | None:
        source = Source(escaped)
        text = write(source)
        if text is None or len(text) > LONGEST:
            self._write = None
            return None
        program = Program(source, text)
        if escaped:
            self._escaped = program
        else:
            self._plain = program
        return program


def compiled_block(block: Block) -> Compiled:
    """Have a template compiled when it is worth it."""
    return Compiled(lambda source: source.of_block(block) if _is_small((block,)) else None)


def compiled_messages(messages: list[Any], slots: Sequence[Slot]) -> Compiled:
    """Have a chat compiled when it is worth it.

    Args:
        messages: the messages, slots where templates are.
        slots: these slots.
    """

    def write(source: Source) -> str | None:
        is_small = _size(messages) <= LARGEST and _is_small(slot.block for slot in slots)
        return source.of_messages(messages, slots) if is_small else None

    return Compiled(write)


def _size(value: Any, depth: int = 0) -> int:
    """Count the values in messages, no further than one that is too many."""
    if not isinstance(value, (dict, list)):
        return 1
    if depth > DEEPEST:
        return LARGEST + 1
    size = 1
    for member in value.values() if isinstance(value, dict) else value:
        size += _size(member, depth + 1)
        if size > LARGEST:
            break
    return size


def _is_small(blocks: Iterable[Block]) -> bool:
    return sum(1 + node.text.count(".") for node, _ in islice(tags_in(blocks), LARGEST + 1)) <= LARGEST


# What compiled functions call


class _UnusualError(Exception):
    """A value that compiled functions do not handle: the tree has to render."""


class _Gap(str):
    """Stand where a variable is missing."""

    __slots__ = ()


_GAP: Final = _Gap()
_SAME: Final = object()
_ONCE: Final = (_SAME,)
"""The items of a section on `true`: one, which stands for the item around it, or for all variables at the top."""
_NO_NAMES: Final[dict[str, Any]] = {}


class _Names(dict[str, Any]):
    """The variables over their defaults; names that are missing are noted."""

    __slots__ = ("_missing",)

    def __init__(self, run: Run, variables: dict[str, Any]) -> None:
        super().__init__(variables if run.defaults is None else {**run.defaults, **variables})
        self._missing = run.missing

    def __missing__(self, name: str) -> str:
        self._missing[name] = None
        return _GAP


def _items(run: Run, value: Any, steps: int) -> Sequence[Any]:
    """Answer what a section's body is rendered for, within the limits."""
    kind = type(value)
    found: Sequence[Any]
    if kind is list or kind is tuple:
        found = value
    elif value is None or value is False:
        return ()
    elif value is True:
        found = _ONCE
    elif kind is dict:
        found = (value,)
    elif kind is str or kind is int or kind is float:
        found = (value,) if value else ()
    else:
        raise _UnusualError
    times = len(found)
    run.expansions_left -= times
    run.steps_left -= times * steps
    if run.expansions_left < 0 or run.steps_left < 0:
        raise _UnusualError
    return found


def _is_left_out(run: Run, value: Any, steps: int) -> bool:
    """Tell whether the body of an inverted section is rendered, within the limits."""
    if value is not None and value is not False:
        kind = type(value)
        if value is True or kind is dict:
            return False
        if kind is float and not isfinite(value):
            raise _UnusualError
        if kind not in _EMPTY_IS_FALSE:
            raise _UnusualError
        if value:
            return False
    run.expansions_left -= 1
    run.steps_left -= steps
    if run.expansions_left < 0 or run.steps_left < 0:
        raise _UnusualError
    return True


_EMPTY_IS_FALSE: Final = frozenset({str, int, float, list, tuple})


def _no_frame(value: Any) -> dict[str, Any]:
    """Answer what is looked up in an item that has no names."""
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None or value is _SAME:
        return _NO_NAMES
    if kind is float and isfinite(value):
        return _NO_NAMES
    raise _UnusualError


def _by_path(run: Run, tag: PathVariable, frames: Frames) -> Any:
    value = tag.name.find(run, frames, None)
    if value is ABSENT:
        run.missing[tag.text] = None
        return _GAP
    return value


def _found(run: Run, tag: Section, frames: Frames) -> Any:
    value = tag.name.find(run, frames, None)
    return None if value is ABSENT else value


def _by_tree(run: Run, out: list[Any], tag: Node, frames: Frames, item: Any, depth: int) -> None:
    run.write = out.append
    tag.render(run, frames, run.variables if item is _SAME else item, depth)


def _include(run: Run, root: Any, out: list[Any], tag: Inclusion, depth: int) -> None:
    """Put a stored partial's output to the end, by its own program where it has one."""
    partial = run.partials.find(tag.text)
    if partial is None:
        raise _UnusualError
    template = partial.template
    block = template.block
    program = None
    if tag.indent and template.indented(tag.indent, tag.after_text, lambda size: run.charge(size, tag)) is not block:
        _by_tree(run, out, tag, run.frames, run.variables, depth - 1)
        return
    if block.pairs:
        program = template.compiled.program(run.escape is not None)
        if program is None or program.render is None or not program.fits(run, depth):
            _by_tree(run, out, tag, run.frames, run.variables, depth - 1)
            return
    run.expansions_left -= 1
    run.steps_left -= block.steps
    if run.expansions_left < 0 or run.steps_left < 0:
        raise _UnusualError
    run.partials.note(partial)
    if program is None or program.render is None:
        out.append(block.end)
        return
    program.render(run, root, out, depth)
    if program.names:
        run.looked.update(program.names)


def _escaped(run: Run, value: Any) -> str:
    """Write an escaped value."""
    if value is _GAP:
        return ""
    text = value if type(value) is str else text_of(value, _NOWHERE, run.output_left)
    assert run.escape is not None  # or else the program is another one
    text = run.escape(text)
    run.count_new(len(text), _NOWHERE)
    return text


def _joined(run: Run, pieces: list[Any]) -> str:
    """Make a text of pieces, which may be values still."""
    try:
        if sum(map(len, pieces)) > run.output_left:
            raise _UnusualError
        text = "".join(pieces)
    except TypeError:
        return _joined(run, [piece if type(piece) is str else _shown(run, piece) for piece in pieces])
    run.output_left -= len(text)
    if run.output_left < 0:  # the length of a subclass of str may be anything
        raise _UnusualError
    return text


def _shown(run: Run, value: Any) -> str:
    text = text_of(value, _NOWHERE, run.output_left)
    run.count_new(len(text), _NOWHERE)
    return text


class _Nowhere:
    """Stand in for a tag where an error is not shown to anybody."""

    text, line, column = "", 1, 1


_NOWHERE: Final[TagPosition] = _Nowhere()
CALLED: Final[dict[str, Any]] = {
    "KeyError": KeyError,
    "SAME": _SAME,
    "blank_line": "\n\n",
    "by_path": _by_path,
    "by_tree": _by_tree,
    "dict": dict,
    "escaped": _escaped,
    "filter": filter,
    "found": _found,
    "include": _include,
    "is_left_out": _is_left_out,
    "items": _items,
    "joined": _joined,
    "messages_text": messages_text,
    "no_frame": _no_frame,
    "type": type,
}
"""All that a compiled function can name, beside its constants."""

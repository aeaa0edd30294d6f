"""The state of one render: names looked up, partials included, what is left of the limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from typing import Any, Literal, TypeAlias

from .errors import (
    DEFAULT_LIMITS,
    Limits,
    MissingVariablesError,
    TemplateError,
    TemplateLimitError,
    TemplateSyntaxError,
    UnknownPartialError,
)
from .names import ABSENT, Frame, Frames, ListFrame
from .parser import parse
from .partials import Loader, Partial, PartialLookup, looks_like_reference
from .tree import Block, Inclusion, Variable, refuse_partials
from .values import TagPosition, check_variables, is_list, is_object, text_of

Escape: TypeAlias = Callable[[str], str]
"""What is applied to the text of `{{x}}`, and not to that of `{{{x}}}`."""

_NO_NAMES: frozenset[str] = frozenset()

MissingPolicy: TypeAlias = Literal["empty", "error"]
"""What becomes of a variable that was not given."""

Report: TypeAlias = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], dict[str, int]]
"""Names used, names missing, names unused, versions of partials."""


class Run:
    """Carry a render through the tree: made for one call, used by one thread.

    Attributes:
        variables: what the call gave.
        root: it, where it is an object.
        defaults: what variables fall back to; None where there are none.
        frames: what names are looked up in at the top of a template.
        names: names that a compiled template always looks up among the variables, given or not.
        looked: further names that it looked up, given or not.
    """

    __slots__ = (
        "_new_left",
        "_path",
        "_policy",
        "_texts",
        "defaulted",
        "defaults",
        "escape",
        "expansions_left",
        "frames",
        "limits",
        "looked",
        "missing",
        "names",
        "output_left",
        "partials",
        "root",
        "steps_left",
        "used",
        "variables",
        "write",
    )

    def __init__(
        self,
        variables: Any,
        partials: Loader | None = None,
        *,
        missing: MissingPolicy = "empty",
        limits: Limits = DEFAULT_LIMITS,
        escape: Escape | None = None,
        defaults: Mapping[str, Any] | None = None,
    ) -> None:
        if missing != "empty" and missing != "error":
            raise ValueError(f'missing must be "empty" or "error", not {missing!r}')
        variables = {} if variables is None else variables
        check_variables(variables)
        self.variables = variables
        self.defaults = defaults or None
        self.root: Mapping[str, Any] | None = None
        self.frames: Frames = ()
        if type(variables) is dict or is_object(variables):
            self.root = variables
            self.frames = (variables,)
        elif is_list(variables):
            self.frames = (ListFrame(variables),)
        if self.defaults is not None:
            self.frames = (*self.frames, self.defaults)
        self.escape = escape
        self.limits = limits
        self.partials = PartialLookup(partials)
        self._policy = missing
        self.begin()

    def begin(self) -> None:
        """Begin, or begin again: nothing was looked up, nothing written; partials that were loaded stay."""
        self.used: set[str] = set()
        self.defaulted: set[str] = set()
        self.missing: dict[str, None] = {}
        self.names: frozenset[str] = _NO_NAMES
        self.looked: set[str] = set()
        self.write: Callable[[str], object] = _discard
        self.partials.versions.clear()
        self._path: list[str] = []
        self._texts: dict[str, Block] = {}
        self.output_left = self._new_left = self.limits.output
        self.steps_left = self.limits.steps
        self.expansions_left = self.limits.expansions

    def text(self, block: Block) -> str:
        """Render a whole template; the texts of a prompt are rendered one after another, within the same limits."""
        pieces: list[str] = []
        self.write = pieces.append
        try:
            block.render(self, self.frames, self.variables, 0)
            return self._joined(pieces)
        except RecursionError:
            problem = "the program's stack is used up: lower the limit `depth`, or render from less deep"
            raise self._at_path(TemplateLimitError("depth", problem)) from None
        except TemplateError as error:
            self._at_path(error)
            raise

    def check_missing(self) -> None:
        """Raise `MissingVariablesError` under `missing="error"`, where any variable was not found."""
        if self.missing and self._policy == "error":
            raise MissingVariablesError(tuple(self.missing))

    def report(self) -> Report:
        """Answer the names used, missing and unused, and the partials that went in.

        Raises:
            MissingVariablesError: as `check_missing` does.
        """
        if self.missing:
            self.check_missing()
        given = () if self.root is None else tuple(self.root)
        if self.names.issuperset(given):
            return given, tuple(self.missing), (), self.partials.versions
        used = self.names.union(self.used, self.looked)
        unused = tuple([name for name in given if name not in used])
        if unused:
            given = tuple([name for name in given if name in used])
        return given, tuple(self.missing), unused, self.partials.versions

    def find(self, name: str, frames: Frames) -> Any:
        """Look up a name without dots; answer `ABSENT` where no object has it."""
        for frame in frames:
            if name in frame:
                self.note(name, frame)
                return frame[name]
        return ABSENT

    def note(self, name: str, frame: Frame) -> None:
        """Note where a name was found: among the variables, or among their defaults."""
        if frame is self.root:
            self.used.add(name)
        elif frame is self.defaults:
            self.defaulted.add(name)

    def note_item(self, item: Any) -> None:
        """Count all variables as used where a template takes all of them at once."""
        if self.root is not None and item is self.root:
            self.used.update(self.root)

    def write_value(self, value: Any, tag: Variable) -> None:
        """Write a value's text, escaped where the tag asks for it."""
        text = text_of(value, tag, self.output_left)
        if self.escape is not None and tag.escaped:
            text = self.escape(text)
        if text is not value:
            self.count_new(len(text), tag)
        self.write(text)

    def enter(self, tag: TagPosition, block: Block, depth: int, times: int) -> None:
        """Count a block that is rendered `times` times at a depth against the limits; raise where one is exceeded."""
        if depth > self.limits.depth:
            problem = f"{tag.text!r} goes deeper than {self.limits.depth} levels of sections and partials"
            raise TemplateLimitError("depth", problem, line=tag.line, column=tag.column)
        self.expansions_left -= times
        self.steps_left -= times * block.steps * (1 + depth // 10)  # a name is looked for in up to `depth` objects
        if self.expansions_left < 0 or self.steps_left < 0:
            raise self._too_much(tag)

    def partial(self, reference: str, tag: TagPosition) -> Partial:
        """Load the partial that a template names, or raise `UnknownPartialError`."""
        partial = self._find_partial(reference, tag)
        if partial is None:
            raise UnknownPartialError(reference, line=tag.line, column=tag.column)
        return partial

    def chosen_partial(self, text: str, tag: TagPosition) -> Partial | None:
        """Load the partial that a variable's text refers to; answer None where it is no reference to any."""
        return self._find_partial(text, tag) if looks_like_reference(text) else None

    def include(self, partial: Partial, tag: Inclusion, frames: Frames, item: Any, depth: int) -> None:
        """Render a stored partial instead of the tag."""
        block = partial.template.indented(tag.indent, tag.after_text, lambda size: self.charge(size, tag))
        self.enter(tag, block, depth, 1)
        self.partials.note(partial)
        self._path.append(f"{partial.slug}@{partial.version}")
        block.render(self, frames, item, depth)
        self._path.pop()

    def include_text(self, text: str, tag: Inclusion, frames: Frames, item: Any, depth: int) -> None:
        """Render a text that came with the call instead of the tag."""
        label = f"the text of {tag.text!r}"
        block = self._block_of(text, tag, label)
        self.enter(tag, block, depth, 1)
        self._path.append(label)
        if self.escape is None:
            block.render(self, frames, item, depth)
        else:  # the text is a value, and must not say more than a value can
            self._render_escaped(block, self.escape, tag, frames, item, depth)
        self._path.pop()

    def names_met(self) -> Set[str]:
        """Answer the names that were looked up: found among the variables or their defaults, or missing."""
        met = self.used | self.defaulted | self.missing.keys()
        looked = self.names | self.looked
        return met.union([name for name in looked if any(name in frame for frame in self.frames)])

    def _render_escaped(
        self, block: Block, escape: Escape, tag: Inclusion, frames: Frames, item: Any, depth: int
    ) -> None:
        write, pieces = self.write, list[str]()
        self.write, self.escape = pieces.append, None
        block.render(self, frames, item, depth)
        self.write, self.escape = write, escape
        if sum(map(len, pieces)) > self._new_left:
            raise self._too_long(tag.line, tag.column)
        text = escape("".join(pieces))
        self.count_new(len(text), tag)
        write(text)

    def _block_of(self, text: str, tag: Inclusion, label: str) -> Block:
        """Parse a text that came with the call; a loop does it once."""
        block = self._texts.get(text)
        if block is None:
            try:
                self.charge(len(text), tag)
                block = parse(text)
                refuse_partials(block, tag.text)
            except TemplateSyntaxError as error:
                error.path = (*self._path, label)
                raise
            self._texts[text] = block
        return block

    def _find_partial(self, reference: str, tag: TagPosition) -> Partial | None:
        try:
            return self.partials.find(reference)
        except UnknownPartialError as error:
            if error.line is None:
                error.line, error.column = tag.line, tag.column
            raise

    def count_new(self, size: int, tag: TagPosition) -> None:
        """Count characters of a text made during the render: they take memory at once, not only when joined."""
        self._new_left -= size
        if self._new_left < 0:
            raise self._too_long(tag.line, tag.column)

    def charge(self, size: int, tag: TagPosition) -> None:
        """Count further work, in steps: a character parsed during the render, a part of a name looked up in vain."""
        self.steps_left -= size
        if self.steps_left < 0:
            raise self._too_much(tag)

    def _too_much(self, tag: TagPosition) -> TemplateLimitError:
        problem = f"more than {self.limits.expansions} partials and section bodies, or too many tags in them"
        return TemplateLimitError("expansions", problem, line=tag.line, column=tag.column)

    def _joined(self, pieces: list[str]) -> str:
        self.output_left -= sum(map(len, pieces))
        if self.output_left < 0:
            raise self._too_long()
        return "".join(pieces)

    def _too_long(self, line: int | None = None, column: int | None = None) -> TemplateLimitError:
        problem = f"the output is longer than {self.limits.output} characters"
        return TemplateLimitError("output", problem, line=line, column=column)

    def _at_path(self, error: TemplateError) -> TemplateError:
        error.path = error.path or tuple(self._path)
        return error


def _discard(text: str) -> None:
    """Stand in for a run's output before its first text."""

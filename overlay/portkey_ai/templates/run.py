"""One render under way: what was looked up, what went in, what is left of the limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .components import refuse_partials
from .errors import MissingVariablesError, TemplateError, TemplateLimitError, TemplateSyntaxError, UnknownPartialError
from .limits import DEFAULT_LIMITS, Limits
from .names import ABSENT, Frames
from .parser import parse_indented
from .partials import Loader, Partial, Shelf, looks_like_reference
from .values import Spot, check_variables, is_object
from .writing import text_of

if TYPE_CHECKING:
    from .nodes import Block, Inclusion, Variable

Escape: TypeAlias = Callable[[str], str]
"""What is applied to the text of `{{x}}`, and not to that of `{{{x}}}`."""

MissingPolicy: TypeAlias = Literal["empty", "error"]
"""What becomes of a variable that was not given."""

Report: TypeAlias = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], dict[str, int]]
"""Names used, names missing, names unused, versions of partials."""


class Run:
    """Carry a render through the tree: made for one call, used by one thread."""

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
        if missing not in ("empty", "error"):
            raise ValueError(f'missing must be "empty" or "error", not {missing!r}')
        variables = {} if variables is None else variables
        check_variables(variables)
        self.root = variables if is_object(variables) else None
        self.defaults = defaults or None
        self.escape = escape
        self.used: set[str] = set()
        self.defaulted: set[str] = set()
        self.missing: dict[str, None] = {}
        self.shelf = Shelf(partials)
        self.write: Callable[[str], object] = _nowhere
        self._variables = variables
        self._frames: Frames = tuple(frame for frame in (self.root, self.defaults) if frame is not None)
        self._path: list[str] = []
        self._texts: dict[tuple[str, str], Block] = {}
        self._policy = missing
        self._limits = limits
        self._room = self._fresh_room = limits.output
        self._steps = limits.steps
        self._expansions = limits.expansions

    def text(self, block: Block) -> str:
        """Render a whole template; the texts of a prompt are rendered one after another, within the same limits."""
        pieces: list[str] = []
        self.write = pieces.append
        try:
            block.render(self, self._frames, self._variables, 0)
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
        self.check_missing()
        used, unused = self._shares()
        return used, tuple(self.missing), unused, self.shelf.versions

    def find(self, name: str, frames: Frames) -> Any:
        """Look up a name without dots; answer `ABSENT` where no object has it."""
        for frame in frames:
            if name in frame:
                if frame is self.root:
                    self.used.add(name)
                elif frame is self.defaults:
                    self.defaulted.add(name)
                return frame[name]
        return ABSENT

    def note_item(self, item: Any) -> None:
        """Count all variables as used where a template takes all of them at once."""
        if self.root is not None and item is self.root:
            self.used.update(self.root)

    def write_value(self, value: Any, tag: Variable) -> None:
        """Write a value's text, escaped where the tag asks for it."""
        text = text_of(value, tag, self._room)
        if self.escape is not None and tag.escaped:
            text = self.escape(text)
        if text is not value:
            self._make(len(text), tag)
        self.write(text)

    def enter(self, spot: Spot, block: Block, depth: int, times: int) -> None:
        """Check that a block may be rendered so often and so deep."""
        if depth > self._limits.depth:
            problem = f"{spot.text!r} goes deeper than {self._limits.depth} levels of sections and partials"
            raise TemplateLimitError("depth", problem, line=spot.line, column=spot.column)
        self._expansions -= times
        self._steps -= times * block.steps * (1 + depth // 10)  # a name is looked for in up to `depth` objects
        if self._expansions < 0 or self._steps < 0:
            raise self._too_much(spot)

    def partial(self, reference: str, spot: Spot) -> Partial:
        """Load the partial that a template names, or raise `UnknownPartialError`."""
        partial = self._find_partial(reference, spot)
        if partial is None:
            raise UnknownPartialError(reference, line=spot.line, column=spot.column)
        return partial

    def chosen_partial(self, text: str, spot: Spot) -> Partial | None:
        """Load the partial that a variable's text refers to; answer None where it is no reference to any."""
        return self._find_partial(text, spot) if looks_like_reference(text) else None

    def include(self, partial: Partial, tag: Inclusion, frames: Frames, item: Any, depth: int) -> None:
        """Render a stored partial in the tag's place."""
        block = partial.template.indented(tag.indent, lambda size: self._charge_parsing(size, tag))
        self.enter(tag, block, depth, 1)
        self.shelf.note(partial)
        self._path.append(f"{partial.slug}@{partial.version}")
        block.render(self, frames, item, depth)
        self._path.pop()

    def include_text(self, text: str, tag: Inclusion, frames: Frames, item: Any, depth: int) -> None:
        """Render a text that came with the call in the tag's place.

        Where values are escaped, the whole text is: it is a value, and must not say more than a value can.
        """
        label = f"the text of {tag.text!r}"
        block = self._block_of(text, tag, label)
        self.enter(tag, block, depth, 1)
        self._path.append(label)
        if self.escape is None:
            block.render(self, frames, item, depth)
        else:
            self._render_escaped(block, self.escape, tag, frames, item, depth)
        self._path.pop()

    def _shares(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        given = () if self.root is None else tuple(self.root)
        unused = tuple([name for name in given if name not in self.used])
        return (tuple([name for name in given if name in self.used]) if unused else given), unused

    def _render_escaped(
        self, block: Block, escape: Escape, tag: Inclusion, frames: Frames, item: Any, depth: int
    ) -> None:
        write, pieces = self.write, list[str]()
        self.write, self.escape = pieces.append, None
        block.render(self, frames, item, depth)
        self.write, self.escape = write, escape
        if sum(map(len, pieces)) > self._fresh_room:
            raise self._too_long(tag.line, tag.column)
        text = escape("".join(pieces))
        self._make(len(text), tag)
        write(text)

    def _block_of(self, text: str, tag: Inclusion, label: str) -> Block:
        """Parse a text that came with the call; a loop does it once."""
        block = self._texts.get((text, tag.indent))
        if block is None:
            try:
                block = parse_indented(text, tag.indent, lambda size: self._charge_parsing(size, tag))
                refuse_partials(block, tag.text)
            except TemplateSyntaxError as error:
                error.path = (*self._path, label)
                raise
            self._texts[text, tag.indent] = block
        return block

    def _find_partial(self, reference: str, spot: Spot) -> Partial | None:
        try:
            return self.shelf.find(reference)
        except UnknownPartialError as error:
            if error.line is None:
                error.line, error.column = spot.line, spot.column
            raise

    def _make(self, size: int, spot: Spot) -> None:
        """Count characters that did not exist before: they fill the memory at once, not only when joined."""
        self._fresh_room -= size
        if self._fresh_room < 0:
            raise self._too_long(spot.line, spot.column)

    def _charge_parsing(self, size: int, spot: Spot) -> None:
        """Count what is parsed during the render as work, a step a character, whether or not it is output."""
        self._steps -= size
        if self._steps < 0:
            raise self._too_much(spot)

    def _too_much(self, spot: Spot) -> TemplateLimitError:
        problem = f"more than {self._limits.expansions} partials and section bodies, or too many tags in them"
        return TemplateLimitError("expansions", problem, line=spot.line, column=spot.column)

    def _joined(self, pieces: list[str]) -> str:
        self._room -= sum(map(len, pieces))
        if self._room < 0:
            raise self._too_long()
        return "".join(pieces)

    def _too_long(self, line: int | None = None, column: int | None = None) -> TemplateLimitError:
        problem = f"the output is longer than {self._limits.output} characters"
        return TemplateLimitError("output", problem, line=line, column=column)

    def _at_path(self, error: TemplateError) -> TemplateError:
        error.path = error.path or tuple(self._path)
        return error


def _nowhere(text: str) -> None:
    """Stand in for a run's output before its first text."""

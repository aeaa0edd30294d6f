"""A template: parsed once, rendered as often as one likes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from .components import Components, components_of, needed_names
from .errors import DEFAULT_LIMITS, Limits
from .names import ABSENT
from .parser import parse, parse_indented
from .partials import Loader
from .program import compiled_block
from .run import Escape, MissingPolicy, Report, Run
from .tree import Block

_KEPT_VARIANTS: Final = 16
_KEPT_CHARACTERS: Final = 65_536


class Template:
    """Parse a Mustache template in the dialect of the contract.

    A template never changes after it was made; threads may share it. `block` is the parsed tree.

    Args:
        text: the template.
        escape: applied to the text of `{{x}}`, not to that of `{{{x}}}`; also to a text that a call gives for
            `{{>>x}}`, as a whole. It holds for the partials that are rendered within, too.

    Raises:
        TemplateSyntaxError: the template is malformed.

    Example:
        >>> Template("Hello {{name}}!").render({"name": "Ada"}).text
        'Hello Ada!'
    """

    __slots__ = ("_is_one_line", "_variants", "block", "compiled", "escape", "text")

    def __init__(self, text: str, *, escape: Escape | None = None) -> None:
        if not isinstance(text, str):
            raise TypeError(f"text must be a str, not {type(text).__name__}")
        self.text = text
        self.escape = escape
        self.block = parse(text)
        self.compiled = compiled_block(self.block)
        self._is_one_line = "\n" not in text.rstrip("\n")
        self._variants: dict[tuple[str, bool], Block] = {}

    @property
    def components(self) -> Components:
        """List the template's variables, sections and partials: the contract's `variable_components`."""
        return components_of((self.block,))

    @property
    def variables(self) -> tuple[str, ...]:
        """List the names that a call gives at the top level: of variables, sections and chosen partials.

        Names that stand inside of a section are left out, since the section's value may hold them.
        """
        return needed_names((self.block,))

    def render(
        self,
        variables: Any = None,
        *,
        partials: Loader | None = None,
        missing: MissingPolicy = "empty",
        limits: Limits = DEFAULT_LIMITS,
    ) -> Rendering:
        """Render the template.

        Args:
            variables: a mapping of names to JSON values; any other JSON value is what `{{.}}` shows.
            partials: what answers references to stored partials, see `portkey_prompts.templates.partials`.
            missing: what becomes of a variable that was not given: `empty` text, or an `error`. Where only
                a section or an inverted section asks for a variable, it is never an error.
            limits: bounds of depth, output and work.

        Raises:
            MissingVariablesError: under `missing="error"`, naming all that were not given.
            UnknownPartialError: a partial does not exist, or is not at hand.
            TemplateLimitError: the render goes over a limit.
            TemplateError: the variables are not JSON.
        """
        run = Run(variables, partials, missing=missing, limits=limits, escape=self.escape)
        text = self.text_in(run)
        return Rendering(text, run.report())

    def text_in(self, run: Run) -> str:
        """Render the template within a render that has just begun."""
        text = self.compiled.attempt(run)
        return run.text(self.block) if text is ABSENT else text

    def indented(self, indent: str, after_text: bool, charge: Callable[[int], None]) -> Block:
        """Return the tree of the template with white space before its lines; a few such trees are cached.

        Args:
            after_text: whether the first line is left as it is.
            charge: called with the number of characters to parse, where the tree is not cached; may raise.
        """
        if not indent or (after_text and self._is_one_line):
            return self.block
        block = self._variants.get((indent, after_text))
        if block is None:
            block = parse_indented(self.text, indent, after_text, charge)
            small = len(self.text) * len(indent) <= _KEPT_CHARACTERS
            if small and len(self._variants) < _KEPT_VARIANTS:
                self._variants[indent, after_text] = block
        return block

    def __repr__(self) -> str:
        return f"Template({self.text if len(self.text) <= 60 else self.text[:57] + '...'!r})"


class Rendering:
    """Hold a rendered text and what became of the variables.

    Attributes:
        text: the rendered text.
        used: names of given variables that the template looked up, in the order given.
        missing: names that were looked up and not found, dotted ones in full, in the order of look-up.
        unused: names of given variables that the template did not look up.
        partials: slug to version of the stored partials that went in; a second version of the same one is keyed
            `slug@version`.
    """

    __slots__ = ("missing", "partials", "text", "unused", "used")

    def __init__(self, text: str, report: Report) -> None:
        self.text = text
        self.used, self.missing, self.unused, self.partials = report

    def __repr__(self) -> str:
        return f"Rendering({self.text!r}, used={self.used}, missing={self.missing}, unused={self.unused})"

"""The errors of templates, as a family; and the limits of one render.

- `TemplateError`: any of them; also data that is not JSON, or a chat prompt that is no array of messages
    - `TemplateSyntaxError`: the template itself is malformed
    - `MissingVariablesError`: variables were not given, under `missing="error"`
    - `UnknownPartialError`: a partial is not known to the loader
    - `TemplateLimitError`: nesting, work or output went over the limits
"""

from __future__ import annotations

from typing import Any

from portkey_prompts.errors import PortkeyError


class TemplateError(PortkeyError, ValueError):
    """Say what is wrong with a template or with the data for it, and where.

    Attributes:
        problem: what is wrong and how to mend it, without the position.
        line: 1-based, or None where no position is known.
        column: 1-based, in characters, or None.
        path: references of the partials around the position, outermost first; `line` and `column` count in the last.
        location: the part of a prompt that holds the template, such as `messages[0].content`; empty outside of prompts.
    """

    def __init__(self, problem: str, *, line: int | None = None, column: int | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line
        self.column = column
        self.path: tuple[str, ...] = ()
        self.location = ""

    def __str__(self) -> str:
        position = f"line {self.line}, column {self.column}" if self.line is not None else ""
        partial = f"in {_shortened(self.path)}" if self.path else ""
        where = ", ".join(filter(None, (self.location, partial, position)))
        return f"{where}: {self.problem}" if where else self.problem


class TemplateSyntaxError(TemplateError):
    """Report a malformed template: what was expected, and the line and the column of the tag in question."""


class MissingVariablesError(TemplateError):
    """Name every variable that a render under `missing="error"` looked up and did not find.

    Attributes:
        names: the variables' names, dotted ones in full, in the order of their first look-up.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = tuple(names)
        listed = ", ".join(self.names)
        super().__init__(f'not given: {listed}. Add to `variables`, or render with missing="empty"')


class UnknownPartialError(TemplateError):
    """Name a partial that the loader does not have.

    Attributes:
        reference: the partial's reference as the template or the variable has it, such as `pp-x@5`: what a caller
            that fetches partials on demand has to fetch before it renders again.
    """

    def __init__(self, reference: str, *, line: int | None = None, column: int | None = None) -> None:
        self.reference = reference
        problem = f"there is no partial {reference!r}: create it, or correct the reference"
        super().__init__(problem, line=line, column=column)


class TemplateLimitError(TemplateError):
    """Report a template or a render that goes over one of the `Limits`; `path` says through which partials.

    Attributes:
        limit: the name of the limit: `depth`, `output` or `expansions`.
    """

    def __init__(self, limit: str, problem: str, *, line: int | None = None, column: int | None = None) -> None:
        self.limit = limit
        super().__init__(problem, line=line, column=column)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.limit, self.problem), self.__dict__


def _shortened(path: tuple[str, ...]) -> str:
    """Show a path in one line, the middle of a long one left out."""
    steps = path if len(path) <= 8 else (*path[:4], f"({len(path) - 8} more)", *path[-4:])
    return " > ".join(steps)


class Limits:
    """Bound a render, so that no template and no data can exhaust the stack, the memory or the clock.

    Args:
        depth: levels of sections and partials inside of each other, counted together.
        output: characters of rendered text, all messages of a prompt together.
        expansions: partials put in and section bodies rendered, counted together.

    Raises:
        ValueError: a limit is not a whole number of 1 or more.
    """

    __slots__ = ("depth", "expansions", "output")

    def __init__(self, *, depth: int = 100, output: int = 4_000_000, expansions: int = 100_000) -> None:
        self.depth = _checked("depth", depth)
        self.output = _checked("output", output)
        self.expansions = _checked("expansions", expansions)

    @property
    def steps(self) -> int:
        """Tags and texts that partials and section bodies may take to render: bounds work without output."""
        return 1_000_000 + 50 * self.expansions

    def __repr__(self) -> str:
        return f"Limits(depth={self.depth}, output={self.output}, expansions={self.expansions})"


def _checked(name: str, value: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} must be a whole number of 1 or more, not {value!r}")
    return value


DEFAULT_LIMITS = Limits()

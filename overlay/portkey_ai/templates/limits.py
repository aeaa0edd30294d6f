"""How much one render may take."""

from __future__ import annotations


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

"""Finding what belongs to a path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from attrs import define, field

T = TypeVar("T")


@define
class _Node(Generic[T]):
    fixed: dict[str, _Node[T]] = field(factory=dict)
    parameter: _Node[T] | None = None
    value: T | None = None
    names: tuple[str, ...] = ()


class Paths(Generic[T]):
    """Keep values by path templates such as `/prompts/{prompt_id}`; a fixed segment wins over a parameter."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()

    def add(self, template: str, value: T) -> None:
        """Keep a value."""
        node, names = self._root, []
        for segment in template.split("/")[1:]:
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.parameter = node = node.parameter or _Node()
            else:
                node = node.fixed.setdefault(segment, _Node())
        node.value, node.names = value, tuple(names)

    def find(self, path: str) -> tuple[T, dict[str, str]] | None:
        """Return what a path belongs to, and its parameters by name; None where it belongs to nothing."""
        found = _find(self._root, path.split("/")[1:], ())
        if found is None or found[0].value is None:
            return None
        node, values = found
        return found[0].value, dict(zip(node.names, values, strict=True))


def _find(node: _Node[T], segments: Sequence[str], values: tuple[str, ...]) -> tuple[_Node[T], tuple[str, ...]] | None:
    if not segments:
        return None if node.value is None else (node, values)
    segment, rest = segments[0], segments[1:]
    fixed = node.fixed.get(segment)
    found = None if fixed is None else _find(fixed, rest, values)
    if found is None and node.parameter is not None and segment:
        found = _find(node.parameter, rest, (*values, segment))
    return found

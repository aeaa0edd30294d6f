"""Finding what belongs to a path."""

from __future__ import annotations

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
        segments = path.split("/")
        waiting: list[tuple[_Node[T], int, tuple[str, ...]]] = [(self._root, 1, ())]
        while waiting:
            node, at, values = waiting.pop()
            if at == len(segments):
                if node.value is not None:
                    return node.value, dict(zip(node.names, values, strict=True))
                continue
            segment = segments[at]
            if node.parameter is not None and segment:
                waiting.append((node.parameter, at + 1, (*values, segment)))
            fixed = node.fixed.get(segment)
            if fixed is not None:  # on top, so that it is tried first
                waiting.append((fixed, at + 1, values))
        return None

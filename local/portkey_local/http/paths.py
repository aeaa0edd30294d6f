"""Which path template a path belongs to, as it was sent."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Generic, TypeVar
from urllib.parse import unquote

from attrs import define, field

_REMEMBERED, _LONG_PATH = 1024, 200
"""Paths that are remembered with what they belong to, and bytes up to which one is."""

Value = TypeVar("Value")


@define
class _Node(Generic[Value]):
    fixed: dict[str, _Node[Value]] = field(factory=dict)
    parameter: _Node[Value] | None = None
    value: Value | None = None
    names: tuple[str, ...] = ()


class Paths(Generic[Value]):
    """Keep values by path templates such as `/prompts/{prompt_id}`; a fixed segment wins over a parameter."""

    def __init__(self) -> None:
        self._root: _Node[Value] = _Node()
        self._known = lru_cache(_REMEMBERED)(self._find)

    def add(self, template: str, value: Value) -> None:
        """Keep what belongs to a template."""
        node, names = self._root, []
        for segment in template.split("/")[1:]:
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.parameter = node = node.parameter or _Node()
            else:
                node = node.fixed.setdefault(segment, _Node())
        node.value, node.names = value, tuple(names)

    def at(self, raw_path: bytes) -> tuple[Value, Mapping[str, str]] | None:
        """Return what a path belongs to, and its parameters by name; None where it belongs to nothing."""
        return self._known(raw_path) if len(raw_path) <= _LONG_PATH else self._find(raw_path)

    def _find(self, raw_path: bytes) -> tuple[Value, Mapping[str, str]] | None:
        segments = _segments_of(raw_path)
        waiting: list[tuple[_Node[Value], int, tuple[str, ...]]] = [(self._root, 1, ())]
        while waiting:
            node, at, values = waiting.pop()
            if at == len(segments):
                if node.value is not None:
                    return node.value, MappingProxyType(dict(zip(node.names, values, strict=True)))
                continue
            segment = segments[at]
            if node.parameter is not None and segment:
                waiting.append((node.parameter, at + 1, (*values, segment)))
            fixed = node.fixed.get(segment)
            if fixed is not None:  # on top, so that it is tried first
                waiting.append((fixed, at + 1, values))
        return None


def _segments_of(raw_path: bytes) -> list[str]:
    """Split a path as it was sent, and read each segment: a slash that was sent as `%2F` divides nothing."""
    segments = raw_path.decode("latin-1").split("/")
    return [unquote(segment) for segment in segments] if b"%" in raw_path else segments

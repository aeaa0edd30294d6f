"""Folding the chunks of a stream into the answer that they are pieces of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Folding:
    """Put an OpenAI-style answer together from its chunks."""

    def __init__(self) -> None:
        self._head: dict[str, Any] = {}
        self._choices: dict[int, dict[str, Any]] = {}

    def add(self, chunk: Mapping[str, Any]) -> None:
        """Add the next chunk."""
        self._head |= {name: value for name, value in chunk.items() if name not in ("choices", "object")}
        for piece in chunk.get("choices", []):
            choice = self._choices.setdefault(piece.get("index", 0), {"index": piece.get("index", 0)})
            if "delta" in piece:
                choice.setdefault("message", {"role": "assistant", "content": None})
                _join(choice["message"], piece["delta"] or {})
            _join(choice, {name: value for name, value in piece.items() if name not in ("index", "delta")})

    def completion(self) -> dict[str, Any]:
        """Return the answer as far as it came."""
        return {**self._head, "choices": [self._choices[index] for index in sorted(self._choices)]}


_WHOLE = ("role", "id", "type", "name", "finish_reason")
"""Texts that come in one piece; sent twice, they are not doubled."""


def _join(into: dict[str, Any], piece: Mapping[str, Any]) -> None:
    """Join a piece to what is there: texts and lists grow, objects are joined field by field."""
    for name, value in piece.items():
        there = into.get(name)
        if there is None or name in _WHOLE:
            into[name] = value if value is not None else there
        elif isinstance(there, str) and isinstance(value, str):
            into[name] = there + value
        elif isinstance(there, dict) and isinstance(value, Mapping):
            _join(there, value)
        elif isinstance(there, list) and isinstance(value, list):
            _join_lists(there, value)
        elif value is not None:
            into[name] = value
    if isinstance(into.get("tool_calls"), list) and "tool_calls" in piece:
        into["tool_calls"] = _by_index(into["tool_calls"])


def _join_lists(there: list[Any], more: list[Any]) -> None:
    """Join list items that have the same `index`, as pieces of tool calls do; append the others."""
    for item in more:
        same = [each for each in there if _index(each) is not None and _index(each) == _index(item)]
        if same:
            _join(same[0], item)
        else:
            there.append(item)


def _by_index(calls: list[Any]) -> list[Any]:
    """Join pieces of one tool call that came in one chunk."""
    joined: list[Any] = []
    _join_lists(joined, calls)
    return joined


def _index(item: object) -> object:
    return item.get("index") if isinstance(item, Mapping) else None

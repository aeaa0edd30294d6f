"""The partials of one render: from memory, or locked with the prompt; and which of them grow stale."""

from __future__ import annotations

import time

from portkey_ai.source.entries import Entry, Freshness, Key
from portkey_ai.source.memory import Memory
from portkey_ai.source.settings import PromptSource
from portkey_ai.templates import Partial, UnknownPartialError


class Shelf:
    """Answers the template engine's references during one render, without I/O.

    Args:
        prompt: the prompt that is rendered.
        memory: where partials are kept.
        source: how long they are fresh.
    """

    __slots__ = ("_locked", "_memory", "_source", "_taken", "stale")

    def __init__(self, prompt: Entry, memory: Memory, source: PromptSource) -> None:
        self._locked = prompt.partials
        self._memory = memory
        self._source = source
        self._taken: dict[str, Partial | None] = {}
        self.stale: list[Key] = []

    def find(self, reference: str) -> Partial | None:
        """Answer a reference; None where there is no such partial.

        Raises:
            UnknownPartialError: where it has to be fetched first.
        """
        if self._locked is not None:
            return self._locked.get(reference)
        if reference in self._taken:
            return self._taken[reference]
        key = Key("partial", reference)
        entry = self._memory.get(key)
        if entry is None or entry.remote:
            raise UnknownPartialError(reference)
        freshness = entry.freshness(time.monotonic(), self._source.ttl, self._source.stale)
        if freshness is Freshness.EXPIRED:
            raise UnknownPartialError(reference)
        if freshness is Freshness.STALE:
            self.stale.append(key)
        return self.add(entry)

    def add(self, entry: Entry) -> Partial | None:
        """Take a partial that was fetched."""
        value = entry.value
        assert value is None or isinstance(value, Partial)
        self._taken[entry.key.reference] = value
        return value

    def lacks(self, reference: str) -> bool:
        """Say whether a partial has to be fetched before the render can go on."""
        return self._locked is None and reference not in self._taken

    def nested(self, reference: str) -> list[str]:
        """Name the partials that a partial includes and that have not been taken yet."""
        try:
            partial = self.find(reference)
        except UnknownPartialError:
            return []
        included = [] if partial is None else partial.template.components["partials"]
        return [each for each in included if self.lacks(each)]

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

    __slots__ = ("_memory", "_now", "_source", "_taken", "stale")

    def __init__(self, prompt: Entry, memory: Memory, source: PromptSource) -> None:
        self._memory = memory
        self._now = time.monotonic()
        self._source = source
        self._taken: dict[str, Partial | None] = {} if prompt.partials is None else {**prompt.partials}
        self.stale: list[Key] = []

    def find(self, reference: str) -> Partial | None:
        """Answer a reference; None where there is no such partial.

        Raises:
            UnknownPartialError: where it has to be fetched first.
        """
        taken = self._taken
        if reference in taken:
            return taken[reference]
        entry = self._memory.get(("partial", reference))
        if entry is None or entry.remote:
            raise UnknownPartialError(reference)
        if self._now - entry.since >= self._source.ttl:
            if entry.freshness(self._now, self._source.ttl, self._source.stale) is Freshness.EXPIRED:
                raise UnknownPartialError(reference)
            self.stale.append(entry.key)
        partial = taken[reference] = entry.partial
        return partial

    def add(self, entry: Entry) -> Partial | None:
        """Take a partial that was fetched."""
        partial = self._taken[entry.key.reference] = entry.partial
        return partial

    def lacks(self, reference: str) -> bool:
        """Say whether a partial has to be fetched before the render can go on."""
        return reference not in self._taken

    def nested(self, reference: str) -> list[str]:
        """Name the partials that a partial includes and that have not been taken yet."""
        try:
            partial = self.find(reference)
        except UnknownPartialError:
            return []
        included = [] if partial is None else partial.template.components["partials"]
        return [each for each in included if self.lacks(each)]

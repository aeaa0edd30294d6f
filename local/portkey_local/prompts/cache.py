"""What a reference means, ready to render, kept in memory for as long as it is sure to be true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen
from sqlalchemy import Connection

from portkey_local import references
from portkey_local.errors import NotFoundError, TooLargeError
from portkey_local.json import size_of
from portkey_local.read_through import ReadThroughCache, SizedLRU
from portkey_local.store import Store, epochs, partials, versions
from portkey_local.worker import Worker
from portkey_prompts.rendering import StoredPrompt
from portkey_prompts.templates import Partial, Template

CAPACITY = 16 * 1024 * 1024
"""Characters of templates and of what is saved with them that are kept parsed."""
_LEAST_SIZE = 400
"""Size that each entry counts besides its text: a parsed template takes some kilobytes, however short it is."""
_AT_ONCE = 20
"""Partials that are read on the event loop, each in some tens of microseconds."""
_MOST_PARTIALS = 1000
"""Partials that are looked up at once, and kept with a prompt."""
_LONG_TEXT = 32 * 1024
"""Characters from which on templates are parsed on a thread, so that others are answered meanwhile."""


@frozen
class ReadyVersion:
    """A prompt's version, ready to be rendered and run."""

    version_id: str
    stored: StoredPrompt
    virtual_key: str | None
    includes: tuple[str, ...]
    """References of the partials that its template names."""
    size: int = 0
    """Characters of its template and of what is saved with it, and some for each value."""


@frozen
class ResolvedPrompt:
    """What a reference meant at one moment: a version, and the partials that it includes, at any depth."""

    version: ReadyVersion
    partials: dict[str, Partial | None]


@frozen
class _Included:
    partial: Partial
    includes: tuple[str, ...]


class _ManyError(Exception):
    """A prompt includes more partials than are read on the event loop."""


@frozen
class _Draft:
    """A version as it was read, not parsed yet."""

    key: str
    row: Mapping[str, Any]

    @property
    def includes(self) -> tuple[str, ...]:
        """References of the partials that its template names."""
        return tuple((self.row["variable_components"] or {}).get("partials", ()))


class PromptCache:
    """Answer references with what can be rendered.

    What a version renders to never changes within an epoch, so each is read and parsed once. Which version a reference
    means does change: it is looked up again after any change that this process makes, and otherwise before half a
    second is over. What is asked for all the time is looked up before it has to be, so that nobody waits for the
    database.

    Args:
        store: Where versions are read.
        longest: Characters that all the partials that one prompt includes may have.
    """

    def __init__(self, store: Store, *, longest: int) -> None:
        self._store = store
        self._longest = longest
        self._parser = Worker()
        self._ready_versions: SizedLRU[ReadyVersion] = SizedLRU(CAPACITY)
        self._included: SizedLRU[_Included] = SizedLRU(CAPACITY)
        self._resolved: ReadThroughCache[ResolvedPrompt] = ReadThroughCache(store, CAPACITY)

    async def prompt(self, reference: str) -> ResolvedPrompt:
        """Return the version of a prompt that a reference means, with its partials.

        Raises:
            NotFoundError: There is none.
        """
        return await self._resolved.get(reference, self._resolve)

    def at_hand(self, reference: str) -> ResolvedPrompt | None:
        """Return what `prompt` returns, where memory has it; None where it has not. It is not counted."""
        return self._resolved.at_hand(reference, self._resolve)

    def count_hit(self) -> None:
        """Count a reference that `at_hand` has answered."""
        self._resolved.hits += 1

    async def partials(self, asked: Iterable[str]) -> dict[str, Partial | None]:
        """Return the versions of partials that references mean, with what they include; None where there is none.

        Raises:
            TooLargeError: All of them together are longer than the limit.
        """
        clearings = self._included.clearings
        return await self._parsed(await self._store.read_list(self._gather, asked), clearings)

    @property
    def lookups(self) -> tuple[int, int]:
        """How many references were answered from memory, and how many were not."""
        return self._resolved.hits, self._resolved.misses

    def clear(self) -> None:
        """Forget everything; to be called after a removal."""
        # Versions are kept by id, and a seeded prompt may bring the id of one that was removed.
        self._ready_versions.clear()
        self._included.clear()
        self._resolved.clear()

    async def _resolve(self, reference: str) -> tuple[ResolvedPrompt, int]:
        clearings = self._ready_versions.clearings
        named = references.parse(reference)
        try:
            head, drafts = await self._store.read(self._find, named, _AT_ONCE)
        except _ManyError:
            head, drafts = await self._store.read_list(self._find, named)
        version = await self._ready_version(head, clearings) if isinstance(head, _Draft) else head
        found = await self._parsed(drafts, clearings)
        size = _LEAST_SIZE + len(reference) + version.size + sum(map(_size, found.values()))
        return ResolvedPrompt(version, found), size

    def _find(
        self, connection: Connection, reference: references.Reference, most: int = _MOST_PARTIALS
    ) -> tuple[ReadyVersion | _Draft, dict[str, _Included | _Draft | None]]:
        key = f"{epochs.current(connection)} {versions.key_of(connection, reference)}"
        head = self._ready_versions.get(key) or _Draft(key, versions.find(connection, reference)._asdict())
        return head, self._gather(connection, head.includes, most)

    def _gather(
        self, connection: Connection, asked: Iterable[str], most: int = _MOST_PARTIALS
    ) -> dict[str, _Included | _Draft | None]:
        """Find partials and what they include; those beyond a thousand are found when a render comes to them.

        Raises:
            TooLargeError: All of them together are longer than the limit.
            _ManyError: There are more than `most`.
        """
        found: dict[str, _Included | _Draft | None] = {}
        waiting, length = list(asked), 0
        epoch = epochs.current(connection) if waiting else ""
        while waiting and len(found) < _MOST_PARTIALS:
            reference = waiting.pop()
            if len(found) >= most:
                raise _ManyError
            if reference not in found:
                included = found[reference] = self._partial(connection, reference, epoch)
                if included is not None:
                    length += _length(included)
                    waiting += included.includes
            if length > self._longest:
                raise TooLargeError(
                    f"The partials that the prompt includes have more than {self._longest:,} characters in all "
                    "(limits.included). Include fewer, or shorter ones."
                )
        return found

    def _partial(self, connection: Connection, reference: str, epoch: str) -> _Included | _Draft | None:
        try:
            row = partials.seek(connection, references.parse(reference))
        except NotFoundError:
            return None
        if row is None:
            return None
        key = f"{epoch} {row.id}"
        return self._included.get(key) or _Draft(key, row._asdict())

    async def _ready_version(self, draft: _Draft, clearings: int) -> ReadyVersion:
        def parse() -> ReadyVersion:
            stored, size = StoredPrompt(draft.row), size_of(draft.row)
            return ReadyVersion(draft.row["id"], stored, draft.row["virtual_key"], draft.includes, size)

        is_short = size_of(draft.row, _LONG_TEXT) < _LONG_TEXT
        version = parse() if is_short else await self._parser.do(parse)
        return self._ready_versions.put(draft.key, version, _LEAST_SIZE + version.size, clearings)

    async def _parsed(
        self, found: Mapping[str, _Included | _Draft | None], clearings: int
    ) -> dict[str, Partial | None]:
        def parse() -> dict[str, Partial | None]:
            return {reference: self._ready(each, clearings) for reference, each in found.items()}

        length = sum(_length(each) for each in found.values() if isinstance(each, _Draft))
        return parse() if length < _LONG_TEXT else await self._parser.do(parse)

    def _ready(self, found: _Included | _Draft | None, clearings: int) -> Partial | None:
        if not isinstance(found, _Draft):
            return None if found is None else found.partial
        partial = Partial(found.row["slug"], found.row["number"], Template(found.row["string"]))
        size = _LEAST_SIZE + _length(found)
        return self._included.put(found.key, _Included(partial, found.includes), size, clearings).partial


def _length(found: _Included | _Draft) -> int:
    return len(found.row["string"] if isinstance(found, _Draft) else found.partial.template.text)


def _size(partial: Partial | None) -> int:
    return _LEAST_SIZE if partial is None else _LEAST_SIZE + len(partial.template.text)

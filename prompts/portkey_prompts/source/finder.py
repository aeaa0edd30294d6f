"""Decides where a prompt is taken from, without I/O beyond files.

Methods that may have to call the service are generators: they yield a step; a driver carries it out and sends the
answer back, or throws the error. So the async and the sync driver share every decision.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, TypeVar

from portkey_prompts.rendering import StoredPrompt, overrides_in
from portkey_prompts.source.entries import (
    Entry,
    Freshness,
    Key,
    check_pinned,
    locked_entry,
    locked_reference,
    unlocked,
)
from portkey_prompts.source.loaded import LoadedPartials
from portkey_prompts.source.memory import Memory
from portkey_prompts.templates import PartialsNeeded, TemplateError, UnknownPartialError

if TYPE_CHECKING:
    from portkey_prompts.provenance import LocalProvenance
    from portkey_prompts.rendering import Rendered
    from portkey_prompts.source.disk import Disk
    from portkey_prompts.source.settings import PromptSource

Missing: TypeAlias = Literal["empty", "error"]
Meaning: TypeAlias = Literal["gone", "refused", "outage"]
"""What an error says of a prompt: it does not exist; this key may not read it; nothing, the service is out of reach."""

T = TypeVar("T")

NO_OVERRIDES: Mapping[str, Any] = {}

logger = logging.getLogger("portkey_ai")  # apps know one logger; its name is the import name


class Fetch(NamedTuple):
    """Ask the service; the driver sends back its answer in the contract's flat shape.

    Attributes:
        key: what is asked for.
        patience: seconds that it may take, without a retry; None for the client's own time-out and retries.
        known: its last answer; where the service says that it has not changed, the driver sends this very object back.
    """

    key: Key
    patience: float | None
    known: Mapping[str, Any] | None = None


class Once(NamedTuple):
    """Carry steps out and send their result back, or wait for that of a run under the same key."""

    key: Key
    steps: Steps[Any]


class InBackground(NamedTuple):
    """Start steps in the background, unless a run under the same key is under way; send back None at once."""

    key: Key
    steps: Steps[Any]


Step: TypeAlias = Fetch | Once | InBackground
Steps: TypeAlias = Generator[Step, Any, T]


class Found(NamedTuple):
    """A prompt that was found and rendered.

    Attributes:
        entry: the prompt.
        asked: whether the service was asked for it just now.
        rendered: the rendering.
        refreshes: of stale partials in it, for the driver to start.
    """

    entry: Entry
    asked: bool
    rendered: Rendered
    refreshes: Sequence[InBackground]

    def provenance(self) -> LocalProvenance:
        """Return where it came from."""
        return self.entry.provenance(self.asked, self.rendered.rendering.partials)


class PromptFinder:
    """Look for prompts in memory, on disk, at the service, in the lock file and in code, and render what is found."""

    def __init__(
        self,
        source: PromptSource,
        disk: Disk | None,
        meaning: Callable[[Exception], Meaning | None],
        with_more: Callable[[Exception, str], Exception],
    ) -> None:
        """Begin with an empty memory.

        Args:
            source: where to look, and for how long what is found is fresh.
            disk: the entries on disk, or None for none.
            meaning: classifies the error of a fetch; None for an error that is not the service's.
            with_more: adds a sentence to the message of such an error, and answers the error to raise.
        """
        self.source = source
        self.memory = Memory(source.capacity)
        self._disk = disk
        self._meaning = meaning
        self._with_more = with_more
        self._said_remote = False

    def render_known(self, prompt_id: str, body: Mapping[str, Any], missing: Missing | None = None) -> Found | None:
        """Render from memory alone; None where `render` is needed.

        Args:
            prompt_id: the prompt's reference.
            body: what the service would be sent: `variables`, and at its root what wins over the prompt's own settings.
            missing: what becomes of a variable that is not given; None as the source says.

        Raises:
            TemplateError: where it can't be rendered.
        """
        # Most renders end here: they skip the generator of `render`, which takes longer.
        entry = self.memory.get(("prompt", prompt_id))
        if entry is None or entry.remote:
            return None
        now, source = time.monotonic(), self.source
        # A due refresh has to begin even where rendering fails, so it is left to `render`, which yields it first.
        if (
            now - entry.ages_from >= source.ttl
            and not source.frozen
            and (now >= entry.retry_at or entry.freshness(now, source.ttl, source.stale) is Freshness.EXPIRED)
        ):
            return None
        partials = LoadedPartials(entry, self.memory, source, now)
        try:
            rendered = _render(entry, body, missing or source.missing, partials)
        except UnknownPartialError:
            return None
        if not partials.stale:
            return Found(entry, False, rendered, ())
        due = [InBackground(key, self.refresh(key)) for key in partials.stale if self.is_due(key)]
        return Found(entry, False, rendered, due)

    def render(self, prompt_id: str, body: Mapping[str, Any], missing: Missing | None = None) -> Steps[Found | None]:
        """Render a prompt, or answer None where only the service may; with the arguments of `render_known`.

        Raises:
            TemplateError: where it can't be rendered.
            LockError: where only what is locked may be used, and it is not.
            Exception: of the fetch, where the prompt is found nowhere; the message names where it was looked for.
        """
        missing = missing or self.source.missing
        entry, asked = yield from self._entry(Key("prompt", prompt_id))
        found = yield from self._rendered(entry, asked, body, missing)
        if found is None and missing == "error":
            raise _unreadable(prompt_id)
        return found

    def pinned(self, prompt_id: str, body: Mapping[str, Any]) -> Steps[tuple[str, dict[str, Any]]]:
        """Pin a run to the locked version: its text and settings are sent, under its number.

        Args:
            prompt_id: the prompt's reference.
            body: the body of the run.

        Returns:
            The reference and the body to send.

        Raises:
            LockError: where it is not locked, or the body overrides the text.
            TemplateError: where it can't be rendered.
        """
        entry, asked = yield from self._entry(Key("prompt", prompt_id))
        check_pinned(entry, body)
        found = yield from self._rendered(entry, asked, body, self.source.missing)
        assert found is not None  # what is locked can be read
        # The number alone is not enough: a prompt deleted and made again may have other content under the same one.
        return locked_reference(entry), {**body, **found.rendered.run_body()}

    def load(self, prompt_id: str) -> Steps[tuple[Entry, LoadedPartials, bool]]:
        """Find a prompt and the partials that it includes, and whether the service was asked for it just now.

        Raises:
            TemplateError: where the key may not read it.
            Exception: of the fetch, where it is found nowhere.
        """
        entry, asked = yield from self._entry(Key("prompt", prompt_id))
        if entry.remote:
            raise _unreadable(prompt_id)
        partials = LoadedPartials(entry, self.memory, self.source, time.monotonic())
        wanted = list(entry.prompt.template.components["partials"])
        while wanted:
            reference = wanted.pop()
            if not partials.has(reference):
                partial, _ = yield from self._entry(Key("partial", reference), included_by=entry)
                if partial.remote:
                    raise _unreadable(prompt_id)
                partials.add(partial)
            wanted += partials.nested(reference)
        return entry, partials, asked

    def is_due(self, key: Key) -> bool:
        """Say whether an entry in memory is to be refreshed now: it is not fresh, and no back-off is under way."""
        now, entry = time.monotonic(), self.memory.get(key)
        if entry is None or now < entry.retry_at:
            return False
        return entry.freshness(now, self.source.ttl, self.source.stale) is not Freshness.FRESH

    def refresh(self, key: Key) -> Steps[None]:
        """Fetch an entry again, where that is still due; a failure is noted and logged, not raised."""
        if not self.is_due(key):  # another refresh may have ended since this one was asked for
            return
        try:
            yield from self._fetch(key, None)
        except Exception as error:
            if self._meaning(error) == "gone":
                self._handle_not_found(key, None)
                return
            logger.info("%s can't be refreshed: %s", key.reference, error)
            entry = self.memory.get(key)
            if entry is not None:
                entry.failed(time.monotonic())

    def _rendered(self, entry: Entry, asked: bool, body: Mapping[str, Any], missing: Missing) -> Steps[Found | None]:
        """Render, and find the partials that turn out to be needed; None where only the service may render."""
        if entry.remote:
            return None
        partials = LoadedPartials(entry, self.memory, self.source, time.monotonic())
        needed = PartialsNeeded(lambda: _render(entry, body, missing, partials), partials.has)
        for reference in needed:
            partial, _ = yield from self._entry(Key("partial", reference), included_by=entry)
            if partial.remote:
                return None
            partials.add(partial)
        for key in partials.stale:
            yield from self._refresh_later(key)
        return Found(entry, asked, needed.result, ())

    def _entry(self, key: Key, included_by: Entry | None = None) -> Steps[tuple[Entry, bool]]:
        """Find an entry, and say whether the service was asked for it just now.

        Args:
            key: what is asked for.
            included_by: of a partial, the prompt that includes it.
        """
        if self.source.frozen:
            return self._frozen(key, included_by), False
        now = time.monotonic()
        entry = self.memory.get(key)
        if entry is not None:
            freshness = entry.freshness(now, self.source.ttl, self.source.stale)
            if freshness is not Freshness.EXPIRED:
                if freshness is Freshness.STALE:
                    yield from self._refresh_later(key)
                return entry, False
        found: tuple[Entry, bool] = yield Once(key, self._obtain(key, included_by))
        return found

    def _frozen(self, key: Key, included_by: Entry | None) -> Entry:
        known = self.memory.get(key)
        if known is not None:
            return known
        entry = None if included_by else locked_entry(self.source.lock, key, time.monotonic())
        if entry is None:
            raise unlocked(key, included_by)
        return self.memory.put(entry)

    def _obtain(self, key: Key, included_by: Entry | None) -> Steps[tuple[Entry, bool]]:
        """Find an entry that memory lacks or has expired: on disk, at the service, in the lock file, in code."""
        now = time.monotonic()
        known = self.memory.get(key)  # again: another call may have put it there meanwhile
        if known is None and self._disk is not None:
            known = self._disk.get(key, now)
        freshness = Freshness.EXPIRED if known is None else known.freshness(now, self.source.ttl, self.source.stale)
        if known is not None and freshness is not Freshness.EXPIRED:
            self.memory.put(known)
            if freshness is Freshness.STALE:
                # Begun now: a program that renders once and ends would otherwise never refresh its disk.
                yield from self._refresh_later(key)
            return known, False
        known = known or self._known_otherwise(key, included_by)
        try:
            return (yield from self._fetch(key, None if known is None else self.source.patience)), True
        except TemplateError as error:
            if known is None:
                raise
            return self._serve_known(known, error), False
        except Exception as error:
            meaning = self._meaning(error)
            if meaning is None:
                raise
            if meaning == "gone":
                entry = self._handle_not_found(key, included_by)
                if entry is None:
                    raise
                return entry, False
            if known is None:
                raise self._with_more(error, _looked_in(key, self.source)) from error.__cause__
            return self._serve_known(known, error), False

    def _serve_known(self, known: Entry, error: Exception) -> Entry:
        """Serve what is known where the service failed or answered a malformed template."""
        logger.warning("%s is served from %s: %s", known.key.reference, known.source(asked=False), error)
        known.failed(time.monotonic())
        return self.memory.put(known)

    def _known_otherwise(self, key: Key, included_by: Entry | None) -> Entry | None:
        """Look for a prompt or a partial in the lock file, then for a prompt in the fallback given in code."""
        now = time.monotonic()
        entry = locked_entry(self.source.lock, key, now, included_by)
        if entry is not None or key.kind == "partial":
            return entry
        detail = self.source.fallback(key.reference)
        return None if detail is None else Entry(key, detail, "fallback", now)

    def _handle_not_found(self, key: Key, included_by: Entry | None) -> Entry | None:
        """Handle an answer that there is no such thing: forget it, unless the lock file or the fallback has it."""
        known = self.memory.get(key)
        if self._disk is not None:
            self._disk.drop(key)
        otherwise = self._known_otherwise(key, included_by)
        if otherwise is not None:
            otherwise.failures = 0 if known is None else known.failures
            otherwise.failed(time.monotonic())
            return self.memory.put(otherwise)
        if key.kind == "prompt":
            self.memory.drop(key)
            return None
        return self.memory.put(Entry(key, None, "server", time.monotonic()))  # the template engine reports its absence

    def _fetch(self, key: Key, patience: float | None) -> Steps[Entry]:
        """Ask the service, and keep its answer in memory and on disk."""
        now, before = time.monotonic(), self.memory.get(key)
        known_detail = before.detail if before is not None and before.origin == "server" else None
        try:
            detail = yield Fetch(key, patience, known_detail)
        except Exception as error:
            if self._meaning(error) != "refused":
                raise
            return self.memory.put(self._remote(key, now, error))
        # An answer that has not changed is not parsed again.
        entry = before.renewed(now) if before and detail is known_detail else Entry(key, detail, "server", now)
        known = self.memory.get(key)
        if known is not None and known.origin == "server" and known.fetched_at > now:
            return known  # a call that began later has been answered already: its answer is newer
        self.memory.put(entry)
        if self._disk is not None:
            self._disk.put(entry)
        return entry

    def _remote(self, key: Key, now: float, error: Exception) -> Entry:
        if not self._said_remote:
            self._said_remote = True
            logger.warning("this key may not read prompts, so the service renders them: %s", error)
        return Entry(key, None, "server", now, remote=True)

    def _refresh_later(self, key: Key) -> Steps[None]:
        """Begin a refresh in the background where one is due; one for all callers."""
        if self.is_due(key):
            yield InBackground(key, self.refresh(key))


def _render(entry: Entry, body: Mapping[str, Any], missing: Missing, partials: LoadedPartials) -> Rendered:
    """Render with the partials at hand.

    Raises:
        UnknownPartialError: where a partial has to be fetched first, or is known not to exist.
        TemplateError: where it can't be rendered.
    """
    variables = body.get("variables") or {}
    overrides = overrides_in(body) if len(body) > ("variables" in body) else NO_OVERRIDES
    stored = entry.value
    assert isinstance(stored, StoredPrompt)
    return stored.render(variables, overrides, partials=partials.find, missing=missing)


def _unreadable(prompt_id: str) -> TemplateError:
    return TemplateError(f"This key may not read {prompt_id!r}: only the service can render it, with render().")


def _looked_in(key: Key, source: PromptSource) -> str:
    """Name where else a prompt or a partial was looked for, in a sentence."""
    searched = ["memory"]
    if source.disk is not None:
        searched.append(f"the disk ({source.disk})")
    if source.lock is not None:
        searched.append("the lock file")
    searched.append("the fallback given in code")
    return f"And {key.reference!r} is known nowhere else: looked in {', '.join(searched)}."

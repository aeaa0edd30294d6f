# Derived from overlay/portkey_ai/_async/ladder.py by `make generate`. Do not edit.
"""Prompts found and rendered in this process, from whichever place knows them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from portkey_ai._log import logger
from portkey_ai.errors import NotFoundError, PermissionDeniedError
from portkey_ai.rendering import overrides_in
from portkey_ai.source.disk import Disk
from portkey_ai.source.entries import Entry, Freshness, Key
from portkey_ai.source.flights import Flights, all_at_once
from portkey_ai.source.loaded import LoadedPrompt
from portkey_ai.source.locked import is_whole, locked_entry, locked_reference, unlocked
from portkey_ai.source.memory import Memory
from portkey_ai.source.outages import OUTAGES, with_places
from portkey_ai.source.shelf import Shelf
from portkey_ai.templates import TemplateError, UnknownPartialError
from portkey_ai.types import PromptRender
from portkey_openapi.api.partials import retrieve_prompt_partial
from portkey_openapi.api.prompts import retrieve_prompt

if TYPE_CHECKING:
    from portkey_ai._sync.transport import Transport
    from portkey_ai.rendering import Rendered
    from portkey_ai.source.settings import PromptSource

NO_OVERRIDES: Mapping[str, Any] = {}
PREFETCH = 8
"""How many prompts are fetched at a time."""


class Ladder:
    """Goes down the places that may know a prompt, and renders what it finds."""

    def __init__(self, source: PromptSource, transport: Transport) -> None:
        self.source = source
        self._transport = transport
        self._memory = Memory(source.capacity)
        self._disk = None if source.disk is None else Disk(source.disk, transport.settings.account())
        self._flights = Flights()
        self._said_remote = False

    def render(
        self,
        prompt_id: str,
        body: Mapping[str, Any],
        missing: Literal["empty", "error"] | None = None,
    ) -> PromptRender | None:
        """Render a prompt, or return None where only the service may.

        Args:
            prompt_id: the prompt's reference.
            body: what the service would be sent: `variables`, and at its root what wins over the prompt's own settings.
            missing: what becomes of a variable that is not given; None as the source says.

        Raises:
            TemplateError: where it can't be rendered.
            LockError: where only what is locked may be used, and it is not.
            APIError: where nobody knows the prompt; the message names what was tried.
        """
        entry, asked = self._memory.get(("prompt", prompt_id)), False
        if entry is None or time.monotonic() - entry.since >= self.source.ttl:
            entry, asked = self._entry(Key("prompt", prompt_id))
        rendered = self._rendered(entry, body, missing or self.source.missing)
        if rendered is None:
            self._check_remote(prompt_id, missing)
            return None
        answer = PromptRender.from_dict(rendered.answer(prompt_id))
        return answer.with_meta(entry.provenance(asked, rendered.rendering.partials))

    def _rendered(
        self,
        entry: Entry,
        body: Mapping[str, Any],
        missing: Literal["empty", "error"],
    ) -> Rendered | None:
        """Render, and fetch the partials that turn out to be needed; None where only the service may."""
        if entry.remote:
            return None
        variables = body.get("variables") or {}
        overrides = overrides_in(body) if len(body) > ("variables" in body) else NO_OVERRIDES
        shelf = Shelf(entry, self._memory, self.source)
        while True:
            try:
                rendered = entry.prompt.render(variables, overrides, partials=shelf.find, missing=missing)
                break
            except UnknownPartialError as error:
                if not shelf.lacks(error.reference):
                    raise
                partial, _ = self._entry(Key("partial", error.reference), beside=entry)
                if partial.remote:
                    return None
                shelf.add(partial)
        for key in shelf.stale:
            self._refresh_behind(key)
        return rendered

    def _check_remote(self, prompt_id: str, missing: str | None) -> None:
        if (missing or self.source.missing) == "error":
            raise self._unreadable(prompt_id)

    def pinned(self, prompt_id: str, body: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Pin a run to what is locked: the version by its number, and its text where a partial in it could change.

        Args:
            prompt_id: the prompt's reference.
            body: the body of the run.

        Returns:
            The reference and the body to send.

        Raises:
            LockError: where it is not locked.
            TemplateError: where it can't be rendered.
        """
        entry, _ = self._entry(Key("prompt", prompt_id))
        target, pinned = locked_reference(entry), dict(body)
        if is_whole(entry) or "messages" in body or "prompt" in body:
            return target, pinned
        rendered = self._rendered(entry, {"variables": body.get("variables")}, self.source.missing)
        assert rendered is not None  # what is locked can be read
        name = "prompt" if rendered.messages is None else "messages"
        return target, {**pinned, name: rendered.data[name]}

    def load(self, prompt_id: str) -> LoadedPrompt:
        """Find a prompt and the partials that it includes, for rendering it later without any wait.

        Raises:
            APIError: where nobody knows it, or the key may not read it.
        """
        entry, asked = self._entry(Key("prompt", prompt_id))
        if entry.remote:
            raise self._unreadable(prompt_id)
        shelf = Shelf(entry, self._memory, self.source)
        wanted = list(entry.prompt.template.components["partials"])
        while wanted:
            reference = wanted.pop()
            if shelf.lacks(reference):
                partial, _ = self._entry(Key("partial", reference), beside=entry)
                if partial.remote:
                    raise self._unreadable(prompt_id)
                shelf.add(partial)
            wanted += shelf.nested(reference)
        return LoadedPrompt(prompt_id, entry, shelf, asked, self.source.missing)

    def prefetch(self, prompt_ids: Iterable[str]) -> None:
        """Find several prompts at once, so that their first renders wait for nothing."""
        all_at_once(self.load, list(dict.fromkeys(prompt_ids)), PREFETCH)

    def close(self) -> None:
        """End what goes on behind."""
        self._flights.land(self.source.patience)

    def _entry(self, key: Key, beside: Entry | None = None) -> tuple[Entry, bool]:
        """Find an entry, and say whether the service was asked for it just now.

        Args:
            key: what is asked for.
            beside: of a partial, the prompt that includes it.
        """
        if self.source.frozen:
            return self._frozen(key, beside), False
        now = time.monotonic()
        entry = self._memory.get(key)
        if entry is not None:
            freshness = entry.freshness(now, self.source.ttl, self.source.stale)
            if freshness is not Freshness.EXPIRED:
                if freshness is Freshness.STALE:
                    self._refresh_behind(key)
                return entry, False

        def obtain() -> tuple[Entry, bool]:
            return self._obtain(key, beside)

        return self._flights.together(key, obtain)

    def _frozen(self, key: Key, beside: Entry | None) -> Entry:
        known = self._memory.get(key)
        if known is not None:
            return known
        entry = None if beside else locked_entry(self.source.lock, key, time.monotonic())
        if entry is None:
            raise unlocked(key, beside)
        return self._memory.put(entry)

    def _obtain(self, key: Key, beside: Entry | None) -> tuple[Entry, bool]:
        """Find an entry that memory did not know, or knew for too long, before others were waited for."""
        now = time.monotonic()
        known = self._memory.get(key)
        if known is None and self._disk is not None:
            known = self._disk.get(key, now)
        freshness = Freshness.EXPIRED if known is None else known.freshness(now, self.source.ttl, self.source.stale)
        if known is not None and freshness is not Freshness.EXPIRED:
            self._memory.put(known)
            if freshness is Freshness.STALE:
                self._refresh_behind(key)  # a program that renders once and ends must not stay with it for ever
            return known, False
        below = known or self._below(key, beside)
        try:
            return self._fetch(key, patient=below is None), True
        except NotFoundError:
            entry = self._gone(key, beside)
            if entry is None:
                raise
            return entry, False
        except TemplateError as error:
            if below is None:
                raise
            return self._spared(below, error), False
        except OUTAGES as error:
            if below is None:
                raise with_places(error, key, self.source) from error.__cause__
            return self._spared(below, error), False

    def _spared(self, below: Entry, error: Exception) -> Entry:
        """Serve what is known in the place of what the service did not say, or said in a malformed template."""
        logger.warning("%s is served from %s: %s", below.key.reference, below.place(asked=False), error)
        below.failed(time.monotonic())
        return self._memory.put(below)

    def _below(self, key: Key, beside: Entry | None) -> Entry | None:
        """Look where code and the lock file know a prompt or a partial."""
        now = time.monotonic()
        entry = locked_entry(self.source.lock, key, now, beside)
        if entry is not None or key.kind == "partial":
            return entry
        detail = self.source.fallback(key.reference)
        return None if detail is None else Entry(key, detail, "fallback", now)

    def _gone(self, key: Key, beside: Entry | None) -> Entry | None:
        """Decide what it means that the service knows no such thing: forget it, unless code or the lock has it."""
        known = self._memory.get(key)
        if self._disk is not None:
            self._disk.drop(key)
        below = self._below(key, beside)
        if below is not None:
            below.failures = 0 if known is None else known.failures
            below.failed(time.monotonic())
            return self._memory.put(below)
        if key.kind == "prompt":
            self._memory.drop(key)
            return None
        return self._memory.put(Entry(key, None, "server", time.monotonic()))  # for the template engine to judge

    def _fetch(self, key: Key, *, patient: bool) -> Entry:
        """Ask the service.

        Args:
            key: what is asked for.
            patient: whether there is nothing else, so that it is worth all of the client's time-out and retries.
        """
        options: dict[str, Any] = {} if patient else {"timeout": self.source.patience, "max_retries": 0}
        operation = retrieve_prompt if key.kind == "prompt" else retrieve_prompt_partial
        request = operation.request(key.reference)
        now = time.monotonic()
        try:
            detail = self._transport.call(request, operation.parse, options, repeatable=True)
        except PermissionDeniedError as error:
            return self._memory.put(self._remote(key, now, error))
        entry, known = Entry(key, detail, "server", now), self._memory.get(key)
        if known is not None and known.origin == "server" and known.born > now:
            return known  # another call, made later, was answered earlier
        self._memory.put(entry)
        if self._disk is not None:
            self._disk.put(entry)
        return entry

    def _remote(self, key: Key, now: float, error: PermissionDeniedError) -> Entry:
        if not self._said_remote:
            self._said_remote = True
            logger.warning("this key may not read prompts, so the service renders them: %s", error)
        return Entry(key, None, "server", now, remote=True)

    def _refresh_behind(self, key: Key) -> None:
        """Ask the service anew, behind whoever is being served; once for all who ask."""
        if not self._due(key):
            return

        def refresh() -> None:
            self._refresh(key)

        self._flights.behind(key, refresh)

    def _due(self, key: Key) -> bool:
        """Say whether the service is to be asked anew, as far as is known now."""
        now, entry = time.monotonic(), self._memory.get(key)
        if entry is None or now < entry.retry_at:
            return False
        return entry.freshness(now, self.source.ttl, self.source.stale) is not Freshness.FRESH

    def _refresh(self, key: Key) -> None:
        if not self._due(key):  # who asked for this may have been slower than somebody else's refresh
            return
        try:
            self._fetch(key, patient=True)
        except NotFoundError:
            self._gone(key, None)
        except Exception as error:
            logger.info("%s can't be refreshed: %s", key.reference, error)
            entry = self._memory.get(key)
            if entry is not None:
                entry.failed(time.monotonic())

    def _unreadable(self, prompt_id: str) -> TemplateError:
        return TemplateError(f"This key may not read {prompt_id!r}: only the service can render it, with render().")

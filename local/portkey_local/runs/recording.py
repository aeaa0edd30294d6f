"""The record of runs: noted when a run ends, and written later, many at a time."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from portkey_local.clock import stamp
from portkey_local.config import RunsSettings
from portkey_local.store import Store, runs
from portkey_local.store.problems import RefusalError, StorageError
from portkey_prompts.rendering import StoredPrompt

from .record import RunRecord

_BATCH = 100
_LONGEST_WAIT = 0.25
"""Seconds that a record waits for others to be written with."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
"""Seconds before a database that did not take a batch is asked again; they double each time."""
_CAPACITY = 10_000
_MOST_TEXT = 64 * 1024 * 1024
"""Characters of texts that wait to be written; beyond them, runs are recorded without."""
_HOUR = 3600.0
logger = logging.getLogger("portkey_local")


class Recorder:
    """Take the records of runs without making the run wait, and write them in the background.

    Args:
        store: Where runs are kept.
        settings: What is kept of them.
        count: Called with the record of each run that ends.
    """

    def __init__(
        self, store: Store, settings: RunsSettings, count: Callable[[dict[str, Any]], None] | None = None
    ) -> None:
        self._store = store
        self._settings = settings
        self._count = count
        self._waiting: deque[dict[str, Any]] = deque()
        self._text = 0
        self._dropped = 0
        self._pause = _FIRST_PAUSE
        self._some, self._enough = asyncio.Event(), asyncio.Event()

    def entry(self, reference: str, prompt: StoredPrompt, trace_id: str, *, streamed: bool) -> RunRecord:
        """Return the record of a run that begins now; leaving its `with` block ends it.

        Args:
            reference: The prompt, as the call names it.
            prompt: The version that it means.
            trace_id: The request's trace id.
            streamed: Whether the answer is a stream.
        """
        return RunRecord(
            self.put, reference, prompt.detail, trace_id, streamed=streamed, keeps_texts=self._settings.texts
        )

    def put(self, record: dict[str, Any]) -> None:
        """Take a record; where ten thousand wait for the database already, it is dropped and counted."""
        if self._count is not None:
            self._count(record)
        if len(self._waiting) >= _CAPACITY:
            self._dropped += 1
            return
        text = _text_of(record)
        if text and self._text + text > _MOST_TEXT:
            record |= {"request": None, "answer": None}
            text = 0
        self._text += text
        self._waiting.append(record)
        self._some.set()
        if len(self._waiting) >= _BATCH:
            self._enough.set()

    async def work(self) -> None:
        """Write records as they come and remove old ones each hour, until cancelled."""
        await asyncio.gather(self._write_on(), self._remove_on())

    def finish(self) -> None:
        """Write what is left; called when the loop has ended, where it ran."""
        left = list(self._waiting)
        self._waiting.clear()
        self._text = 0
        try:
            for start in range(0, len(left), _BATCH):
                self._store.write_now(runs.add, left[start : start + _BATCH])
        except Exception:
            logger.exception("The server ends, and some of its last %d runs are not recorded", len(left))
        self._tell_dropped()

    async def _write_on(self) -> None:
        while True:
            await self._some.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(_LONGEST_WAIT):
                    await self._enough.wait()
            self._some.clear()
            self._enough.clear()
            for _ in range(0, len(self._waiting), _BATCH):
                if not await self._write_batch():
                    break
            self._tell_dropped()

    async def _write_batch(self) -> bool:
        """Write the records that have waited longest, and say whether the database took them."""
        batch = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
        self._text -= sum(map(_text_of, batch))
        try:
            await self._write(batch)
        except asyncio.CancelledError:
            self._put_back(batch)
            raise
        except RefusalError:
            self._put_back(batch)
            await asyncio.sleep(self._pause)
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
            return False
        self._pause = _FIRST_PAUSE
        return True

    async def _write(self, batch: Sequence[dict[str, Any]]) -> None:
        """Write records; one that the database can't take is logged, and does not hold up the others."""
        try:
            await self._store.write_uncounted(runs.add, batch)
        except Exception as error:
            if isinstance(error, RefusalError) and not isinstance(error, StorageError):
                raise
            if len(batch) == 1:
                logger.error("The run %s can't be recorded", batch[0]["id"], exc_info=error)
                return
            for record in batch:
                await self._write([record])

    def _put_back(self, batch: Sequence[dict[str, Any]]) -> None:
        self._waiting.extendleft(reversed(batch))
        self._text += sum(map(_text_of, batch))
        self._some.set()

    def _tell_dropped(self) -> None:
        if self._dropped:
            logger.error("%d runs were not recorded: the database did not take them in time", self._dropped)
            self._dropped = 0

    async def _remove_on(self) -> None:
        while self._settings.keep_days:
            await self._remove()
            await asyncio.sleep(_HOUR)

    async def _remove(self) -> None:
        oldest = stamp(datetime.now(UTC) - timedelta(days=self._settings.keep_days))
        try:
            while await self._store.write_uncounted(runs.remove_before, oldest):
                pass
        except RefusalError as error:
            logger.warning("Old runs were not removed, and will be in an hour: %s", error)


def _text_of(record: dict[str, Any]) -> int:
    """Count the characters of a record's texts."""
    return len(record["request"] or "") + len(record["answer"] or "")

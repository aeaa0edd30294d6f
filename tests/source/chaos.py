"""Everybody renders while the service fails in every way it can; what happened is counted."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flaky_service import FlakyService

from portkey_ai import AsyncPortkey, Portkey, PromptSource
from portkey_local import LocalServer
from portkey_prompts.source import entries

PROMPTS = [f"pp-chaos-{index}" for index in range(8)]
PARTIALS = [f"pp-piece-{index}" for index in range(3)]
KEYS = len(PROMPTS) + len(PARTIALS)
CLIENTS = 2
CONDITIONS = ("well", "stopped", "well", "slow", "failing", "stopped", "failing")
"""What the service goes through, again and again."""
SOURCE: dict[str, Any] = {"ttl": 0.2, "stale": 0.4, "patience": 0.2}


@dataclass(frozen=True)
class Size:
    """How much is going on.

    Attributes:
        threads: threads that render with one client.
        tasks: tasks that render with one asynchronous client.
        seconds: how long.
        spell: seconds that each condition of the service lasts.
    """

    threads: int
    tasks: int
    seconds: float
    spell: float


@dataclass
class Happened:
    """What came of it."""

    renders: Counter[str] = field(default_factory=Counter)
    """By the place that knew the prompt."""
    wrong: list[str] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    requests: Counter[str] = field(default_factory=Counter)
    """By the condition that the service was in."""
    spells: Counter[str] = field(default_factory=Counter)
    """How often the service was in each condition."""
    seconds: float = 0.0
    most_refreshing: int = 0
    """Threads that refreshed something, at most."""
    known: list[int] = field(default_factory=list)
    """How many entries each client's memory held at the end."""
    grown: int = 0
    """Bytes that the process grew by, from its first third to its end."""
    tasks_left: int = 0

    @property
    def bound(self) -> float:
        """How many requests there may be, if nobody stampedes.

        For each client and each prompt or partial: the first one; then one in each `ttl`, or in each back-off where
        that is shorter; and, once a slow spell, one that is worth waiting for beside a refresh that hangs.
        """
        interval = min(SOURCE["ttl"], entries.FIRST_BACKOFF)
        return CLIENTS * KEYS * (1 + self.seconds / interval + self.spells["slow"])


def seed(server: LocalServer) -> None:
    """Have the server know all prompts in two versions, the first published."""
    for slug in PARTIALS:
        server.add_partial(slug=slug, versions=[f"({slug})"])
    for index, slug in enumerate(PROMPTS):
        piece = PARTIALS[index % len(PARTIALS)]
        texts = [f"{slug} v{version} for {{{{who}}}} {{{{>{piece}}}}}" for version in (1, 2)]
        server.add_prompt(slug=slug, versions=texts, published=1)


def wanted(index: int, who: str, version: int | None) -> str:
    """Say what a prompt renders to."""
    return f"{PROMPTS[index]} v{version} for {who} ({PARTIALS[index % len(PARTIALS)]})"


class Chaos:
    """One run: threads, tasks, and a service that they can't rely on."""

    def __init__(self, size: Size, service: FlakyService) -> None:
        self.size = size
        self.service = service
        self.happened = Happened()
        self._over = threading.Event()
        self._counting = threading.Lock()
        self._options: dict[str, Any] = {"base_url": service.base_url, "max_retries": 0, "timeout": 0.8}

    def run(self) -> Happened:
        """Let everybody render until the time is over, and count."""
        with Portkey(prompts=PromptSource(**SOURCE), **self._options) as portkey:
            portkey.prompts.prefetch(PROMPTS)
            ready = threading.Event()
            loop = threading.Thread(target=asyncio.run, args=[self._tasks(ready)], name="chaos-loop")
            renderers = [
                threading.Thread(target=self._thread, args=[portkey, f"thread {number}"], name=f"chaos-{number}")
                for number in range(self.size.threads)
            ]
            loop.start()
            assert ready.wait(60)
            for thread in renderers:
                thread.start()
            self._torment()
            for thread in (*renderers, loop):
                thread.join(60)
                assert not thread.is_alive(), f"{thread.name} hangs"
            self.happened.known.append(len(portkey._renderer._finder.memory._entries))
        return self.happened

    def _torment(self) -> None:
        """Put the service through all conditions until the time is over, and leave it well."""
        start = time.monotonic()
        first_third = 0
        for condition in itertools.cycle(CONDITIONS):
            elapsed = time.monotonic() - start
            if elapsed >= self.size.seconds:
                break
            if not first_third and elapsed >= self.size.seconds / 3:
                first_third = _resident()
            before = self.service.total
            self._put(condition)
            self._watch(self.size.spell)
            self.happened.requests[condition] += self.service.total - before
            self.happened.spells[condition] += 1
        self._put("well")
        self._over.set()
        self.happened.seconds = time.monotonic() - start
        self.happened.grown = _resident() - first_third

    def _put(self, condition: str) -> None:
        self.service.status = 500 if condition == "failing" else 0
        self.service.delay = 0.5 if condition == "slow" else 0.0
        if condition == "stopped":
            self.service.stop()
        else:
            self.service.restart()

    def _watch(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            refreshing = sum(thread.name == "portkey-refresh" for thread in threading.enumerate())
            self.happened.most_refreshing = max(self.happened.most_refreshing, refreshing)
            time.sleep(0.02)

    def _thread(self, portkey: Portkey, who: str) -> None:
        seen: Counter[str] = Counter()
        for index in self._choices(who):
            with self._judging(seen, index, who) as judge:
                judge(portkey.prompts.render(prompt_id=PROMPTS[index], variables={"who": who}))
            time.sleep(random.uniform(0.005, 0.025))
        self._add(seen)

    async def _tasks(self, ready: threading.Event) -> None:
        async with AsyncPortkey(prompts=PromptSource(**SOURCE), **self._options) as portkey:
            await portkey.prompts.prefetch(PROMPTS)
            ready.set()
            await asyncio.gather(*(self._task(portkey, f"task {number}") for number in range(self.size.tasks)))
            self.happened.known.append(len(portkey._renderer._finder.memory._entries))
        self.happened.tasks_left = len(asyncio.all_tasks()) - 1

    async def _task(self, portkey: AsyncPortkey, who: str) -> None:
        seen: Counter[str] = Counter()
        for index in self._choices(who):
            with self._judging(seen, index, who) as judge:
                judge(await portkey.prompts.render(prompt_id=PROMPTS[index], variables={"who": who}))
            await asyncio.sleep(random.uniform(0.1, 0.3))
        self._add(seen)

    def _choices(self, who: str) -> Iterator[int]:
        chosen = random.Random(who)
        while not self._over.is_set():
            yield chosen.randrange(len(PROMPTS))

    @contextmanager
    def _judging(self, seen: Counter[str], index: int, who: str) -> Iterator[Any]:
        """Note what a render answers, or how it fails."""

        def judge(rendered: Any) -> None:
            seen[rendered.source] += 1
            if rendered.version not in (1, 2) or rendered.prompt != wanted(index, who, rendered.version):
                self.happened.wrong.append(f"{PROMPTS[index]} for {who}: {rendered.prompt!r}")

        try:
            yield judge
        except Exception as error:
            self.happened.failures.append(error)

    def _add(self, seen: Counter[str]) -> None:
        with self._counting:
            self.happened.renders.update(seen)


def _resident() -> int:
    """Say how much memory this process takes, in bytes; 0 where the system does not tell."""
    status = Path("/proc/self/statm")
    return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if status.exists() else 0

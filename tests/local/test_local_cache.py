"""What a reference means is kept in memory, and still nobody is answered with what is outdated."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from checked_client import CheckedClient

from portkey_local import LocalServer, read_through
from portkey_local.config import LocalLimits
from portkey_local.prompts import cache
from portkey_local.prompts.cache import PromptCache
from portkey_local.prompts.content import ContentReader
from portkey_local.read_through import TRUST_SECONDS, SizedLRU
from portkey_local.seeding import PromptPlan, seed_partial, seed_prompt
from portkey_local.store import Store, prompts

READER = ContentReader(LocalLimits())


class WatchedStore(Store):
    """A store that counts its reads, and may hold back what they found."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.reads = 0
        self.found = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def read(self, query: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.reads += 1
        found = await super().read(query, *args, **kwargs)
        self.found.set()
        await self.gate.wait()
        return found


@pytest.fixture
def store(database: str) -> Iterator[WatchedStore]:
    """A store with a prompt `p` of two versions, the first of which is published."""
    opened = WatchedStore(database)
    plan = PromptPlan(
        slug="p", versions=["one", "two"], name=None, labels={"staging": 1}, published=1, collection_id=None
    )
    opened.write_now(seed_prompt, plan, READER)
    yield opened
    opened.close()


def cache_of(store: Store) -> PromptCache:
    return PromptCache(store, longest=LocalLimits().included)


async def text(cached: PromptCache, reference: str = "p") -> str:
    return str((await cached.prompt(reference)).version.stored.detail["string"])


async def test_however_many_ask_at_once_the_database_is_asked_once(store: WatchedStore) -> None:
    known = cache_of(store)
    assert set(await asyncio.gather(*(text(known) for _ in range(50)))) == {"one"}
    assert store.reads == 1
    await asyncio.sleep(TRUST_SECONDS * 1.2)
    assert set(await asyncio.gather(*(text(known) for _ in range(50)))) == {"one"}
    assert store.reads == 2


async def test_a_change_of_this_process_counts_at_once(store: WatchedStore) -> None:
    known = cache_of(store)
    for number, expected in [(2, "two"), (1, "one")] * 10:
        await store.write(prompts.publish, "p", number)
        assert await text(known) == expected


async def test_a_change_of_another_process_counts_before_a_second_is_over(store: WatchedStore, database: str) -> None:
    known, other = cache_of(store), Store(database)
    assert await text(known) == "one"
    other.write_now(prompts.publish, "p", 2)
    other.close()
    changed = time.monotonic()
    outdated = 0
    while (asked := time.monotonic()) < changed + 2 * TRUST_SECONDS:
        found = await text(known)
        assert found == "two" or asked < changed + TRUST_SECONDS
        outdated += found == "one"
        await asyncio.sleep(0.01)
    assert await text(known) == "two"
    assert store.reads < 20, f"{outdated} times the database was spared"


async def test_what_was_seen_while_something_changed_is_not_trusted(store: WatchedStore) -> None:
    known = cache_of(store)
    store.gate.clear()
    looking = asyncio.create_task(text(known))
    await asyncio.wait_for(store.found.wait(), 60)
    await store.write(prompts.publish, "p", 2)
    store.gate.set()
    assert await looking == "one"
    assert await text(known) == "two"


async def test_what_is_asked_for_all_the_time_is_looked_up_in_the_background(
    store: WatchedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = cache_of(store)
    assert await text(known) == "one"
    monkeypatch.setattr(read_through, "TRUST_SECONDS", 60)
    monkeypatch.setattr(read_through, "_FRESH_SECONDS", 0)
    store.gate.clear()
    assert [await text(known) for _ in range(5)] == ["one"] * 5
    await asyncio.sleep(0)
    assert store.reads == 2
    store.gate.set()
    sight = await known.prompt("p")
    async with asyncio.timeout(10):
        while await known.prompt("p") is sight:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def test_a_cache_keeps_what_was_used_last() -> None:
    cached: SizedLRU[str] = SizedLRU(10)
    for key in "abc":
        cached.put(key, key, 4, 0)
    assert [cached.get(key) for key in "abc"] == [None, "b", "c"]
    cached.get("b")
    cached.put("d", "d", 4, 0)
    assert [cached.get(key) for key in "bcd"] == ["b", None, "d"]
    cached.put("d", "other", 4, 0)
    assert [cached.get(key) for key in "bd"] == ["b", "other"]
    cached.put("huge", "huge", 100, 0)
    assert [cached.get(key) for key in ("b", "d", "huge")] == [None, None, "huge"]
    cached.put("e", "e", 1, 0)
    assert [cached.get(key) for key in ("huge", "e")] == [None, "e"]


def test_a_cache_keeps_nothing_that_was_read_before_all_was_forgotten() -> None:
    cached: SizedLRU[str] = SizedLRU(10)
    before = cached.clearings
    cached.clear()
    assert cached.put("a", "outdated", 1, before) == "outdated"
    assert cached.get("a") is None
    cached.put("a", "new", 1, cached.clearings)
    assert cached.get("a") == "new"


async def test_memory_is_bounded_by_the_texts_of_prompts_and_partials(
    store: WatchedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "CAPACITY", 50_000)
    known = cache_of(store)
    for number in range(40):
        plan = PromptPlan(
            slug=f"long-{number}", versions=["x" * 5000], name=None, labels={}, published=1, collection_id=None
        )
        await store.write(seed_prompt, plan, READER)
        await known.prompt(f"long-{number}")
    before = store.reads
    for number in range(31, 40):
        await known.prompt(f"long-{number}")
    assert await text(known, "long-0") == "x" * 5000
    assert store.reads - before <= 10
    held = [cached._held for cached in (known._ready_versions, known._resolved._kept)]
    assert max(held) <= 50_000


async def test_a_short_text_counts_what_its_tree_takes(store: WatchedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "CAPACITY", 4_000)
    known = cache_of(store)
    await store.write(seed_partial, "p", ["x"], None, 1, READER)
    for number in range(30):
        plan = PromptPlan(
            slug=f"short-{number}", versions=["{{>p}}"], name=None, labels={}, published=1, collection_id=None
        )
        await store.write(seed_prompt, plan, READER)
        await known.prompt(f"short-{number}")
    assert len(known._ready_versions._values) < 10
    assert len(known._resolved._kept._values) < 10


async def test_what_a_prompt_includes_counts_too(store: WatchedStore) -> None:
    await store.write(seed_partial, "long", ["x" * 5000], None, 1, READER)
    plan = PromptPlan(slug="q", versions=["{{>long}}"], name=None, labels={}, published=1, collection_id=None)
    await store.write(seed_prompt, plan, READER)
    known = cache_of(store)
    await known.prompt("q")
    assert known._resolved._kept._held > 5000


def test_a_planted_id_may_be_used_again(database: str) -> None:
    version = "0198c0de-0000-7000-8000-000000000001"
    with LocalServer(database) as server, CheckedClient(server.base_url) as api:
        for turn in range(3):
            server.add_prompt(slug="again", versions=[{"id": version, "string": f"text {turn}"}])
            rendered = api.post("/prompts/again/render", json={"variables": {}})
            assert rendered.json()["prompt"] == f"text {turn}"
            if turn == 0:
                assert api.delete("/prompts/again").status_code == 200
            else:
                server.reset()

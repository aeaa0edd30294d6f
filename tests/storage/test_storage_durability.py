"""What was answered 200 outlives `kill -9`; what was not is there whole, or not at all. `--soak` kills it 50 times."""

from __future__ import annotations

import random
import signal
import threading
import time
from typing import Any

import httpx
import pytest
from checked_client import CheckedClient
from serving_process import Serving
from writings import new_prompt

WRITERS = 4
KILLS, SOAK_KILLS = 5, 50


class Ledger:
    """What writers were told, and what they asked without being told anything."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.kept: dict[str, str] = {}
        """Version ids that were acknowledged, and their texts."""
        self.published = dict.fromkeys(range(WRITERS), 1)
        """The number that each writer's prompt was last acknowledged to publish."""
        self.publishing: dict[int, int] = {}
        """A number that a writer asked to publish and heard nothing of."""
        self.asked: set[str] = set()
        """All texts that were ever asked for."""


def write(serving: Serving, writer: int, slug: str, ledger: Ledger) -> None:
    """Add and publish versions until the server is gone."""
    with httpx.Client(base_url=serving.base_url, trust_env=False, timeout=120) as api:
        while True:
            text = f"{writer} {random.random()}"
            with ledger.lock:
                ledger.asked.add(text)
            try:
                made = api.put(f"/prompts/{slug}", json={"string": text})
                assert made.status_code == 200, made.text
                with ledger.lock:
                    ledger.kept[made.json()["prompt_version_id"]] = text
                number = api.get(f"/prompts/{slug}@latest").json()["prompt_version"]
                ledger.publishing[writer] = number
                done = api.put(f"/prompts/{slug}/makeDefault", json={"version": number})
                assert done.status_code == 200, done.text
            except httpx.TransportError:
                return
            ledger.published[writer] = ledger.publishing.pop(writer)


def check(serving: Serving, slugs: list[str], ledger: Ledger) -> None:
    """Hold what is there against what was acknowledged."""
    found: dict[str, str] = {}
    with CheckedClient(serving.base_url) as api:
        for writer, slug in enumerate(slugs):
            versions: list[dict[str, Any]] = api.get(f"/prompts/{slug}/versions").json()["data"]
            assert [each["prompt_version"] for each in versions] == list(range(len(versions), 0, -1))
            found |= {each["id"]: each["prompt_template"] for each in versions}
            published = api.get(f"/prompts/{slug}").json()["prompt_version"]
            assert published in {ledger.published[writer], ledger.publishing.get(writer)}
            ledger.published[writer] = published
            ledger.publishing.pop(writer, None)
    assert ledger.kept.items() <= found.items()
    assert set(found.values()) <= ledger.asked
    ledger.kept = found


@pytest.mark.parametrize("pause", [0.4])
def test_acknowledged_writes_outlive_every_kill(database: str, soaking: bool, pause: float) -> None:
    kills, written = SOAK_KILLS if soaking else KILLS, 0
    ledger = Ledger()
    ledger.asked.add("first")
    with Serving(database) as serving, CheckedClient(serving.base_url) as api:
        slugs = [new_prompt(api)["slug"] for _ in range(WRITERS)]
        serving.end(signal.SIGKILL)
    for _ in range(kills):
        with Serving(database) as serving:
            check(serving, slugs, ledger)
            before = len(ledger.kept)
            threads = [
                threading.Thread(target=write, args=(serving, writer, slug, ledger))
                for writer, slug in enumerate(slugs)
            ]
            for thread in threads:
                thread.start()
            while len(ledger.kept) == before:
                time.sleep(0.01)
            time.sleep(random.uniform(0, pause))
            serving.process.kill()
            for thread in threads:
                thread.join()
            written = len(ledger.kept)
    with Serving(database) as serving:
        check(serving, slugs, ledger)
    print(f"\n{kills} kills, {written} acknowledged versions, all of them there")
    assert written > kills

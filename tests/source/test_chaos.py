"""Nobody waits, nobody fails and nobody stampedes while the service comes and goes: `--soak` makes it long and big."""

from __future__ import annotations

import threading

import pytest
from chaos import CLIENTS, KEYS, PARTIALS, PROMPTS, Chaos, Size, seed
from flaky_service import FlakyService

from portkey_local import LocalServer

ASKED = {f"GET /v1/prompts/{path}" for path in (*PROMPTS, *(f"partials/{slug}" for slug in PARTIALS))}
SMALL = Size(threads=16, tasks=100, seconds=3.5, spell=0.25)
SOAK = Size(threads=64, tasks=1000, seconds=30.0, spell=0.6)


def test_renders_go_on_while_the_service_comes_and_goes(
    soaking: bool,
    server: LocalServer,
    service: FlakyService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("portkey_prompts.source.entries.FIRST_BACKOFF", 0.2)
    monkeypatch.setattr("portkey_prompts.source.entries.LONGEST_BACKOFF", 0.8)
    seed(server)
    happened = Chaos(SOAK if soaking else SMALL, service).run()
    renders = sum(happened.renders.values())
    print(f"\n{renders} renders, {service.total} requests (bound {happened.bound:.0f}), {happened}")
    assert happened.failures == []
    assert happened.wrong == []
    assert renders > 5 * service.total
    assert service.total <= happened.bound
    assert service.total > CLIENTS * KEYS, "nothing was ever refreshed: the bound would hold for a client that sleeps"
    assert all(happened.requests[condition] for condition in ("well", "failing", "slow"))
    assert happened.most_refreshing <= KEYS
    assert happened.known == [KEYS] * CLIENTS
    assert happened.grown < 32_000_000
    assert happened.tasks_left == 0
    assert [thread for thread in threading.enumerate() if thread.name.startswith(("portkey-refresh", "chaos-"))] == []
    assert set(service.counts) <= ASKED

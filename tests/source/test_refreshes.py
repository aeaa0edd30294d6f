"""A refresh asks whether there is news: what did not change is neither sent nor parsed again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flaky_service import FlakyService
from source_steps import Make, settle

from portkey_ai import APIStatusError, Portkey
from portkey_local import LocalServer


async def greet(portkey: Any) -> Any:
    return await settle(portkey.prompts.render(prompt_id="pp-greeting", variables={"name": "Ada"}))


async def test_what_did_not_change_is_not_sent_again(make: Make, service: FlakyService) -> None:
    portkey = make(ttl=0, stale=0)
    texts = [(await greet(portkey)).prompt for _ in range(4)]
    assert texts == ["Hello Ada. Be kind to Ada."] * 4
    assert service.statuses == {200: 2, 304: 6}  # the prompt and its partial


async def test_news_come_at_the_next_refresh(make: Make, service: FlakyService, server: LocalServer) -> None:
    portkey = make(ttl=0, stale=0)
    first = await greet(portkey)
    with Portkey(base_url=server.base_url) as author:
        author.prompts.publish("pp-greeting", version=1)
    second = await greet(portkey)
    assert ((first.version, second.version), second.source, second.age) == ((2, 1), "server", 0.0)
    assert service.statuses == {200: 3, 304: 1}


async def test_what_was_confirmed_is_as_fresh_as_what_was_sent(make: Make, tmp_path: Path) -> None:
    portkey = make(ttl=0, stale=0, disk=tmp_path)

    def saved_at() -> float:
        return min(json.loads(path.read_text())["saved_at"] for path in tmp_path.glob("*.json"))

    await greet(portkey)
    before = saved_at()
    confirmed = await greet(portkey)
    assert (confirmed.source, confirmed.age, confirmed.version) == ("server", 0.0, 2)
    assert saved_at() > before


async def test_a_service_that_knows_no_tags_is_asked_as_ever(
    make: Make, service: FlakyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flaky_service.PASSED_ON", ("content-type",))
    portkey = make(ttl=0, stale=0)
    assert [(await greet(portkey)).version for _ in range(3)] == [2, 2, 2]
    assert service.statuses == {200: 6}


async def test_nothing_new_where_nothing_is_known_is_an_error(make: Make, service: FlakyService) -> None:
    service.answers = (304, {}, b"")
    with pytest.raises(APIStatusError) as caught:
        await greet(make(ttl=0, stale=0))
    assert caught.value.status_code == 304


async def test_headers_of_a_call_go_along(make: Make, service: FlakyService) -> None:
    portkey = make(ttl=0, stale=0)
    told = {"prompt_id": "pp-other", "variables": {"name": "Ada"}, "extra_headers": {"x-team": "ours"}}
    for status in (200, 304):
        await settle(portkey.prompts.render(**told))
        assert service.headers["x-team"] == "ours"
        assert service.statuses[status] == 1

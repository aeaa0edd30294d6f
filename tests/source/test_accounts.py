"""Whoever asks with another key, other headers or another way there is answered nothing that others were."""

from __future__ import annotations

import json
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flaky_service import FlakyService
from source_steps import Make, settle

from portkey_ai import APIConnectionError, AsyncPortkey, Portkey, PortkeyError, PromptSource
from portkey_local import LocalServer
from portkey_openapi.options import HEADERS, RUN_OPTIONS
from portkey_prompts.lock import LockFile, lock_prompt

SAME: dict[str, dict[str, Any]] = {
    "nothing": {},
    "timeout": {"timeout": 7.5},
    "max_retries": {"max_retries": 1},
    "trace_id": {"trace_id": "t-1"},
    "metadata": {"metadata": {"user": "ada"}},
    "cache_namespace": {"cache_namespace": "n"},
    "cache_force_refresh": {"cache_force_refresh": True},
    "request_timeout": {"request_timeout": 10},
    "debug": {"debug": False},
    "extra_body": {"extra_body": {"seed": 1}},
    "no headers": {"extra_headers": {}},
    "idle headers": {"extra_headers": {"X-Portkey-Trace-Id": "t", "User-Agent": "app", "x-not-sent": None}},
    "the same key": {"api_key": "A"},
    "the same header": {"extra_headers": {"X-Tenant": "A"}},
}
OTHER: dict[str, dict[str, Any]] = {
    "key in a header": {"extra_headers": {"x-portkey-api-key": "B"}},
    "tenant": {"extra_headers": {"X-TENANT": "B"}},
    "any header": {"extra_headers": {"x-anything": "1"}},
    "cookie": {"extra_headers": {"Cookie": "session=1"}},
    "without key": {"extra_headers": {"X-Portkey-Api-Key": None}},
    "without tenant": {"extra_headers": {"x-tenant": None}},
    "query": {"extra_query": {"workspace_id": "b"}},
    "another query": {"extra_query": {"workspace_id": "c"}},
}
VALUES: dict[str, Any] = {"extra_headers": {"x-b": "B"}, "extra_query": {"b": "B"}, "forward_headers": ["x-b"]}
OTHER |= {
    name: {name: VALUES.get(name, True if name.endswith(("compliance", "completion")) else f"B of {name}")}
    for name in RUN_OPTIONS - SAME.keys()
}


@pytest.fixture
def telling(service: FlakyService) -> FlakyService:
    """Have the service answer with what it was told: the path and the headers."""

    def answer(handler: Any) -> None:
        if service._listener is None:
            handler.close_connection = True
            return
        handler.rfile.read(int(handler.headers.get("content-length") or 0))
        service.counts[f"{handler.command} {handler.path}"] += 1
        told = {name.lower(): value for name, value in handler.headers.items()}
        idle = ("host", "connection", "accept", "accept-encoding", "user-agent", "x-portkey-trace-id")
        text = json.dumps([handler.path, {name: told[name] for name in sorted(told.keys() - set(idle))}])
        body = {"id": "1", "slug": "pp-x", "string": text.replace("{{", "{ {"), "prompt_version": 1}
        service._send(handler, 200, {"content-type": "application/json"}, json.dumps(body).encode())

    service.answer = answer  # type: ignore[method-assign]
    return service


CLIENT: dict[str, Any] = {"api_key": "A", "default_headers": {"x-tenant": "A"}}


async def told(portkey: Any, **options: Any) -> tuple[str, str]:
    """Say what the service was told for the prompt that is rendered, and where it was found."""
    rendered = await settle(portkey.prompts.render(prompt_id="pp-x", variables={}, **options))
    return rendered.prompt, rendered.source


def test_every_option_of_a_call_is_either_the_same_or_another() -> None:
    tried = {name for options in (*SAME.values(), *OTHER.values()) for name in options}
    assert tried == RUN_OPTIONS
    assert HEADERS.keys() <= RUN_OPTIONS


@pytest.mark.parametrize("options", SAME.values(), ids=SAME)
async def test_what_does_not_decide_the_answer_is_shared(
    make: Make, telling: FlakyService, options: dict[str, Any]
) -> None:
    portkey = make(CLIENT)
    first, _ = await told(portkey)
    assert await told(portkey, **options) == (first, "memory")
    assert telling.total == 1


async def test_a_call_with_anything_of_its_own_has_entries_of_its_own(
    make: Make, telling: FlakyService, tmp_path: Path
) -> None:
    portkey = make(CLIENT, disk=tmp_path)
    own, _ = await told(portkey)
    seen = {own}
    for number, options in enumerate(OTHER.values()):
        other, source = await told(portkey, **options)
        assert other not in seen, options
        assert (other != own, source) == (True, "server"), options
        assert await told(portkey, **options) == (other, "memory"), options
        assert telling.total == number + 2
        seen.add(other)
    assert await told(portkey) == (own, "memory")
    anew = make(CLIENT, disk=tmp_path)
    telling.stop()
    assert await told(anew) == (own, "disk")
    for options in list(OTHER.values())[-3:]:
        served, source = await told(anew, **options)
        assert (served != own, served in seen, source) == (True, True, "disk")


async def test_in_an_outage_nobody_is_served_what_others_were(make: Make, telling: FlakyService) -> None:
    portkey = make(CLIENT)
    await told(portkey)
    telling.stop()
    for options in OTHER.values():
        with pytest.raises(APIConnectionError, match="known nowhere else"):
            await told(portkey, **options)
    fallback = make({**CLIENT, "base_url": telling.base_url}, fallback={"pp-x": "in code"})
    assert await told(fallback, api_key="B") == ("in code", "fallback")


async def test_clients_whose_headers_differ_share_no_memory_and_no_disk(
    make: Make, telling: FlakyService, tmp_path: Path
) -> None:
    portkey = make(CLIENT, disk=tmp_path)
    own, _ = await told(portkey)
    for options in (
        {"default_headers": {"x-tenant": "B"}},
        {"default_headers": None},
        {"virtual_key": "v"},
        {"config": "pc-1"},
        {"provider": "openai"},
        {"authorization": "Bearer b"},
        {"custom_host": "http://127.0.0.1:1"},
    ):
        assert (await told(portkey.with_options(**options)))[1] == "server"
        assert (await told(make({**CLIENT, **options}, disk=tmp_path)))[1] == "disk"
    for options in ({"trace_id": "t"}, {"metadata": {"a": "b"}}, {"timeout": 3}):
        assert await told(portkey.with_options(**options)) == (own, "memory")
        assert await told(make({**CLIENT, **options}, disk=tmp_path)) == (own, "disk")


@pytest.mark.parametrize(
    "options", [{"api_key": "a\tb"}, {"extra_headers": {"no name": "x"}}, {"extra_headers": ["x"]}]
)
async def test_an_option_that_can_t_be_sent_is_refused_with_a_source_too(
    make: Make, telling: FlakyService, options: dict[str, Any]
) -> None:
    with pytest.raises(PortkeyError, match=next(iter(options))):
        await told(make(CLIENT), **options)


async def test_the_memories_of_single_calls_are_bounded(make: Make, telling: FlakyService) -> None:
    portkey = make(CLIENT)
    for number in range(100):
        await told(portkey, extra_headers={"x-tenant": str(number)})
    assert len(portkey._renderer._others) == 32
    assert (await told(portkey, extra_headers={"x-tenant": "99"}))[1] == "memory"


async def test_a_frozen_client_renders_what_is_locked_whatever_a_call_brings(make: Make, server: LocalServer) -> None:
    with Portkey(base_url=server.base_url) as portkey:
        lock = LockFile.of([lock_prompt("pp-other", portkey.prompts.retrieve("pp-other"), {})])
    frozen = make(lock=lock, frozen=True)
    rendered = await settle(frozen.prompts.render(prompt_id="pp-other", variables={"name": "Ada"}, api_key="B"))
    assert rendered.source == "lock"


def fifo(path: Path) -> None:
    os.mkfifo(path)


def link(path: Path) -> None:
    path.symlink_to(path.parent / "elsewhere")


def listening(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the names of sockets are short
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path.name)
    finally:
        os.chdir(here)


STRANGE: list[Callable[[Path], None]] = [fifo, link, listening, Path.mkdir]


@pytest.mark.skipif(os.name == "nt", reason="files have no owner and no mode there")
@pytest.mark.parametrize("put", STRANGE)
async def test_what_is_no_file_of_one_s_own_on_disk_is_neither_read_nor_waited_for(
    make: Make, service: FlakyService, tmp_path: Path, put: Callable[[Path], None]
) -> None:
    async def render(portkey: Any) -> str:
        return str((await settle(portkey.prompts.render(prompt_id="pp-other", variables={"name": "Ada"}))).source)

    await render(make(disk=tmp_path))
    (path,) = tmp_path.iterdir()
    path.rename(tmp_path / "elsewhere")
    put(path)
    assert await render(make(disk=tmp_path)) == "server"
    service.stop()
    assert await render(make(disk=tmp_path, ttl=3600)) == "disk" if path.is_file() else path.is_dir()


@pytest.mark.skipif(os.name == "nt", reason="files have no owner and no mode there")
async def test_a_file_that_others_may_write_is_not_believed(make: Make, tmp_path: Path) -> None:
    portkey = make(disk=tmp_path / "new" / "folder")
    await settle(portkey.prompts.prefetch(["pp-other"]))
    (path,) = (tmp_path / "new" / "folder").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    modes = {0o600: "disk", 0o644: "disk", 0o620: "server", 0o602: "server", 0o666: "server"}
    for mode, source in modes.items():
        path.chmod(mode)
        rendered = await settle(make(disk=path.parent).prompts.render(prompt_id="pp-other", variables={"name": "Ada"}))
        assert rendered.source == source, oct(mode)
        assert stat.S_IMODE(path.stat().st_mode) == (mode if source == "disk" else 0o600)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("kind", [Portkey, AsyncPortkey])
async def test_a_file_of_another_owner_is_not_believed(service: FlakyService, tmp_path: Path, kind: Any) -> None:
    def source() -> PromptSource:
        return PromptSource(disk=tmp_path)

    await settle(kind(base_url=service.base_url, prompts=source()).prompts.prefetch(["pp-other"]))
    (path,) = tmp_path.iterdir()
    os.chown(path, 12345, 12345)
    portkey = kind(base_url=service.base_url, prompts=source())
    rendered = await settle(portkey.prompts.render(prompt_id="pp-other", variables={"name": "Ada"}))
    assert rendered.source == "server"
    assert path.stat().st_uid == os.geteuid()

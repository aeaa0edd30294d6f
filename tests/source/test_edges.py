"""Interrupted, deleted, shared, thrown away, out of disk: what rendering in the client does at its edges."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from flaky_service import FlakyService
from source_steps import Make, settle, until

from portkey_ai import APIConnectionError, AsyncPortkey, NotFoundError, Portkey, PortkeyError, PromptSource
from portkey_local import LocalServer
from portkey_prompts.lock import LockError, LockFile, lock_prompt
from portkey_prompts.source.entries import Entry, Key
from portkey_prompts.source.memory import Memory
from portkey_prompts.source.single_flight import SingleFlight
from portkey_prompts.templates import TemplateError

ADA = {"name": "Ada"}
HELLO = "Hello Ada. Be kind to Ada."


async def greet(portkey: Any, reference: str = "pp-greeting", **more: Any) -> Any:
    return await settle(portkey.prompts.render(prompt_id=reference, variables=ADA, **more))


async def test_who_asked_first_may_be_cancelled_and_the_others_are_answered(service: FlakyService) -> None:
    service.gate.clear()
    async with AsyncPortkey(base_url=service.base_url, prompts=PromptSource()) as portkey:
        first, second = (asyncio.create_task(greet(portkey)) for _ in range(2))
        await until(lambda: service.total == 1)
        first.cancel()
        service.gate.set()
        assert (await second).prompt == HELLO
        with pytest.raises(asyncio.CancelledError):
            await first
    assert service.counts["GET /v1/prompts/pp-greeting"] == 1


async def test_a_client_that_is_closed_leaves_no_task_of_who_was_cancelled(service: FlakyService) -> None:
    service.gate.clear()
    portkey = AsyncPortkey(base_url=service.base_url, prompts=PromptSource(patience=0.05))
    asker = asyncio.create_task(greet(portkey))
    waiter = asyncio.create_task(greet(portkey))
    await until(lambda: service.total == 1)
    await asyncio.sleep(0.1)  # longer than their patience
    asker.cancel()
    await portkey.aclose()
    with pytest.raises(PortkeyError, match="closed"):
        await waiter
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    service.gate.set()


def test_a_thread_that_is_interrupted_leaves_the_call_to_another() -> None:
    calls, started = SingleFlight(), threading.Event()

    def interrupted() -> str:
        started.set()
        time.sleep(0.1)
        raise KeyboardInterrupt

    def first() -> None:
        with pytest.raises(KeyboardInterrupt):
            calls.once("key", interrupted)

    thread = threading.Thread(target=first)
    thread.start()
    started.wait()
    assert calls.once("key", lambda: "answered") == "answered"
    thread.join()


def test_threads_that_share_a_failure_get_an_error_each(service: FlakyService) -> None:
    service.delay = 0.2
    seen: list[NotFoundError] = []
    with Portkey(base_url=service.base_url, prompts=PromptSource()) as portkey:

        def work() -> None:
            with pytest.raises(NotFoundError, match="pp-nowhere") as caught:
                portkey.prompts.render(prompt_id="pp-nowhere", variables={})
            seen.append(caught.value)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len({id(error) for error in seen}) == 8
    assert {(error.status_code, error.error_code) for error in seen} == {(404, seen[0].error_code)}
    assert service.total == 1


def test_a_stale_prompt_is_refreshed_in_the_next_event_loop(service: FlakyService, server: LocalServer) -> None:
    portkey = AsyncPortkey(base_url=service.base_url, prompts=PromptSource(ttl=0.05, stale=60))
    assert asyncio.run(greet(portkey)).version == 2
    service.delay = 0.3
    time.sleep(0.1)
    assert asyncio.run(greet(portkey)).version == 2  # its refresh dies with its loop
    service.delay = 0
    with Portkey(base_url=server.base_url) as author:
        author.prompts.publish("pp-greeting", version=1)

    async def last() -> None:
        async def moved() -> bool:
            return (await greet(portkey)).version == 1

        await until(moved)
        await portkey.aclose()

    asyncio.run(last())


async def test_a_refresh_that_comes_late_asks_nobody(make: Make, service: FlakyService) -> None:
    portkey = make()
    await greet(portkey)
    asked = service.total
    for _ in range(3):
        renderer = portkey._renderer
        await settle(renderer._run(renderer._finder.refresh(Key("prompt", "pp-greeting"))))
    assert service.total == asked


async def test_a_stale_partial_in_a_fresh_prompt_is_refreshed(
    make: Make, service: FlakyService, server: LocalServer
) -> None:
    portkey = make(ttl=0.2, stale=60)
    await greet(portkey, "pp-greeting@2")
    with Portkey(base_url=server.base_url) as author:
        author.prompts.partials.update("pp-tone", string="Be rude to {{name}}.")
        author.prompts.partials.publish("pp-tone", version=2)
    await asyncio.sleep(0.25)
    assert (await greet(portkey, "pp-greeting@2")).partials == {"pp-tone": 1}

    async def moved() -> bool:
        return (await greet(portkey, "pp-greeting@2")).prompt == "Hello Ada. Be rude to Ada."

    await until(moved)
    assert service.counts["GET /v1/prompts/pp-greeting@2"] == 1


async def test_a_prompt_that_was_deleted_is_served_stale_once_and_not_found_then(
    make: Make, server: LocalServer
) -> None:
    portkey = make(ttl=0.05, stale=60)
    await greet(portkey, "pp-other")
    with Portkey(base_url=server.base_url) as author:
        author.prompts.delete("pp-other")
    await asyncio.sleep(0.1)
    assert (await greet(portkey, "pp-other")).source == "memory"

    async def gone() -> bool:
        try:
            await greet(portkey, "pp-other")
        except NotFoundError:
            return True
        return False

    await until(gone)


async def test_a_prompt_that_was_deleted_leaves_the_disk_too(make: Make, server: LocalServer, tmp_path: Path) -> None:
    portkey = make(ttl=0, stale=0, disk=tmp_path)
    await greet(portkey, "pp-other")
    assert len(list(tmp_path.iterdir())) == 1
    with Portkey(base_url=server.base_url) as author:
        author.prompts.delete("pp-other")
    with pytest.raises(NotFoundError):
        await greet(portkey, "pp-other")
    assert list(tmp_path.iterdir()) == []


async def test_that_a_partial_is_not_there_is_remembered(
    make: Make, server: LocalServer, service: FlakyService
) -> None:
    server.add_prompt(slug="pp-chooser", versions=["{{>>choice}}"])
    portkey = make()
    for _ in range(3):
        rendered = await settle(portkey.prompts.render(prompt_id="pp-chooser", variables={"choice": "pp-nobody"}))
        assert rendered.prompt == "pp-nobody"
    assert service.counts["GET /v1/prompts/partials/pp-nobody"] == 1


async def test_get_tells_texts_chats_and_raw_chats_apart(make: Make, server: LocalServer) -> None:
    chat = [{"role": "user", "content": "Hi {{name}}"}]
    server.add_prompt(slug="pp-chat", versions=[json.dumps(chat)])
    server.add_prompt(slug="pp-raw", versions=[{"string": json.dumps(chat), "is_raw_template": 1}])
    portkey = make()
    text, chatting, raw = [await settle(portkey.prompts.get(slug)) for slug in ("pp-other", "pp-chat", "pp-raw")]
    assert (text.messages, chatting.messages, raw.messages) == (None, chat, None)
    for loaded in (chatting, raw):
        assert loaded.render(name="Ada").messages == [{"role": "user", "content": "Hi Ada"}]
    with pytest.raises(NotFoundError):
        await settle(portkey.prompts.get("pp-nowhere"))


async def test_what_a_prompt_in_hand_shows_may_be_changed_without_harm(make: Make) -> None:
    greeting = await settle(make().prompts.get("pp-greeting"))
    greeting.detail["string"] = greeting.detail["model"] = "changed"
    assert greeting.render(name="Ada").data == {"prompt": HELLO}


async def test_a_changed_result_changes_no_other(make: Make, server: LocalServer) -> None:
    tools = [{"type": "function", "function": {"name": "look_up"}}]
    saved = {
        "string": '[{"role": "user", "content": ["{{name}}"]}]',
        "tools": tools,
        "parameters": {"stop": ["a"], "name": ["x"]},
    }
    server.add_prompt(slug="pp-mutable", versions=[saved])
    portkey, given = make(), {"odd": [{"deep": 1}]}

    async def render() -> Any:
        return await settle(portkey.prompts.render(prompt_id="pp-mutable", variables={}, **given))

    first = await render()
    before = json.dumps(first)
    first.data["tools"][0]["function"]["name"] = first.data["stop"][0] = "changed"
    first.data["messages"][0]["content"][0] = first.data["odd"][0]["deep"] = "changed"
    first.variables["name"][0] = "changed"
    assert json.dumps(first) != before
    assert json.dumps(await render()) == before
    assert given == {"odd": [{"deep": 1}]}


@pytest.mark.parametrize("twin", [copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))])
async def test_a_copied_or_pickled_result_still_says_where_it_came_from(make: Make, twin: Any) -> None:
    portkey = make()
    await greet(portkey)
    served = await greet(portkey)
    same = twin(served)
    assert (same, same.source, same.version, same.partials) == (served, "memory", 2, {"pp-tone": 1})
    assert (same.age, type(same)) == (served.age, type(served))


async def test_options_that_differ_share_what_is_known(make: Make, service: FlakyService) -> None:
    portkey = make()
    await greet(portkey)
    service.stop()
    assert (await greet(portkey.with_options(timeout=1, metadata={"a": "b"}))).source == "memory"
    with pytest.raises(APIConnectionError):
        await greet(portkey.with_options(api_key="of another account"))


async def test_a_raw_response_of_what_is_rendered_here_is_a_clear_error(make: Make) -> None:
    portkey = make()
    for _ in range(2):
        with pytest.raises(PortkeyError, match="rendered in the client"):
            await settle(portkey.prompts.with_raw_response.render(prompt_id="pp-greeting", variables=ADA))
    remote = portkey.with_options(prompts=None)
    raw = await settle(remote.prompts.with_raw_response.render(prompt_id="pp-greeting", variables=ADA))
    assert (raw.status_code, raw.parse().prompt) == (200, HELLO)


async def lock_of(server: LocalServer, reference: str) -> LockFile:
    with Portkey(base_url=server.base_url) as portkey:
        tone = portkey.prompts.partials.retrieve("pp-tone")
        return LockFile.of([lock_prompt(reference, portkey.prompts.retrieve(reference), {"pp-tone": tone})])


async def test_frozen_streams_and_generations_run_what_is_locked(
    make: Make, service: FlakyService, server: LocalServer
) -> None:
    client = {"virtual_key": "echo"}
    portkey = make(client, lock=await lock_of(server, "pp-greeting"), frozen=True)
    with Portkey(base_url=server.base_url) as author:
        author.prompts.partials.update("pp-tone", string="Be rude to {{name}}.")
        author.prompts.partials.publish("pp-tone", version=2)
        author.prompts.publish("pp-greeting", version=1)
    stream = await settle(portkey.prompts.completions(prompt_id="pp-greeting", variables=ADA, stream=True))
    done = await settle(stream.get_final_completion())
    assert done.choices[0].message.content == HELLO
    with pytest.warns(DeprecationWarning, match=r"generations\.create"):
        older = await settle(portkey.generations.create(prompt_id="pp-greeting", variables=ADA))
    assert older.data["choices"][0]["message"]["content"] == HELLO
    assert list(service.counts) == ["POST /v1/prompts/pp-greeting@2/completions"]


async def test_frozen_runs_what_is_locked_though_the_prompt_was_made_again_under_its_slug(
    make: Make, server: LocalServer
) -> None:
    chat = json.dumps([{"role": "system", "content": "Be {{mood}}."}, {"role": "user", "content": "Hi {{name}}"}])
    kinds = {
        "text": {"string": "Dear {{name}}"},
        "chat": {"string": chat, "parameters": {"mood": "kind", "temperature": 0.25}},
        "raw": {"string": chat.replace("kind", "mild"), "is_raw_template": 1},
    }
    for slug, locked in kinds.items():
        server.add_prompt(slug=f"pp-{slug}", versions=["first", locked])
    with Portkey(base_url=server.base_url) as author:
        lock = LockFile.of([lock_prompt(f"pp-{slug}", author.prompts.retrieve(f"pp-{slug}"), {}) for slug in kinds])
        portkey = make({"base_url": server.base_url, "virtual_key": "echo"}, lock=lock, frozen=True)
        variables = {"name": "Ada", "mood": "calm"}
        before = {
            slug: await settle(portkey.prompts.completions(prompt_id=f"pp-{slug}", variables=variables))
            for slug in kinds
        }
        for slug in kinds:
            author.prompts.delete(f"pp-{slug}")
            server.add_prompt(slug=f"pp-{slug}", versions=["anew", {"string": "Curse {{name}}", "model": "other"}])
        for slug, done in before.items():
            again = await settle(
                portkey.prompts.completions(
                    prompt_id=f"pp-{slug}", variables={"name": "Bob"}, extra_body={"variables": variables}
                )
            )
            assert again.choices[0].message == done.choices[0].message
            author.prompts.delete(f"pp-{slug}")
            server.add_prompt(slug=f"pp-{slug}", versions=["anew"])
            with pytest.raises(NotFoundError):
                await settle(portkey.prompts.completions(prompt_id=f"pp-{slug}", variables=variables))


async def test_a_frozen_completion_is_run_as_one_though_the_prompt_was_made_again_as_a_chat(
    make: Make, server: LocalServer
) -> None:
    kind = {"template_metadata": {"template_type": "completion"}}
    server.add_prompt(slug="pp-old", versions=[{"string": "Once {{name}}", **kind}])
    with Portkey(base_url=server.base_url) as author:
        lock = LockFile.of([lock_prompt("pp-old", author.prompts.retrieve("pp-old"), {})])
        author.prompts.delete("pp-old")
        chat = json.dumps([{"role": "user", "content": "Curse {{name}}"}])
        server.add_prompt(slug="pp-old", versions=[chat])
        portkey = make({"base_url": server.base_url, "virtual_key": "echo"}, lock=lock, frozen=True)
        done = await settle(portkey.prompts.completions(prompt_id="pp-old", variables=ADA))
    assert done.choices[0].get("text") == "Once Ada"


@pytest.mark.parametrize("name", ["messages", "prompt"])
async def test_frozen_runs_no_other_text_than_the_locked_one(
    make: Make, service: FlakyService, server: LocalServer, name: str
) -> None:
    portkey = make(lock=await lock_of(server, "pp-greeting"), frozen=True)
    text: Any = "Curse Ada" if name == "prompt" else [{"role": "user", "content": "Curse Ada"}]
    for options in ({name: text}, {"extra_body": {name: text}}):
        for stream in (False, True):
            with pytest.raises(LockError, match=f"`{name}` would be run instead"):
                await settle(
                    portkey.prompts.completions(prompt_id="pp-greeting", variables=ADA, stream=stream, **options)
                )
    assert service.total == 0


async def test_frozen_can_not_be_got_round_by_a_partial_in_the_extra_body(
    make: Make, service: FlakyService, server: LocalServer
) -> None:
    server.add_prompt(slug="pp-chooser", versions=[{"string": "{{>>choice}}", "parameters": {"choice": "pp-tone"}}])
    server.add_partial(slug="pp-unlocked", versions=["not locked"])
    portkey = make(lock=await lock_of(server, "pp-chooser"), frozen=True)
    chosen = {"variables": {"choice": "pp-unlocked"}}
    with pytest.raises(LockError, match="pp-unlocked"):
        await settle(portkey.prompts.completions(prompt_id="pp-chooser", variables=ADA, extra_body=chosen))
    assert service.total == 0


async def test_frozen_refuses_a_chosen_partial_that_is_not_locked(
    make: Make, service: FlakyService, server: LocalServer
) -> None:
    chooser = {"string": "{{>>choice}}", "parameters": {"choice": "pp-tone"}}
    server.add_prompt(slug="pp-chooser", versions=[chooser])
    portkey = make(lock=await lock_of(server, "pp-chooser"), frozen=True)
    server.add_partial(slug="pp-unlocked", versions=["not locked"])

    async def choose(choice: str) -> str:
        variables = {"choice": choice, **ADA}
        rendered = await settle(portkey.prompts.render(prompt_id="pp-chooser", variables=variables))
        return str(rendered.prompt)

    assert (await choose("pp-tone"), await choose("a text")) == ("Be kind to Ada.", "a text")
    with pytest.raises(LockError, match="pp-unlocked"):
        await choose("pp-unlocked")
    with pytest.raises(LockError, match="pp-unlocked"):
        await settle(portkey.prompts.completions(prompt_id="pp-chooser", variables={"choice": "pp-unlocked"}))
    assert service.total == 0


async def test_a_malformed_new_version_leaves_the_known_one_in_use(make: Make, service: FlakyService) -> None:
    portkey = make(ttl=0, stale=0)
    await greet(portkey)
    passing = service._send

    def send(handler: Any, status: int, headers: dict[str, str], body: bytes) -> None:
        passing(handler, status, headers, body.replace(b"{{name}}", b"{{#name}"))

    service._send = send  # type: ignore[method-assign]
    assert (await greet(portkey)).prompt == HELLO
    with pytest.raises(TemplateError):
        await greet(make())


async def test_what_the_disk_knows_stale_is_refreshed_by_a_program_that_renders_once(
    make: Make, service: FlakyService, server: LocalServer, tmp_path: Path
) -> None:
    await greet(make(disk=tmp_path), "pp-other")
    with Portkey(base_url=server.base_url) as author:
        author.prompts.update("pp-other", string="Anew, {{name}}.", patch=True)
        author.prompts.publish("pp-other", version=2)
    once = make(disk=tmp_path, ttl=0.01, stale=60)
    await asyncio.sleep(0.05)
    assert (await greet(once, "pp-other")).prompt == "Another one, Ada."
    (kept,) = tmp_path.iterdir()
    await until(lambda: json.loads(kept.read_text())["detail"]["prompt_version"] == 2)


def test_without_the_event_loop_of_asyncio_an_async_client_with_a_source_says_what_to_use(
    service: FlakyService,
) -> None:
    client = AsyncPortkey(base_url=service.base_url, prompts=PromptSource())
    with pytest.raises(PortkeyError, match=r"needs asyncio's event loop.* use a Portkey on a thread"):
        client.prompts.render(prompt_id="pp-greeting", variables={}).send(None)
    with pytest.raises(StopIteration):
        client._renderer.aclose().send(None)


async def test_a_clock_that_is_set_back_makes_nothing_older_or_younger_than_it_is(
    make: Make, service: FlakyService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    portkey = make(disk=tmp_path)
    await greet(portkey)
    asked, then = service.total, time.time()
    monkeypatch.setattr(time, "time", lambda: then - 1e6)
    assert (await greet(portkey)).age < 5
    assert (await greet(make(disk=tmp_path))).source == "disk"
    assert service.total == asked
    monkeypatch.setattr(time, "time", lambda: then + 1e6)
    assert (await greet(make(disk=tmp_path))).source == "server"


HOSTILE = [
    {"template_metadata": [1]},
    {"string": 5},
    {"parameters": 3},
    {"string": "{{#open"},
    {"string": "[" * 100_000},
]


@pytest.mark.parametrize("detail", HOSTILE, ids=range(len(HOSTILE)))
async def test_whatever_lies_on_disk_fails_no_render(make: Make, tmp_path: Path, detail: dict[str, Any]) -> None:
    await greet(make(disk=tmp_path), "pp-other")
    (path,) = tmp_path.iterdir()
    path.write_text(json.dumps({**json.loads(path.read_text()), "detail": {"string": "", **detail}}))
    assert (await greet(make(disk=tmp_path), "pp-other")).source in ("server", "disk")


async def test_a_file_that_can_t_be_read_is_passed_by(
    make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await greet(make(disk=tmp_path), "pp-other")
    (path,) = tmp_path.iterdir()
    path.unlink()
    path.mkdir()  # root reads whatever it may not
    assert (await greet(make(disk=tmp_path), "pp-other")).source == "server"
    assert any("can't be read on disk" in record.getMessage() for record in caplog.records)


FULL = """
import resource, sys
from pathlib import Path
from portkey_ai import Portkey, PromptSource
resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))  # as a disk that is full: a write fails half-way
with Portkey(base_url=sys.argv[1], prompts=PromptSource(disk=sys.argv[2])) as portkey:
    print(portkey.prompts.render(prompt_id="pp-greeting", variables={"name": "Ada"}).prompt)
    assert not list(Path(sys.argv[2]).iterdir()), "half a file is left"
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no limits to the size of files")
def test_a_full_disk_fails_no_render_and_keeps_no_half_a_file(service: FlakyService, tmp_path: Path) -> None:
    command = [sys.executable, "-c", FULL, service.base_url, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.returncode) == (HELLO + "\n", 0), done.stderr
    assert done.stderr.count("can't be written on disk") == 1


def test_a_big_memory_makes_room_quickly_and_keeps_the_newest() -> None:
    memory = Memory(50_000)
    keys = [Key("partial", f"pp-{number}") for number in range(100_000)]
    started = time.process_time()
    for key in keys:
        memory.put(Entry(key, None, "server", 0.0))
    assert time.process_time() - started < 5
    assert [memory.get(key) is not None for key in (keys[0], keys[49_999], keys[50_000], keys[-1])] == [
        False,
        False,
        True,
        True,
    ]


def test_an_entry_that_is_replaced_is_never_missing() -> None:
    memory, key, over, missed = Memory(10), Key("partial", "pp-x"), threading.Event(), []
    memory.put(Entry(key, None, "server", 0.0))

    def look() -> None:
        while not over.is_set():
            if memory.get(key) is None:
                missed.append(1)

    threads = [threading.Thread(target=look) for _ in range(3)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for _ in range(3000):
            memory.put(Entry(key, None, "server", 0.0))
    finally:
        sys.setswitchinterval(interval)
        over.set()
    for thread in threads:
        thread.join()
    assert missed == []


@pytest.mark.parametrize("seconds", [-1, float("nan"), "60", None])
def test_seconds_that_are_none_are_refused_by_name(seconds: Any) -> None:
    with pytest.raises(PortkeyError, match="ttl"):
        PromptSource(ttl=seconds)


def test_a_derived_client_shares_the_memory_and_one_of_another_account_does_not(service: FlakyService) -> None:
    with Portkey(base_url=service.base_url, prompts=PromptSource(), api_key="first") as portkey:
        portkey.prompts.render(prompt_id="pp-greeting", variables={"name": "Ada"})
        asked = service.total
        assert portkey.with_options(timeout=5).prompts.render(prompt_id="pp-greeting", variables={}).source == "memory"
        assert service.total == asked
        for other in ({"api_key": "second"}, {"default_headers": {"x-portkey-api-key": "third"}}):
            with portkey.with_options(**other) as derived:
                assert derived.prompts.render(prompt_id="pp-greeting", variables={}).source == "server"


@pytest.mark.parametrize("folder", ["cache", "~nobody-is-called-so/cache", "a b/%41?#", "ü\n", "x" * 200])
async def test_the_disk_stays_where_it_is_when_the_process_goes_elsewhere(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    monkeypatch.chdir(tmp_path)
    portkey = make(disk=folder)
    monkeypatch.chdir(Path(tmp_path.anchor))
    await greet(portkey)
    assert {each.name.partition("-")[0] for each in (tmp_path / folder).iterdir()} == {"prompt", "partial"}

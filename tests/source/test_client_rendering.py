"""Prompts that never wait and never vanish."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from flaky_service import FlakyService
from source_steps import Make, settle, until

from portkey_ai import (
    APIConnectionError,
    APITimeoutError,
    AsyncPortkey,
    InternalServerError,
    NotFoundError,
    Portkey,
    PortkeyError,
    PromptSource,
)
from portkey_local import LocalServer
from portkey_prompts.lock import LockFile, lock_prompt
from portkey_prompts.templates import MissingVariablesError, TemplateError

ADA = {"name": "Ada"}


async def greet(portkey: Any, reference: str = "pp-greeting", **more: Any) -> Any:
    return await settle(portkey.prompts.render(prompt_id=reference, variables=ADA, **more))


async def lock_of(server: LocalServer, *references: str) -> LockFile:
    with Portkey(base_url=server.base_url) as portkey:
        return LockFile.of(
            lock_prompt(
                reference,
                portkey.prompts.retrieve(reference),
                {"pp-tone": portkey.prompts.partials.retrieve("pp-tone")},
            )
            for reference in references
        )


async def test_the_first_render_asks_the_service_and_the_next_ones_memory(make: Make, service: FlakyService) -> None:
    portkey = make()
    first = await greet(portkey)
    assert (first.prompt, first.source, first.version, first.partials) == (
        "Hello Ada. Be kind to Ada.",
        "server",
        2,
        {"pp-tone": 1},
    )
    asked = service.total
    again = await greet(portkey)
    assert (again.prompt, again.source) == (first.prompt, "memory")
    assert 0 <= again.age < 5
    assert service.total == asked == 2
    assert again == first


async def test_what_is_rendered_here_is_what_the_service_renders(make: Make, server: LocalServer) -> None:
    here = await greet(make(), temperature=0.5, model="m")
    with Portkey(base_url=server.base_url) as remote:
        there = remote.prompts.render(prompt_id="pp-greeting", variables=ADA, temperature=0.5, model="m")
    assert json.dumps(here) == json.dumps(there)
    assert there.source == "server"


@pytest.mark.parametrize("place", ["variables", "extra_body"])
async def test_what_is_changed_in_a_result_is_not_changed_in_what_the_call_gave(make: Make, place: str) -> None:
    given = {"name": "Ada"}
    call = {"variables": given} if place == "variables" else {"variables": {}, "extra_body": {"variables": given}}
    portkey = make()
    for _ in range(2):  # the second is rendered from memory
        rendered = await settle(portkey.prompts.render(prompt_id="pp-greeting", **call))
        assert rendered.variables == {"name": "Ada"}
        rendered.variables["name"] = "Eve"
        assert given == {"name": "Ada"}


async def test_after_its_time_a_prompt_is_served_stale_and_refreshed_in_the_background(
    make: Make, service: FlakyService, server: LocalServer
) -> None:
    portkey = make(ttl=0.2, stale=60)
    await greet(portkey)
    with Portkey(base_url=server.base_url) as author:
        author.prompts.publish("pp-greeting", version=1)
    service.delay = 2
    await asyncio.sleep(0.25)
    started = time.monotonic()
    stale = await greet(portkey)
    assert time.monotonic() - started < service.delay
    service.delay = 0
    assert (stale.version, stale.source) == (2, "memory")

    async def moved() -> bool:
        return (await greet(portkey)).version == 1

    await until(moved)


async def test_one_refresh_runs_however_many_ask(make: Make, service: FlakyService) -> None:
    portkey = make(ttl=0.1, stale=60)
    await greet(portkey)
    await asyncio.sleep(0.15)
    service.counts.clear()
    service.delay = 3
    for _ in range(200):
        await greet(portkey)
    await asyncio.sleep(0.1)
    assert service.counts["GET /v1/prompts/pp-greeting"] == 1


async def test_a_numbered_version_never_grows_old_and_the_partial_in_it_does(make: Make, service: FlakyService) -> None:
    portkey = make(ttl=0.1, stale=60)
    await greet(portkey, "pp-greeting@1")
    await asyncio.sleep(0.15)
    await greet(portkey, "pp-greeting@1")
    await until(lambda: service.counts["GET /v1/prompts/partials/pp-tone"] == 2)
    assert service.counts["GET /v1/prompts/pp-greeting@1"] == 1


@pytest.mark.parametrize("outage", ["stopped", "500", "slow"])
async def test_in_an_outage_what_is_known_is_served_and_said(make: Make, service: FlakyService, outage: str) -> None:
    portkey = make(ttl=0, stale=0, patience=0.2)
    await greet(portkey)
    if outage == "stopped":
        service.stop()
    service.status, service.delay = (500 if outage == "500" else 0), (1.0 if outage == "slow" else 0)
    served = await greet(portkey)
    assert (served.prompt, served.source) == ("Hello Ada. Be kind to Ada.", "memory")
    assert served.age > 0
    started = time.monotonic()
    for _ in range(20):
        await greet(portkey)
    assert time.monotonic() - started < 20 * 0.2  # nobody waits for it again


async def test_when_the_service_is_back_it_is_asked_again(
    make: Make, service: FlakyService, server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portkey_prompts.source.entries.FIRST_BACKOFF", 0.05)
    portkey = make(ttl=0, stale=0, patience=0.2)
    await greet(portkey)
    service.stop()
    await greet(portkey)
    with Portkey(base_url=server.base_url) as author:
        author.prompts.publish("pp-greeting", version=1)
    service.start()

    async def moved() -> bool:
        return (await greet(portkey)).version == 1

    await until(moved)


async def test_with_nothing_known_the_error_says_what_was_tried(
    make: Make, service: FlakyService, tmp_path: Path
) -> None:
    portkey = make(disk=tmp_path)
    service.stop()
    with pytest.raises(APIConnectionError) as caught:
        await greet(portkey)
    assert all(word in str(caught.value) for word in ("pp-greeting", "memory", str(tmp_path), "fallback"))


async def test_with_nothing_known_a_slow_service_has_the_client_s_time_out(make: Make, service: FlakyService) -> None:
    portkey = make({"timeout": 0.2}, patience=0.01)
    service.delay = 0.6
    with pytest.raises(APITimeoutError):
        await greet(portkey)


async def test_a_prompt_that_is_not_there_is_not_found(make: Make) -> None:
    with pytest.raises(NotFoundError, match="pp-nowhere"):
        await greet(make(), "pp-nowhere")


async def test_the_disk_knows_it_when_an_app_starts_in_an_outage(
    make: Make, service: FlakyService, tmp_path: Path
) -> None:
    await greet(make(disk=tmp_path))
    service.stop()
    served = await greet(make(disk=tmp_path, ttl=0, stale=0))
    assert (served.prompt, served.source, served.version) == ("Hello Ada. Be kind to Ada.", "disk", 2)


async def test_what_the_disk_knows_freshly_needs_no_call(make: Make, service: FlakyService, tmp_path: Path) -> None:
    await greet(make(disk=tmp_path))
    asked = service.total
    assert (await greet(make(disk=tmp_path))).source == "disk"
    assert service.total == asked


async def test_another_account_is_not_served_from_the_disk_of_the_first(
    make: Make, service: FlakyService, tmp_path: Path
) -> None:
    await greet(make({"api_key": "first"}, disk=tmp_path))
    service.stop()
    with pytest.raises(APIConnectionError):
        await greet(make({"api_key": "second"}, disk=tmp_path))
    assert "first" not in "".join(path.read_text() + path.name for path in tmp_path.iterdir())


@pytest.mark.parametrize("damage", ["", "{", '{"format": 99}', "[]", "null", "\0"])
async def test_a_damaged_file_on_disk_is_passed_by(make: Make, tmp_path: Path, damage: str) -> None:
    await greet(make(disk=tmp_path))
    for path in tmp_path.iterdir():
        path.write_text(damage)
    assert (await greet(make(disk=tmp_path))).source == "server"


async def test_a_disk_that_can_t_be_written_fails_no_render(
    make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    portkey = make(disk=tmp_path / "file" / "cache")
    assert (await greet(portkey)).source == "server"
    assert len([record for record in caplog.records if "on disk" in record.message]) == 1


async def test_the_lock_file_knows_it_in_an_outage(make: Make, service: FlakyService, server: LocalServer) -> None:
    portkey = make(lock=await lock_of(server, "pp-greeting@production"))
    service.stop()
    served = await greet(portkey, "pp-greeting@production")
    assert (served.prompt, served.source, served.version) == ("Hi Ada. Be kind to Ada.", "lock", 1)
    assert served.partials == {"pp-tone": 1}


@pytest.mark.parametrize(
    "fallback",
    [
        {"pp-greeting": "Well met, {{name}}."},
        {"pp-greeting": {"string": "Well met, {{name}}.", "parameters": {"temperature": 0}}},
        {"pp-greeting": [{"role": "user", "content": "Well met, {{name}}."}]},
        lambda reference: "Well met, {{name}}.",
    ],
)
async def test_the_fallback_in_code_is_the_last_rung(make: Make, service: FlakyService, fallback: Any) -> None:
    portkey = make(fallback=fallback)
    service.stop()
    served = await greet(portkey)
    assert (served.prompt, served.source, served.version) == ("Well met, Ada.", "fallback", None)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("Well met, {{name", "is no template: line 1, column 11"),
        ([{"role": "user", "content": "Well met, {{#name}}."}], "is no template"),
        (5, "must be a text, messages or a prompt, not 5"),
        ({"strnig": "Well met."}, "has no `string`"),
    ],
)
def test_a_fallback_that_could_not_be_used_in_an_outage_is_told_before_it(given: Any, said: str) -> None:
    with pytest.raises(PortkeyError, match="The fallback of 'pp-greeting'") as caught:
        PromptSource(fallback={"pp-none": None, "pp-greeting": given})  # type: ignore[dict-item]
    assert said in str(caught.value)


@pytest.mark.parametrize("missing", ["eror", "Error", True])
async def test_a_misspelt_policy_for_missing_variables_is_no_empty_text(make: Make, missing: Any) -> None:
    for portkey in (make(), make().with_options(prompts=None)):
        with pytest.raises(ValueError, match='missing must be "empty" or "error"'):
            await settle(portkey.prompts.render(prompt_id="pp-greeting", variables={}, missing=missing))


async def test_a_key_that_may_not_read_has_the_service_render_and_says_so_once(
    make: Make, service: FlakyService, caplog: pytest.LogCaptureFixture
) -> None:
    portkey = make()
    passing, service.answer = service.answer, None  # type: ignore[assignment, method-assign]

    def answer(handler: Any) -> None:
        service.status = 403 if handler.command == "GET" else 0
        passing(handler)

    service.answer = answer  # type: ignore[method-assign]
    with caplog.at_level(logging.WARNING, "portkey_ai"):
        for _ in range(3):
            rendered = await greet(portkey)
            assert (rendered.prompt, rendered.source) == ("Hello Ada. Be kind to Ada.", "server")
    assert len([record for record in caplog.records if "may not read" in record.message]) == 1
    assert service.counts["GET /v1/prompts/pp-greeting"] == 1


async def test_missing_variables_are_an_error_for_a_client_or_a_call(make: Make) -> None:
    strict = make(missing="error")
    with pytest.raises(MissingVariablesError, match="name"):
        await settle(strict.prompts.render(prompt_id="pp-greeting", variables={}))
    loose = make()
    assert (await settle(loose.prompts.render(prompt_id="pp-greeting", variables={}))).prompt == "Hello . Be kind to ."
    with pytest.raises(MissingVariablesError):
        await settle(loose.prompts.render(prompt_id="pp-greeting", variables={}, missing="error"))


async def test_missing_variables_are_an_error_without_a_source_too(make: Make, service: FlakyService) -> None:
    plain = make().with_options(prompts=None)
    assert (await settle(plain.prompts.render(prompt_id="pp-greeting", variables={}))).prompt == "Hello . Be kind to ."
    before = dict(service.counts)
    with pytest.raises(MissingVariablesError, match="name"):
        await settle(plain.prompts.render(prompt_id="pp-greeting", variables={}, missing="error"))
    assert {name: count for name, count in service.counts.items() if count != before.get(name, 0)} == {
        "GET /v1/prompts/pp-greeting": 1,
        "GET /v1/prompts/partials/pp-tone": 1,
    }
    with Portkey(base_url=service.base_url) as client:
        client.prompts.versions.create("pp-greeting", string="Bye {{name}}.")
        client.prompts.publish("pp-greeting", version=3)
    rendered = await greet(plain, missing="error")  # nothing is remembered of the call before
    assert (rendered.prompt, rendered.version, rendered.source) == ("Bye Ada.", 3, "server")
    told = await settle(plain.prompts.render(prompt_id="pp-greeting", variables=ADA, missing="error", temperature=0.5))
    assert told.data["temperature"] == 0.5
    service.stop()
    with pytest.raises(APIConnectionError):
        await greet(plain, missing="error")


async def test_get_returns_a_prompt_in_hand(make: Make, service: FlakyService) -> None:
    greeting = await settle(make().prompts.get("pp-greeting"))
    service.stop()
    assert (greeting.version, greeting.variables, greeting.messages) == (2, ("name",), None)
    rendered = greeting.render(name="Ada")
    assert (rendered.prompt, rendered.version) == ("Hello Ada. Be kind to Ada.", 2)


async def test_get_works_without_a_source_too(service: FlakyService) -> None:
    with Portkey(base_url=service.base_url) as portkey:
        assert portkey.prompts.get("pp-greeting").render(name="Ada").prompt == "Hello Ada. Be kind to Ada."


async def test_prefetch_fetches_many_and_renders_need_no_service_then(make: Make, service: FlakyService) -> None:
    portkey = make()
    await settle(portkey.prompts.prefetch(["pp-greeting", "pp-other", "pp-greeting@production", "pp-greeting"]))
    service.stop()
    for reference in ("pp-greeting", "pp-other", "pp-greeting@production"):
        assert (await greet(portkey, reference)).source == "memory"


async def test_prefetch_of_an_unknown_prompt_raises_when_the_others_are_there(
    make: Make, service: FlakyService
) -> None:
    portkey = make()
    with pytest.raises(NotFoundError):
        await settle(portkey.prompts.prefetch(["pp-nowhere", "pp-other"]))
    service.stop()
    assert (await greet(portkey, "pp-other")).source == "memory"


async def test_memory_is_bounded(make: Make, service: FlakyService) -> None:
    portkey = make(capacity=2)
    for reference in ("pp-greeting@1", "pp-greeting@2", "pp-other"):
        await greet(portkey, reference)
    assert len(portkey._renderer._finder.memory._entries) <= 2


async def test_a_render_that_runs_asks_for_no_completion(make: Make, service: FlakyService) -> None:
    portkey = make()
    done = await settle(portkey.prompts.completions(prompt_id="pp-greeting", variables=ADA, virtual_key="echo"))
    assert done.choices[0].message.content == "Hello Ada. Be kind to Ada."
    assert service.counts["POST /v1/prompts/pp-greeting/completions"] == 1


async def test_frozen_renders_from_the_lock_and_never_calls(
    make: Make, service: FlakyService, server: LocalServer
) -> None:
    portkey = make(lock=await lock_of(server, "pp-greeting"), frozen=True)
    served = await greet(portkey)
    assert (served.prompt, served.source) == ("Hello Ada. Be kind to Ada.", "lock")
    assert service.total == 0


async def test_frozen_raises_for_what_is_not_locked_naming_the_command(make: Make, server: LocalServer) -> None:
    portkey = make(lock=await lock_of(server, "pp-greeting"), frozen=True)
    for call in (
        lambda: portkey.prompts.render(prompt_id="pp-other", variables=ADA),
        lambda: portkey.prompts.completions(prompt_id="pp-other", variables=ADA),
    ):
        with pytest.raises(Exception, match="portkey-prompts lock pp-other") as caught:
            await settle(call())
        assert type(caught.value).__name__ == "LockError"


async def test_frozen_runs_the_locked_version_with_the_locked_partial(
    make: Make, service: FlakyService, server: LocalServer
) -> None:
    lock = await lock_of(server, "pp-greeting")
    with Portkey(base_url=server.base_url) as author:
        author.prompts.partials.update("pp-tone", string="Be rude to {{name}}.")
        author.prompts.partials.publish("pp-tone", version=2)
        author.prompts.publish("pp-greeting", version=1)
    portkey = make(lock=lock, frozen=True)
    done = await settle(portkey.prompts.completions(prompt_id="pp-greeting", variables=ADA, virtual_key="echo"))
    assert done.choices[0].message.content == "Hello Ada. Be kind to Ada."
    assert list(service.counts) == ["POST /v1/prompts/pp-greeting@2/completions"]


async def test_an_unknown_partial_is_a_template_error(make: Make, server: LocalServer) -> None:
    server.add_prompt(slug="pp-broken", versions=["{{>pp-not-there}}"])
    with pytest.raises(TemplateError, match="pp-not-there"):
        await greet(make(), "pp-broken")


async def test_an_error_of_the_service_is_still_its_error_where_nothing_is_known(
    make: Make, service: FlakyService
) -> None:
    service.status = 500
    with pytest.raises(InternalServerError):
        await greet(make())


def test_threads_that_ask_at_once_share_one_call(service: FlakyService) -> None:
    service.delay = 0.2
    seen: list[str] = []
    with Portkey(base_url=service.base_url, prompts=PromptSource()) as portkey:

        def work() -> None:
            seen.append(portkey.prompts.render(prompt_id="pp-greeting", variables=ADA).prompt)

        threads = [threading.Thread(target=work) for _ in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == ["Hello Ada. Be kind to Ada."] * 32
    assert service.total == 2


FORKED = """
import os, sys
from portkey_ai import Portkey, PromptSource
portkey = Portkey(base_url=sys.argv[1], prompts=PromptSource(ttl=0, stale=60))
portkey.prompts.render(prompt_id="pp-greeting", variables={"name": "parent"})
child = os.fork()
text = portkey.prompts.render(prompt_id="pp-greeting", variables={"name": "Ada"}).prompt
assert text == "Hello Ada. Be kind to Ada.", text
assert portkey.prompts.render(prompt_id="pp-other", variables={"name": "Ada"}).source == "server"
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
os._exit(0)
"""


def test_it_works_after_a_fork_and_leaves_no_thread_behind_at_exit(service: FlakyService) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", FORKED, service.base_url],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ},
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("kind", [Portkey, AsyncPortkey])
async def test_a_frozen_client_needs_no_key(
    server: LocalServer, kind: type[Portkey] | type[AsyncPortkey], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PORTKEY_API_KEY", "PORTKEY_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    portkey = kind(prompts=PromptSource(lock=await lock_of(server, "pp-greeting"), frozen=True))
    assert (await greet(portkey)).prompt == "Hello Ada. Be kind to Ada."
    with pytest.raises(PortkeyError, match="API key"):
        kind(prompts=PromptSource())

"""`mcp` offers prompts to clients of the Model Context Protocol, asked here by the protocol's own client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import httpx
import pytest
import warm

from portkey_ai import Portkey
from portkey_cli.resolving import resolve
from portkey_local import LocalServer
from portkey_prompts.lock import LockFile

PROGRAM = [sys.executable, "-m", "portkey_cli", "mcp", "--poll", "1"]
CHAT = json.dumps(
    [
        {"role": "system", "content": "Be {{tone}}."},
        {"role": "user", "content": "Hi {{name}}{{#items}} {{title}}{{/items}}{{#loud}}!{{/loud}} {{>sign}}"},
    ]
)
Connect = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.fixture(autouse=True)
def quick_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the protocol's client start programs as the other tests do."""
    monkeypatch.setattr(subprocess, "Popen", warm.Program)


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as server:
        server.add_partial(slug="sign", versions=["Yours, {{who.name}}"])
        server.add_prompt(slug="chat", name="A chat", versions=[CHAT, "drafted {{x}}"], labels={"production": 1})
        server.add_prompt(slug="plain", versions=["Just {{x}}"])
        yield server


@pytest.fixture(scope="module")
def protocol() -> SimpleNamespace:
    """The protocol's client. Importing it takes a second, which every process of a run would spend at its start."""
    pytest.importorskip("mcp.client", reason="the extra [mcp] is not installed")
    from mcp.client import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client
    from mcp.shared.exceptions import MCPError

    def program(*arguments: str, base_url: str) -> Any:
        environment = {**os.environ, "PORTKEY_BASE_URL": base_url, "PORTKEY_API_KEY": "key"}
        command, *rest = (*PROGRAM, *arguments)
        return stdio_client(StdioServerParameters(command=command, args=rest, env=environment))

    return SimpleNamespace(Client=Client, Error=MCPError, program=program)


@pytest.fixture(params=["legacy", "auto"])
def connect(protocol: SimpleNamespace, request: pytest.FixtureRequest) -> Connect:
    """Start the program and connect to it, in the protocol's old way and in its new one."""

    @asynccontextmanager
    async def connected(*arguments: str, base_url: str = "http://127.0.0.1:1/v1") -> AsyncIterator[Any]:
        program = protocol.program(*arguments, base_url=base_url)
        with anyio.fail_after(120):
            async with protocol.Client(program, mode=request.param) as client:
                yield client

    return connected


async def test_prompts_are_listed_with_what_they_take(server: LocalServer, connect: Connect) -> None:
    async with connect("--label", "production", base_url=server.base_url) as client:
        (found,) = (await client.list_prompts()).prompts
        assert (found.name, found.title) == ("chat", "A chat")
        assert {each.name: (each.required, each.description) for each in found.arguments} == {
            "tone": (True, None),
            "name": (True, None),
            "items": (True, "a JSON list of objects, one object, or null"),
            "loud": (False, "true or false"),
            "who": (True, "a JSON object"),
        }
    async with connect(base_url=server.base_url) as client:
        published = {each.name: each for each in (await client.list_prompts()).prompts}
        assert set(published) == {"chat", "plain"}


async def test_a_prompt_is_rendered_with_arguments_that_are_text(server: LocalServer, connect: Connect) -> None:
    given = {"tone": "kind", "name": "Ål", "items": '[{"title": "a"}, {"title": "b"}]', "who": '{"name": "T"}'}
    async with connect("--label", "production", base_url=server.base_url) as client:
        system, user = (await client.get_prompt("chat", {**given, "loud": "true"})).messages
        assert (system.role, system.content.text, system.content.annotations.audience) == (
            "user",
            "Be kind.",
            ["assistant"],
        )
        assert (user.role, user.content.text) == ("user", "Hi Ål a b! Yours, T")


WRONG: list[tuple[str, dict[str, str], str]] = [
    ("plain", {}, "The prompt takes other arguments. Missing: x."),
    ("plain", {"x": "1", "y": "2"}, "The prompt takes other arguments. Unknown: y."),
    ("plain", {"z": "1"}, "The prompt takes other arguments. Missing: x; unknown: z."),
    ("plain", {"x": "1", "userName": "2"}, "The prompt takes other arguments. Unknown: userName."),
    ("plain@1", {"x": "1"}, "There is no prompt 'plain@1' here."),
    ("nope", {}, "There is no prompt 'nope' here."),
    ("../labels", {}, "There is no prompt '../labels' here."),
]


async def test_a_label_that_is_misspelt_is_told(
    server: LocalServer, protocol: SimpleNamespace, connect: Connect
) -> None:
    async with connect("--label", "prodction", base_url=server.base_url) as client:
        with pytest.raises(protocol.Error, match="There is no label 'prodction'"):
            await client.list_prompts()


async def test_what_is_wrong_with_a_request_is_said_and_no_other_prompt_named(
    server: LocalServer, protocol: SimpleNamespace, connect: Connect
) -> None:
    async with connect(base_url=server.base_url) as client:
        for name, arguments, said in WRONG:
            with pytest.raises(protocol.Error) as caught:
                await client.get_prompt(name, arguments)
            assert str(caught.value) == said
            assert (await client.get_prompt("plain", {"x": "on"})).messages[0].content.text == "Just on"


async def test_an_argument_that_has_to_be_json_says_so(
    server: LocalServer, protocol: SimpleNamespace, connect: Connect
) -> None:
    given = {"tone": "kind", "name": "A", "items": "a, b", "who": '{"name": "T"}'}
    async with connect("--label", "production", base_url=server.base_url) as client:
        with pytest.raises(
            protocol.Error, match="items takes a JSON list of objects, one object, or null, and is 'a, b'"
        ):
            await client.get_prompt("chat", given)


async def test_a_field_that_was_left_empty_counts_as_not_given_where_it_takes_json(
    server: LocalServer, protocol: SimpleNamespace, connect: Connect
) -> None:
    given = {"tone": "", "name": "A", "items": "[]", "who": '{"name": "T"}', "loud": ""}
    async with connect("--label", "production", base_url=server.base_url) as client:
        system, user = (await client.get_prompt("chat", given)).messages
        assert (system.content.text, user.content.text) == ("Be .", "Hi A Yours, T")
        with pytest.raises(protocol.Error, match=r"Missing: items\.$"):
            await client.get_prompt("chat", {**given, "items": " "})


async def test_pages_follow_each_other_and_hold_each_prompt_once(protocol: SimpleNamespace, connect: Connect) -> None:
    with LocalServer() as server:
        for number in range(120):
            server.add_prompt(slug=f"p{number}", versions=["x"])
        async with connect(base_url=server.base_url) as client:
            names, cursor = [], None
            while True:
                page = await client.list_prompts(cursor=cursor)
                names += [each.name for each in page.prompts]
                cursor = page.next_cursor
                if cursor is None:
                    break
            assert sorted(names) == sorted(f"p{number}" for number in range(120))
            with pytest.raises(protocol.Error, match="cursor"):
                await client.list_prompts(cursor="-1")


def collection_with(server: LocalServer, slug: str) -> str:
    """Make a collection with one prompt in it; return its slug."""
    made: dict[str, str] = httpx.post(f"{server.base_url}/collections", json={"name": "Ours"}).json()
    server.add_prompt(slug=slug, versions=[slug], collection_id=made["id"])
    return made["slug"]


async def test_only_a_collection_s_prompts_can_be_seen(protocol: SimpleNamespace, connect: Connect) -> None:
    with LocalServer() as server:
        collection = collection_with(server, "in")
        server.add_prompt(slug="out", versions=["out"])
        async with connect("--collection", collection, base_url=server.base_url) as client:
            assert [each.name for each in (await client.list_prompts()).prompts] == ["in"]
            assert (await client.get_prompt("in")).messages[0].content.text == "in"
            with pytest.raises(protocol.Error, match="There is no prompt"):
                await client.get_prompt("out")


async def test_a_lock_file_is_enough(
    server: LocalServer, protocol: SimpleNamespace, connect: Connect, tmp_path: Path
) -> None:
    lock = tmp_path / "prompts.lock"
    with Portkey(base_url=server.base_url, api_key="key") as portkey:
        LockFile.of([resolve(portkey, ["chat@production"]).locked("chat@production")]).write(lock)
    given = {"tone": "kind", "name": "A", "items": "null", "who": '{"name": "T"}'}
    async with connect("--lock", str(lock)) as client:
        assert [each.name for each in (await client.list_prompts()).prompts] == ["chat@production"]
        assert (await client.get_prompt("chat@production", given)).messages[1].content.text == "Hi A Yours, T"
        with pytest.raises(protocol.Error, match="There is no prompt 'chat' here"):
            await client.get_prompt("chat", given)


async def test_parts_calls_and_roles_are_told_as_the_protocol_can(connect: Connect) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    remote = {"type": "image_url", "image_url": {"url": "https://example.test/a.png"}}
    chat = [
        {"role": "user", "content": [{"type": "text", "text": "See"}, image, remote]},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "seen"},
    ]
    with LocalServer() as server:
        server.add_prompt(slug="p", versions=[json.dumps(chat)])
        async with connect(base_url=server.base_url) as client:
            told = (await client.get_prompt("p")).messages
    assert [each.role for each in told] == ["user", "user", "user", "assistant", "user"]
    assert [each.content.type for each in told] == ["text", "image", "text", "text", "text"]
    assert (told[1].content.mime_type, told[1].content.data) == ("image/png", "iVBORw0KGgo=")
    assert json.loads(told[2].content.text) == remote
    assert json.loads(told[3].content.text)["tool_calls"] == [call]
    assert told[4].content.text == "seen"


async def test_whoever_listed_prompts_is_told_of_changes(protocol: SimpleNamespace) -> None:
    with LocalServer() as server:
        server.add_prompt(slug="p", versions=["one"])
        told = anyio.Event()

        async def on_message(message: Any) -> None:
            if "list_changed" in str(getattr(message, "method", message)):
                told.set()

        with anyio.fail_after(120):
            program = protocol.program(base_url=server.base_url)
            client = protocol.Client(program, mode="legacy", message_handler=on_message)
            async with client as old:
                await old.list_prompts()
                server.add_prompt(slug="q", versions=["two {{x}}"])
                await told.wait()
                assert {each.name for each in (await old.list_prompts()).prompts} == {"p", "q"}
            async with (
                protocol.Client(protocol.program(base_url=server.base_url), mode="auto") as new,
                new.listen(prompts_list_changed=True) as events,
            ):
                await new.list_prompts()
                server.add_prompt(slug="r", versions=["three"])
                async for event in events:
                    assert "Prompts" in type(event).__name__
                    break


async def test_a_service_that_is_down_is_an_error_until_it_is_back(protocol: SimpleNamespace, connect: Connect) -> None:
    server = LocalServer().start()
    port, base_url = server.port, server.base_url
    server.stop()
    async with connect(base_url=base_url) as client:
        with pytest.raises(protocol.Error, match="can't be read now"):
            await client.list_prompts()
        with LocalServer(port=port) as back:
            back.add_prompt(slug="p", versions=["x"])
            assert [each.name for each in (await client.list_prompts()).prompts] == ["p"]


def test_the_program_ends_when_its_input_does(server: LocalServer) -> None:
    environment = {**os.environ, "PORTKEY_BASE_URL": server.base_url, "PORTKEY_API_KEY": "key"}
    done = subprocess.run(PROGRAM, input="", env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--lock", "l", "--label", "x"], "leave out --label"), (["--lock", "missing.lock"], "missing.lock")],
)
def test_what_can_not_be_served_is_said_on_stderr(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [*PROGRAM, *arguments], input="", capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path
    )
    assert done.stdout == ""
    assert said in done.stderr
    assert done.returncode != 0

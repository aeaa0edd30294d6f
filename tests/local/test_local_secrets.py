"""Keys of upstreams come from the environment and go to their upstream; nothing else ever says them."""

from __future__ import annotations

import base64
import html
import json
import logging
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest
from checked_client import CheckedClient
from puppet_upstream import Exchange, Puppet, chunk, completion
from serving_process import Serving
from sqlalchemy import MetaData, create_engine, select

from portkey_local import Config, ConfigError, LocalServer
from portkey_local.config import RunsSettings
from portkey_local.upstreams.kinds import build_upstreams

KEY = "sk-recognisable/+4711=="
TENANT = "tenant-recognisable-4712"
Script = Callable[[Exchange], None]


def said(exchange: Exchange) -> str:
    """What an indiscreet upstream repeats."""
    return f"Wrong: {exchange.headers['authorization']} of {exchange.headers['x-tenant']}"


def answers(status: int, body: Callable[[str], bytes | dict[str, Any]], kind: str = "application/json") -> Script:
    return lambda exchange: exchange.answer(status, body(said(exchange)), kind=kind)


def streams(*events: Callable[[str], dict[str, Any] | str]) -> Script:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        for event in events:
            exchange.event(event(said(exchange)))

    return script


def escaped(text: str) -> bytes:
    """Write an error as servers do that escape slashes and more."""
    return json.dumps({"error": {"message": text}}).replace("/", "\\/").replace("k", "\\u006b").encode()


def cut(text: str) -> Callable[[str], bytes]:
    """Write something so long that it is shortened in the middle of the key."""
    return lambda told: (text + "x" * 80 + told * 20).encode()


def escaped_twice(text: str) -> str:
    """Write an error of another server inside of one."""
    return json.dumps({"error": {"message": escaped(text).decode()}})


def each_character(text: str) -> str:
    return "".join(f"\\u{ord(character):04X}" for character in text)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "slashes and equals": lambda text: text.replace("/", "\\/").replace("=", "\\u003d"),
    "in JSON in JSON": lambda text: json.dumps(text.replace("/", "\\/").replace("=", "\\u003D"))[1:-1],
    "all of it": each_character,
    "in a URL": lambda text: quote(text, safe=""),
    "in a URL in a URL": lambda text: quote(quote(text, safe=""), safe="").lower(),
    "in a URL, slashes kept": quote,
    "in a page": lambda text: "".join(f"&#{ord(c)};" if c in "/=+" else c for c in text),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 after one": lambda text: base64.b64encode(b"x" + text.encode()).decode(),
    "base64 after two": lambda text: base64.b64encode(b"xx" + text.encode() + b"y").decode(),
    "base64 of a URL": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
}
"""How a key comes back; in lower case only what does not mind."""


def spelled(spelling: Callable[[str], str]) -> Script:
    """Answer an error with a key in another spelling: as JSON that says it so, in a message."""
    return lambda exchange: exchange.answer(400, f'{{"error": {{"message": "{spelling(said(exchange))}"}}}}'.encode())


def spelled_in_chunk(spelling: Callable[[str], str]) -> Script:
    def script(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(json.dumps(chunk("@@", finish="stop")).replace("@@", spelling(said(exchange))))
        exchange.event("[DONE]")

    return script


def spelled_in_answer(spelling: Callable[[str], str]) -> Script:
    def script(exchange: Exchange) -> None:
        exchange.answer(200, json.dumps(completion("@@")).replace("@@", spelling(said(exchange))).encode())

    return script


SCRIPTS: dict[str, Script] = {
    "a 401": answers(401, lambda text: {"error": {"message": text, "type": text, "code": text, "param": text}}),
    "a bare text": answers(403, lambda text: {"error": text}),
    "another shape": answers(446, lambda text: {"status": "failure", "message": text}),
    "escaped": answers(400, escaped),
    "a page": answers(500, lambda text: f"<p>{text}</p>".encode(), "text/html"),
    **{f"cut at {n}": answers(500, cut("x" * n), "text/html") for n in range(70, 100, 5)},
    "no JSON": answers(200, lambda text: text.encode()),
    "no choices": answers(200, lambda text: {"told": text}),
    "an error with 200": answers(200, lambda text: {"error": {"message": text, "code": 400}}),
    "in the answer": answers(200, lambda text: completion(text, system_fingerprint=text)),
    "a redirection": answers(307, lambda text: text.encode()),
    "a broken head": lambda exchange: exchange.send(f"HTTP/1.1 200 OK\r\n{said(exchange)}\x00\r\n\r\n".encode()),
    "a broken status": lambda exchange: exchange.send(f"{said(exchange)}\r\n\r\n".encode()),
    "a broken body": lambda exchange: exchange.send(
        f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n{said(exchange)}".encode()
    ),
    "nothing": lambda exchange: exchange.send(b""),
    "silence": lambda exchange: exchange.wait_until_gone() and None,
    "an error first": streams(lambda text: {"error": {"message": text, "code": 429}}),
    "an error later": streams(lambda text: chunk("a"), lambda text: {"error": {"message": text, "type": text}}),
    "an escaped error": streams(lambda text: chunk("a"), lambda text: escaped(text).decode()),
    "no chunk": streams(lambda text: chunk("a"), lambda text: text),
    "no chunk, cut": streams(lambda text: chunk("a"), lambda text: "x" * 75 + text),
    "in a chunk": streams(lambda text: chunk(text, finish="stop"), lambda text: "[DONE]"),
    "a stream that ends early": streams(lambda text: chunk(text)),
    "an error in an error": answers(400, lambda text: escaped_twice(text).encode()),
    **{f"an error, {name}": spelled(spelling) for name, spelling in SPELLINGS.items()},
    **{f"a chunk, {name}": spelled_in_chunk(spelling) for name, spelling in SPELLINGS.items()},
    **{f"an answer, {name}": spelled_in_answer(spelling) for name, spelling in SPELLINGS.items()},
}
IN_HEADERS: dict[str, Script] = {
    "when to call again": lambda exchange: exchange.answer(429, {}, f"retry-after: {said(exchange)}"),
    "where to go": lambda exchange: exchange.answer(307, b"", f"location: http://127.0.0.1:9/{said(exchange)}"),
}


@pytest.fixture
def settings(puppet: Puppet, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("UPSTREAM_KEY", KEY)
    monkeypatch.setenv("TENANT", TENANT)
    return {
        "kind": "openai",
        "base_url": puppet.base_url,
        "api_key_env": "UPSTREAM_KEY",
        "headers_env": {"x-tenant": "TENANT"},
        "timeout": 4,
    }


def parts(secret: str) -> Iterator[str]:
    """All pieces of a secret that are long enough to tell something."""
    return (secret[start : start + 10] for start in range(len(secret) - 9))


def plain(line: str) -> str:
    """Undo all escapes, however often they were put on."""
    for _ in range(4):
        line = html.unescape(unquote(re.sub(r"\\+u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), line)))
    return line.replace("\\", "")


def assert_silent(*texts: object) -> None:
    encoded = [
        base64.b64encode(b"x" * n + secret.encode()).decode()[4:-4] for secret in (KEY, TENANT) for n in range(3)
    ]
    pieces = [part for secret in (KEY, TENANT, *encoded) for part in parts(secret)]
    lines = [plain(line) for told in texts for line in str(told).splitlines()]
    assert not [line for line in lines if any(piece in line for piece in pieces)]


def rows(database: str) -> str:
    """All that stands in a database."""
    engine = create_engine(database)
    with engine.connect() as connection:
        tables = MetaData()
        tables.reflect(connection)
        found = [str(connection.execute(select(table)).all()) for table in tables.sorted_tables]
    engine.dispose()
    return "".join(found)


def drive(server: LocalServer, puppet: Puppet, scripts: dict[str, Script]) -> Iterator[str]:
    """Run a prompt in all ways on an upstream that repeats its keys, and yield what comes out."""
    with httpx.Client(base_url=server.base_url, trust_env=False, timeout=120) as api:
        for name, script in scripts.items():
            puppet.script = script
            for path, body in (("completions", {}), ("completions", {"stream": True}), ("generate", {"variables": {}})):
                response = api.post(f"/prompts/p/{path}", json=body, headers={"x-portkey-trace-id": name[-8:].strip()})
                yield f"{response.status_code} {response.headers} {response.text}"
    assert {exchange.headers["authorization"] for exchange in puppet.seen} == {f"Bearer {KEY}"}


def test_the_upstream_s_keys_come_out_nowhere(
    database: str, puppet: Puppet, settings: dict[str, Any], caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:
    caplog.set_level(0)
    caplog.set_level(logging.INFO, "httpcore")  # at DEBUG it writes what it received, and only a program can ask for it
    config = Config(upstreams={"up": settings}, runs=RunsSettings(texts=True))
    with LocalServer(database, config=config) as server:
        server.add_prompt(slug="p", versions=[{"string": "Hi", "virtual_key": "up"}])
        told = list(drive(server, puppet, SCRIPTS))
        with httpx.Client(base_url=server.base_url, trust_env=False) as api:
            for path in ("/prompts/p", "/prompts", "/readyz", "/healthz", "/nowhere"):
                told.append(api.get(path).text)
            told.append(api.post("/prompts/p/completions", json={"virtual_key": "nowhere"}).text)
            told.append(api.post("/prompts/p/render", json={"variables": {}}).text)
    kept = rows(database)
    assert "Wrong: " in kept  # the runs are recorded, with what the upstream said
    assert any("Wrong: " in text and "***" in text for text in told)
    assert_silent(*told, caplog.text, kept, config, *build_upstreams(config).values(), *capfd.readouterr())


def test_headers_of_an_answer_do_not_say_them_either(puppet: Puppet, settings: dict[str, Any]) -> None:
    with LocalServer(upstreams={"up": settings}) as server:
        server.add_prompt(slug="p", versions=[{"string": "Hi", "virtual_key": "up"}])
        assert_silent(*drive(server, puppet, IN_HEADERS))


def test_an_upstream_that_is_not_there_is_told_of_without_its_keys(
    settings: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings["base_url"] = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
    with LocalServer(upstreams={"up": settings}) as server, CheckedClient(server.base_url) as api:
        server.add_prompt(slug="p", versions=[{"string": "Hi", "virtual_key": "up"}])
        response = api.post("/prompts/p/completions", json={})
        assert response.status_code == 503
        assert_silent(response.text, caplog.text)


@pytest.mark.parametrize("log", ["text", "json"])
def test_the_program_s_log_does_not_say_them(
    tmp_path: Path, puppet: Puppet, settings: dict[str, Any], log: str
) -> None:
    path = tmp_path / "portkey-local.toml"
    lines = ['kind = "openai"', f'base_url = "{puppet.base_url}"', 'api_key_env = "UPSTREAM_KEY"', "timeout = 4"]
    path.write_text("\n".join(["[upstreams.up]", *lines, 'headers_env = {x-tenant = "TENANT"}']))
    with Serving(config_path=str(path), log=log) as serving, CheckedClient(serving.base_url) as api:
        body = {"name": "P", "collection_id": "default", "string": "x", "parameters": {}, "virtual_key": "up"}
        slug = api.post("/prompts", json=body).json()["slug"]
        for script in (*SCRIPTS.values(), *IN_HEADERS.values()):
            puppet.script = script
            response = httpx.post(
                f"{serving.base_url}/prompts/{slug}/completions", json={}, trust_env=False, timeout=120
            )
            assert_silent(response.text, response.headers)
        code, output, errors = serving.end()
    assert code == 0
    assert_silent(output, errors)


@pytest.mark.parametrize("value", ["sk-recognisable\n", " sk-recognisable", "sk-recogni\tsable", "sk-recognisablé"])
def test_a_key_that_no_header_can_hold_is_refused_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any], value: str
) -> None:
    monkeypatch.setenv("UPSTREAM_KEY", value)
    with pytest.raises(ConfigError, match=r"upstreams\.up\.api_key_env names UPSTREAM_KEY, whose value") as refused:
        build_upstreams(Config(upstreams={"up": settings}))
    assert "recogni" not in str(refused.value)


def test_a_short_value_of_a_header_tears_no_words_apart(
    puppet: Puppet, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENANT", "eu")
    puppet.script = lambda exchange: exchange.answer(400, {"error": {"message": "No neutral words"}})
    with LocalServer(upstreams={"up": settings}) as server, CheckedClient(server.base_url) as api:
        server.add_prompt(slug="p", versions=[{"string": "Hi", "virtual_key": "up"}])
        assert "No neutral words" in api.post("/prompts/p/completions", json={}).text

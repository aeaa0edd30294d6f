"""API keys: who needs one, what each may do, and how soon one that was made or revoked counts."""

from __future__ import annotations

import asyncio
import copy
import hashlib
import json
import logging
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from checked_client import CheckedClient, document, message_of
from puppet_upstream import wait_for
from serving_process import Serving
from sqlalchemy import create_engine, event, text

from portkey_ai import AsyncPortkey, AuthenticationError, PermissionDeniedError, Portkey
from portkey_local import ApiError, LocalServer, StartError
from portkey_local.access.keyring import Keyring
from portkey_local.api_keys import SCOPES, ApiKey
from portkey_local.http.contract import parse
from portkey_local.store import Store
from portkey_local.store import keys as stored
from portkey_local.store import keys as stored_keys

OPERATIONS = [
    (operation["operationId"], method.upper(), re.sub(r"\{\w+\}", "nowhere", path), operation.get("x-scope"))
    for path, item in document()["paths"].items()
    for method, operation in item.items()
    if method in ("get", "put", "post", "delete", "patch")
]


@pytest.fixture
def guarded(database: str) -> Iterator[LocalServer]:
    """A server whose database has a key, for everything."""
    with LocalServer(database) as server:
        server.add_prompt(slug="p", versions=[{"string": "Hi {{x}}", "virtual_key": "echo"}])
        server.add_key("read", "write", "run", name="first")
        yield server


def sends(key: str) -> dict[str, str]:
    return {"x-portkey-api-key": key}


def status(server: LocalServer, key: str | None = None, path: str = "/labels") -> int:
    with CheckedClient(server.base_url) as api:
        return api.get(path, headers={} if key is None else sends(key)).status_code


def raw(server: LocalServer, *lines: str, body: bytes = b"") -> bytes:
    """Send what stands here and return what comes back."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        return connection.recv(65536)


def test_a_key_shows_its_kind_and_its_id_and_holds_256_random_bits() -> None:
    key, other = ApiKey.new(), ApiKey.new()
    assert re.fullmatch(rf"ppk-{key.id}-[0-9a-f]{{64}}", key.text)
    assert ApiKey.parse(key.text) == key
    assert (key.id, key.secret) != (other.id, other.secret)
    assert key.secret not in repr(key)


@pytest.mark.parametrize("text", ["", "ppk", "ppk--", "ppk-1-2", "sk-1234", "{} ", " {}", "{}\n", "{}0", "x{}"])
def test_what_is_no_key_is_not_read_as_one(text: str) -> None:
    assert ApiKey.parse(text.format(ApiKey.new().text)) is None


def test_only_the_digest_of_the_secret_is_kept(database: str) -> None:
    with LocalServer(database) as server:
        key = ApiKey.parse(server.add_key("run", "read", name="mine"))
    assert key is not None
    engine = create_engine(database)
    with engine.connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM api_keys")).all()
    engine.dispose()
    assert key.secret not in str(row)
    assert (row.id, row.name, row.revoked_at) == (key.id, "mine", None)
    assert row.digest == hashlib.sha256(key.secret.encode()).hexdigest()


@pytest.mark.parametrize(
    "headers",
    [{}, sends("whatever"), sends("ppk-0000000000000000-" + "0" * 64), {"authorization": "Bearer x"}],
    ids=["none", "any", "key", "bearer"],
)
def test_without_keys_a_server_on_loopback_is_open_whatever_is_sent(fresh_api: CheckedClient, headers: dict) -> None:
    body = {"name": "Open", "collection_id": "default", "string": "x", "parameters": {}, "virtual_key": "echo"}
    slug = fresh_api.post("/prompts", json=body, headers=headers).json()["slug"]
    assert fresh_api.get(f"/prompts/{slug}", headers=headers).status_code == 200
    assert fresh_api.post(f"/prompts/{slug}/completions", json={}, headers=headers).status_code == 200


@pytest.mark.parametrize("write", [sends, lambda key: {"authorization": f"Bearer {key}"}], ids=["own", "bearer"])
def test_a_key_is_taken_from_either_header(guarded: LocalServer, write: Any) -> None:
    key = guarded.add_key("read")
    with CheckedClient(guarded.base_url) as api:
        assert api.get("/labels", headers=write(key)).status_code == 200
        assert api.get("/labels", headers=write(key + "0")).status_code == 401


def test_the_own_header_wins_over_a_provider_s_authorization(guarded: LocalServer) -> None:
    key = guarded.add_key("read")
    with CheckedClient(guarded.base_url) as api:
        assert api.get("/labels", headers={**sends(key), "authorization": "Bearer sk-provider"}).status_code == 200
        assert api.get("/labels", headers={**sends("wrong"), "authorization": f"Bearer {key}"}).status_code == 401
        assert api.get("/labels", headers={**sends(""), "authorization": f"bearer {key}"}).status_code == 200


WRONG: dict[str, Any] = {
    "none": lambda key: {},
    "empty": lambda key: {"x-portkey-api-key": ""},
    "another word": lambda key: sends("hunter2"),
    "another secret": lambda key: sends(f"ppk-{key.id}-{'0' * 64}"),
    "another id": lambda key: sends(f"ppk-{'0' * 16}-{key.secret}"),
    "cut": lambda key: sends(key.text[:-1]),
    "in capitals": lambda key: sends(key.text.upper()),
    "the id alone": lambda key: sends(key.id),
    "the digest": lambda key: sends(f"ppk-{key.id}-{key.digest}"),
    "basic": lambda key: {"authorization": f"Basic {key.text}"},
    "no scheme": lambda key: {"authorization": key.text},
    "twice": lambda key: [("x-portkey-api-key", key.text), ("x-portkey-api-key", key.text)],
    "bytes": lambda key: {b"x-portkey-api-key": b"ppk-\xff\xfe"},
    "long": lambda key: sends("ppk-" + "0" * 5000),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_request_without_a_sound_key_is_a_401_that_says_how(guarded: LocalServer, wrong: Any) -> None:
    key = ApiKey.parse(guarded.add_key("read"))
    with CheckedClient(guarded.base_url) as api:
        response = api.get("/labels", headers=wrong(key))
    assert (response.status_code, response.json()["data"]["errorCode"]) == (401, "AB05")
    assert response.headers["www-authenticate"] == "Bearer"
    assert "x-portkey-api-key" in message_of(response)
    assert "portkey-prompts keys create" in message_of(response)
    assert key is not None
    assert key.secret not in response.text.lower()


def test_every_operation_takes_exactly_its_scope(guarded: LocalServer) -> None:
    keys = {scope: guarded.add_key(scope) for scope in SCOPES}
    with CheckedClient(guarded.base_url) as api:
        for operation, method, path, needed in OPERATIONS:
            for scope, key in keys.items():
                response = api.request(method, path, headers=sends(key), json=None if method == "GET" else {})
                if scope == needed:
                    assert response.status_code in (200, 400, 404), (operation, scope, response.text)
                else:
                    assert (response.status_code, response.json()["data"]["errorCode"]) == (403, "AB03"), operation
                    assert f"the scope {needed}" in message_of(response)
                    assert f"has {scope}." in message_of(response)


def test_the_contract_lets_read_what_only_reads_and_run_what_runs() -> None:
    by_scope = {scope: {(name, method) for name, method, _, its in OPERATIONS if its == scope} for scope in SCOPES}
    assert sum(map(len, by_scope.values())) == len(OPERATIONS)
    assert by_scope["run"] == {("createPromptCompletion", "POST"), ("createGeneration", "POST")}
    assert {name for name, method in by_scope["read"] if method != "GET"} == {"renderPrompt"}
    assert "GET" not in {method for _, method in by_scope["write"]}


def with_scopes(monkeypatch: pytest.MonkeyPatch, **scopes: Any) -> None:
    """Have the next server read a contract that names these scopes, or with None does not."""
    changed = copy.deepcopy(document())
    for operation in (each for item in changed["paths"].values() for each in item.values() if isinstance(each, dict)):
        if operation["operationId"] in scopes:
            del operation["x-scope"]
            word = scopes[operation["operationId"]]
            operation |= {} if word is None else {"x-scope": word}
    contract = parse(json.dumps(changed))
    monkeypatch.setattr("portkey_local.http.contract.load", lambda: contract)


@pytest.mark.parametrize("named", ["write", "run"])
def test_the_server_asks_for_the_scope_that_the_contract_names(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    with_scopes(monkeypatch, listLabels=named, createLabel="read")
    with LocalServer() as server:
        assert {scope: status(server, server.add_key(scope)) for scope in SCOPES} == {
            scope: 200 if scope == named else 403 for scope in SCOPES
        }
        with CheckedClient(server.base_url) as api:
            made = api.post("/labels", headers=sends(server.add_key("read")), json={"name": "by-a-reader"})
        assert made.status_code == 200, made.text


def test_an_operation_whose_scope_is_not_said_takes_a_key_for_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    with_scopes(monkeypatch, listLabels=None, createLabel=None)
    with LocalServer() as server, CheckedClient(server.base_url) as api:
        assert status(server) == 200  # no key was made yet
        some, every = server.add_key("read", "write"), server.add_key(*SCOPES)
        assert [status(server, key) for key in (some, every)] == [403, 200]
        refused = api.post("/labels", headers=sends(some), json={"name": "canary"})
        assert "every scope (read, write, run, release)" in message_of(refused)
        assert "has read, write." in message_of(refused)
        assert api.post("/labels", headers=sends(every), json={"name": "canary"}).status_code == 200
        # What may change something takes no parameter that it does not know; what reads ignores it.
        assert api.post("/labels?unheard=of", headers=sends(every), json={"name": "other"}).status_code == 400
        assert api.get("/labels?unheard=of", headers=sends(every)).status_code == 200


@pytest.mark.parametrize("word", ["admin", "", "Read", ["read"], {"any": "read"}, True, 1])
def test_a_scope_that_no_key_can_have_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, word: Any) -> None:
    with_scopes(monkeypatch, listLabels=word)
    with pytest.raises(StartError, match=r"x-scope of listLabels is .*; it may be read, write, run, release\."):
        LocalServer().start()


@pytest.mark.parametrize(
    "lines",
    [
        ["GET /nowhere HTTP/1.1"],
        ["GET / HTTP/1.1"],
        ["GET /v1/nowhere HTTP/1.1"],
        ["GET /V1/labels HTTP/1.1"],
        ["GET //v1/labels HTTP/1.1"],
        ["GET /healthz/../v1/labels HTTP/1.1"],
        ["GET /v1/labels/%2e%2e/healthz HTTP/1.1"],
        ["GET /healthz/ HTTP/1.1"],
        ["GET /v1/prompts/healthz HTTP/1.1"],
        ["PATCH /v1/labels HTTP/1.1"],
        ["PURGE /v1/labels HTTP/1.1"],
        ["HEAD /v1/labels HTTP/1.1"],
        ["OPTIONS /v1/labels HTTP/1.1"],
        ["GET /v1/prompts?page_size=nonsense HTTP/1.1"],
        ["POST /v1/labels HTTP/1.1", "content-length: 1", "content-type: text/plain"],
        ["POST /v1/labels HTTP/1.1", "content-length: 99999999999", "content-type: application/json"],
        ["POST /v1/labels HTTP/1.1", "transfer-encoding: chunked", "content-type: application/json"],
        ["POST /v1/prompts/p/render HTTP/1.1", "content-length: 9", "expect: 100-continue"],
        ["POST /v1/prompts/p/completions HTTP/1.1", "x-portkey-custom-host: http://example.com"],
    ],
    ids=" | ".join,
)
def test_without_a_key_nothing_else_is_told_and_no_body_is_waited_for(guarded: LocalServer, lines: list[str]) -> None:
    # None of the bodies that are announced is ever sent.
    answer = raw(guarded, *lines, "host: localhost")
    assert answer.startswith(b"HTTP/1.1 401 "), answer
    with_key = raw(guarded, *lines, "host: localhost", f"x-portkey-api-key: {ApiKey.new().text}")
    assert with_key.startswith(b"HTTP/1.1 401 "), with_key


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/v1/healthz", "/v1/readyz"])
def test_health_takes_no_key(guarded: LocalServer, path: str) -> None:
    assert raw(guarded, f"GET {path} HTTP/1.1", "host: localhost").startswith(b"HTTP/1.1 200 ")


def test_revoking_the_last_key_does_not_open_the_door(database: str) -> None:
    with LocalServer(database) as server:
        key = server.add_key("read", name="only")
        assert status(server, key) == 200
        server.revoke_key("only")
        assert status(server, key) == 401
        assert status(server) == 401
    with LocalServer(database) as server, CheckedClient(server.base_url) as api:
        response = api.get("/labels", headers=sends(key))
        assert response.status_code == 401
        assert "was revoked" in message_of(response)
        assert status(server) == 401


def test_a_revoked_key_is_only_told_so_to_who_has_it(guarded: LocalServer) -> None:
    key = ApiKey.parse(guarded.add_key("read"))
    assert key is not None
    guarded.revoke_key(key.id)
    with CheckedClient(guarded.base_url) as api:
        response = api.get("/labels", headers=sends(f"ppk-{key.id}-{'0' * 64}"))
    assert response.status_code == 401
    assert "revoked" not in message_of(response)


def test_in_the_same_process_a_key_counts_at_once(database: str) -> None:
    with LocalServer(database) as server:
        assert status(server) == 200
        for number in range(5):
            key = server.add_key("read", name=f"key-{number}")
            assert (status(server), status(server, key)) == (401, 200)
            server.revoke_key(key)
            assert status(server, key) == 401


def test_a_key_of_another_process_counts_soon(database: str) -> None:
    key = ApiKey.new()
    with Serving(database) as serving, CheckedClient(serving.base_url) as api, opened(database) as store:
        assert api.get("/labels").status_code == 200
        store.write_now(stored.create, key, ["read"])
        assert wait_for(lambda: api.get("/labels").status_code == 401)
        assert api.get("/labels", headers=sends(key.text)).status_code == 200
        store.write_now(stored.revoke, key.id)
        assert wait_for(lambda: api.get("/labels", headers=sends(key.text)).status_code == 401)


@contextmanager
def opened(url: str) -> Iterator[Store]:
    store = Store(url)
    try:
        yield store
    finally:
        store.close()


def test_where_keys_can_not_be_read_nobody_is_let_in(database: str) -> None:
    with LocalServer(database) as server:
        key = server.add_key("read")
        assert status(server, key) == 200
        engine = create_engine(database)
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE api_keys RENAME TO mislaid"))
        assert wait_for(lambda: status(server, key) == 503)
        with CheckedClient(server.base_url) as api:
            for headers in ({}, sends("wrong"), sends(key)):
                response = api.get("/nowhere", headers=headers)
                assert (response.status_code, response.json()["data"]["errorCode"]) == (503, "AB04")
                assert response.headers["retry-after"] == "1"
        assert raw(server, "GET /healthz HTTP/1.1", "host: localhost").startswith(b"HTTP/1.1 200 ")
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE mislaid RENAME TO api_keys"))
        engine.dispose()
        assert status(server, key) == 200


def test_all_who_come_at_once_share_one_look(database: str) -> None:
    looks: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if "api_keys" in statement:
            looks.append(statement)

    async def come(keyring: Keyring) -> None:
        for _ in range(2):
            await asyncio.gather(*(keyring.caller(httpx_headers()) for _ in range(50)))
        assert len(looks) == 1
        store.changes += 1  # as a change made by this process does
        await asyncio.gather(*(keyring.caller(httpx_headers()) for _ in range(50)))
        assert len(looks) == 2

    with opened(database) as store:
        event.listen(store._database._engine, "before_cursor_execute", note)  # type: ignore[attr-defined]
        asyncio.run(come(Keyring(store, required=False)))


def httpx_headers() -> Any:
    from starlette.datastructures import Headers

    return Headers({})


def test_the_client_sends_its_key_and_says_what_is_wrong_with_it(guarded: LocalServer) -> None:
    reader = guarded.add_key("read")
    with Portkey(api_key=reader, base_url=guarded.base_url) as portkey:
        assert portkey.prompts.render(prompt_id="p", variables={"x": "Ada"}).prompt == "Hi Ada"
        for call in (
            lambda: portkey.prompts.completions(prompt_id="p", variables={"x": "Ada"}),
            lambda: portkey.prompts.completions(prompt_id="p", variables={"x": "Ada"}, stream=True),
            lambda: portkey.prompts.delete("p"),
        ):
            with pytest.raises(PermissionDeniedError) as refused:
                call()
            assert (refused.value.status_code, refused.value.error_code) == (403, "AB03")
            assert reader not in str(refused.value)
    for wrong in ({}, {"api_key": "wrong"}, {"api_key": ApiKey.new().text}):
        with Portkey(base_url=guarded.base_url, **wrong) as portkey:
            with pytest.raises(AuthenticationError, match="keys create") as missing:
                portkey.prompts.render(prompt_id="p", variables={})
            assert missing.value.error_code == "AB05"


def test_the_async_client_too(guarded: LocalServer) -> None:
    async def call(key: str) -> str:
        async with AsyncPortkey(api_key=key, base_url=guarded.base_url) as portkey:
            completion = await portkey.prompts.completions(prompt_id="p", variables={"x": "Ada"})
            return completion.choices[0].message.content or ""

    assert "Ada" in asyncio.run(call(guarded.add_key("run")))
    with pytest.raises(PermissionDeniedError):
        asyncio.run(call(guarded.add_key("read")))
    with pytest.raises(AuthenticationError):
        asyncio.run(call("wrong"))


def test_keys_are_in_no_log_and_no_answer(
    guarded: LocalServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG, "portkey_local")
    caplog.set_level(logging.DEBUG, "sqlalchemy.engine")
    good, bad = guarded.add_key("read"), ApiKey.new().text
    told: list[str] = []
    with CheckedClient(guarded.base_url) as api:
        for key in (good, bad, good[:-1]):
            for headers in (sends(key), {"authorization": f"Bearer {key}"}):
                for path in ("/labels", "/nowhere", "/prompts/p", "/prompts/p/completions"):
                    for method in ("GET", "POST"):
                        response = api.request(method, path, headers=headers, json={} if method == "POST" else None)
                        told += [response.text, str(response.headers)]
        with pytest.raises(ApiError) as unknown:
            guarded.revoke_key(bad)
        with pytest.raises(ApiError) as maimed:
            guarded.revoke_key(bad[:-1])
    told += [caplog.text, *capfd.readouterr(), str(unknown.value), str(maimed.value)]
    for key in (good, bad):
        assert not [words for words in told if key.split("-")[2][:20] in words]


def test_a_key_is_made_for_scopes_that_there_are(guarded: LocalServer) -> None:
    for scopes in ((), ("admin",), ("read", "")):
        with pytest.raises(ValueError, match="read, write, run"):
            guarded.add_key(*scopes)


def test_a_reset_forgets_keys(database: str) -> None:
    with LocalServer(database) as server:
        server.add_key("read")
        assert status(server) == 401
        server.reset()
        assert status(server) == 200


def free_address() -> str:
    """Return an address of this machine beyond loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address beyond loopback")
        return str(probe.getsockname()[0])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "192.168.0.1", "2001:db8::1"])
def test_beyond_loopback_nothing_is_served_without_keys(database: str, host: str) -> None:
    refused = rf"(?s){re.escape(host)}.*keys create"
    with pytest.raises(StartError, match=refused):
        LocalServer(database, host=host).start()
    with opened(database) as store:
        store.write_now(stored.create, (key := ApiKey.new()), ["read"])
        store.write_now(stored.revoke, key.id)
    with pytest.raises(StartError, match=refused):
        LocalServer(database, host=host).start()


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_the_program_says_in_one_line_that_it_takes_a_key(
    refused: Callable[..., Any], database: str, host: str
) -> None:
    code, output, errors = refused(database, host=host)
    assert (code, output) == (2, "")
    assert "portkey-prompts keys create" in errors
    assert host in errors
    assert len(errors.splitlines()) == 1


def test_with_a_key_all_addresses_are_served_to_who_has_it(database: str) -> None:
    key = ApiKey.new()
    with opened(database) as store:
        store.write_now(stored.create, key, ["read"])
    with Serving(database, host="0.0.0.0") as serving:
        assert serving.base_url.startswith("http://127.0.0.1:")
        for host in ("127.0.0.1", free_address()):
            url = serving.base_url.replace("127.0.0.1", host)
            with CheckedClient(url) as api:
                assert api.get("/labels").status_code == 401
                assert api.get("/labels", headers=sends(key.text)).status_code == 200
                named = {**sends(key.text), "host": "prompts.example.com"}
                assert api.get("/labels", headers=named).status_code == 200
        assert serving.end()[0] == 0


def test_one_address_beyond_loopback_is_served(database: str) -> None:
    host = free_address()
    key = ApiKey.new()
    with opened(database) as store:
        store.write_now(stored.create, key, ["read"])
    with LocalServer(database, host=host) as server:
        assert server.base_url == f"http://{host}:{server.port}/v1"
        assert (status(server), status(server, key.text)) == (401, 200)
        server.reset()  # even without any key the door stays shut
        assert (status(server), status(server, key.text)) == (401, 401)


def test_all_addresses_of_both_kinds_are_served(database: str) -> None:
    if not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    key = ApiKey.new()
    with opened(database) as store:
        store.write_now(stored.create, key, ["read"])
    with LocalServer(database, host="::") as server:
        assert server.base_url == f"http://[::1]:{server.port}/v1"
        for base_url in (server.base_url, f"http://127.0.0.1:{server.port}/v1"):
            assert httpx.get(f"{base_url}/labels", headers=sends(key.text), trust_env=False).status_code == 200
            assert httpx.get(f"{base_url}/labels", trust_env=False).status_code == 401


def test_another_address_of_loopback_needs_no_key() -> None:
    try:
        socket.create_server(("127.0.0.2", 0)).close()
    except OSError:
        pytest.skip("127.0.0.2 can't be bound on this machine")
    with LocalServer(host="127.0.0.2") as server:
        assert server.base_url.startswith("http://127.0.0.2:")
        assert status(server) == 200


@pytest.mark.parametrize("host", ["", "no such host", "nowhere.invalid", "x" * 300, "127.0.0.1:8790", "http://x"])
def test_a_host_that_is_not_known_is_said(tmp_path: Path, host: str) -> None:
    database = tmp_path / "untouched.db"
    with pytest.raises(StartError, match=r"not known.*127\.0\.0\.1"):
        LocalServer(f"sqlite:///{database}", host=host).start()
    assert not database.exists()


@pytest.mark.parametrize("is_busy", [True, False], ids=["asked all the time", "asked by nobody"])
def test_a_revoked_key_counts_within_a_second_in_every_process(database: str, is_busy: bool) -> None:
    store = Store(database)
    key, other = ApiKey.new(), ApiKey.new()
    for each in (key, other):
        store.write_now(stored_keys.create, each, ["read"], None)
    with Serving(database) as first, Serving(database) as second, httpx.Client() as client:

        def statuses(key: ApiKey) -> set[int]:
            headers = {"x-portkey-api-key": key.text}
            return {client.get(f"{each.base_url}/labels", headers=headers).status_code for each in (first, second)}

        assert statuses(key) == statuses(other) == {200}
        store.write_now(stored_keys.revoke, key.id)
        until = time.monotonic() + 1
        while is_busy and time.monotonic() < until:  # that it is asked for all the time keeps nothing alive
            assert statuses(other) == {200}
            statuses(key)
        time.sleep(max(0.0, until - time.monotonic()))
        assert statuses(key) == {401}
        assert statuses(other) == {200}
    store.close()
